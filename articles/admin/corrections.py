"""Correcting stories at the desk: merge, keep apart, split, move, and undo."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from articles.admin.base import DeskAdmin, ReadOnlyInline, ShownOnly, desk_link, labelled
from articles.admin.comparing import columns
from articles.models import Article, Correction, Moved, Story
from articles.pipeline import comparing, corrections
from articles.pipeline.corrections import MOST_STORIES, CorrectionError

PERMISSION = "articles.change_story"
"""What it takes to correct a story, and to undo a correction."""

_STORY = re.compile(r"(?:.*/story/)?(\d{1,18})(?:[/?#].*)?")

Make = Callable[[Sequence[Story], User, str], Correction]


def note_field() -> forms.CharField:
    return forms.CharField(
        label=_("Why (for the log)"),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
    )


class NoteForm(forms.Form):
    """What is asked before anything is corrected."""

    note = note_field()


class PartForm(forms.Form):
    """Which articles of a story go, and where."""

    articles = forms.TypedMultipleChoiceField(
        label=_("Articles that do not belong here"),
        coerce=int,
        error_messages={"required": _("Choose at least one article.")},
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("A copy goes with its original, and an original with its copies."),
    )
    target = forms.CharField(
        label=_("The story they belong to"),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Its number or its address. Leave this empty to make a new story of them."),
    )
    note = note_field()

    def __init__(self, story: Story, data: Any = None, chosen: Sequence[str] = ()) -> None:
        super().__init__(data, initial={"articles": chosen})
        field = cast(forms.TypedMultipleChoiceField, self.fields["articles"])
        # The widget would cut off what does not fit its line.
        whole = '<span class="whitespace-normal">{}</span>'
        field.choices = [
            (article.pk, format_html(whole, _labelled(article))) for article in _reports(story)
        ]

    def clean_target(self) -> Story | None:
        """The story itself; where it was merged, its survivor."""
        told = self.cleaned_data["target"].strip()
        if not told:
            return None
        number = _STORY.fullmatch(told)
        found = number and Story.objects.filter(pk=number[1]).select_related("merged_into").first()
        if not found:
            raise ValidationError(_("There is no such story."))
        return found.merged_into or found


class CorrectingAdmin(DeskAdmin):
    """Adds the corrections to the list and the page of stories."""

    actions = ("merge", "keep_apart", "compare")
    actions_detail: tuple[str, ...] = ("correct",)

    def has_correct_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm(PERMISSION)

    @admin.action(description=_("Merge"), permissions=["correct"])
    def merge(self, request: HttpRequest, stories: QuerySet[Story]) -> HttpResponse | None:
        """Make one story of the chosen, once that is confirmed."""
        question = gettext(
            "Make one story of these? The largest goes on; the others' addresses lead to it."
        )
        label = gettext("Merge")
        return self._decide(request, stories, corrections.merge, "merge", label, question)

    @admin.action(description=_("Keep apart"), permissions=["correct"])
    def keep_apart(self, request: HttpRequest, stories: QuerySet[Story]) -> HttpResponse | None:
        """Never let the chosen become one story, once that is confirmed."""
        question = gettext("Keep these stories apart, whatever reports arrive?")
        label = gettext("Keep apart")
        return self._decide(request, stories, corrections.keep_apart, "keep_apart", label, question)

    @admin.action(description=_("Compare two"), permissions=["view"])
    def compare(self, request: HttpRequest, stories: QuerySet[Story]) -> HttpResponse | None:
        """Show two stories beside each other."""
        chosen = list(stories[:3])
        if len(chosen) != 2:
            self.message_user(request, gettext("Choose two stories."), messages.ERROR)
            return None
        context = {
            **columns(comparing.stories(*chosen)),
            "title": gettext("Compare two stories"),
            "may": self.has_correct_permission(request),
            "back": reverse("admin:articles_story_changelist"),
        }
        return self.page(request, "admin/compare_stories.html", context)

    @action(  # type: ignore[untyped-decorator]
        description=_("Split or move articles"), url_path="correct", permissions=["correct"]
    )
    def correct(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask which articles go where; ask for a confirmation; do it."""
        story = row_or_404(self, request, object_id)
        form = PartForm(story, request.POST or None, request.GET.getlist("articles"))
        if not form.is_valid():
            return self._ask_which(request, story, form)
        chosen, target = form.cleaned_data["articles"], form.cleaned_data["target"]
        by, note = cast(User, request.user), form.cleaned_data["note"]
        if "confirmed" not in request.POST:
            try:
                return self._ask_to_part(request, story, chosen, target, note)
            except CorrectionError as error:
                form.add_error(None, str(error))
                return self._ask_which(request, story, form)
        made = attempt(
            self,
            request,
            lambda: (
                corrections.move(story, chosen, target, by, note)
                if target
                else corrections.split(story, chosen, by, note)
            ),
        )
        return redirect(desk_address((made and made.story) or story))

    def _ask_which(self, request: HttpRequest, story: Story, form: PartForm) -> HttpResponse:
        context = {
            "form": form,
            "story": story,
            "title": _("Split or move articles"),
            "label": _("Continue"),
        }
        return self.page(request, "admin/correct_story.html", context)

    def _decide(
        self,
        request: HttpRequest,
        stories: QuerySet[Story],
        make: Make,
        name: str,
        label: str,
        question: str,
    ) -> HttpResponse | None:
        chosen = list(stories[: MOST_STORIES + 1])
        try:
            corrections.check(chosen)
        except CorrectionError as error:
            self.message_user(request, str(error), messages.ERROR)
            return None
        form = NoteForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            by, note = cast(User, request.user), form.cleaned_data["note"]
            attempt(self, request, lambda: make(chosen, by, note))
            return None
        hidden = [("action", name), *(("_selected_action", story.pk) for story in chosen)]
        context = {
            "title": label,
            "question": question,
            "items": [
                (desk_address(story), f"{story} ({story.article_count})") for story in chosen
            ],
            "hidden": hidden,
            "form": form,
            "label": label,
            "back": reverse("admin:articles_story_changelist"),
        }
        return self.page(request, "admin/confirm_correction.html", context)

    def _ask_to_part(
        self,
        request: HttpRequest,
        story: Story,
        chosen: list[int],
        target: Story | None,
        note: str,
    ) -> HttpResponse:
        if target:
            corrections.check([story, target])
        leaving = corrections.parted(story, chosen, target)[0]
        going = {article for unit in leaving.values() for article in unit}
        articles = [article for article in _reports(story) if article.pk in going]
        more = len(going) - len(set(chosen))
        context = {
            "title": _("Move articles") if target else _("Split the story"),
            "question": _question(story, target, len(going), more),
            "items": [(desk_address(article), _labelled(article)) for article in articles],
            "hidden": [
                *(("articles", article) for article in chosen),
                ("target", target.pk if target else ""),
            ],
            "form": NoteForm(initial={"note": note}),
            "label": _("Move") if target else _("Split"),
            "back": reverse("admin:articles_story_correct", args=[story.pk]),
        }
        return self.page(request, "admin/confirm_correction.html", context)

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, {**shared, **context})


class MovedInline(ReadOnlyInline):
    model = Moved
    verbose_name_plural = _("articles that moved")
    fields = ("article_link", "from_story", "to_story")
    readonly_fields = fields
    ordering = ("pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Moved]:
        moved: QuerySet[Moved] = super().get_queryset(request)
        return moved.select_related("article", "before", "after").defer(
            "article__text", "article__html", "article__search"
        )

    @admin.display(description=_("article"))
    def article_link(self, moved: Moved) -> str:
        return desk_link(moved.article)

    @admin.display(description=_("from"))
    def from_story(self, moved: Moved) -> str:
        return desk_link(moved.before)

    @admin.display(description=_("to"))
    def to_story(self, moved: Moved) -> str:
        return desk_link(moved.after)


@admin.register(Correction)
class CorrectionAdmin(ShownOnly, DeskAdmin):
    """The log of corrections: to be read, and undone."""

    list_display = ("summary", "kind", "language", "made_by", "made_at", "state")
    list_select_related = ("made_by",)
    list_filter = ("kind", "language")
    search_fields = ("summary", "note")
    ordering = ("-pk",)
    inlines = (MovedInline,)
    actions_detail = ("undo",)
    fields = (
        "summary",
        "note",
        ("kind", "language", "story_link"),
        ("made_by", "made_at"),
        ("undone_by", "undone_at"),
    )

    def has_undo_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm(PERMISSION) and self.has_view_permission(request)

    @labelled({"in force": "success", "undone": ""})
    @admin.display(description=_("state"))
    def state(self, correction: Correction) -> tuple[str, str]:
        return correction_state(correction)

    @admin.display(description=_("story"))
    def story_link(self, correction: Correction) -> str:
        return desk_link(correction.story)

    @action(  # type: ignore[untyped-decorator]
        description=_("Undo"), url_path="undo", permissions=["undo"]
    )
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for a confirmation; lift the correction."""
        correction = cast(Correction, row_or_404(self, request, object_id))
        if request.method == "POST":
            self._undo(request, correction)
            return redirect(desk_address(correction))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Undo a correction"),
            "question": _undoing(correction),
            "items": [(desk_address(correction), str(correction))],
            "label": _("Undo"),
            "back": desk_address(correction),
        }
        return TemplateResponse(request, "admin/confirm_correction.html", context)

    def _undo(self, request: HttpRequest, correction: Correction) -> None:
        try:
            count = corrections.undo(correction, cast(User, request.user))
        except CorrectionError as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        words = ngettext(
            "Undone: %(count)d article went back.", "Undone: %(count)d articles went back.", count
        )
        told = words % {"count": count} if correction.moved.exists() else gettext("Undone.")
        self.message_user(request, told, messages.SUCCESS)


def _undoing(correction: Correction) -> str:
    """Whether to undo it; what happens then."""
    if correction.kind in Correction.SHOWING:
        return gettext("Undo this? The story is then shown as it was decided before.")
    return gettext(
        "Undo this? Its articles go back to where they were, unless they have gone"
        " elsewhere since, and grouping is free again."
    )


def correction_state(correction: Correction) -> tuple[str, str]:
    """Whether a correction is in force: a key, and in words."""
    if correction.undone_at:
        return "undone", gettext("undone")
    return "in force", gettext("in force")


def _question(story: Story, target: Story | None, going: int, more: int) -> str:
    """Whether the articles may go; `more` of them go with others."""
    if target:
        words = ngettext(
            "Take %(count)d article out of “%(story)s” into “%(target)s”?",
            "Take %(count)d articles out of “%(story)s” into “%(target)s”?",
            going,
        )
    else:
        words = ngettext(
            "Take %(count)d article out of “%(story)s” and make a new story?",
            "Take %(count)d articles out of “%(story)s” and make a new story?",
            going,
        )
    question = words % {"count": going, "story": story, "target": target}
    company = ngettext(
        "Copies go with their originals: %(count)d more than chosen.",
        "Copies go with their originals: %(count)d more than chosen.",
        more,
    )
    return f"{question} {company % {'count': more}}" if more else question


def row_or_404(desk: admin.ModelAdmin[Any], request: HttpRequest, key: str) -> Any:
    row = desk.get_object(request, key)
    if row is None:
        raise Http404(_("There is no such row."))
    return row


def attempt(
    desk: DeskAdmin, request: HttpRequest, make: Callable[[], Correction]
) -> Correction | None:
    """Make a correction and say what came of it."""
    try:
        correction = make()
    except CorrectionError as error:
        desk.message_user(request, str(error), messages.ERROR)
        return None
    desk.message_user(request, f"{correction.summary}.", messages.SUCCESS)
    return correction


def _reports(story: Story) -> Iterable[Article]:
    rows = Article.objects.filter(story=story).select_related("source")
    return rows.only("title", "published_at", "copy_of", "source__name").order_by(
        "published_at", "pk"
    )


def _labelled(article: Article) -> str:
    time = date_format(localtime(article.published_at), "DATETIME_FORMAT")
    kind = gettext("copy") if article.copy_of_id else ""
    return f"{article.title} ({', '.join(filter(None, (article.source.name, time, kind)))})"


def desk_address(row: Model) -> str:
    return reverse(f"admin:articles_{row._meta.model_name}_change", args=[row.pk])
