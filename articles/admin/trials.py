"""Adding a source at the desk: paste an address, look at a dry run, keep it or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh, HttpResponseStopPolling
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
    UnfoldBooleanWidget,
)

from articles import tasks
from articles.admin.base import DeskAdmin, ShownOnly, desk_link, key_of, labelled
from articles.admin.imports import ImportingAdmin
from articles.models import Edition, Source, Topic, Trial, TrialEntry, TrialFeed
from articles.models.places import country_code, language_code
from articles.pipeline import trials
from articles.selectors import trials as selected

PERMISSIONS = ("articles.add_source", "articles.add_feed")
"""All that keeping may add."""
WATCHED = timedelta(minutes=15)
"""How long the page of a kept source asks how far it has come."""
COLOURS: dict[str, str] = {
    Trial.State.SEARCHING: "info",
    Trial.State.COMPARING: "info",
    Trial.State.READY: "warning",
    Trial.State.FAILED: "danger",
    Trial.State.KEPT: "success",
}


class AddressForm(forms.Form):
    address = forms.CharField(
        label=_("Address"),
        max_length=2000,
        help_text=_("Of a home page, a feed or an article; “https://” may be left out."),
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "url", "autocapitalize": "none"}),
    )


class ChoiceForm(forms.Form):
    """Which of the feeds are wanted, and whose they are."""

    feeds = forms.MultipleChoiceField(
        label=_("Feeds"), widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    source = forms.ModelChoiceField(
        Source.objects.none(),
        label=_("They are of"),
        required=False,
        empty_label=_("a new source"),
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, trial: Trial, data: Any = None) -> None:
        feeds = [feed for feed in trial.feeds.all() if feed.known_id is None]
        chosen = [str(feed.pk) for feed in feeds if feed.chosen]
        super().__init__(data, initial={"feeds": chosen, "source": trial.source_id})
        offered = {source.pk for source in trials.known_sources(trial)}
        offered |= {trial.source_id} if trial.source_id else set()
        self.fields["feeds"].choices = [  # type: ignore[attr-defined]
            (str(feed.pk), f"{feed.title or feed.url} · {feed.url}") for feed in feeds
        ]
        self.fields["source"].queryset = Source.objects.filter(pk__in=offered)  # type: ignore[attr-defined]
        if not offered:
            del self.fields["source"]


class CodeField(forms.CharField):
    """A code, without regard to how its letters are written."""

    def __init__(self, written: Callable[[str], str], **options: Any) -> None:
        super().__init__(required=False, widget=UnfoldAdminTextInputWidget, **options)
        self._written = written

    def to_python(self, value: Any) -> str:
        return self._written(str(super().to_python(value)))


class KeepForm(forms.Form):
    """What is to be known of a source before it is kept; of one that is here, only the topic."""

    name = forms.CharField(label=_("Name"), max_length=200, widget=UnfoldAdminTextInputWidget)
    home_url = forms.URLField(
        label=_("Home page"),
        max_length=2000,
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
    )
    country = CodeField(
        str.upper,
        label=_("Country"),
        validators=[country_code],
        help_text=_("Two letters, as in GB."),
    )
    language = CodeField(
        str.lower,
        label=_("Language"),
        validators=[language_code],
        help_text=_("Two letters, as in en."),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", "–"), *((key, _(str(words))) for key, words in Source.Kind.choices)],
        widget=UnfoldAdminSelectWidget,
    )
    owner = forms.CharField(
        label=_("Owner"),
        max_length=200,
        required=False,
        help_text=_("Outlets of one owner count as one where independent reports are counted."),
        widget=UnfoldAdminTextInputWidget,
    )
    editions = forms.ModelMultipleChoiceField(
        Edition.objects.all(),
        label=_("Editions"),
        required=False,
        help_text=_("On whose front pages its news may be."),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    topic = forms.ModelChoiceField(
        Topic.objects.all(),
        label=_("Topic"),
        required=False,
        empty_label=_("no single topic"),
        widget=UnfoldAdminSelectWidget,
    )
    fetch_pages = forms.BooleanField(
        label=_("Fetch article pages"),
        required=False,
        help_text=_("For feeds that give headlines only, where robots.txt allows it."),
        widget=UnfoldBooleanWidget,
    )

    def __init__(self, trial: Trial, guesses: selected.Guesses, data: Any = None) -> None:
        told = {name: getattr(guesses, name) for name in guesses.__slots__}
        super().__init__(data, initial=told)
        if trial.source_id:
            self.fields = {"topic": self.fields["topic"]}

    def wanted(self) -> trials.Wanted:
        return trials.Wanted(**self.cleaned_data)


@dataclass(frozen=True, slots=True)
class Outlet:
    """A source as a list of articles names it, before it is one."""

    name: str
    url: str

    def get_absolute_url(self) -> str:
        return self.url


@dataclass(frozen=True, slots=True)
class Preview:
    """An entry as readers would see it in a list; its headline leads to the publisher."""

    entry: TrialEntry
    source: Outlet
    title: str
    excerpt: str
    language: str
    url: str
    published_at: datetime
    withheld: str
    """Why readers would not see it after all; empty for most."""

    def get_absolute_url(self) -> str:
        return self.url


def _preview(entry: TrialEntry, outlet: Outlet, withheld: Mapping[int, str]) -> Preview:
    return Preview(
        entry,
        outlet,
        entry.title,
        entry.excerpt,
        entry.language,
        entry.url,
        entry.published_at,
        withheld.get(entry.pk, ""),
    )


@admin.register(Trial)
class TrialAdmin(ShownOnly, DeskAdmin):
    list_display = ("address", "status", "source_link", "asked_by", "made_at")
    list_select_related = ("source", "asked_by")
    list_filter = ("state",)
    search_fields = ("address",)
    ordering = ("-made_at", "-id")

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, Callable[..., HttpResponse]] = {
            "progress": self.progress_view,
            "choose": require_POST(self.choose_view),
            "keep": require_POST(self.keep_view),
            "discard": require_POST(self.discard_view),
        }
        own = [
            path(
                f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"articles_trial_{name}"
            )
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    # -- who may

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(PERMISSIONS)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perms(PERMISSIONS)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perms(PERMISSIONS)

    # -- the list

    @labelled(COLOURS)
    @admin.display(description=_("state"), ordering="state")
    def status(self, trial: Trial) -> tuple[str, str]:
        return trial.state, trial.get_state_display()

    @admin.display(description=_("source"))
    def source_link(self, trial: Trial) -> str:
        return desk_link(trial.source)

    # -- the pages

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for an address; once it is sent, begin."""
        self._require(request)
        given = {"address": request.GET.get("address", "")}
        form = AddressForm(request.POST or None, initial=given)
        if form.is_valid():
            trial = trials.begin(form.cleaned_data["address"], request.user)
            tasks.try_soon()
            return _page(trial)
        return self._shown(request, "trial_add", gettext("Add a source"), form=form)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The trial as it stands."""
        self._require(request)
        trial = self._trial(key_of(object_id))
        if trial.state == Trial.State.READY:
            return self._ready(request, trial)
        title = trial.source.name if trial.source else gettext("Add a source")
        return self._shown(request, "trial", title, **_standing(trial))

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part of the page that changes by itself; a new page where the trial has gone on."""
        self._require(request)
        trial = self._trial(pk)
        context = _standing(trial)
        if not (trial.working or trial.state == Trial.State.KEPT):
            return HttpResponseClientRefresh()
        answer = TemplateResponse(request, "admin/_trial_progress.html", context)
        if not context["watched"]:
            answer.status_code = HttpResponseStopPolling.status_code
        return answer

    def choose_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Compare other feeds."""
        self._require(request)
        trial = self._trial(pk)
        form = ChoiceForm(trial, request.POST)
        if not form.is_valid():
            self.message_user(request, gettext("Choose at least one feed."), messages.ERROR)
            return _page(trial)
        feeds = [int(key) for key in form.cleaned_data["feeds"]]
        try:
            trials.choose(trial, feeds, form.cleaned_data.get("source"))
        except trials.DecidedError as error:
            self.message_user(request, str(error), messages.ERROR)
        tasks.try_soon()
        return _page(trial)

    def keep_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a source of the trial."""
        self._require(request)
        trial = self._trial(pk)
        if trial.state != Trial.State.READY:
            return _page(trial)
        form = KeepForm(trial, selected.guess(trial), request.POST)
        if not form.is_valid():
            return self._ready(request, trial, form)
        try:
            source = trials.keep(trial, form.wanted(), request.user)
        except trials.DecidedError as error:
            self.message_user(request, str(error), messages.ERROR)
            return _page(trial)
        tasks.fetch_soon([feed.pk for feed in selected.kept(trial)])
        words = gettext("“%(source)s” is kept; its news is on its way.")
        self.message_user(request, words % {"source": source}, messages.SUCCESS)
        return _page(trial)

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Forget the trial."""
        self._require(request)
        trial = self._trial(pk)
        try:
            trials.discard(trial, request.user)
        except trials.DecidedError as error:
            self.message_user(request, str(error), messages.ERROR)
            return _page(trial)
        words = gettext("“%(address)s” is discarded; nothing of it was kept.")
        self.message_user(request, words % {"address": trial.address}, messages.SUCCESS)
        return redirect("admin:articles_trial_changelist")

    # -- what they have in common

    def _require(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _trial(self, pk: int) -> Trial:
        found = Trial.objects.select_related("source").filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def _ready(
        self, request: HttpRequest, trial: Trial, form: KeepForm | None = None
    ) -> HttpResponse:
        run, guesses = selected.dry_run(trial), selected.guess(trial)
        withheld = trials.foreseen_withheld(trial)
        name = trial.source.name if trial.source else guesses.name
        outlet = Outlet(name, guesses.home_url)
        return self._shown(
            request,
            "trial_ready",
            name,
            run=run,
            guesses=guesses,
            previews=[_preview(entry, outlet, withheld) for entry in run.newest],
            withheld=len(withheld),
            form=form or KeepForm(trial, guesses),
            **_standing(trial),
        )

    def _shown(
        self, request: HttpRequest, template: str, title: str, **context: Any
    ) -> TemplateResponse:
        common = {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return TemplateResponse(request, f"admin/{template}.html", {**common, **context})


class TryingAdmin(ImportingAdmin):
    """Adds the button to a model's list."""

    actions_list = ("try_source", *ImportingAdmin.actions_list)

    def has_try_source_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(PERMISSIONS)

    @action(  # type: ignore[untyped-decorator]
        description=_("Add a source"), url_path="try", permissions=["try_source"]
    )
    def try_source(self, request: HttpRequest) -> HttpResponse:
        """Go to where an address is pasted."""
        return redirect("admin:articles_trial_add")


def _page(trial: Trial) -> HttpResponse:
    return redirect("admin:articles_trial_change", trial.pk)


def _standing(trial: Trial) -> dict[str, Any]:
    """What the page of a trial says in each state."""
    feeds: Sequence[TrialFeed] = list(trial.feeds.select_related("known__source"))
    progress = selected.progress(trial) if trial.state == Trial.State.KEPT else None
    return {
        "trial": trial,
        "feeds": feeds,
        "progress": progress,
        "watched": trial.working or (progress is not None and _is_watched(trial, progress)),
        "choice": SimpleLazyObject(lambda: ChoiceForm(trial)),
    }


def _is_watched(trial: Trial, progress: selected.Progress) -> bool:
    """Whether there is something to wait for."""
    if progress.front or trial.kept_at is None:
        return False
    return timezone.now() - trial.kept_at < WATCHED
