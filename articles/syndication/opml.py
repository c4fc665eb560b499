"""Writing OPML 2.0 (opml.org/spec2.opml), piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from xml.etree.ElementTree import Element

from articles.syndication.xml import DECLARATION, add, clean, fragment, written

MEDIA_TYPE = "text/x-opml"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed of a list."""

    url: str
    title: str
    home_url: str = ""
    language: str = ""
    folder: str = ""
    """The folder that it lies in; empty for one at the top."""


def write(title: str, subscriptions: Iterable[Subscription]) -> Iterator[bytes]:
    """A list in UTF-8, in pieces, so that its length is of no matter.

    Those of one folder must follow one another.
    """
    head = Element("head")
    add(head, "title", title)
    yield DECLARATION + b'<opml version="2.0">' + fragment(head) + b"<body>\n"
    for folder, inside in groupby(subscriptions, key=lambda each: each.folder):
        outlines = [_outline(each) for each in inside]
        yield b"".join(fragment(each) + b"\n" for each in _filed(folder, outlines))
    yield b"</body></opml>\n"


def _filed(folder: str, outlines: list[Element]) -> list[Element]:
    if not clean(folder):
        return outlines
    parent = Element("outline", {"text": clean(folder)})
    parent.extend(outlines)
    return [parent]


def _outline(feed: Subscription) -> Element:
    return Element("outline", {
        "type": "rss",  # for Atom and JSON Feed as well, as the specification has it
        "text": clean(feed.title),
    } | written({
        "title": feed.title,
        "xmlUrl": feed.url,
        "htmlUrl": feed.home_url,
        "language": feed.language,
    }))  # fmt: skip
