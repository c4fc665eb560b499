"""The rules of RFC 4287, and of JSON Feed 1.1, as far as a document alone can break them."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, fromstring

ATOM = "{http://www.w3.org/2005/Atom}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
ONCE_IN_FEED = ("generator", "icon", "logo", "id", "rights", "subtitle", "title", "updated")
ONCE_IN_ENTRY = ("content", "id", "published", "rights", "source", "summary", "title", "updated")
TEXTS = ("title", "subtitle", "summary", "rights")

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_MEDIA_TYPE = re.compile(r".+/.+")


def all_of(parent: Element, name: str) -> list[Element]:
    return parent.findall(f"{ATOM}{name}")


def text(parent: Element, name: str) -> str:
    """The text of the one child of this name."""
    (child,) = all_of(parent, name)
    return child.text or ""


def links(parent: Element, rel: str) -> list[str]:
    return [link.get("href", "") for link in all_of(parent, "link") if link.get("rel") == rel]


def atom(body: bytes) -> Element:
    """The root of a document that keeps all the rules."""
    root = fromstring(body)
    assert root.tag == f"{ATOM}feed"
    _has(root, ONCE_IN_FEED)
    entries = all_of(root, "entry")
    for entry in entries:
        _has(entry, ONCE_IN_ENTRY)
        # 4.1.2: an author of its own, of its source or of the feed; without content an alternate.
        assert all_of(entry, "author") or all_of(root, "author")
        assert all_of(entry, "content") or links(entry, "alternate")
    assert len(links(root, "self")) == 1
    ids = [text(entry, "id") for entry in entries]
    assert len(set(ids)) == len(ids)
    assert text(root, "id") not in ids
    return root


def _has(parent: Element, once: tuple[str, ...]) -> None:
    counted = Counter(child.tag.removeprefix(ATOM) for child in parent)
    assert all(counted[name] <= 1 for name in once)
    assert counted["id"] == counted["title"] == counted["updated"] == 1
    assert _IRI.fullmatch(text(parent, "id"))
    for child in parent:
        _check(child)
    kinds = [(link.get("type"), link.get("hreflang")) for link in _alternates(parent)]
    assert len(set(kinds)) == len(kinds)


def _alternates(parent: Element) -> list[Element]:
    return [link for link in all_of(parent, "link") if link.get("rel") in (None, "alternate")]


def _check(child: Element) -> None:
    name = child.tag.removeprefix(ATOM)
    if name in ("updated", "published"):
        assert _TIME.fullmatch(child.text or "")
        datetime.fromisoformat(child.text or "")
    elif name in ("author", "contributor"):
        assert text(child, "name")
        assert all(_IRI.fullmatch(uri.text or "") for uri in all_of(child, "uri"))
    elif name == "link":
        assert _IRI.fullmatch(child.get("href", ""))
        assert _MEDIA_TYPE.fullmatch(child.get("type", "a/b"))
        assert child.get("length", "0").isdecimal()
    elif name == "category":
        assert child.get("term")
    elif name in (*TEXTS, "content"):
        assert child.get("type", "text") in ("text", "html")
        assert len(child) == 0


def json_feed(body: bytes) -> dict[str, Any]:
    """A document that has what JSON Feed requires, and nothing empty."""
    feed: dict[str, Any] = json.loads(body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    assert all(_IRI.fullmatch(feed[name]) for name in ("home_page_url", "feed_url"))
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"])
    for item in feed["items"]:
        _check_item(item)
    return feed


def _check_item(item: dict[str, Any]) -> None:
    assert isinstance(item["id"], str)
    assert item.get("content_html") or item.get("content_text")
    assert _IRI.fullmatch(item["url"])
    assert all(_TIME.fullmatch(item[name]) for name in ("date_published", "date_modified"))
    assert all(author.get("name") or author.get("url") for author in item["authors"])
    for attachment in item.get("attachments", ()):
        assert _IRI.fullmatch(attachment["url"])
        assert _MEDIA_TYPE.fullmatch(attachment["mime_type"])
        assert isinstance(attachment.get("size_in_bytes", 0), int)
