"""Raw entries to entries: every string cleaned, every address absolute, every gap filled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape

from articles.entries.clutter import remove_clutter, repair_spacing
from articles.entries.dates import published_at, updated_at
from articles.entries.excerpt import MAX_RAW_TITLE, excerpt, first_words, shorten
from articles.entries.hashing import hash_bytes
from articles.entries.language import detect, language_code
from articles.entries.raw import RawEntry, RawImage, RawMedia
from articles.entries.sanitise import clean_html, html_to_text, plain_text
from articles.entries.types import Enclosure, Entry
from articles.entries.urls import canonical_url, safe_url

MAX_GUID = 500
MAX_AUTHORS, MAX_AUTHOR_LENGTH = 10, 100
MAX_CATEGORIES, MAX_CATEGORY_LENGTH = 20, 60
MAX_ENCLOSURES = 20
MAX_TEXT = 100_000
MAX_DURATION = 7 * 24 * 3600
"""Seconds; what claims to last longer says nothing of use."""
GOOD_WIDTH = 1200
"""Pixels; a wider image is more than a page shows."""

_IMG_SRC = re.compile(r'<img\b[^>]*?\bsrc="([^"]+)"')
_DURATION = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,5}):)?(\d{1,6})(?:\.\d*)?", re.ASCII)
_TRACKER = re.compile(
    r"pixel|1x1|/trk|tracker|beacon|feedsportal|feedburner\.com/~|doubleclick|/b\.gif|stats\.wordpress"
    r"|/count(?:er)?/|spacer|blank\.gif|gravatar|emoji",
    re.IGNORECASE,
)


class UnusableEntryError(Exception):
    """An entry with nothing to show. The message says what it lacks."""


@dataclass(frozen=True, slots=True)
class Context:
    """What entries need to know of their feed and fetch."""

    base: str
    """What their addresses are relative to: the feed's page, or the feed."""
    language: str
    """ISO 639-1 of the feed; empty where it does not say."""
    default_language: str
    now: datetime


def normalise(raw: RawEntry, context: Context) -> Entry:
    """The entry that `raw` stands for; `UnusableEntryError` where it has nothing to show."""
    base = safe_url(raw.base, context.base) if raw.base else context.base
    url = next((u for link in raw.links if (u := safe_url(link, base))), "")
    html = clean_html(raw.content or raw.summary, base)
    text = _text(html)
    summary = _text(clean_html(raw.summary, base)) if raw.content and raw.summary else text
    title = shorten(plain_text(raw.title[:MAX_RAW_TITLE])) or first_words(text or summary) or url
    if not title:
        raise UnusableEntryError("has no title, no text and no address")
    published, claim = published_at(raw.published, raw.updated, context.now)
    return Entry(
        guid=_guid(raw, url, title, text),
        url=url,
        canonical_url=canonical_url(url),
        title=title,
        excerpt=excerpt(summary or text),
        text=text or summary,
        html=html,
        authors=plain_names(raw.authors, MAX_AUTHORS, MAX_AUTHOR_LENGTH),
        categories=plain_names(raw.categories, MAX_CATEGORIES, MAX_CATEGORY_LENGTH),
        enclosures=_enclosures(raw.media, base),
        image_url=_image(raw.images, html, base),
        published=published,
        published_claim=claim,
        updated=updated_at(raw.updated, context.now),
        language=_language(raw, title, text, context),
    )


def _text(html: str) -> str:
    return remove_clutter(repair_spacing(html_to_text(html)[:MAX_TEXT]))


def _guid(raw: RawEntry, url: str, title: str, text: str) -> str:
    """The feed's own id, else the address, else a hash of what the entry says."""
    guid = " ".join(raw.guid.split()) or url
    if 0 < len(guid) <= MAX_GUID:
        return guid
    said = guid or "\n".join((title, str(raw.published), text))
    return f"hash:{hash_bytes(said).hex()}"


def _language(raw: RawEntry, title: str, text: str, context: Context) -> str:
    declared = language_code(raw.language) or context.language
    return declared or detect(f"{title}. {text}", context.default_language)


def is_tracker(url: str) -> bool:
    """Whether an image's address looks like one that only counts who sees it, or shows nothing."""
    return bool(_TRACKER.search(url))


def plain_names(values: Iterable[str], most: int, length: int) -> tuple[str, ...]:
    """Plain, distinct, within `length` characters each, at most `most`; addresses are no names."""
    names: dict[str, str] = {}
    for value in values:
        name = shorten(plain_text(value[: 10 * length]), length).strip(" ,;")
        if name and "://" not in name and len(names) < most:
            names.setdefault(name.casefold(), name)
    return tuple(names.values())


def _enclosures(media: Iterable[RawMedia], base: str) -> tuple[Enclosure, ...]:
    found: dict[str, Enclosure] = {}
    for raw in media:
        if url := safe_url(raw.url, base):
            told = _enclosure(raw, url)
            kept = found.setdefault(url, told)
            if told.duration and not kept.duration:  # as Media RSS tells it of an enclosure
                found[url] = replace(kept, duration=told.duration)
    return tuple(found.values())[:MAX_ENCLOSURES]


def _enclosure(raw: RawMedia, url: str) -> Enclosure:
    kind = plain_text(raw.media_type.strip().lower()[:100])
    length = int(raw.length) if raw.length.isascii() and raw.length.isdigit() else None
    lasts = None if kind.startswith("image/") else seconds(raw.duration)
    return Enclosure(url, kind, length if length and length < 2**63 else None, lasts)


def seconds(duration: str) -> int | None:
    """How long a file lasts, by a claim in seconds, as MM:SS or HH:MM:SS; None where unclear.

    Media RSS and JSON Feed have seconds, Apple's `itunes:duration` any of the three.
    """
    parts = _DURATION.fullmatch(duration.strip()[:20])
    if parts is None:
        return None
    hours, minutes, rest = (int(part or 0) for part in parts.groups())
    total = hours * 3600 + minutes * 60 + rest
    return total if 0 < total <= MAX_DURATION else None


def _image(images: Iterable[RawImage], html: str, base: str) -> str:
    """The declared image whose width is nearest to a good one, else the first in the text."""
    declared = [
        (abs(min(image.width or 400, 4 * GOOD_WIDTH) - GOOD_WIDTH), url)
        for image in images
        if (url := safe_url(image.url, base)) and not (0 < image.width < 3 or is_tracker(url))
    ]
    if declared:
        return min(declared, key=lambda pair: pair[0])[1]
    if "<img" not in html:
        return ""
    inside = (safe_url(unescape(src), base) for src in _IMG_SRC.findall(html))
    return next((url for url in inside if url and not is_tracker(url)), "")
