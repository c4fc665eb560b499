"""What a feed of ours says, whichever format it is written in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Medium:
    """A media file that belongs to an entry."""

    url: str
    media_type: str
    """As its publisher claims it; may be empty."""
    length: int | None = None
    """Bytes, as claimed."""
    duration: int | None = None
    """Seconds, as claimed."""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry. Addresses are absolute, times aware, texts plain unless they are called HTML."""

    id: str
    """An IRI that never changes, wherever the site moves."""
    url: str
    """Our page."""
    title: str
    published: datetime
    updated: datetime
    outlet: str
    """Who published it, and is credited as its author."""
    outlet_url: str
    names: tuple[str, ...] = ()
    """Who signed it."""
    summary: str = ""
    content_html: str = ""
    via: str = ""
    """The publisher's own page; empty where it is not known."""
    language: str = ""
    categories: tuple[str, ...] = ()
    media: tuple[Medium, ...] = ()
    image_url: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """One page of a feed (RFC 5005, 3)."""

    id: str
    title: str
    subtitle: str
    rights: str
    publisher: str
    """The name of the site."""
    icon_url: str
    home_url: str
    """The page that it is the feed of."""
    self_url: str
    first_url: str
    next_url: str
    """Empty at the end."""
    updated: datetime
    language: str
    """Of its own words; empty where that is not known."""
    items: tuple[Item, ...]
