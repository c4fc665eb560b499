"""Entries as parsing would give them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from articles.entries.types import Entry

SOME_TIME = datetime(2026, 3, 1, 12, tzinfo=UTC)


def entry(title: str, **told: Any) -> Entry:
    """An entry whose GUID and address follow from its title unless told."""
    slug = "-".join(title.lower().split())
    fields: dict[str, Any] = {
        "guid": f"https://a.example/{slug}",
        "url": f"https://a.example/{slug}",
        "title": title,
        "excerpt": f"What is known about this: {title}.",
        "text": "",
        "html": "",
        "authors": (),
        "categories": (),
        "enclosures": (),
        "image_url": "",
        "published": SOME_TIME,
        "published_claim": SOME_TIME,
        "updated": None,
        "language": "en",
    }
    fields |= told
    fields.setdefault("canonical_url", fields["url"])
    return Entry(**fields)
