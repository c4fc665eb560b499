"""What a reader who begins to type may be looking for: sources, topics, stories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex
from django.db.models import QuerySet

from articles.entries.query import Query
from articles.models import Edition, Source, Story, StoryEdition
from articles.models.visibility import unmuted

SOURCES = 3
STORIES = 6
FOREMOST = 300
"""Stories of the edition, by rank, whose titles are looked through."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Each in the order to be shown in."""

    sources: tuple[Source, ...]
    stories: tuple[Story, ...]


def suggestions(query: Query, edition: Edition | None) -> Suggestions:
    """Sources that are called so, and foremost stories whose titles hold words that begin so.

    Two queries, each bounded; none for a question without words, or with operators.
    """
    words = [word.text for word in query.words if not word.excluded]
    if not words or query.filters:
        return Suggestions((), ())
    return Suggestions(_sources(" ".join(words)), _stories(words, edition))


def _sources(begun: str) -> tuple[Source, ...]:
    """Sources whose names begin so, with or without their article."""
    named = Source.objects.none()
    for article in ("", "The "):
        named = named | Source.objects.filter(unmuted(), name__istartswith=f"{article}{begun}")
    return tuple(named.only("name", "slug").order_by("name")[:SOURCES])


def _stories(words: Sequence[str], edition: Edition | None) -> tuple[Story, ...]:
    if edition is None:
        return ()
    foremost: QuerySet[StoryEdition] = (
        StoryEdition.objects.filter(edition=edition)
        .select_related("story")
        .only("story__title", "story__language")
        .order_by("-rank", "-story_id")
    )
    holds = [regex.compile(rf"(?<!\w){regex.escape(word)}", regex.IGNORECASE) for word in words]
    stories = (placement.story for placement in foremost[:FOREMOST])
    found = (story for story in stories if all(each.search(story.title) for each in holds))
    return tuple(story for story, _ in zip(found, range(STORIES), strict=False))
