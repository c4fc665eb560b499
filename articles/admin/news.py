"""What the desk's pages of articles and stories share: they come from feeds and from grouping."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from articles.admin.base import DeskAdmin
from articles.entries import query
from articles.models import Edition, SearchMarks
from articles.selectors.words import Words

HEAVY = ("text", "html", "search")
"""Columns that a list has no use for."""


def languages() -> list[str]:
    """Those of the editions."""
    return list(Edition.objects.order_by("language").values_list("language", flat=True).distinct())


class LanguageFilter(SimpleListFilter):
    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(language, language) for language in languages()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(language=self.value()) if self.value() else queryset


class ReadingAdmin(DeskAdmin):
    """Rows that come from feeds and from grouping: nobody adds or removes them by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def found(rows: QuerySet[Any], text: str, path: str = "") -> QuerySet[Any]:
    """The rows of which the article at `path` holds the words of a question."""
    words = Words(query.read(text), tuple(languages() or ["en"]))
    columns = (f"{path}{name}" for name in ("search", "source", "topic", "published_at"))
    found: QuerySet[Any] = rows.alias(marks=SearchMarks(*columns))
    return found.filter(words.conditions("marks"))
