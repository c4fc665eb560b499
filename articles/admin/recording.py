"""What is changed at the desk goes into the audit log, in the transaction that changes it.

Django's own log (`LogEntry`) has no values and can be edited by code: it is not written any more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet, TextField
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from unfold.admin import ModelAdmin

from articles.admin.changes import (
    Changes,
    differences,
    form_changes,
    formset_changes,
    lines,
    values,
)
from articles.models import AuditEntry
from articles.pipeline import audit
from articles.pipeline.audit import Change

Action = Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponse | None]

MOST = 1_000
"""Objects of one action that get an entry each; how many more there were is in one entry."""
HISTORY = 50
SEEN = "_seen"
"""What a form says of the newest entry that changed its object when the form was opened."""


class RecordingAdmin(ModelAdmin):  # type: ignore[misc]
    """Records additions, changes, deletions and actions on lists by itself.

    What has a page of its own (a detail action, a wizard) calls a service, which records. What a
    service recorded in an action is not recorded twice. A form that was opened before somebody
    else changed the object is shown once more before it is saved.
    """

    change_form_before_template = "admin/_seen.html"

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **options: Any
    ) -> type[ModelForm[Any]]:
        form: type[ModelForm[Any]] = super().get_form(request, obj, change=change, **options)
        if obj is None or SEEN not in request.POST:
            return form
        _hold(obj)
        newest = self._newest_change(obj)
        return outdated(form, newest) if newest and str(newest.pk) != request.POST[SEEN] else form

    def render_change_form(
        self,
        request: HttpRequest,
        context: Changes,
        *more: Any,
        obj: Model | None = None,
        **options: Any,
    ) -> HttpResponse:
        newest = obj and self._newest_change(obj)
        seen = (newest.pk if newest else 0) if obj else None
        shown: HttpResponse = super().render_change_form(
            request, context | {"seen": seen}, *more, obj=obj, **options
        )
        return shown

    def _newest_change(self, row: Model) -> AuditEntry | None:
        entries = AuditEntry.objects.filter(kind=self.opts.label_lower, object_id=str(row.pk))
        return entries.exclude(changes={}).first()

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Field → `[before, after]`, which Django hands on to the methods that log."""
        changes = form_changes(form, add=add)
        for formset in formsets or ():
            changes |= formset_changes(formset)
        return changes

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> AuditEntry:
        return audit.record(request.user, "add", obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> AuditEntry | None:
        return audit.record(request.user, "change", obj, message) if message else None

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Model]) -> list[AuditEntry]:
        gone = [Change(obj, {k: [v, None] for k, v in values(obj).items()}) for obj in queryset]
        return audit.record_all(request.user, "delete", gone)

    def message_user(
        self,
        request: HttpRequest,
        message: Any,
        level: Any = messages.INFO,
        *rest: Any,
        **more: Any,
    ) -> None:
        if level in (messages.ERROR, "error"):
            vars(request)["action_failed"] = True
        super().message_user(request, message, level, *rest, **more)

    def get_actions(self, request: HttpRequest) -> dict[str, tuple[Action, str, str]]:
        found = super().get_actions(request)
        return {
            name: (recorded(action, name), name, words)
            for name, (action, _, words) in found.items()
        }

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Changes | None = None
    ) -> HttpResponse:
        """What the audit log has on one object, for everybody who may see the object."""
        found = self.get_object(request, unquote(object_id))
        if found is None:
            missing: HttpResponse = self._get_obj_does_not_exist_redirect(
                request, self.opts, object_id
            )
            return missing
        if not self.has_view_or_change_permission(request, found):
            raise PermissionDenied
        entries = AuditEntry.objects.filter(kind=self.opts.label_lower, object_id=str(found.pk))
        page = self.get_paginator(request, entries, HISTORY).get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("History: %(object)s") % {"object": found},
            "subtitle": None,
            "opts": self.opts,
            "object": found,
            "back": reverse(
                f"admin:{self.opts.label_lower.replace('.', '_')}_change", args=[found.pk]
            ),
            "page": page,
            "entries": [(entry, lines(entry.changes)) for entry in page],
        }
        return TemplateResponse(request, "admin/history.html", context | (extra_context or {}))


def _hold(row: Model) -> None:
    """Until the transaction ends, so that of two who save at once the second sees the first.

    What refers to the row can be stored meanwhile: articles of a source, say.
    """
    type(row)._default_manager.select_for_update(no_key=True).filter(pk=row.pk).first()


def outdated(form: type[ModelForm[Any]], since: AuditEntry) -> type[ModelForm[Any]]:
    """The form, refusing what is sent because of a change that it did not show."""
    words = gettext(
        "%(person)s changed this on %(time)s, after you had opened it: see its history. Save once"
        " more to have it as it stands here."
    )
    told = {"person": since.by_name, "time": date_format(since.at, "SHORT_DATETIME_FORMAT")}

    class Outdated(form):  # type: ignore[misc, valid-type]
        def clean(self) -> Any:
            self.add_error(None, words % told)
            return super().clean()

    return Outdated


def recorded(action: Action, name: str) -> Action:
    """The action, recorded with what it changed of the rows; all of it in one transaction.

    Not where it only asks something, was refused, or has been recorded by the service it called.
    """

    @wraps(action)
    def recording(admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        with transaction.atomic(), audit.hearing() as heard:
            keys = list(queryset.order_by("pk").values_list("pk", flat=True))
            before = _columns(queryset.model, keys[:MOST])
            response = action(admin, request, queryset)
            if not (response or heard or vars(request).get("action_failed")):
                more = max(len(keys) - MOST, 0)
                _record_action(request, name, queryset.model, before, more)
        return response

    return recording


def _record_action(
    request: HttpRequest, name: str, model: type[Model], before: dict[Any, Changes], more: int
) -> None:
    after = _columns(model, before)
    rows = model._default_manager.in_bulk(after)
    done = [Change(rows[key], differences(before[key], after[key])) for key in rows]
    if more:
        done.append(Change(model, {"more": more}))
    audit.record_all(request.user, name, done)


def _columns(model: type[Model], keys: Collection[Any]) -> dict[Any, Changes]:
    """The short columns of these rows, by primary key. One query."""
    names = [
        field.attname
        for field in model._meta.concrete_fields
        if field.editable and not isinstance(field, TextField)
    ]
    key = model._meta.pk.attname
    found = model._default_manager.filter(pk__in=keys)
    return {row[key]: row for row in found.values(*{key, *names})}
