"""JSON Feed 1.0 and 1.1 (jsonfeed.org) as `RawFeed`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any

from articles.entries.decode import without_controls
from articles.entries.document import MAX_ENTRIES
from articles.entries.raw import MAX_SEVERAL, RawEntry, RawFeed, RawImage, RawMedia
from articles.entries.types import Hints, ParseError


def read_json(text: str) -> RawFeed:
    """Read a JSON Feed; raises `ParseError` where `text` is none."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError("The feed is JSON that breaks off or is malformed.") from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise ParseError("This is JSON, but not a JSON Feed.")
    items = items[:MAX_ENTRIES]
    good = [item for item in items if isinstance(item, dict)]
    wrong = len(items) - len(good)
    hubs = [hub for hub in _list(feed, "hubs") if isinstance(hub, dict)]
    return RawFeed(
        title=_text(feed, "title"),
        home_url=_text(feed, "home_page_url"),
        language=_text(feed, "language"),
        hints=Hints(
            hub_urls=tuple(_text(hub, "url") for hub in hubs if hub.get("type") == "WebSub"),
            self_url=_text(feed, "feed_url"),
        ),
        entries=tuple(_entry(item) for item in good),
        problems=(f"{wrong} items are no objects.",) if wrong else (),
    )


def _entry(item: Mapping[str, Any]) -> RawEntry:
    html = _text(item, "content_html") or escape(_text(item, "content_text"), quote=False)
    attachments = [a for a in _list(item, "attachments") if isinstance(a, dict)]
    return RawEntry(
        guid=_text(item, "id"),
        links=tuple(link for key in ("url", "external_url") if (link := _text(item, key))),
        title=_text(item, "title"),
        summary=escape(_text(item, "summary"), quote=False),
        content=html,
        authors=_authors(item),
        categories=tuple(
            without_controls(tag) for tag in _list(item, "tags") if isinstance(tag, str)
        ),
        media=tuple(
            RawMedia(
                url=_text(a, "url"),
                media_type=_text(a, "mime_type"),
                length=_text(a, "size_in_bytes"),
                duration=_text(a, "duration_in_seconds"),
            )
            for a in attachments
        ),
        images=tuple(
            RawImage(_text(item, key)) for key in ("image", "banner_image") if item.get(key)
        ),
        published=_time(_text(item, "date_published")),
        updated=_time(_text(item, "date_modified")),
        language=_text(item, "language"),
    )


def _authors(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Version 1.1 has a list, 1.0 a single one."""
    people = [*_list(item, "authors"), item.get("author")]
    return tuple(name for p in people if isinstance(p, dict) and (name := _text(p, "name")))


def _text(values: Mapping[str, Any], key: str) -> str:
    """A string; numbers, which feeds use for ids and sizes, as strings."""
    value = values.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return without_controls(str(value))


def _list(values: Mapping[str, Any], key: str) -> list[Any]:
    """The first `MAX_SEVERAL` of what may be several."""
    value = values.get(key)
    return value[:MAX_SEVERAL] if isinstance(value, list) else []


def _time(value: str) -> datetime | None:
    """RFC 3339; without an offset it is taken for UTC."""
    try:
        read = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
