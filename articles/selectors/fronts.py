"""Front pages: an edition's stories by rank."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from articles.models import Article, Edition, Story, StoryEdition, Topic
from articles.selectors import keyset
from articles.selectors.keyset import Page
from articles.selectors.listing import listed, one_a_source, prefixed

STORIES_A_PAGE = 30
OTHER_HEADLINES = 3
# More than are shown, because some of them come from one source.
OTHER_CANDIDATES = 4 * OTHER_HEADLINES


@dataclass(frozen=True, slots=True)
class Teaser:
    """A story as a front page shows it."""

    story: Story
    lead: Article
    topic: Topic | None
    others: tuple[Article, ...]
    """Independent reports of other sources, the newest first; at most `OTHER_HEADLINES`."""


def editions() -> tuple[Edition, ...]:
    """All editions in the order of the menu."""
    return tuple(Edition.objects.all())


def topics(edition: Edition) -> tuple[Topic, ...]:
    """The topics that have stories in an edition."""
    placed = StoryEdition.objects.filter(edition=edition, topic=OuterRef("pk"))
    # Asking for the best one, not for any one, walks the index that begins with the edition: the
    # topic may have many stories, all in other editions.
    best = Subquery(placed.order_by("-rank", "-story_id").values("rank")[:1])
    return tuple(Topic.objects.alias(best=best).filter(best__isnull=False))


def front(edition: Edition, topic: Topic | None = None, after: str = "") -> Page[Teaser]:
    """One page of an edition's stories by rank. Raises `CursorError`. Two queries."""
    placements = _placements().filter(edition=edition)
    if topic:
        placements = placements.filter(topic=topic)
    if after:
        rank, story = keyset.read_rank(after)
        # The first condition bounds the walk along the index, the second orders equal ranks.
        placements = placements.filter(Q(rank__lt=rank) | Q(story_id__lt=story), rank__lte=rank)
    shown = keyset.page(
        placements[: STORIES_A_PAGE + 1],
        STORIES_A_PAGE,
        lambda placement: keyset.by_rank(placement.rank, placement.story_id),
    )
    return Page(_teasers(shown.items), shown.after)


def _placements() -> QuerySet[StoryEdition]:
    """Placements by rank, each with its story, lead and the ids of other headlines (`others`)."""
    others = (
        Article.objects.filter(story=OuterRef("story_id"), copy_of=None)
        .exclude(source=OuterRef("story__lead__source"))
        .order_by("-published_at")
        .values("pk")[:OTHER_CANDIDATES]
    )
    return (
        StoryEdition.objects.filter(story__lead__isnull=False)
        .select_related("topic", "story__lead__source")
        .only(
            "rank",
            "edition_id",
            "topic__name",
            "topic__slug",
            "story__title",
            "story__language",
            "story__last_at",
            "story__article_count",
            "story__source_count",
            "story__independent_count",
            *prefixed("story__lead"),
        )
        .annotate(others=ArraySubquery(others))
        .order_by(F("rank").desc(), F("story_id").desc())
    )


def _teasers(placements: Iterable[StoryEdition]) -> tuple[Teaser, ...]:
    placements = tuple(placements)
    wanted = [pk for placement in placements for pk in _candidates(placement)]
    found = listed().in_bulk(wanted)
    return tuple(
        Teaser(
            placement.story,
            placement.story.lead,
            placement.topic,
            one_a_source(found[pk] for pk in _candidates(placement) if pk in found)[
                :OTHER_HEADLINES
            ],
        )
        for placement in placements
        if placement.story.lead
    )


def _candidates(placement: StoryEdition) -> list[int]:
    """The annotation of `_placements`."""
    candidates: list[int] = vars(placement)["others"]
    return candidates
