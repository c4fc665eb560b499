"""Which story stands where on a front page: choices over stories that are ranked already."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from articles.ranking.formula import CORROBORATED

TOP = 4
"""The lead and the seconds."""

DEVELOPING = 5
GAINED = 2
"""A story develops that gained so many independent reports in the last hours."""

SECTION = 5
SECTION_LEAST = 2
"""A topic with fewer stories left for it gets no section."""

REACH = 9.0
"""A section shows no story that stands so many half-lives below the best of the page."""

MISSED = 5
"""Stories told that are big elsewhere."""

BIG_PLACES = 20
BIG_INDEPENDENT = 3
"""A story is big in an edition that stands so high there and has so many independent reports."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story that may stand on an edition's front page."""

    story: int
    topic: int | None
    rank: float
    independent: int
    """Independent reports, of all editions' sources."""
    gained: int = 0
    """Those of them that came in the last hours."""
    pinned: bool = False
    """A curator has it stand at the top now."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A story that is big in edition `elsewhere` and not reported in this one."""

    story: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A story's place: `section` is top, developing, topic or elsewhere; `position` is from 0."""

    section: str
    position: int
    story: int
    topic: int | None = None
    gained: int = 0
    elsewhere: int | None = None


def lead_first(stories: Sequence[T], independent: Callable[[T], int]) -> tuple[T, ...]:
    """The first story that more than one voice reports, then the others in their order.

    So a report that nobody confirms leads a page only where none is confirmed.
    """
    for at, story in enumerate(stories):
        if independent(story) >= CORROBORATED:
            return (story, *stories[:at], *stories[at + 1 :])
    return tuple(stories)


def arrange(candidates: Sequence[Candidate], missed: Sequence[Missed]) -> list[Slot]:
    """The slots of one edition, no story in two of them; both inputs come the best first."""
    pinned = [story for story in candidates if story.pinned]
    others = [story for story in candidates if not story.pinned]
    ordered = (*pinned, *lead_first(others, lambda story: story.independent))
    top, left = ordered[:TOP], ordered[TOP:]
    growing = sorted(
        (story for story in left if story.gained >= GAINED),
        key=lambda story: story.gained,
        reverse=True,
    )[:DEVELOPING]
    slots = [Slot("top", at, story.story) for at, story in enumerate(top)]
    slots += (
        Slot("developing", at, story.story, gained=story.gained) for at, story in enumerate(growing)
    )
    slots += _sections([story for story in left if story not in growing], _floor(candidates))
    slots += (
        Slot("elsewhere", at, story.story, elsewhere=story.elsewhere)
        for at, story in enumerate(missed[:MISSED])
    )
    return slots


def missed(
    language: str,
    fronts: Mapping[int, Sequence[Candidate]],
    languages: Mapping[int, str],
    present: Container[int],
) -> list[Missed]:
    """Stories big in other editions of this language and not `present` in this one, best first.

    `fronts` and `languages` are by edition. In another language the same event is another story:
    whether it is missed cannot be told.
    """
    best: dict[int, tuple[float, int]] = {}
    for edition, candidates in fronts.items():
        if languages[edition] == language:
            for candidate in big(candidates):
                if candidate.story not in present:
                    found = (candidate.rank, edition)
                    best[candidate.story] = max(best.get(candidate.story, found), found)
    ordered = sorted(best.items(), key=lambda item: item[1], reverse=True)
    return [Missed(story, elsewhere) for story, (_, elsewhere) in ordered]


def big(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The stories that an edition's readers have before their eyes, and that are confirmed."""
    return [story for story in candidates[:BIG_PLACES] if story.independent >= BIG_INDEPENDENT]


def _floor(candidates: Sequence[Candidate]) -> float:
    return candidates[0].rank - REACH if candidates else 0.0


def _sections(stories: Sequence[Candidate], floor: float) -> Iterator[Slot]:
    topics: dict[int, list[Candidate]] = {}
    for story in stories:
        if story.topic is not None and story.rank >= floor:
            topics.setdefault(story.topic, []).append(story)
    for topic, found in topics.items():
        if len(found) >= SECTION_LEAST:
            for at, story in enumerate(found[:SECTION]):
                yield Slot("topic", at, story.story, topic=topic)
