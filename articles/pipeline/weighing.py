"""What a source's weight does, by the example of one of its stories. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from articles.models import Article, Source, Story, StoryEdition
from articles.models.visibility import shown
from articles.pipeline.stories import Supposed, inputs
from articles.ranking.formula import Strength, rank

NEWEST = 50
"""The source's reports among whose stories the best placed is looked for."""
PLACES = 500
"""A place is counted no further than this."""
WEIGHTS = (0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Example:
    """The best placed story of a source, and where it would stand (from 1) at each weight."""

    story: Story
    edition: str
    weight: float
    places: dict[float, int]
    """By weight, the source's own among them."""


def example(source: Source) -> Example | None:
    """What weights do to the source's best placed story on a front page of its own; None without.

    A fixed number of queries, by `WEIGHTS`.
    """
    reports = Article.objects.filter(shown(), source=source, copy_of=None, story__isnull=False)
    newest = reports.order_by("-published_at", "-pk").values_list("story_id", flat=True)[:NEWEST]
    best = (
        StoryEdition.objects.filter(story__in=list(newest), edition__sources=source)
        .select_related("story", "edition")
        .order_by("-rank", "-story_id")
        .first()
    )
    if best is None:
        return None
    places = dict(_places(best, source, {*WEIGHTS, source.weight}))
    return Example(best.story, best.edition.name, source.weight, places)


def _places(
    placed: StoryEdition, source: Source, weights: Iterable[float]
) -> Iterator[tuple[float, int]]:
    others = StoryEdition.objects.filter(edition=placed.edition_id).exclude(pk=placed.pk)
    ranks = list(others.order_by("-rank").values_list("rank", flat=True)[:PLACES])
    for weight in sorted(weights):
        told = inputs(placed.story_id, Supposed(source.pk, weight))
        everywhere, here = told[None], told.get(placed.edition_id)
        own = here.strength if here else Strength()
        height = rank(everywhere.middle_at, everywhere.strength, own)
        yield weight, 1 + sum(other > height for other in ranks)
