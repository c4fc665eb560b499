"""Writing sitemaps (sitemaps.org, protocol 0.9), and news sitemaps by Google's extension."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from articles.syndication.xml import add, document, rfc3339

MEDIA_TYPE = "application/xml"
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
MOST_URLS = 50_000
"""In one document, and documents in one index."""
MOST_NEWS = 1000
"""In one news sitemap."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page, or a sitemap, and when it last changed, where that is known."""

    url: str
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class News:
    """A page that is news."""

    url: str
    title: str
    language: str
    published: datetime


def index(sitemaps: Iterable[Place]) -> bytes:
    """The index of a site's sitemaps."""
    return _listed("sitemapindex", "sitemap", sitemaps)


def pages(places: Iterable[Place]) -> bytes:
    """One sitemap; at most `MOST_URLS` places."""
    return _listed("urlset", "url", places)


def news(site: str, stories: Iterable[News]) -> bytes:
    """A news sitemap; `site` is the name that its pages are published under."""
    root = Element("urlset", {"xmlns": NAMESPACE, "xmlns:news": NEWS})
    for story in stories:
        url = add(root, "url")
        add(url, "loc", story.url)
        told = add(url, "news:news")
        publication = add(told, "news:publication")
        add(publication, "news:name", site)
        add(publication, "news:language", story.language)
        add(told, "news:publication_date", rfc3339(story.published))
        add(told, "news:title", story.title)
    return document(root)


def _listed(root_name: str, name: str, places: Iterable[Place]) -> bytes:
    root = Element(root_name, {"xmlns": NAMESPACE})
    for place in places:
        child = add(root, name)
        add(child, "loc", place.url)
        if place.changed:
            add(child, "lastmod", rfc3339(place.changed))
    return document(root)
