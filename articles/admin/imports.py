"""Importing lists of feeds at the desk: a form, a check of what would happen, and the work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminURLInputWidget,
)

from articles.admin.base import DeskAdmin, ShownOnly, key_of
from articles.admin.exports import ExportingAdmin, download
from articles.models import Edition, Import, ImportRow
from articles.pipeline import imports
from articles.pipeline.tables import MEDIA_TYPE, write_table
from articles.tasks import import_lists

PERMISSIONS = ("articles.add_source", "articles.add_feed", "articles.add_topic")
"""All that an import may add."""
CHANGING = ("articles.change_source", "articles.change_feed")
"""All that a table may change besides."""
ROWS_A_PAGE = 100
OUTCOMES = {
    ImportRow.Outcome.REFUSED: _("Refused"),
    ImportRow.Outcome.CHANGED: _("Changed"),
    ImportRow.Outcome.NEW: _("New"),
    ImportRow.Outcome.AGAIN: _("Twice in the list"),
    ImportRow.Outcome.KNOWN: _("Known already"),
}
STATES = {
    Import.State.READING: _("being read"),
    Import.State.CHECKED: _("waits for you"),
    Import.State.STORING: _("being stored"),
    Import.State.DONE: _("done"),
    Import.State.FAILED: _("failed"),
    Import.State.DROPPED: _("dropped"),
}
REPORT = ("number", "feed", "title", "outcome", "reason", "state of the feed now")


class ImportForm(forms.Form):
    """One list, from a file or from an address."""

    file = forms.FileField(
        label=_("OPML or CSV file"), required=False, widget=UnfoldAdminFileFieldWidget
    )
    address = forms.URLField(
        label=_("Or its address"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
    )
    edition = forms.ModelChoiceField(
        Edition.objects.all(),
        help_text=_("New sources join this edition and take its country and language."),
        widget=UnfoldAdminSelectWidget,
    )

    def clean(self) -> dict[str, Any]:
        """Take the file's bytes, where one is given, into `body`."""
        cleaned = super().clean() or {}
        file, address = cleaned.get("file"), cleaned.get("address")
        if self.errors:
            return cleaned
        if bool(file) == bool(address):
            raise ValidationError(_("Choose a file, or give an address."))
        most = settings.FETCH.limits.body_bytes
        if file and file.size > most:
            words = _("The file is larger than %(size)d MiB.")
            raise ValidationError(words, params={"size": most // 2**20})
        return cleaned


class ImportingAdmin(ExportingAdmin):
    """Adds the import's button and page to a model's list."""

    actions_list: tuple[str, ...] = ("import_opml", "export_feeds")

    def has_import_opml_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(PERMISSIONS)

    @action(  # type: ignore[untyped-decorator]
        description=_("Import"), url_path="import-opml", permissions=["import_opml"]
    )
    def import_opml(self, request: HttpRequest) -> HttpResponse:
        """Show the form; once it is sent, have the list read and go to the page of the import."""
        form = ImportForm(
            request.POST or None,
            request.FILES or None,
            initial={"edition": Edition.objects.filter(slug=settings.DEFAULT_EDITION).first()},
        )
        if form.is_valid():
            given = form.cleaned_data
            file = given["file"]
            work = imports.start(
                cast(User, request.user),
                given["edition"],
                file.name if file else given["address"],
                file.read() if file else None,
            )
            queue(request)
            return HttpResponseRedirect(page_of(work))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import feeds"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/import_opml.html", context)


def queue(request: HttpRequest) -> None:
    """Wake a worker; where the queue is away, the list waits in the database."""
    try:
        import_lists.delay()
    except OperationalError as error:
        words = gettext("The list waits: the queue does not answer (%(error)s).")
        messages.warning(request, words % {"error": error})


def page_of(work: Import) -> str:
    return reverse("admin:articles_import_change", args=[work.pk])


@admin.register(Import)
class ImportAdmin(ShownOnly, DeskAdmin):
    """Imports are made by the form on the lists of sources and feeds, and kept as they went."""

    list_display = ("name", "format", "state_now", "by", "made_at", "finished_at")
    list_display_links = ("name",)
    list_select_related = ("by",)
    list_filter = ("state",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_staff and request.user.has_perms(PERMISSIONS))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Import]:
        found: QuerySet[Import] = super().get_queryset(request)
        return found.defer("body")

    @admin.display(description=_("state"), ordering="state")
    def state_now(self, work: Import) -> str:
        return str(STATES[Import.State(work.state)])

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/progress/", wrap(self.progress_view), name="articles_import_progress"),
            path("<int:pk>/report/", wrap(self.report_view), name="articles_import_report"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        """What would happen, what happens, or what has; sent, a decision on it."""
        work = self._found(request, key_of(object_id))
        if request.method == "POST":
            self._decide(request, work)
            return HttpResponseRedirect(page_of(work))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import of %(name)s") % {"name": work.name},
            "opts": self.opts,
            "shown": Shown(work, request.GET.get("outcome", ""), request.GET.get("page", "")),
        }
        return TemplateResponse(request, "admin/import.html", context)

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far it is; where it has come to something else, the whole page is wanted."""
        shown = Shown(self._found(request, pk))
        response = TemplateResponse(request, "admin/_import_progress.html", {"shown": shown})
        if not shown.running:
            response.headers["HX-Refresh"] = "true"
        return response

    def report_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """What became of every row, as a table."""
        work = self._found(request, pk)
        return download(write_table(REPORT, _report(work)), MEDIA_TYPE, f"import-{work.pk}.csv")

    def _found(self, request: HttpRequest, pk: int) -> Import:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request).select_related("edition"), pk=pk)

    def _decide(self, request: HttpRequest, work: Import) -> None:
        by = cast(User, request.user)
        if "store" in request.POST:
            if work.format == Import.Format.CSV and not request.user.has_perms(CHANGING):
                raise PermissionDenied
            if imports.confirm(work, by):
                queue(request)
        elif "drop" in request.POST and imports.drop(work, by):
            self.message_user(request, gettext("Dropped: nothing of the list was stored."))


class Shown:
    """What the page of an import shows."""

    def __init__(self, work: Import, outcome: str = "", page: str = "") -> None:
        self.work = work
        self._outcome = outcome
        self._page = page

    @cached_property
    def tally(self) -> dict[ImportRow.Outcome, int]:
        return imports.tally(self.work)

    @property
    def running(self) -> bool:
        return self.work.state in (Import.State.READING, Import.State.STORING)

    @property
    def state(self) -> str:
        return str(STATES[Import.State(self.work.state)])

    @property
    def total(self) -> int:
        return sum(self.tally.values())

    @cached_property
    def stored(self) -> int:
        return self.work.rows.filter(stored=True).count()

    @property
    def percent(self) -> int:
        return 100 * self.stored // max(self.total, 1)

    @property
    def counts(self) -> list[tuple[str, str, int, bool]]:
        """Each outcome that there is: its key, its name, how many rows, and whether it is shown."""
        chosen = self.outcome
        return [
            (key.value, str(name), self.tally[key], key == chosen)
            for key, name in OUTCOMES.items()
            if self.tally[key]
        ]

    @cached_property
    def outcome(self) -> ImportRow.Outcome | None:
        """The one that was asked for, else the first that there is."""
        there = [key for key in OUTCOMES if self.tally[key]]
        return next((key for key in there if key.value == self._outcome), next(iter(there), None))

    @cached_property
    def page(self) -> Page[ImportRow]:
        rows = self.work.rows.filter(outcome=self.outcome).order_by("number")
        pages = Paginator(rows, ROWS_A_PAGE)
        pages.count = self.tally.get(self.outcome, 0) if self.outcome else 0
        return pages.get_page(self._page)


def _report(work: Import) -> Iterator[Sequence[str]]:
    rows = work.rows.order_by("number", "position").values_list(
        *("number", "url", "title", "outcome", "reason", "feed__outcome", "feed__last_error")
    )
    for number, url, title, outcome, reason, state, error in rows.iterator(500):
        yield str(number), url, title, outcome, reason, error or state or ""
