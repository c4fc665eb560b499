"""Writing Atom: RFC 4287, in pages by RFC 5005, section 3.

Pages rather than the archives of its section 4: an archived document must never change, and
stories grow, merge and part.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from articles.syndication.types import Feed, Item
from articles.syndication.xml import add, clean, document, rfc3339, written

MEDIA_TYPE = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_RSS = "http://search.yahoo.com/mrss/"
GENERATOR = "Newsreader"


def write(feed: Feed) -> bytes:
    """A feed as an Atom document in UTF-8."""
    names = {"xmlns": NAMESPACE, "xmlns:media": MEDIA_RSS}
    root = Element("feed", names | written({"xml:lang": feed.language}))
    add(root, "id", feed.id)
    add(root, "title", feed.title)
    add(root, "subtitle", feed.subtitle)
    add(root, "updated", rfc3339(feed.updated))
    _links(root, feed)
    add(add(root, "author"), "name", feed.publisher)
    add(root, "generator", GENERATOR)
    add(root, "icon", feed.icon_url)
    add(root, "rights", feed.rights)
    for item in feed.items:
        _entry(root, item)
    return document(root)


def _links(root: Element, feed: Feed) -> None:
    add(root, "link", rel="self", type=MEDIA_TYPE, href=feed.self_url)
    add(root, "link", rel="alternate", type="text/html", href=feed.home_url)
    if feed.next_url or feed.first_url != feed.self_url:
        add(root, "link", rel="first", type=MEDIA_TYPE, href=feed.first_url)
    if feed.next_url:
        add(root, "link", rel="next", type=MEDIA_TYPE, href=feed.next_url)


def _entry(root: Element, item: Item) -> None:
    entry = add(root, "entry", **{"xml:lang": item.language})
    add(entry, "id", item.id)
    add(entry, "title", item.title)
    add(entry, "published", rfc3339(item.published))
    add(entry, "updated", rfc3339(item.updated))
    author = add(entry, "author")
    add(author, "name", item.outlet)
    add(author, "uri", item.outlet_url)
    for name in item.names:
        add(add(entry, "contributor"), "name", name)
    add(entry, "link", rel="alternate", type="text/html", href=item.url)
    if item.via:
        add(entry, "link", rel="via", type="text/html", href=item.via)
    _media(entry, item)
    for category in filter(None, map(clean, item.categories)):
        add(entry, "category", term=category)
    if item.summary:
        add(entry, "summary", item.summary)
    if item.content_html:
        add(entry, "content", item.content_html, type="html")


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _media(entry: Element, item: Item) -> None:
    for medium in item.media:
        size, lasts = _number(medium.length), _number(medium.duration)
        add(
            entry, "link",
            rel="enclosure", type=medium.media_type, length=size, href=medium.url,
        )  # fmt: skip
        if lasts:  # Atom has no word for it
            add(
                entry, "media:content",
                url=medium.url, type=medium.media_type, fileSize=size, duration=lasts,
            )  # fmt: skip
    if item.image_url:
        add(entry, "media:thumbnail", url=item.image_url)
