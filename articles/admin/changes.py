"""What was changed, as the audit log keeps it and as the desk shows it.

Changes are `{field: [before, after]}` of JSON values; a row of a table below a form has its own.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.forms import BaseForm, ModelChoiceField
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext

from articles.pipeline import audit

Changes = dict[str, Any]

SECRET = "password"  # noqa: S105 - what the names of fields with secrets have in common
HIDDEN = "…"


def differences(before: Changes, after: Changes) -> Changes:
    return {name: [value, after[name]] for name, value in before.items() if value != after[name]}


def values(row: Model) -> Changes:
    """What a row says, without what is empty."""
    values = {
        field.name: field.value_from_object(row)
        for field in row._meta.concrete_fields
        if field.editable and not field.primary_key
    }
    return {name: HIDDEN if SECRET in name else value for name, value in values.items() if value}


def form_changes(form: BaseForm, *, add: bool = False) -> Changes:
    """Field → `[before, after]` of a form that was valid; of a secret only that it changed.

    What is added had nothing before, whatever its form began with.
    """
    changes: Changes = {}
    for name in form.changed_data:
        if SECRET in name:
            changes[name] = [HIDDEN, HIDDEN]
        elif name in form.cleaned_data:
            before = None if add else _before(form, name)
            changes[name] = [before, audit.plain(form.cleaned_data[name])]
    return changes


def formset_changes(formset: Any) -> Changes:
    """The same of the rows of a table below a form, each by its name."""
    changes: Changes = {}
    gone = {row.pk or id(row): row for row in getattr(formset, "deleted_objects", ())}
    for form in formset.forms:
        row = form.instance
        if not form.has_changed() or row in gone.values():
            continue
        changes[f"{row._meta.verbose_name} “{row}”"] = form_changes(
            form, add=form in formset.extra_forms
        )
    for row in gone.values():
        changes[f"{row._meta.verbose_name} “{row}”"] = [str(row), None]
    return changes


def _before(form: BaseForm, name: str) -> Any:
    field = form.fields[name]
    value = form.get_initial_for_field(field, name)
    if isinstance(field, ModelChoiceField) and field.queryset and isinstance(value, int | str):
        value = field.queryset.model._default_manager.filter(pk=value or None).first()
    return audit.plain(value)


def lines(changes: dict[str, Any]) -> str:
    """A list of what changed, as HTML: `field: before → after`."""
    rows = ((name, said(value)) for name, value in changes.items())
    items = format_html_join("", "<li><b>{}</b>: {}</li>", rows)
    return format_html('<ul class="break-words">{}</ul>', items) if changes else "–"


def said(value: Any) -> str:
    """`before → after` for a pair, names and values for what is nested, else the value."""
    if isinstance(value, dict):
        return lines(value)
    if isinstance(value, list) and len(value) == 2:
        before, after = (_word(each) for each in value)
        return f"{before} → {after}"
    return _word(value)


def _word(value: Any) -> str:
    if value is None or value in ("", []):
        return gettext("nothing")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(map(_word, value))
    return str(value)
