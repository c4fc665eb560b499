"""Feeds out of the desk, as OPML or as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from articles.admin.base import DeskAdmin
from articles.models import Edition, Feed, Source
from articles.pipeline.tables import COLUMNS, MEDIA_TYPE, write_table
from articles.selectors import exports
from articles.syndication import opml

PERMISSIONS = ("articles.view_source", "articles.view_feed")
"""All that a list tells of."""


class ExportForm(forms.Form):
    edition = forms.ModelChoiceField(
        Edition.objects.all(),
        label=_("Edition"),
        required=False,
        empty_label=_("All feeds"),
        widget=UnfoldAdminSelectWidget,
    )
    format = forms.ChoiceField(
        label=_("Format"),
        choices=[("opml", "OPML"), ("csv", "CSV")],
        help_text=_(
            "OPML is for other readers and keeps folders. CSV is for spreadsheets and has all that"
            " is set of a source; changed, it can be imported again."
        ),
        widget=UnfoldAdminSelectWidget,
    )


class ExportingAdmin(DeskAdmin):
    """Adds a page to export from, and two actions on what is selected."""

    actions_list: tuple[str, ...] = ("export_feeds",)
    actions: tuple[str, ...] = ("export_opml", "export_csv")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(PERMISSIONS)

    @action(  # type: ignore[untyped-decorator]
        description=_("Export"), url_path="export", permissions=["export"]
    )
    def export_feeds(self, request: HttpRequest) -> HttpResponseBase:
        """Choose what to export; with a format chosen, the list itself."""
        form = ExportForm(request.GET if "format" in request.GET else None)
        if form.is_valid():
            edition = form.cleaned_data["edition"]
            name = edition.slug if edition else "feeds"
            return written(form.cleaned_data["format"], name, *exports.of_edition(edition))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Export feeds"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/export_feeds.html", context)

    @admin.action(description=_("Export as OPML"), permissions=["export"])
    def export_opml(self, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponseBase:
        return written("opml", "selection", *_selected(chosen))

    @admin.action(description=_("Export as CSV"), permissions=["export"])
    def export_csv(self, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponseBase:
        return written("csv", "selection", *_selected(chosen))


def written(
    format: str,  # noqa: A002 - what everybody calls it
    name: str,
    feeds: QuerySet[Feed],
    sources: QuerySet[Source],
) -> StreamingHttpResponse:
    """A list to download, streamed."""
    if format == "opml":
        pieces = opml.write(settings.SITE_NAME, exports.subscriptions(feeds))
        return download(pieces, opml.MEDIA_TYPE, f"{name}.opml")
    pieces = write_table(COLUMNS, exports.table(feeds, sources))
    return download(pieces, MEDIA_TYPE, f"{name}.csv")


def download(pieces: Iterable[bytes], media_type: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _selected(chosen: QuerySet[Any]) -> tuple[QuerySet[Feed], QuerySet[Source]]:
    keys = list(chosen.order_by().values_list("pk", flat=True))
    if chosen.model is Source:
        sources = Source.objects.filter(pk__in=keys, feeds=None)
        return Feed.objects.filter(source__in=keys), sources
    return Feed.objects.filter(pk__in=keys), Source.objects.none()
