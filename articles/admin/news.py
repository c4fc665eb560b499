"""Articles at the desk: to be read, for what they say is not ours to write."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from articles.admin.base import DeskAdmin, ReadOnlyInline, desk_link, safe_link, word_if
from articles.entries import query
from articles.models import Article, Edition, Headline, Page, SearchMarks, SimilarLink
from articles.pipeline import page_queue, reasons
from articles.selectors.words import Words
from articles.tasks import read_pages

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


class CopyFilter(SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [("copies", gettext("Copies")), ("reports", gettext("Independent reports"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = {"copies": False, "reports": True}.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(copy_of__isnull=chosen)


class ReadingAdmin(DeskAdmin):
    """Rows that come from feeds and from grouping: nobody adds or removes them by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class SimilarInline(ReadOnlyInline):
    model = SimilarLink
    fk_name = "article"
    verbose_name_plural = _("similar news")
    fields = ("link", "source", "similarity", "from_archive")
    readonly_fields = ("link", "source", "similarity")

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


class HeadlineInline(ReadOnlyInline):
    model = Headline
    verbose_name_plural = _("former headlines")
    fields = ("title", "replaced_at")


@admin.register(Article)
class ArticleAdmin(ReadingAdmin):
    list_display = ("title", "source", "published_at", "language", "story_link", "kind")
    list_select_related = ("source", "story")
    list_filter = (LanguageFilter, "topic", CopyFilter)
    search_fields = ("title",)
    search_help_text = _(
        "Words of headline, excerpt or text; “in quotes” for a phrase, - excludes."
    )
    autocomplete_fields = ("topic",)
    inlines = (HeadlineInline, SimilarInline)
    actions = ("fetch_pages",)
    readonly_fields = (
        *("title", "source_link", "address", "excerpt", "text", "authors", "categories"),
        *("image_url", "language", "published_at", "published_claim", "updated_at", "fetched_at"),
        *("feed_link", "guid", "own_page", "story_link", "why_here", "copy_link"),
        *("clustered_at", "grouping_error", "archive_searched_at"),
    )
    fieldsets = (
        (None, {"fields": ("title", "source_link", "address", "topic", "excerpt", "text")}),
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
        return f"{page.get_state_display()}: {reason}" if reason else page.get_state_display()

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


def found(rows: QuerySet[Any], text: str, path: str = "") -> QuerySet[Any]:
    """The rows of which the article at `path` holds the words of a question."""
    words = Words(query.read(text), tuple(languages() or ["en"]))
    columns = (f"{path}{name}" for name in ("search", "source", "topic", "published_at"))
    found: QuerySet[Any] = rows.alias(marks=SearchMarks(*columns))
    return found.filter(words.conditions("marks"))
