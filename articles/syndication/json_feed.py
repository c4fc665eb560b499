"""Writing JSON Feed, version 1.1 (jsonfeed.org)."""

from __future__ import annotations

import json
from typing import Any

from articles.syndication.types import Feed, Item, Medium
from articles.syndication.xml import rfc3339

MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def write(feed: Feed) -> bytes:
    """A feed as a JSON document in UTF-8."""
    said = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.home_url,
        "feed_url": feed.self_url,
        "description": feed.subtitle,
        "next_url": feed.next_url,
        "favicon": feed.icon_url,
        "authors": [{"name": feed.publisher}],
        "language": feed.language,
    }
    items = [_said(_item(item)) for item in feed.items]
    # Escapes keep a lone surrogate, which UTF-8 cannot hold, from breaking the document.
    return json.dumps({**_said(said), "items": items}, separators=(",", ":")).encode()


def _item(item: Item) -> dict[str, Any]:
    content = {"content_html": item.content_html} if item.content_html else {}
    return {
        "id": item.id,
        "url": item.url,
        "external_url": item.via,
        "title": item.title,
        **(content or {"content_text": item.summary or item.title or item.url}),
        "summary": item.summary,
        "image": item.image_url,
        "date_published": rfc3339(item.published),
        "date_modified": rfc3339(item.updated),
        "authors": [
            {"name": item.outlet, "url": item.outlet_url},
            *({"name": name} for name in item.names),
        ],
        "tags": list(item.categories),
        "language": item.language,
        "attachments": [_said(_attachment(medium)) for medium in item.media],
    }


def _attachment(medium: Medium) -> dict[str, Any]:
    return {
        "url": medium.url,
        # Required, and the publisher may not have told.
        "mime_type": medium.media_type or "application/octet-stream",
        "size_in_bytes": medium.length,
        "duration_in_seconds": medium.duration,
    }


def _said(members: dict[str, Any]) -> dict[str, Any]:
    """Those members that have something to say."""
    return {name: value for name, value in members.items() if value not in ("", None, [])}
