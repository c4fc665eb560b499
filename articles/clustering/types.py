"""What grouping takes and gives. Frozen values: no model, no Django, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float16]
"""What a sentence-embedding model made of a text: unit length."""


@dataclass(frozen=True, slots=True)
class Document:
    """An article as grouping sees it."""

    id: int
    title: str
    lead: str
    """Plain text of the excerpt; may be empty."""
    source: int
    """The publisher. Two articles of one source are never copies of each other."""
    published: float | None
    """Seconds since 1970, UTC. None when nothing is known: then time speaks neither way."""
    authors: tuple[str, ...] = ()
    outlet: str = ""
    """The publisher's name. With the authors it tells which of several copies is an agency's."""
    vector: Vector | None = field(default=None, compare=False, repr=False)
    """Its sentence vector, where there is a model; follows from title and lead."""


@dataclass(frozen=True, slots=True)
class Known:
    """An article that is grouped already, given back to a window that is being filled again."""

    document: Document
    story: int
    copy_of: int | None = None
    edited: bool = False
    """It says something else than when it was grouped, and waits to be grouped again."""


@dataclass(frozen=True, slots=True)
class Similar:
    """One entry of an article's similar news; best first in a list of them."""

    article: int
    score: float
    """0 to 1, 1 is the same text."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one new article belongs."""

    article: int
    story: int
    copy_of: int | None = None


@dataclass(frozen=True, slots=True)
class Grouped:
    """What a batch of documents changed.

    `placements` has one item for each document of the batch, in the order given, and one for
    each earlier article whose story or original the batch changed (a copy that turned out to be
    older than its original, say). `similar` maps every article whose list changed, new or not,
    to its whole new list (at most eight, three a source, copies folded).
    """

    placements: tuple[Placement, ...] = ()
    similar: dict[int, tuple[Similar, ...]] = field(default_factory=dict)
