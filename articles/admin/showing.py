"""How a story is shown, decided at the desk: its headline, pins and hiding."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from articles.admin.corrections import (
    CorrectingAdmin,
    NoteForm,
    attempt,
    desk_address,
    note_field,
    row_or_404,
)
from articles.models import Correction, Edition, Story
from articles.pipeline import standing

PIN_HOURS = 6
"""How long a pin holds where nothing else is said."""

_LOCAL = "%Y-%m-%dT%H:%M"


class HeadlineForm(forms.Form):
    """Another headline for a story."""

    headline = forms.CharField(
        label=_("Headline"), max_length=500, widget=UnfoldAdminTextareaWidget({"rows": 2})
    )
    note = note_field()


class PinForm(forms.Form):
    """Until when a story stands at the top, and where."""

    until = forms.DateTimeField(
        label=_("Until (UTC)"),
        input_formats=[_LOCAL, "%Y-%m-%d %H:%M"],
        widget=UnfoldAdminTextInputWidget({"type": "datetime-local"}),
    )
    editions = forms.ModelMultipleChoiceField(
        label=_("Editions"),
        queryset=Edition.objects.all(),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Choose none for all of the story's language."),
    )
    note = note_field()


class HideForm(forms.Form):
    """Why a story is hidden."""

    reason = forms.CharField(
        label=_("Reason (its readers are told)"),
        max_length=500,
        widget=UnfoldAdminTextareaWidget({"rows": 2}),
    )
    note = note_field()


class ShowingAdmin(CorrectingAdmin):
    """Adds what decides how a story is shown to its page."""

    actions_detail = (*CorrectingAdmin.actions_detail, "headline", "pin", "hide")

    @action(  # type: ignore[untyped-decorator]
        description=_("Edit the headline"), url_path="headline", permissions=["correct"]
    )
    def headline(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for a headline; show the story under it, or under its lead's again."""
        story = row_or_404(self, request, object_id)
        own = story.lead.title if story.lead else ""
        form = HeadlineForm(_sent(request), initial={"headline": story.title})
        told = [
            gettext("The publisher's headline: %(headline)s") % {"headline": own},
            gettext("Readers are told that the headline is by the editors, and what it was."),
        ]
        return self._show(
            request,
            story,
            form,
            lambda by, told: standing.retitle(story, told["headline"], by, told["note"]),
            lambda by, note: standing.retitle(story, "", by, note),
            title=_("Edit the headline"),
            told=told,
            label=_("Save"),
            other=_("Back to the publisher's") if story.edited_title else "",
        )

    @action(  # type: ignore[untyped-decorator]
        description=_("Pin to the top"), url_path="pin", permissions=["correct"]
    )
    def pin(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask until when and where; pin the story, or end that."""
        story = row_or_404(self, request, object_id)
        soon = localtime(story.pinned_until) if story.pinned_until else localtime()
        first = soon if story.pinned_until else soon + timedelta(hours=PIN_HOURS)
        initial = {"until": first.strftime(_LOCAL), "editions": story.pinned_in}
        return self._show(
            request,
            story,
            PinForm(_sent(request), initial=initial),
            lambda by, told: standing.pin(story, told["until"], told["editions"], by, told["note"]),
            lambda by, note: standing.pin(story, None, [], by, note),
            title=_("Pin to the top"),
            told=[gettext("It stands first on these front pages until then, whatever arrives.")],
            label=_("Pin"),
            other=_("Take the pin off") if story.pinned_until else "",
        )

    @action(  # type: ignore[untyped-decorator]
        description=_("Hide from readers"), url_path="hide", permissions=["correct"]
    )
    def hide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the reason; hide the story, or show it again."""
        story = row_or_404(self, request, object_id)
        told = [
            gettext(
                "Its page then says that it is not shown, and why. It leaves front pages, feeds,"
                " sitemaps and search, and so do reports that join it later."
            )
        ]
        return self._show(
            request,
            story,
            HideForm(_sent(request), initial={"reason": story.hidden_reason}),
            lambda by, told: standing.hide(story, told["reason"], by, told["note"]),
            lambda by, note: standing.show(story, by, note),
            title=_("Hide from readers"),
            told=told,
            label=_("Hide"),
            other=_("Show it again") if story.hidden_at else "",
        )

    def _show(
        self,
        request: HttpRequest,
        story: Story,
        form: forms.Form,
        decide: Callable[[User, dict[str, Any]], Correction],
        end: Callable[[User, str], Correction],
        **context: Any,
    ) -> HttpResponse:
        """Ask by a form; decide as it says, or `end` what was decided by the other button."""
        by = cast(User, request.user)
        if "other" in request.POST:
            note = NoteForm(request.POST)
            if note.is_valid():
                attempt(self, request, lambda: end(by, note.cleaned_data["note"]))
                return redirect(desk_address(story))
        elif form.is_valid() and attempt(self, request, lambda: decide(by, form.cleaned_data)):
            return redirect(desk_address(story))
        return self.page(
            request, "admin/correct_story.html", {"form": form, "story": story, **context}
        )


def _sent(request: HttpRequest) -> Any:
    """What a form is filled with; nothing before it is sent."""
    return request.POST if request.method == "POST" else None
