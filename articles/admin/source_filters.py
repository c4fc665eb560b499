"""What sources are looked for by at the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Value
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Source

SILENT = timedelta(days=7)
"""A source that is fetched and has published nothing for so long is silent."""
LOOKED_AT, ENOUGH = 50, 10
"""The newest articles of which the copies are counted, and how few tell nothing."""


def muted() -> Q:
    return Q(muted_until__gt=timezone.now())


def silent(sources: QuerySet[Source]) -> QuerySet[Source]:
    """Those that are fetched, but have brought nothing lately."""
    lately = Article.objects.filter(
        source=OuterRef("pk"), published_at__gte=timezone.now() - SILENT
    )
    return sources.filter(~Exists(lately), active=True)


def mostly_copies(sources: QuerySet[Source]) -> QuerySet[Source]:
    """Those of whose newest articles more than half are copies of other sources'.

    Answered by the index of a source's times, which has what each copies beside it.
    """
    newest = Article.objects.filter(source=OuterRef("pk")).order_by("-published_at", "-pk")
    found = sources.alias(
        newest=ArraySubquery(newest.values("copy_of")[:LOOKED_AT]),
        counted=_size(F("newest")),
        copies=_size(Func("newest", Value(None), function="array_remove")),
    )
    return found.filter(counted__gte=ENOUGH, copies__gt=F("counted") / 2)


def _size(array: F | Func) -> Func:
    return Func(array, function="cardinality", output_field=IntegerField())


class StateFilter(SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    STATES = {
        "muted": _("Muted"),
        "weighed": _("Weight other than 1"),
        "blocking": _("With blocked words"),
        "silent": _("Silent for a week"),
        "copies": _("Mostly copies"),
    }

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(key, str(words)) for key, words in self.STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Source]) -> QuerySet[Source]:
        match self.value():
            case "muted":
                return queryset.filter(muted())
            case "weighed":
                return queryset.exclude(weight=1)
            case "blocking":
                return queryset.exclude(blocked_words=[])
            case "silent":
                return silent(queryset)
            case "copies":
                return mostly_copies(queryset)
        return queryset
