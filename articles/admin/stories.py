"""Stories at the desk: what grouping and curators made of the articles."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from articles.admin.base import ReadOnlyInline, desk_link, labelled, word_if
from articles.admin.corrections import CorrectingAdmin, correction_state
from articles.admin.news import HEAVY, LanguageFilter, ReadingAdmin, found
from articles.admin.showing import ShowingAdmin
from articles.models import Article, Correction, Edition, Story


class ShownFilter(SimpleListFilter):
    title = _("how it is shown")
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [
            ("pinned", gettext("pinned")),
            ("hidden", gettext("hidden")),
            ("headed", gettext("headline by editors")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        conditions = {
            "pinned": Q(pinned_until__gt=timezone.now()),
            "hidden": Q(hidden_at__isnull=False),
            "headed": Q(edited_title__gt=""),
        }
        chosen = conditions.get(self.value() or "")
        return queryset.filter(chosen) if chosen else queryset


class DecisionInline(ReadOnlyInline):
    """What curators decided on the story; each can be undone on its own page."""

    model = Correction
    fk_name = "story"
    verbose_name_plural = _("decisions")
    fields = ("link", "made_by", "made_at", "state")
    readonly_fields = ("link", "state")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Correction]:
        decisions: QuerySet[Correction] = super().get_queryset(request)
        return decisions.select_related("made_by")

    @admin.display(description=_("decision"))
    def link(self, correction: Correction) -> str:
        return desk_link(correction)

    @admin.display(description=_("state"))
    def state(self, correction: Correction) -> str:
        return correction_state(correction)[1]


class CoverageInline(ReadOnlyInline):
    model = Article
    fk_name = "story"
    verbose_name_plural = _("coverage")
    fields = ("link", "source", "published_at", "kind")
    readonly_fields = ("link", "kind")
    ordering = ("published_at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        articles: QuerySet[Article] = super().get_queryset(request)
        return articles.select_related("source").defer(*HEAVY)

    @admin.display(description=_("article"))
    def link(self, article: Article) -> str:
        return desk_link(article)

    @admin.display(description=_("kind"))
    def kind(self, article: Article) -> str:
        return word_if(article.copy_of_id is not None, gettext("copy"))


@admin.register(Story)
class StoryAdmin(ShowingAdmin, CorrectingAdmin, ReadingAdmin):
    list_display = (
        *("__str__", "language", "articles", "outlets", "independent"),
        *("first_at", "last_at", "topic", "standing"),
    )
    list_select_related = ("topic",)
    list_filter = (LanguageFilter, "topic", ShownFilter)
    search_fields = ("title",)
    search_help_text = _("Words of the leading article.")
    ordering = ("-rank", "-pk")
    inlines = (CoverageInline, DecisionInline)
    fields = (
        ("title", "language"),
        ("lead_link", "topic"),
        ("decided", "pinned_editions"),
        "hidden_reason",
        ("article_count", "source_count", "independent_count"),
        ("first_at", "last_at"),
        "merged_link",
    )

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Story], search_term: str
    ) -> tuple[QuerySet[Story], bool]:
        return found(queryset, search_term, "lead__"), False

    @admin.display(description=_("articles"), ordering="article_count")
    def articles(self, story: Story) -> int:
        return story.article_count

    @admin.display(description=_("outlets"), ordering="source_count")
    def outlets(self, story: Story) -> int:
        return story.source_count

    @admin.display(description=_("independent"), ordering="independent_count")
    def independent(self, story: Story) -> int:
        return story.independent_count

    @admin.display(description=_("leading article"))
    def lead_link(self, story: Story) -> str:
        return desk_link(story.lead)

    @labelled({"merged": "info", "pinned": "info", "hidden": "danger", "headed": "warning"})
    @admin.display(description=_("how it is shown"))
    def standing(self, story: Story) -> str | tuple[str, str]:
        """What became of it, or curators decided of it: the weightiest alone."""
        if story.merged_into_id:
            return "merged", gettext("merged")
        if story.hidden_at:
            return "hidden", gettext("hidden")
        if story.pinned_until and story.pinned_until > timezone.now():
            until = date_format(timezone.localtime(story.pinned_until), "SHORT_DATETIME_FORMAT")
            return "pinned", gettext("pinned until %(time)s") % {"time": until}
        return ("headed", gettext("headline by editors")) if story.edited_title else "–"

    @admin.display(description=_("how it is shown"))
    def decided(self, story: Story) -> str:
        standing = self.standing(story)
        return standing if isinstance(standing, str) else standing[1]

    @admin.display(description=_("pinned in"))
    def pinned_editions(self, story: Story) -> str:
        if not story.pinned_until:
            return "–"
        names = Edition.objects.filter(pk__in=story.pinned_in).values_list("name", flat=True)
        return ", ".join(names) or gettext("all editions of its language")

    @admin.display(description=_("merged into"))
    def merged_link(self, story: Story) -> str:
        return desk_link(story.merged_into)
