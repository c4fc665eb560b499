"""RSS 0.9x to 2.0, RDF and Atom: feedparser's reading of a document as `RawFeed`."""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import escape
from time import struct_time
from typing import Any

import feedparser
from feedparser.api import PREFERRED_XML_PARSERS

from articles.entries.document import BROKEN, bounded_root, is_well_formed, well_formed
from articles.entries.feed_plain import Values, read_plain
from articles.entries.raw import MAX_SEVERAL, RawEntry, RawFeed, RawImage, RawMedia
from articles.entries.types import Hints, ParseError

MAX_LENIENT = 512 * 1024
"""Characters of a document that is not well-formed which are read: the lenient parser is slow."""

PREFERRED_XML_PARSERS.insert(0, "articles.entries.sax")

_UTF8 = {"content-type": "application/xml; charset=utf-8"}
# What feedparser has been seen to raise on hostile documents, beside giving results.
_READER_FAULTS = (
    ValueError, LookupError, AttributeError, TypeError, ArithmeticError, RecursionError,
    AssertionError,
)  # fmt: skip

_HTML_TAG = re.compile(
    r"</?(?:p|br|a|b|i|em|strong|div|span|img|ul|ol|li|h[1-6]|blockquote)\b[^>]*>", re.IGNORECASE
)
_PERIODS = {
    "hourly": 3600,
    "daily": 86400,
    "weekly": 604800,
    "monthly": 2592000,
    "yearly": 31536000,
}
_DAYS = {
    name: number
    for number, name in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
}


def read_xml(text: str) -> RawFeed:
    """Read an XML feed; raises `ParseError` where `text` is none."""
    root, notices = bounded_root(text)
    found = read_plain(root)
    if found:
        return _as_raw(*found, root, notices)
    xml, faults = well_formed(root)
    return _as_raw(*_read_any(xml), xml, notices or faults)


def _read_any(xml: str) -> tuple[Values, list[Values]]:
    """feedparser's reading of feed and entries, whatever the format."""
    if len(xml) > MAX_LENIENT and not is_well_formed(xml):
        xml = xml[:MAX_LENIENT]
    try:
        result = feedparser.parse(
            io.BytesIO(xml.encode()),  # bytes would be tried as the name of a file first
            response_headers=_UTF8,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _READER_FAULTS as error:
        raise ParseError("The feed is broken beyond reading.") from error
    if not result.entries and not result.version and not result.feed:
        raise ParseError("The feed is broken beyond reading.")
    return result.feed, result.entries


def _as_raw(feed: Values, entries: list[Values], xml: str, notices: tuple[str, ...]) -> RawFeed:
    return RawFeed(
        title=_text(feed, "title"),
        home_url=_page_links(feed)[0] if _page_links(feed) else "",
        language=_text(feed, "language"),
        hints=_hints(feed, xml),
        entries=tuple(_entry(entry) for entry in entries),
        problems=tuple(notice for notice in notices if notice == BROKEN),
        notices=tuple(notice for notice in notices if notice != BROKEN),
    )


def _entry(entry: Values) -> RawEntry:
    contents = [c for c in _several(entry, "content") if isinstance(c, dict)]
    content = max((_markup(c) for c in contents), key=len, default="")
    detail = _own(entry, "summary_detail")
    summary = _markup(detail) if isinstance(detail, dict) else _text(entry, "summary")
    return RawEntry(
        guid=_text(entry, "id"),
        links=_page_links(entry),
        title=_text(entry, "title"),
        summary=summary,
        content=content,
        base=_base([*contents, detail, _own(entry, "title_detail")]),
        authors=_authors(entry),
        categories=tuple(
            str(tag.get("label") or tag.get("term") or "") for tag in _several(entry, "tags")
        ),
        media=_media(entry),
        images=_images(entry),
        published=_time(entry, "published"),
        updated=_time(entry, "updated") or _time(entry, "created"),
        language=_language(entry),
    )


def _own(values: Values, key: str) -> Any:
    """A value under its own name: feedparser's dictionaries answer for others and warn."""
    return dict.get(values, key)


def _several(values: Values, key: str) -> list[Any]:
    """The first `MAX_SEVERAL` of an element that may come more than once."""
    found = _own(values, key)
    return found[:MAX_SEVERAL] if isinstance(found, list) else []


def _text(values: Values, key: str) -> str:
    value = _own(values, key)
    return value if isinstance(value, str) else ""


def _markup(detail: Values) -> str:
    """HTML of a text construct; what is declared plain text but holds tags is taken for HTML."""
    value = str(detail.get("value") or "")
    if detail.get("type") == "text/plain" and not _HTML_TAG.search(value):
        return escape(value, quote=False)
    return value


def _base(details: Iterable[Any]) -> str:
    """The `xml:base` in force for an entry's texts."""
    return next((str(d["base"]) for d in details if isinstance(d, dict) and d.get("base")), "")


def _page_links(values: Values) -> tuple[str, ...]:
    """Addresses of a page, the best first: FeedBurner's original, alternates, links."""
    found = [_text(values, "feedburner_origlink")]
    links = [link for link in _several(values, "links") if link.get("rel") == "alternate"]
    html = [k.get("href") for k in links if "html" in str(k.get("type", "html"))]
    found += [str(href) for href in html if href]
    if not _own(values, "guidislink") or _text(values, "link").startswith(("http://", "https://")):
        found.append(_text(values, "link"))
    found += [str(k["href"]) for k in links if k.get("href")]
    if _own(values, "guidislink") is None:  # of RDF, where `about` names the page
        found.append(_text(values, "id"))
    return tuple(dict.fromkeys(href for href in found if href))


def _authors(entry: Values) -> tuple[str, ...]:
    named = [str(a.get("name") or "") for a in _several(entry, "authors") if isinstance(a, dict)]
    named = [name for name in named if name]
    return tuple(named) or ((_text(entry, "author"),) if _text(entry, "author") else ())


def _media(entry: Values) -> tuple[RawMedia, ...]:
    """Enclosures, which last as long as the episode that they are, and Media RSS content."""
    links = [link for link in _several(entry, "links") if link.get("rel") == "enclosure"]
    contents = [c for c in _several(entry, "media_content") if not _is_image(c)]
    episode = _text(entry, "itunes_duration")
    return tuple(
        RawMedia(
            url=str(found.get("href") or found.get("url") or ""),
            media_type=str(found.get("type") or ""),
            length=str(found.get("length") or found.get("filesize") or ""),
            duration=str(found.get("duration") or (episode if "href" in found else "")),
        )
        for found in [*links, *contents]
    )


def _images(entry: Values) -> tuple[RawImage, ...]:
    found = [
        RawImage(str(image.get("url") or ""), _number(image.get("width")))
        for image in [
            *_several(entry, "media_content"),
            *_several(entry, "media_thumbnail"),
        ]
        if _is_image(image)
    ]
    found += [
        RawImage(str(link.get("href") or ""))
        for link in _several(entry, "links")
        if link.get("rel") == "enclosure" and str(link.get("type", "")).startswith("image/")
    ]
    cover = _own(entry, "image")
    if isinstance(cover, dict):
        found.append(RawImage(str(cover.get("href") or "")))
    return tuple(found)


def _is_image(content: Values) -> bool:
    """Whether Media RSS content is an image, as declared or by its address."""
    medium = str(content.get("medium") or content.get("type") or "image").lower()
    if not medium.startswith("image"):
        return False
    declared = content.get("medium") or content.get("type")
    path = str(content.get("url") or "").partition("?")[0].lower()
    return bool(declared) or not path.endswith((".mp4", ".mp3", ".m3u8", ".webm", ".mov", ".m4a"))


def _language(entry: Values) -> str:
    title = _own(entry, "title_detail")
    inherited = title.get("language") if isinstance(title, dict) else None
    return _text(entry, "language") or str(inherited or "")


def _time(entry: Values, key: str) -> datetime | None:
    """feedparser's reading of a date, or ours: UTC."""
    parsed = _own(entry, f"{key}_parsed")
    if isinstance(parsed, datetime):
        return parsed
    if not isinstance(parsed, struct_time):
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _hints(feed: Values, xml: str) -> Hints:
    links = [link for link in _several(feed, "links") if link.get("href")]
    by_rel: dict[str, list[str]] = {}
    for link in links:
        by_rel.setdefault(str(link.get("rel")), []).append(str(link["href"]))
    return Hints(
        ttl_seconds=_number(_text(feed, "ttl")) * 60 or _period(feed),
        update_base=_update_base(feed),
        skip_hours=frozenset(_skipped(xml, "hour", {str(h): h % 24 for h in range(25)})),
        skip_days=frozenset(_skipped(xml, "day", _DAYS)),
        hub_urls=tuple(by_rel.get("hub", ())),
        self_url=by_rel.get("self", [""])[0],
    )


def _period(feed: Values) -> int | None:
    """Seconds between updates by the RSS syndication module."""
    period = _PERIODS.get(_text(feed, "sy_updateperiod").strip().lower())
    return period // max(_number(_text(feed, "sy_updatefrequency")), 1) if period else None


def _update_base(feed: Values) -> datetime | None:
    """When the update periods of the syndication module begin (W3CDTF)."""
    try:
        base = datetime.fromisoformat(_text(feed, "sy_updatebase").strip())
        return base.replace(tzinfo=base.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _skipped(xml: str, unit: str, values: Mapping[str, int]) -> list[int]:
    """What `skipHours` or `skipDays` hold; feedparser keeps only the last child."""
    block = re.search(rf"(?is)<skip{unit}s\b[^>]*>(.{{0,2000}}?)</skip{unit}s>", xml)
    named = re.findall(rf"(?is)<{unit}>\s*(\w+)\s*<", block[1]) if block else []
    return [
        values[n.lower().lstrip("0") or "0"]
        for n in named
        if (n.lower().lstrip("0") or "0") in values
    ]


def _number(value: object) -> int:
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
