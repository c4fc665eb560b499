"""How stories are ranked, in plain words; and of a story that is asked for, in its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from articles.models import Edition, Story
from articles.pipeline import fronts
from articles.pipeline.stories import Inputs, inputs
from articles.ranking import arrangement, formula
from articles.ranking.formula import Strength
from articles.selectors import stories
from articles.selectors.keyset import LARGEST_ID
from articles.web.addresses import no_story
from articles.web.editions import reader, varies

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Row:
    """Where a story is ranked, and by what strength: the edition's own, and as it counts there."""

    edition: Edition
    strength: Strength
    counted: float


@dataclass(frozen=True, slots=True)
class Told:
    """The numbers behind one story's rank."""

    story: Story
    middle_at: datetime | None
    """When its middle voice last reported; None for a story of copies alone."""
    strength: Strength
    rows: tuple[Row, ...]

    @property
    def head_start(self) -> int:
        """The hours by which a lone report must be fresher to stand as high."""
        return round(self.strength.total * (formula.HALF_LIFE / HOUR))


@varies
def ranking(request: HttpRequest) -> HttpResponse:
    """The rules with the numbers that they are worked out with; with `story`, that one's too."""
    asked = request.GET.get("story", "")
    context = {
        "told": _told(request, asked) if asked else None,
        "half_life": formula.HALF_LIFE // HOUR,
        "speed_hours": formula.SPEED_WINDOW // HOUR,
        "speed_share": formula.SPEED_WEIGHT,
        "breadth_share": formula.BREADTH_WEIGHT,
        "here_share": formula.HERE_WEIGHT,
        "least": formula.CORROBORATED,
        "developing_hours": fronts.DEVELOPING_SPAN // HOUR,
        "gained": arrangement.GAINED,
        "big": arrangement.BIG_INDEPENDENT,
        "big_places": arrangement.BIG_PLACES,
        "reach_days": round(arrangement.REACH * formula.HALF_LIFE / timedelta(days=1)),
    }
    return render(request, "front/ranking.html", context)


def _told(request: HttpRequest, asked: str) -> Told:
    """Of the story with the id that was asked for. Raises `Http404`."""
    short = len(asked) <= len(str(LARGEST_ID))
    if not (short and asked.isascii() and asked.isdecimal() and int(asked) <= LARGEST_ID):
        raise Http404(_("There is no such story."))
    try:
        story = stories.story(int(asked))
    except Story.DoesNotExist as error:
        raise no_story(int(asked)) from error
    story = story.merged_into or story
    if story.hidden_at:
        raise Http404(_("This story is not shown any more."))
    found = inputs(story.pk)
    everywhere = found.get(None)
    if everywhere is None:
        return Told(story, None, Strength(), ())
    rows = (
        Row(edition, found[edition.pk].strength, _counted(everywhere, found[edition.pk]))
        for edition in reader(request).editions
        if edition.pk in found
    )
    return Told(story, everywhere.middle_at, everywhere.strength, tuple(rows))


def _counted(everywhere: Inputs, here: Inputs) -> float:
    """A story's strength on the front page of an edition."""
    return formula.combined(everywhere.strength, here.strength)
