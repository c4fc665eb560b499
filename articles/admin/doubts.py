"""The queue of doubtful groupings, and a look at each."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from articles.admin.base import LINK_STYLE, DeskAdmin, ShownOnly, labelled
from articles.admin.comparing import columns
from articles.admin.corrections import PERMISSION, desk_address, row_or_404
from articles.admin.news import languages
from articles.clustering.parameters import DEFAULT
from articles.models import Doubt, Edition, Story
from articles.pipeline import comparing, doubts

COLOURS: dict[str, str] = {
    Doubt.Kind.WEAK: "warning",
    Doubt.Kind.CHAIN: "warning",
    Doubt.Kind.NEAR: "info",
    Doubt.Kind.HIDDEN: "danger",
}


class StoryLanguageFilter(SimpleListFilter):
    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(language, language) for language in languages()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(story__language=self.value()) if self.value() else queryset


class EditionFilter(SimpleListFilter):
    title = _("edition")
    parameter_name = "edition"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return list(Edition.objects.values_list("slug", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(story__placements__edition__slug=chosen) if chosen else queryset


class SettledFilter(SimpleListFilter):
    """Open ones unless others are asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [("settled", gettext("Found to be fine"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(settled_at__isnull=self.value() != "settled")


@admin.register(Doubt)
class DoubtAdmin(ShownOnly, DeskAdmin):
    """Groupings to look at, the most urgent first."""

    list_display = ("about", "and_other", "label", "why", "articles", "noticed_at")
    list_display_links = None
    list_filter = ("kind", StoryLanguageFilter, EditionFilter, SettledFilter)
    list_select_related = ("story", "other")
    ordering = ("-urgency", "-pk")
    actions = ("fine", "reopen")

    def has_correct_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm(PERMISSION)

    @admin.display(description=_("story"))
    def about(self, doubt: Doubt) -> str:
        """Leads to a look at it."""
        return format_html(
            '<a class="{} whitespace-normal" href="{}">{}</a>',
            LINK_STYLE,
            desk_address(doubt),
            _short(doubt.story),
        )

    @admin.display(description=_("and"))
    def and_other(self, doubt: Doubt) -> str:
        return _short(doubt.other) if doubt.other else "–"

    @labelled(COLOURS)
    @admin.display(description=_("kind"), ordering="kind")
    def label(self, doubt: Doubt) -> tuple[str, str]:
        return doubt.kind, doubt.get_kind_display()

    @admin.display(description=_("why"))
    def why(self, doubt: Doubt) -> str:
        return told(doubt)

    @admin.action(description=_("This is fine"), permissions=["correct"])
    def fine(self, request: HttpRequest, chosen: QuerySet[Doubt]) -> None:
        """Take them out of the queue until their stories have grown."""
        count = doubts.settle(list(chosen), cast(User, request.user))
        words = ngettext(
            "%(count)d grouping is fine; it comes back if the story grows by half.",
            "%(count)d groupings are fine; they come back if their stories grow by half.",
            count,
        )
        self.message_user(request, words % {"count": count}, messages.SUCCESS)

    @admin.action(description=_("Put back into the queue"), permissions=["correct"])
    def reopen(self, request: HttpRequest, chosen: QuerySet[Doubt]) -> None:
        """Undo that they are fine."""
        settled = list(chosen.filter(settled_at__isnull=False))
        for doubt in settled:
            doubts.reopen(doubt, cast(User, request.user))
        words = ngettext(
            "%(count)d grouping is in the queue again.",
            "%(count)d groupings are in the queue again.",
            len(settled),
        )
        self.message_user(request, words % {"count": len(settled)}, messages.SUCCESS)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The story's parts, or the two stories, beside each other."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        doubt = row_or_404(self, request, object_id)
        compared = (
            comparing.stories(doubt.story, doubt.other)
            if doubt.other
            else comparing.parts(doubt.story, doubt.part)
        )
        context = {
            **self.admin_site.each_context(request),
            **columns(compared),
            "opts": self.opts,
            "title": capfirst(doubt.get_kind_display()),
            "told": told(doubt),
            "doubt": doubt,
            "may": self.has_correct_permission(request),
            "back": reverse("admin:articles_doubt_changelist"),
        }
        return TemplateResponse(request, "admin/compare_stories.html", context)


def _short(story: Story) -> str:
    """As much of a headline as a row of a phone holds."""
    return Truncator(story).chars(60)


def told(doubt: Doubt) -> str:
    """What is doubtful about it, in words."""
    count, join = doubt.measured, round(100 * DEFAULT.join)
    if doubt.kind == Doubt.Kind.WEAK:
        words = gettext(
            "One report is linked to the others by %(count)d %%; from %(join)d %% they are one"
            " story."
        )
    elif doubt.kind == Doubt.Kind.CHAIN:
        words = gettext(
            "Two parts are linked by %(count)d %%; from %(join)d %% they are one story."
        )
    elif doubt.kind == Doubt.Kind.NEAR:
        words = gettext("They reach %(count)d %% of what makes one story.")
    else:
        words = _counted(doubt)
    # A number and its sign stay on one line.
    return (words % {"count": count, "join": join}).replace(" %", "\N{NO-BREAK SPACE}%")


def _counted(doubt: Doubt) -> str:
    """What is doubtful where something was counted."""
    count = doubt.measured
    if doubt.kind == Doubt.Kind.OUTLET:
        return ngettext(
            "%(count)d article, of one outlet.", "%(count)d articles, all of one outlet.", count
        )
    if doubt.kind == Doubt.Kind.LARGE:
        return ngettext("%(count)d article.", "%(count)d articles.", count)
    if doubt.kind == Doubt.Kind.MIXED:
        return ngettext(
            "%(count)d topic, without a clear majority.",
            "%(count)d topics, none with a clear majority.",
            count,
        )
    if doubt.kind == Doubt.Kind.LONG:
        return ngettext("It runs over %(count)d day.", "It runs over %(count)d days.", count)
    return gettext("Reports have joined it since it was hidden.")
