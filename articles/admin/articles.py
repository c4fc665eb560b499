"""Articles at the desk: all that is known of one, and what can be done about it."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.auth.models import User
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError
from unfold.decorators import action

from articles.admin.base import ReadOnlyInline, desk_link, safe_link, word_if
from articles.admin.corrections import PERMISSION as CORRECTING
from articles.admin.corrections import desk_address, row_or_404
from articles.admin.health import recorded
from articles.admin.news import HEAVY, LanguageFilter, ReadingAdmin, found
from articles.admin.takedowns import TakingDown
from articles.models import TAKEN_DOWN, Article, Headline, Page, Problem, SimilarLink, Taken
from articles.pipeline import grouping, page_queue, reasons
from articles.tasks import group_language, read_pages


class CopyFilter(SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [("copies", gettext("Copies")), ("reports", gettext("Independent reports"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = {"copies": False, "reports": True}.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(copy_of__isnull=chosen)


class WithheldFilter(SimpleListFilter):
    title = _("shown")
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [("no", gettext("Withheld"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.exclude(withheld="") if self.value() == "no" else queryset


class SimilarInline(ReadOnlyInline):
    model = SimilarLink
    fk_name = "article"
    verbose_name_plural = _("similar news")
    fields = ("link", "source", "similarity", "archived")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[SimilarLink]:
        links: QuerySet[SimilarLink] = super().get_queryset(request)
        return links.select_related("similar__source").defer(
            *(f"similar__{column}" for column in HEAVY)
        )

    @admin.display(description=_("article"))
    def link(self, link: SimilarLink) -> str:
        return desk_link(link.similar)

    @admin.display(description=_("source"))
    def source(self, link: SimilarLink) -> str:
        return link.similar.source.name

    @admin.display(description=_("score"))
    def similarity(self, link: SimilarLink) -> str:
        return f"{link.score:.2f}"

    @admin.display(description=_("from archive"))
    def archived(self, link: SimilarLink) -> str:
        return word_if(link.from_archive, gettext("yes"))


class CopyInline(ReadOnlyInline):
    model = Article
    fk_name = "copy_of"
    verbose_name_plural = _("copies of it")
    fields = ("link", "source", "published_at")
    readonly_fields = ("link",)
    ordering = ("published_at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        copies: QuerySet[Article] = super().get_queryset(request)
        return copies.select_related("source").defer(*HEAVY)

    @admin.display(description=_("article"))
    def link(self, article: Article) -> str:
        return desk_link(article)


class ProblemInline(ReadOnlyInline):
    model = Problem
    fk_name = "article"
    verbose_name_plural = _("reported problems")
    fields = ("link", "kind", "made_at", "closed_at")
    readonly_fields = ("link",)

    @admin.display(description=_("report"))
    def link(self, problem: Problem) -> str:
        return desk_link(problem)


class HeadlineInline(ReadOnlyInline):
    model = Headline
    verbose_name_plural = _("former headlines")
    fields = ("title", "replaced_at")


@admin.register(Article)
class ArticleAdmin(TakingDown, ReadingAdmin):
    list_display = ("headline", "source", "published_at", "language", "story_link", "kind")
    list_select_related = ("source", "story")
    list_filter = (LanguageFilter, "topic", CopyFilter, WithheldFilter)
    search_fields = ("title",)
    search_help_text = _(
        "Words of headline, excerpt or text; “in quotes” for a phrase, - excludes."
    )
    autocomplete_fields = ("topic",)
    inlines = (HeadlineInline, CopyInline, ProblemInline, SimilarInline)
    actions = ("fetch_pages", *TakingDown.actions)
    actions_detail = ("move", "regroup", *TakingDown.actions_detail)
    readonly_fields = (
        *("title", "state", "source_link", "address", "excerpt", "text", "authors", "categories"),
        *("image_url", "language", "published_at", "published_claim", "updated_at", "fetched_at"),
        *("feed_link", "guid", "own_page", "story_link", "why_here", "copy_link"),
        *("clustered_at", "grouping_error", "archive_searched_at"),
    )
    fieldsets = (
        (
            None,
            {"fields": ("title", "state", "source_link", "address", "topic", "excerpt", "text")},
        ),
        (
            _("From the feed"),
            {
                "fields": (
                    *("authors", "categories", "image_url", "language", "published_at"),
                    *("published_claim", "updated_at", "fetched_at", "feed_link", "guid"),
                    "own_page",
                )
            },
        ),
        (
            _("Grouping"),
            {
                "fields": (
                    "story_link",
                    "why_here",
                    "copy_link",
                    "clustered_at",
                    "grouping_error",
                    "archive_searched_at",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        articles: QuerySet[Article] = super().get_queryset(request)
        return articles.defer(*HEAVY)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Article], search_term: str
    ) -> tuple[QuerySet[Article], bool]:
        return found(queryset, search_term), False

    def has_correct_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm(CORRECTING)

    @admin.display(description=_("headline"), ordering="title")
    def headline(self, article: Article) -> str:
        return str(article)

    @admin.display(description=_("shown"))
    def state(self, article: Article) -> str:
        """Whether readers see it; if not, why, and the take-down where it is one."""
        if article.withheld != TAKEN_DOWN:
            return article.withheld or gettext("yes")
        in_force = Taken.objects.filter(article=article, take_down__undone_at=None)
        taken = in_force.select_related("take_down").order_by("-pk").first()
        return format_html(gettext("taken down: {}"), desk_link(taken and taken.take_down))

    @admin.display(description=_("story"), ordering="story__title")
    def story_link(self, article: Article) -> str:
        return desk_link(article.story)

    @admin.display(description=_("kind"))
    def kind(self, article: Article) -> str:
        return word_if(article.copy_of_id is not None, gettext("copy"))

    @admin.display(description=_("copy of"))
    def copy_link(self, article: Article) -> str:
        return desk_link(article.copy_of)

    @admin.display(description=_("its own page"))
    def own_page(self, article: Article) -> str:
        """What became of fetching the article's page."""
        page = Page.objects.filter(article=article).select_related("site").first()
        if page is None:
            return gettext("not wanted")
        if page.fetched_at:
            return gettext("read %(ago)s") % {"ago": naturaltime(page.fetched_at)}
        reason = page.error or page.site.error
        state = page.get_state_display()
        return format_html("{}: {}", state, recorded(reason)) if reason else str(state)

    @admin.action(description=_("Fetch the page now"), permissions=["change"])
    def fetch_pages(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        """Queue the articles' own pages, whatever came of them before."""
        count = page_queue.want_again(list(articles.values_list("pk", flat=True)))
        try:
            read_pages.delay()
        except OperationalError as error:
            words = gettext("Nothing is fetched yet: the queue does not answer (%(error)s).")
            self.message_user(request, words % {"error": error}, messages.WARNING)
            return
        words = ngettext(
            "%(count)d page will be fetched, one a second from each host, where robots.txt"
            " allows it.",
            "%(count)d pages will be fetched, one a second from each host, where robots.txt"
            " allows it.",
            count,
        )
        self.message_user(request, words % {"count": count}, messages.SUCCESS)

    @action(  # type: ignore[untyped-decorator]
        description=_("Move to another story"), url_path="move", permissions=["correct"]
    )
    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the page that takes articles out of its story, with this one chosen."""
        article = row_or_404(self, request, object_id)
        if article.story_id is None:
            self.message_user(request, gettext("It is in no story."), messages.WARNING)
            return redirect(desk_address(article))
        page = reverse("admin:articles_story_correct", args=[article.story_id])
        return redirect(f"{page}?{urlencode({'articles': article.pk})}")

    @action(  # type: ignore[untyped-decorator]
        description=_("Group again"), url_path="regroup", permissions=["correct"]
    )
    def regroup(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for a confirmation; have it grouped anew."""
        article = row_or_404(self, request, object_id)
        if request.method == "POST":
            self._regroup(request, article)
            return redirect(desk_address(article))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Group again"),
            "question": _(
                "Have grouping decide anew where this belongs? What curators decided holds."
            ),
            "items": [(desk_address(article), str(article))],
            "label": _("Group again"),
            "back": desk_address(article),
        }
        return TemplateResponse(request, "admin/confirm_correction.html", context)

    def _regroup(self, request: HttpRequest, article: Article) -> None:
        if not grouping.ask_again(article.pk, cast(User, request.user)):
            words = gettext("It is withheld, and so it is not grouped.")
            self.message_user(request, words, messages.WARNING)
            return
        words = gettext("It is grouped again within a minute.")
        self.message_user(request, words, messages.SUCCESS)
        try:
            group_language.delay(article.language)
        except OperationalError as error:
            words = gettext("The queue does not answer (%(error)s): it waits until it does.")
            self.message_user(request, words % {"error": error}, messages.WARNING)

    @admin.display(description=_("why here"))
    def why_here(self, article: Article) -> str:
        """Its closest match and the words they share; more is on the page for readers."""
        reason = reasons.reason(article)
        if reason.match is None:
            alone = gettext("It matches no other report of its story.")
            return alone if article.story else "–"
        match = desk_link(reason.match), reason.match.source
        if reason.same_text:
            return format_html(gettext("The same text as {} ({})"), *match)
        shared = sorted((*reason.names, *reason.words), key=lambda each: -each.share)
        return format_html(
            gettext("Like {} ({}), similarity {}, through: {}"),
            *match,
            f"{reason.similarity:.2f}",
            ", ".join(f"{each.word} {each.share:.0%}" for each in shared),
        )

    @admin.display(description=_("source"))
    def source_link(self, article: Article) -> str:
        return desk_link(article.source)

    @admin.display(description=_("feed"))
    def feed_link(self, article: Article) -> str:
        return desk_link(article.feed)

    @admin.display(description=_("address"))
    def address(self, article: Article) -> str:
        return safe_link(article.url)
