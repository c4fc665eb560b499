"""How curators have stories shown: pinned to the top, hidden, under a headline of their own.

Each decision is a `Correction` that says what it replaced and by what. A story's columns follow
from those in force (`stories.derive`): of each kind the newest counts, undoing it brings back what
was before, and where a story goes into another its decisions go along. Grouping changes none.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from django.utils.translation import gettext

from articles.models import Correction, Edition, Story
from articles.pipeline.corrections import (
    CorrectionError,
    Draft,
    coverage,
    holding,
    make,
    named,
    without_articles,
)


def retitle(story: Story, title: str, by: AbstractBaseUser, note: str = "") -> Correction:
    """Show a story under another headline; under its lead's again where `title` is empty.

    Raises `CorrectionError`.
    """
    title = " ".join(title.split())
    told = f"Headed {named(story)} “{title}”" if title else f"Gave {named(story)} its own headline"
    return _decide(Correction.Kind.TITLE, story, told, {"title": title}, by, note)


def pin(
    story: Story,
    until: datetime | None,
    editions: Collection[Edition],
    by: AbstractBaseUser,
    note: str = "",
) -> Correction:
    """Have a story stand at the top of these editions' fronts until a time; None ends that.

    Without editions: of all of the story's language. Raises `CorrectionError`.
    """
    if until and until <= timezone.now():
        raise CorrectionError(gettext("That time has passed."))
    after = {
        "until": _written(until),
        "editions": sorted(edition.pk for edition in editions) if until else [],
    }
    where = ", ".join(sorted(edition.name for edition in editions)) or "all its editions"
    told = f"Unpinned {named(story)}"
    if until:
        told = f"Pinned {named(story)} in {where} until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return _decide(Correction.Kind.PIN, story, told, after, by, note)


def hide(story: Story, reason: str, by: AbstractBaseUser, note: str = "") -> Correction:
    """Show a story nowhere; its readers are told the reason. Its articles stay in it.

    Raises `CorrectionError`.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise CorrectionError(gettext("Say why the story is hidden: its readers are told."))
    return _decide(Correction.Kind.HIDE, story, f"Hid {named(story)}", {"reason": reason}, by, note)


def show(story: Story, by: AbstractBaseUser, note: str = "") -> Correction:
    """Show a story again that was hidden. Raises `CorrectionError`."""
    return _decide(
        Correction.Kind.HIDE, story, f"Showed {named(story)} again", {"reason": ""}, by, note
    )


def _decide(
    kind: Correction.Kind,
    story: Story,
    summary: str,
    after: dict[str, Any],
    by: AbstractBaseUser,
    note: str,
) -> Correction:
    """Write a decision and obey it."""
    with holding(story.language) as now:
        story.refresh_from_db()
        if not (reports := coverage(story)):
            raise CorrectionError(without_articles(story))
        before = _shown(kind, story)
        if before == after:
            raise CorrectionError(gettext("That is how it is shown already."))
        draft = Draft(kind, story, summary, {"before": before, "after": after})
        if kind == Correction.Kind.HIDE and after["reason"]:
            # What is parted from a hidden story would be shown.
            draft.together(reports)
        return make(draft, by, note, now)


def _shown(kind: Correction.Kind, story: Story) -> dict[str, Any]:
    """How a story is shown in what a kind of decision is about, as decisions say it."""
    if kind == Correction.Kind.TITLE:
        return {"title": story.edited_title}
    if kind == Correction.Kind.HIDE:
        return {"reason": story.hidden_reason}
    return {"until": _written(story.pinned_until), "editions": story.pinned_in}


def _written(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
