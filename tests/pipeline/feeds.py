"""Small feeds for a publisher on the loopback to serve."""

from __future__ import annotations

from html import escape


def rss(*titles: str, home: str = "https://a.example") -> str:
    """An RSS feed with one item for each title."""
    items = "".join(
        f"<item><title>{escape(title)}</title>"
        f"<link>{home}/{'-'.join(title.lower().split())}</link>"
        f"<description>{escape(title)}: all that is known so far about it.</description></item>"
        for title in titles
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>The Example</title><link>{home}/</link><description>News</description>"
        f"<language>en</language>{items}</channel></rss>"
    )
