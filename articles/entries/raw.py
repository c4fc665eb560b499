"""The one model that every format's adapter fills, before anything is judged or cleaned.

Strings are as the feed has them: markup, relative addresses and nonsense included.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from articles.entries.types import Hints

MAX_SEVERAL = 100
"""Links, authors, categories, media files or texts of one entry that are looked at."""


@dataclass(frozen=True, slots=True)
class RawMedia:
    """A media file as claimed: an enclosure, an attachment or Media RSS content."""

    url: str
    media_type: str = ""
    length: str = ""
    duration: str = ""
    """Seconds, or parts of a time with colons between them."""


@dataclass(frozen=True, slots=True)
class RawImage:
    """An image that stands for the entry. `width` in pixels, 0 where it is not said."""

    url: str
    width: int = 0


@dataclass(frozen=True, slots=True)
class RawEntry:
    guid: str = ""
    links: tuple[str, ...] = ()
    """Addresses of the entry's page, the best first."""
    title: str = ""
    summary: str = ""
    """HTML."""
    content: str = ""
    """HTML."""
    base: str = ""
    """What relative addresses of the entry are relative to, where it says so."""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    media: tuple[RawMedia, ...] = ()
    images: tuple[RawImage, ...] = ()
    published: datetime | None = None
    """Aware."""
    updated: datetime | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class RawFeed:
    title: str = ""
    home_url: str = ""
    language: str = ""
    hints: Hints = field(default_factory=Hints)
    entries: tuple[RawEntry, ...] = ()
    problems: tuple[str, ...] = ()
    """Why entries were left out, or may be missing."""
    notices: tuple[str, ...] = ()
    """What is odd in the document, which could be read whole all the same."""
