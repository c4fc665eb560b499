"""Articles' own pages at the desk: which wait to be read, and which could not be."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from articles.admin.base import DeskAdmin, ShownOnly, desk_link
from articles.admin.news import HEAVY
from articles.models import Page


@admin.register(Page)
class PageAdmin(ShownOnly, DeskAdmin):
    """To be read: what becomes of pages is for the queue to say."""

    list_display = ("article_link", "state", "error", "host", "next_try_at", "made_at")
    list_display_links = ("state",)
    list_select_related = ("article",)
    list_filter = ("state",)
    search_fields = ("host",)
    ordering = ("-pk",)
    fields = (
        ("article_link", "state"),
        ("url", "host"),
        "error",
        ("made_at", "next_try_at", "fetched_at"),
        ("attempts", "redirects"),
    )
    readonly_fields = ("article_link",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Page]:
        pages: QuerySet[Page] = super().get_queryset(request)
        return pages.defer(*(f"article__{column}" for column in HEAVY))

    @admin.display(description=_("article"))
    def article_link(self, page: Page) -> str:
        return desk_link(page.article)
