"""Near-duplicate texts of different publishers: which article is a copy of which.

Texts are compared by shingles, runs of words: resemblance and containment of sets of hashed
shingles, long texts by the smallest hashes alone (Broder 1997, "On the resemblance and
containment of documents"). Whom to compare is known already: near-duplicates share most of
their rare words, so the index of the window finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from math import inf
from typing import Final
from zlib import crc32

from articles.clustering.agencies import agency, signed
from articles.clustering.types import Document

SHINGLE: Final = 3
"""Words in a shingle. With 10 % of the words edited two texts still resemble each other by .57."""
SKETCH: Final = 128
"""Hashes kept of a text: enough for a containment within .05 of the truth."""
RESEMBLANCE: Final = 0.45
CONTAINMENT: Final = 0.75
TITLE_WORDS: Final = 6
"""A title of fewer words ("Morning briefing") says too little to call an article a copy."""
TITLE_EXTRA: Final = 5
"""Words that may follow a copied title: the name of the outlet."""
TITLE_RESEMBLANCE: Final = 0.8
LEAD_WORDS: Final = 12
"""A lead of fewer words is no text to compare."""
UNLIKE: Final = 0.1
"""Leads that resemble each other less than this belong to two reports under one title."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of a text to know its near-duplicates."""

    title: str
    """Its words, one blank between."""
    lead: frozenset[int]
    """The smallest hashes of its shingles; empty for a lead too short to compare."""
    whole: bool
    """True if no hash was left out."""


def sketch(title: Sequence[str], lead: Sequence[str]) -> Sketch:
    """Sketch an article from the words of title and lead."""
    hashes = _shingles(lead) if len(lead) >= LEAD_WORDS else set()
    smallest = frozenset(nsmallest(SKETCH, hashes))
    return Sketch(" ".join(title), smallest, len(smallest) == len(hashes))


@dataclass(frozen=True, slots=True)
class Origin:
    """What decides which of several articles alike is the original."""

    source: int
    """The publisher."""
    time: float
    """When it was published; infinite if nobody knows."""
    number: int
    """Its own, to tell it from every other."""
    agency: str = ""
    """The news agency that the publisher is, if it is one."""
    signed: str = ""
    """The news agency that the text is said to be from."""


def origin(document: Document) -> Origin:
    """Where an article is from."""
    return Origin(
        document.source,
        inf if document.published is None else document.published,
        document.id,
        agency(document.outlet),
        signed(document.authors, document.lead),
    )


def _shingles(text: Sequence[str]) -> set[int]:
    runs = zip(*(text[at:] for at in range(SHINGLE)), strict=False)
    return {crc32(" ".join(run).encode()) for run in runs}


def near_duplicate(one: Sketch, other: Sketch) -> bool:
    """True if two articles have the same text but for small changes."""
    if one.lead and other.lead:
        resemblance, containment = _overlap(one, other)
        if resemblance >= RESEMBLANCE or containment >= CONTAINMENT:
            return True
        return resemblance >= UNLIKE and same_title(one.title, other.title)
    return same_title(one.title, other.title)


def _overlap(one: Sketch, other: Sketch) -> tuple[float, float]:
    """Resemblance and containment, estimated from the hashes both sketches can know of."""
    mine, theirs = one.lead, other.lead
    if not (one.whole and other.whole):
        limit = min(max(each.lead) for each in (one, other) if not each.whole)
        mine = frozenset(value for value in mine if value <= limit)
        theirs = frozenset(value for value in theirs if value <= limit)
    common = len(mine & theirs)
    smaller = min(len(mine), len(theirs))
    return common / max(len(mine | theirs), 1), common / max(smaller, 1)


def same_title(one: str, other: str) -> bool:
    """True if one title is the other, with a few words changed or an outlet's name behind it.

    Titles are words with blanks between.
    """
    short, long = sorted((one.split(), other.split()), key=len)
    if len(short) < TITLE_WORDS:
        return False
    if long[: len(short)] == short:
        return len(long) - len(short) <= TITLE_EXTRA
    if _numbers(short) != _numbers(long):
        return False  # "Day 1" is not "Day 2"
    mine, theirs = set(short), set(long)
    return len(mine & theirs) >= TITLE_RESEMBLANCE * len(mine | theirs)


def _numbers(title: Sequence[str]) -> list[str]:
    return sorted(word for word in title if word[0].isdigit())


def originals(
    members: Iterable[int],
    twins: Mapping[int, Iterable[int]],
    origin: Callable[[int], Origin],
) -> dict[int, int]:
    """The original of every copy among `members`, which hold all twins of each other.

    First come the articles of an agency that a member is signed with, then the earliest, at one
    time those that are signed. In this order each article is a copy of the original of its first
    twin, if that is of another source; else an original. So the outcome depends on the articles,
    not on the order they came in.
    """
    origins = {member: origin(member) for member in members}
    named = {each.signed for each in origins.values() if each.signed}

    def rank(member: int) -> tuple[bool, float, bool, int]:
        each = origins[member]
        return each.agency not in named, each.time, not each.signed, each.number

    found: dict[int, int] = {}
    placed: set[int] = set()
    for member in sorted(origins, key=rank):
        before = sorted((twin for twin in twins.get(member, ()) if twin in placed), key=rank)
        roots = (found.get(twin, twin) for twin in before)
        source = origins[member].source
        root = next((root for root in roots if origins[root].source != source), None)
        if root is not None:
            found[member] = root
        placed.add(member)
    return found
