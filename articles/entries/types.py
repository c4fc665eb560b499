"""What parsing gives: plain frozen values that the rest of the product can trust.

Every string here is clean: `title`, `excerpt`, `text`, authors and categories are plain text
without markup or control characters, `html` went through the one sanitiser, and every address is
absolute http(s).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class ParseError(Exception):
    """The bytes are no feed that can be read. The message says why, in words for a curator."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A media file of an entry (RSS 2.0 `enclosure`, Media RSS, JSON Feed attachment)."""

    url: str
    media_type: str
    """As claimed, for example `audio/mpeg`; may be empty."""
    length: int | None = None
    """Bytes, as claimed."""
    duration: int | None = None
    """Seconds, as claimed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, normalised."""

    guid: str
    """The feed's own id for the entry or its substitute; never empty."""
    url: str
    """Where "Read more" leads: absolute http(s); empty where the feed gives none that is safe."""
    canonical_url: str
    """`url` without what varies between forms of one address: compare by this. Empty with `url`."""
    title: str
    excerpt: str
    """Plain text, one paragraph, at most `EXCERPT_WORDS` words, without clutter."""
    text: str
    """Plain text of content or summary, paragraphs parted by a blank line, without clutter."""
    html: str
    """As sanitised; clutter included."""
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    enclosures: tuple[Enclosure, ...]
    image_url: str
    published: datetime
    """Aware, UTC; never later than the fetch. The fetch time where the feed gives none."""
    published_claim: datetime | None
    """What the feed claimed: None where it gave no date that can be read."""
    updated: datetime | None
    language: str
    """ISO 639-1, for example `en`: the entry's, else the feed's, else detected."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What the feed says about its own rhythm and address."""

    ttl_seconds: int | None = None
    """From RSS `ttl` or `syn:updatePeriod`/`updateFrequency`."""
    update_base: datetime | None = None
    """From which the update periods are counted (`syn:updateBase`), UTC."""
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    """0 is Monday."""
    hub_urls: tuple[str, ...] = ()
    self_url: str = ""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed, normalised.

    `problems` names the entries that were left out or may be missing, and why; `notices` tells
    what is odd in the feed beside that. Both are sentences for a curator.
    """

    title: str
    home_url: str
    language: str
    """ISO 639-1; empty where the feed does not say."""
    entries: tuple[Entry, ...]
    hints: Hints = Hints()
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    region: str = ""
    """ISO 3166, of the country that it names beside its language; empty where it names none."""
