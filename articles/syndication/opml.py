"""Writing OPML 2.0 (opml.org/spec2.opml), piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

from articles.syndication.xml import DECLARATION, add, clean, fragment

MEDIA_TYPE = "text/x-opml"

_FIRST = ("type", "text", "title", "description", "xmlUrl", "htmlUrl", "language")


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed of a list."""

    url: str
    title: str
    home_url: str = ""
    language: str = ""
    folders: tuple[str, ...] = ()
    """The folders that it lies in, outermost first; none for one at the top."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """What else is said of it, by the names of attributes; goes before what is said above."""


def title_of(attributes: Mapping[str, str]) -> str:
    """What a feed is called by the attributes of its outline; may be empty."""
    return attributes.get("text") or attributes.get("title") or ""


def write(title: str, subscriptions: Iterable[Subscription]) -> Iterator[bytes]:
    """A list in UTF-8, in pieces, so that its length is of no matter.

    Ordered by their folders, those of one folder follow one another. A list that is read and
    written again is the same to the byte.
    """
    head = Element("head")
    add(head, "title", title)
    yield DECLARATION + b'<opml version="2.0">' + fragment(head) + b"<body>\n"
    inside: tuple[str, ...] = ()
    for each in subscriptions:
        folders = tuple(filter(None, map(clean, each.folders)))
        yield _turn(inside, folders) + _outline(each, len(folders))
        inside = folders
    yield _turn(inside, ()) + b"</body></opml>\n"


def _turn(inside: tuple[str, ...], to: tuple[str, ...]) -> bytes:
    """Close the folders that are left, open those that are entered."""
    pairs = zip(inside, to, strict=False)
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    closed = [f"{' ' * depth}</outline>\n" for depth in range(len(inside) - 1, common - 1, -1)]
    opened = [
        f"{' ' * (common + depth)}<outline{_attribute('text', name)}>\n"
        for depth, name in enumerate(to[common:])
    ]
    return "".join(closed + opened).encode()


def _outline(feed: Subscription, depth: int) -> bytes:
    said = {
        "type": "rss",  # for Atom and JSON Feed as well, as the specification has it
        "text": feed.title,
        "title": feed.title,
        "htmlUrl": feed.home_url,
        "language": feed.language,
    }
    values = said | dict(feed.attributes) | {"xmlUrl": feed.url}
    names = (*_FIRST, *sorted(set(values) - set(_FIRST)))
    # The text is the one attribute that an outline must have.
    written = (
        _attribute(name, values[name]) for name in names if values.get(name) or name == "text"
    )
    return f"{' ' * depth}<outline{''.join(written)}/>\n".encode()


def _attribute(name: str, value: str) -> str:
    return f" {name}={quoteattr(clean(value))}"
