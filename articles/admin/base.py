"""What the desk's pages have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet, URLField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminURLInputWidget

from articles.admin.recording import RecordingAdmin

Display = TypeVar("Display", bound=Callable[..., Any])

LINK_STYLE = "text-primary-600 dark:text-primary-500"
_KEY = re.compile("[0-9]{1,18}")
LISTED = 10_000
"""Rows that a list can be paged through; search and filters lead to the others."""


# As our own columns say it.
admin.site.empty_value_display = "–"


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than `LISTED`: to count millions takes longer than to read a page."""

    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:LISTED].count()


class DeskAdmin(RecordingAdmin):
    """Pages of fifty, with a bounded count; what is changed on them is recorded."""

    list_per_page = 50
    show_full_result_count = False
    paginator = BoundedPaginator
    list_filter_submit = False
    warn_unsaved_form = True
    formfield_overrides = {
        URLField: {"assume_scheme": "https", "widget": UnfoldAdminURLInputWidget},
    }
    compressed_fields = True

    def get_ordering(self, request: HttpRequest) -> Sequence[Any]:
        """Never none: suggestions are paged as lists are, which bring an order of their own."""
        found: Sequence[Any] = super().get_ordering(request)
        return found or self.opts.ordering or ("-pk",)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Nothing is said of showing all where nothing is left out."""
        shown: ChangeList = super().get_changelist_instance(request)
        if not (shown.query or shown.get_filters_params()):
            shown.full_result_count = shown.result_count
        return shown

    def get_changelist_formset(self, request: HttpRequest, **options: Any) -> Any:
        return with_names(super().get_changelist_formset(request, **options))


def with_names(formset: Any) -> Any:
    """A formset whose fields say what they are to those who do not see the heads of its columns."""
    for field in formset.form.base_fields.values():
        field.widget.attrs["aria-label"] = field.label
    return formset


class ShownOnly:
    """Of an admin or an inline: rows that are shown only, whoever asks."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyInline(ShownOnly, TabularInline):  # type: ignore[misc]
    """Rows that are derived, and so are shown only."""

    extra = 0
    per_page = 20
    can_delete = False
    hide_title = True


def labelled(colours: Mapping[str, str]) -> Callable[[Display], Display]:
    """Show what a display function returns as a label, in the colour of its value."""

    def mark(function: Display) -> Display:
        vars(function)["label"] = colours
        return function

    return mark


def desk_link(row: Model | None) -> str:
    """A link to the row's own page at the desk; a dash for none."""
    if row is None:
        return "–"
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return format_html(
        '<a class="{}" href="{}">{}</a>', LINK_STYLE, reverse(name, args=[row.pk]), row
    )


def key_of(text: str) -> int:
    """The primary key that an address names; 0, which no row has, for what is none."""
    return int(text) if _KEY.fullmatch(text) else 0


def word_if(applies: bool, word: str) -> str:
    """`word` where it applies, else a dash: a red cross would look as if something was wrong."""
    return word if applies else "–"


def safe_link(url: str) -> str:
    """A link out, for addresses that were checked to be http(s) when they were stored."""
    if not url.startswith(("http://", "https://")):
        return "–"
    return format_html(
        '<a class="{}" href="{}" rel="noopener noreferrer" target="_blank">{}</a>',
        LINK_STYLE,
        url,
        url,
    )
