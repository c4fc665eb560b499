"""Writing the audit log. Whoever changes something for a person says so here, with the change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.db.models.query import QuerySet

from articles.models import AuditEntry

LONGEST = 2_000
"""Characters of a value that are kept."""

Person = AbstractBaseUser | AnonymousUser | None

_heard: ContextVar[list[AuditEntry] | None] = ContextVar("audit_heard", default=None)


class Change(NamedTuple):
    """What happened to one object, or to a model as a whole."""

    object: Model | type[Model]
    changes: Mapping[str, Any]


def record(
    by: Person,
    action: str,
    object: Model | type[Model],  # noqa: A002 - what everybody calls it
    changes: Mapping[str, Any] | None = None,
    note: str = "",
) -> AuditEntry:
    """Write one entry, in the transaction of the caller: with the change, or not at all.

    `changes` maps a field to `[before, after]`; models, times and querysets are put in words.
    `by` is None for what the application does by itself.
    """
    return record_all(by, action, [Change(object, changes or {})], note)[0]


def record_all(
    by: Person, action: str, changes: Iterable[Change], note: str = ""
) -> list[AuditEntry]:
    """Write an entry for each of several objects. One query for every thousand."""
    entries = [_entry(by, action, change, note) for change in changes]
    made = AuditEntry.objects.bulk_create(entries, batch_size=1000)
    heard = _heard.get()
    if heard is not None:
        heard.extend(made)
    return made


@contextmanager
def hearing() -> Iterator[list[AuditEntry]]:
    """The entries that are written inside: who knows only that something was done may ask."""
    heard: list[AuditEntry] = []
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)


def plain(value: object) -> Any:
    """A value as JSON has it: rows by what they are called, long texts cut."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset | QuerySet):
        return [plain(each) for each in value]
    if isinstance(value, str | Model):
        return str(value)[:LONGEST]
    return _encoded(value)


def _encoded(value: object) -> str:
    """Times in ISO 8601, durations and numbers as Django writes them; of all else the words."""
    try:
        encoded: str = DjangoJSONEncoder().default(value)
    except TypeError:
        return str(value)[:LONGEST]
    return encoded


def _entry(by: Person, action: str, change: Change, note: str) -> AuditEntry:
    changed, options = change.object, change.object._meta
    one = isinstance(changed, Model)
    return AuditEntry(
        by_id=by.pk if by else None,
        by_name=by.get_username() if by else "",
        action=action,
        kind=options.label_lower,
        object_id=str(changed.pk) if one else "",
        object_text=str(changed if one else options.verbose_name_plural)[:300],
        changes=plain(change.changes),
        note=note[:500],
    )
