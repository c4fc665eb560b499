"""Publishers on the loopback whose addresses are put on trial."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from html import escape

from tests.fetch.publisher import Page


def page(body: str) -> Page:
    return lambda request: request.answer(200, body.encode())


def home(*feeds: str) -> Page:
    """A page that names these feeds."""
    return page(
        "".join(
            f'<link rel="alternate" type="application/rss+xml" href="{feed}">' for feed in feeds
        )
    )


def feed(
    *entries: tuple[str, datetime], title: str = "The Lantern", at: str = "https://lantern.example"
) -> Page:
    """A feed of headlines and their times; their addresses follow from the headlines."""
    items = "".join(
        f"<item><title>{escape(headline)}</title><pubDate>{format_datetime(time)}</pubDate>"
        f"<link>{at}/{'-'.join(headline.lower().split())}</link></item>"
        for headline, time in entries
    )
    return page(
        f"<rss version='2.0'><channel><title>{escape(title)}</title><link>{at}/</link>"
        f"<language>en-GB</language>{items}</channel></rss>"
    )
