"""What a page says of itself: link and meta elements (HTML, Open Graph), and JSON-LD (schema.org).

Strings are as the page has them; `page` cleans and judges them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

MAX_JSON = 300_000
"""Characters of one block of JSON-LD that are read."""
MAX_NODES = 500
"""Nodes of a page's JSON-LD that are looked at."""

_PUBLISHED = (
    *("article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date"),
    *("sailthru.date", "dcterms.created", "dcterms.date", "dc.date.issued", "dc.date", "pubdate"),
)
_IMAGES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
_AUTHORS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator")
_REPORT = re.compile(r"(?:Article|Posting)$")
_WITH_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Metadata:
    canonical: str = ""
    published: datetime | None = None
    """Aware; without an offset it is taken for UTC."""
    images: tuple[str, ...] = ()
    """The best first."""
    authors: tuple[str, ...] = ()


def metadata(tree: Any) -> Metadata:
    """What the elements of a page (`lxml.html`) say."""
    meta = _meta(tree)
    report = next(_reports(tree), {})
    times = [*_all(meta, _PUBLISHED), *_strings(report.get("datePublished")), *_marked_times(tree)]
    return Metadata(
        canonical=next(iter([*_canonical_links(tree), *meta.get("og:url", ())]), ""),
        published=next((time for text in times if (time := _time(text))), None),
        images=(*_all(meta, _IMAGES), *_addresses(report.get("image"))),
        authors=_authors(report) or _all(meta, _AUTHORS),
    )


def _meta(tree: Any) -> dict[str, list[str]]:
    """The contents of meta elements by name, property or itemprop, in lower case."""
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = element.get("content", "").strip()
        for attribute in ("name", "property", "itemprop"):
            if content and (name := element.get(attribute, "").strip().lower()):
                found.setdefault(name, []).append(content)
    return found


def _all(meta: Mapping[str, list[str]], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(content for name in names for content in meta.get(name, ()))


def _canonical_links(tree: Any) -> list[str]:
    return [
        address
        for element in tree.iter("link")
        if "canonical" in element.get("rel", "").lower().split()
        and (address := element.get("href", "").strip())
    ]


def _marked_times(tree: Any) -> list[str]:
    """What `time` elements tell that are marked as the time of publication."""
    return [
        element.get("datetime", "")
        for element in tree.iter("time")
        if element.get("itemprop", "") == "datePublished" or element.get("pubdate") is not None
    ]


def _reports(tree: Any) -> Iterator[Mapping[str, Any]]:
    """The nodes of JSON-LD that describe an article or a posting."""
    for element in tree.iter("script"):
        if element.get("type", "").strip().lower() != "application/ld+json":
            continue
        try:
            said = json.loads((element.text or "")[:MAX_JSON])
        except (ValueError, RecursionError):
            continue  # some other block may be well-formed
        for node in _nodes(said):
            if any(_REPORT.search(kind) for kind in _strings(node.get("@type"))):
                yield node


def _nodes(said: Any) -> Iterator[Mapping[str, Any]]:
    waiting = [said]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            yield node
            waiting.append(node.get("@graph"))


def _authors(report: Mapping[str, Any]) -> tuple[str, ...]:
    people = report.get("author")
    names = [_name(person) for person in (people if isinstance(people, list) else [people])]
    return tuple(name for name in names if name)


def _name(person: Any) -> str:
    name = person.get("name") if isinstance(person, dict) else person
    return name.strip() if isinstance(name, str) else ""


def _addresses(image: Any) -> tuple[str, ...]:
    """The addresses in an image's three forms: an address, an ImageObject, a list of them."""
    items = image if isinstance(image, list) else [image]
    urls = (item.get("url") if isinstance(item, dict) else item for item in items)
    return tuple(url for url in urls if isinstance(url, str))


def _strings(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(each for each in values if isinstance(each, str))


def _time(text: str) -> datetime | None:
    """A moment in ISO 8601. A mere date tells less than the time at which it was met."""
    text = text.strip()
    if not _WITH_TIME.match(text):
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
