"""Taking articles down at the desk, and the log of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from articles.admin.base import DeskAdmin, ReadOnlyInline, ShownOnly, desk_link, key_of, labelled
from articles.admin.corrections import desk_address, row_or_404
from articles.admin.news import HEAVY, found
from articles.entries.urls import canonical_url
from articles.models import TAKEN_DOWN, Article, Source, TakeDown, Taken
from articles.pipeline import takedown
from articles.pipeline.store import short_hash
from articles.pipeline.takedown import Request, TakeDownError

PERMISSION = "articles.take_down"
"""What it takes to take articles down, and to undo it."""

LISTED = 50
"""Articles that a question names."""
CHOSEN = 100
"""Articles that can be chosen in the list: their numbers go into an address."""


class TakeDownForm(forms.Form):
    """What is kept of why articles were taken down."""

    reason = forms.CharField(
        label=_("Why"), max_length=500, widget=UnfoldAdminTextareaWidget({"rows": 2})
    )
    requester = forms.CharField(
        label=_("Who asked for it"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("A person, an office, the publisher; “ourselves” if nobody did."),
    )
    contact = forms.CharField(
        label=_("How to reach them"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    copies = forms.BooleanField(
        label=_("Copies in other sources too, and those to come"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=_("What the same source publishes again is held back in any case."),
    )


class FindForm(forms.Form):
    """Which articles are meant: those at an address, or some of a source."""

    address = forms.CharField(
        label=_("Address"),
        max_length=2000,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Of an article; with a source, all of its articles whose address begins so."),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Its name, or the last part of its page’s address."),
    )
    words = forms.CharField(
        label=_("Words"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("All of them, in headline, excerpt or text; “in quotes” for a phrase."),
    )

    def clean_source(self) -> Source | None:
        told = self.cleaned_data["source"].strip()
        if not told:
            return None
        named = Source.objects.filter(Q(slug=told.lower()) | Q(name__iexact=told)).first()
        if named is None:
            raise ValidationError(_("There is no such source."))
        return named

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        told = [bool(cleaned.get(name)) for name in ("address", "words")]
        if not self.errors and not any(told):
            raise ValidationError(_("Give an address, or words."))
        if not self.errors and cleaned["words"] and not cleaned["source"]:
            raise ValidationError(_("Words alone could mean anybody’s: name a source as well."))
        return cleaned

    def articles(self) -> list[int]:
        """The ids of those that are meant, the newest first, one more than can be taken down."""
        source, address = self.cleaned_data["source"], self.cleaned_data["address"].strip()
        rows = Article.objects.exclude(withheld=TAKEN_DOWN).order_by("-published_at", "-pk")
        if source is None:
            rows = rows.filter(url_hash=short_hash(canonical_url(address)))
        else:
            rows = rows.filter(source=source, url__startswith=address)
        if words := self.cleaned_data["words"]:
            rows = found(rows, words)
        return list(rows.values_list("pk", flat=True)[: takedown.MOST + 1])


class TakingDown(DeskAdmin):
    """Adds the way to a take-down to the list and the page of articles."""

    actions: Sequence[str] = ("take_down_chosen",)
    actions_detail: Sequence[str] = ("take_down",)

    def has_take_down_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm(PERMISSION)

    @admin.action(description=_("Take down"), permissions=["take_down"])
    def take_down_chosen(
        self, request: HttpRequest, articles: QuerySet[Article]
    ) -> HttpResponse | None:
        """Lead to the question."""
        chosen = list(articles.values_list("pk", flat=True)[: CHOSEN + 1])
        if len(chosen) > CHOSEN:
            words = gettext("Choose no more than %(most)d articles at a time.") % {"most": CHOSEN}
            self.message_user(request, words, messages.ERROR)
            return None
        return redirect(_question_of(chosen))

    @action(  # type: ignore[untyped-decorator]
        description=_("Take down"), url_path="take-down", permissions=["take_down"]
    )
    def take_down(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to the question."""
        return redirect(_question_of([row_or_404(self, request, object_id).pk]))


class TakenInline(ReadOnlyInline):
    model = Taken
    verbose_name_plural = _("articles")
    fields = ("link", "source")
    readonly_fields = fields
    ordering = ("pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Taken]:
        taken: QuerySet[Taken] = super().get_queryset(request)
        heavy = (f"article__{column}" for column in HEAVY)
        return taken.select_related("article__source").defer("shingles", *heavy)

    @admin.display(description=_("article"))
    def link(self, taken: Taken) -> str:
        return desk_link(taken.article)

    @admin.display(description=_("source"))
    def source(self, taken: Taken) -> str:
        return desk_link(taken.article.source)


@admin.register(TakeDown)
class TakeDownAdmin(ShownOnly, DeskAdmin):
    """The log of take-downs: to be read, added to by a question, and undone."""

    list_display = ("summary", "reason", "requester", "made_by", "made_at", "state")
    list_select_related = ("made_by",)
    search_fields = ("summary", "reason", "requester", "contact")
    ordering = ("-pk",)
    inlines = (TakenInline,)
    actions_list = ("take",)
    actions_detail = ("undo",)
    fields = (
        *("summary", "reason", ("requester", "contact"), "copies"),
        *(("made_by", "made_at"), ("undone_by", "undone_at"), "purged_at"),
    )

    def has_take_down_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm(PERMISSION)

    @labelled({"in force": "success", "undone": "", "deleted": "warning"})
    @admin.display(description=_("state"))
    def state(self, made: TakeDown) -> tuple[str, str]:
        if made.undone_at:
            return "undone", gettext("undone")
        if made.purged_at:
            return "deleted", gettext("deleted for good")
        return "in force", gettext("in force")

    @action(  # type: ignore[untyped-decorator]
        description=_("Take articles down"), url_path="take", permissions=["take_down"]
    )
    def take(self, request: HttpRequest) -> HttpResponse:
        """Ask which articles; ask why and whether; take them down."""
        told = request.POST if request.method == "POST" else request.GET
        chosen = [key for each in told.getlist("articles") if (key := key_of(each))]
        if not chosen:
            return self._ask_which(request)
        form = TakeDownForm(request.POST if "confirmed" in request.POST else None)
        try:
            alone = takedown.reach(chosen, copies=False)
            if form.is_valid():
                return self._take(request, chosen, Request(**form.cleaned_data))
        except TakeDownError as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect(_question_of([]))
        return self._ask_whether(request, form, alone, takedown.copies_of(alone))

    def _ask_which(self, request: HttpRequest) -> HttpResponse:
        form = FindForm(request.GET or None)
        meant = form.articles() if form.is_valid() else []
        context = {
            "title": _("Take articles down"),
            "form": form,
            "asked": form.is_valid(),
            "items": _named(meant),
            "articles": meant[: takedown.MOST],
            "more": max(len(meant) - LISTED, 0),
        }
        return self._page(request, "admin/find_articles.html", context)

    def _ask_whether(
        self, request: HttpRequest, form: TakeDownForm, alone: Sequence[int], more: int
    ) -> HttpResponse:
        context = {
            "title": _("Take articles down"),
            "question": _whether(len(alone), more),
            "items": _named(alone),
            "hidden": [("articles", pk) for pk in alone],
            "form": form,
            "label": _("Take down"),
            "back": reverse("admin:articles_takedown_changelist"),
        }
        return self._page(request, "admin/confirm_correction.html", context)

    def _take(self, request: HttpRequest, chosen: Sequence[int], asked: Request) -> HttpResponse:
        made = takedown.take_down(chosen, asked, cast(User, request.user))
        words = gettext("Taken down: %(what)s. Within seconds no page shows it.")
        self.message_user(request, words % {"what": made.summary}, messages.SUCCESS)
        return redirect(desk_address(made))

    @action(  # type: ignore[untyped-decorator]
        description=_("Undo"), url_path="undo", permissions=["take_down"]
    )
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for a confirmation; show the articles again."""
        made = cast(TakeDown, row_or_404(self, request, object_id))
        if request.method == "POST":
            self._undo(request, made)
            return redirect(desk_address(made))
        context = {
            "title": _("Undo a take-down"),
            "question": _("Show these again? They go back to their stories."),
            "items": [(desk_address(made), str(made))],
            "label": _("Undo"),
            "back": desk_address(made),
        }
        return self._page(request, "admin/confirm_correction.html", context)

    def _undo(self, request: HttpRequest, made: TakeDown) -> None:
        try:
            count = takedown.undo(made, cast(User, request.user))
        except TakeDownError as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        words = ngettext(
            "Undone: %(count)d article is shown again.",
            "Undone: %(count)d articles are shown again.",
            count,
        )
        self.message_user(request, words % {"count": count}, messages.SUCCESS)

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, {**shared, **context})


def _question_of(articles: Sequence[int]) -> str:
    query = urlencode({"articles": articles}, doseq=True)
    page = reverse("admin:articles_takedown_take")
    return f"{page}?{query}" if query else page


def _named(articles: Sequence[int]) -> list[tuple[str, str]]:
    """The first of these articles: addresses at the desk, headlines and sources. One query."""
    rows = Article.objects.filter(pk__in=articles[:LISTED]).select_related("source")
    listed = rows.only("title", "source__name").order_by("-published_at", "-pk")
    return [(desk_address(row), f"{row} ({row.source.name})") for row in listed]


def _whether(count: int, more: int) -> str:
    """The question; `more` articles have the same text in other sources."""
    question = ngettext(
        "Take %(count)d article down? No page, list or feed shows it any more, and it is not"
        " fetched again. It can be undone for %(days)d days; then what it said is deleted.",
        "Take %(count)d articles down? No page, list or feed shows them any more, and they are not"
        " fetched again. It can be undone for %(days)d days; then what they said is deleted.",
        count,
    ) % {"count": count, "days": takedown.KEPT.days}
    company = ngettext(
        "There is %(count)d copy besides.", "There are %(count)d copies besides.", more
    )
    return f"{question} {company % {'count': more}}" if more else question
