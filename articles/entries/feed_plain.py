"""RSS 2.0 and Atom 1.0 as most publishers write them, read ten times faster than by feedparser.

It gives the very values that feedparser gives, or none at all: whatever is unusual (an element or
an attribute that is not listed here, markup inside a text, an odd date) is left to feedparser. So
what is said here about an element is what feedparser does with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from xml.parsers import expat

from articles.entries.dates import common_date

Values = dict[str, Any]
"""What is known of a feed or of an entry, under feedparser's names."""
Attributes = Mapping[str, str]

_ATOM = "http://www.w3.org/2005/Atom "
_CONTENT = "http://purl.org/rss/1.0/modules/content/ "
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/ "
_FEEDBURNER = "http://rssnamespace.org/feedburner/ext/1.0 "
_MEDIA = "http://search.yahoo.com/mrss/ "
_SLASH = "http://purl.org/rss/1.0/modules/slash/ "
_SYNDICATION = "http://purl.org/rss/1.0/modules/syndication/ "
_THREADING = "http://purl.org/syndication/thread/1.0 "
_WELL_FORMED = "http://wellformedweb.org/CommentAPI/ "
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"

_BUFFER = 256 * 1024
_HTML = {"": "", "text": "text/plain", "html": "text/html"} | {
    kind: kind for kind in ("text/plain", "text/html")
}
_ENTITY = re.compile(r"&([A-Za-z0-9_]+);")
_CONTROLS = re.compile("[\x80-\x9f]")
_EXTRA_SLASHES = re.compile(r"[A-Za-z][A-Za-z0-9+-.]*:///")
# Characters of windows-1252 that were taken for Latin-1.
_WINDOWS_1252 = {
    code: text for code in range(128, 160) if (text := bytes([code]).decode("cp1252", "ignore"))
}


class _UnusualError(Exception):
    """The feed holds something that only feedparser knows how to take."""


def read_plain(xml: str) -> tuple[Values, list[Values]] | None:
    """The values of feed and entries under feedparser's names; None where that takes feedparser.

    `xml` starts with the root element.
    """
    reader = _Reader()
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.buffer_size = _BUFFER
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        parser.Parse(xml.encode(errors="replace"), True)
    except (expat.ExpatError, _UnusualError):
        return None
    return reader.feed, reader.entries


class _Reader:
    """Walks through the elements; `values` are those of the feed or of the entry it is in."""

    def __init__(self) -> None:
        self.feed: Values = {}
        self.entries: list[Values] = []
        self.values = self.feed
        self.language: str | None = None
        self._inside: list[_Children] = [_ROOTS]
        self._leaf: _Leaf | None = None
        self._attributes: Attributes = {}
        self._pieces: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        kind = self._inside[-1].get(name)
        if kind is None or self._leaf is not None:
            raise _UnusualError
        if isinstance(kind, dict):
            self._inside.append(kind)
            self._open(name, attributes)
        else:
            self._leaf = kind
            self._attributes = attributes
            self._pieces = []

    def characters(self, text: str) -> None:
        if self._leaf is None and not text.isspace():
            raise _UnusualError
        self._pieces.append(text)

    def end(self, name: str) -> None:
        if self._leaf is not None:
            self._leaf(self, "".join(self._pieces).strip(), self._attributes)
            self._leaf = None
            return
        children = self._inside.pop()
        if children is _ITEM or children is _ENTRY:
            self.values = self.feed
        elif children is _PERSON:
            _name_author(self.values)

    def _open(self, name: str, attributes: Attributes) -> None:
        children = self._inside[-1]
        if children is _CHANNELS or children is _FEED:
            self._open_root(attributes)
        elif attributes:
            raise _UnusualError
        elif children is _ITEM or children is _ENTRY:
            self.values = {}
            self.entries.append(self.values)
        elif children is _PERSON:
            self.values.setdefault("authors", []).append({})

    def _open_root(self, attributes: Attributes) -> None:
        if attributes.keys() - {_LANGUAGE, "version"}:
            raise _UnusualError
        if language := attributes.get(_LANGUAGE):
            self.language = self.feed["language"] = language.replace("_", "-")


_Leaf = Callable[[_Reader, str, Attributes], None]
_Children = dict[str, Any]
"""What may be in an element: for each name the children again, or what reads it as a leaf."""


def _said(text: str) -> str:
    """A text after feedparser's two repairs of doubly decoded characters."""
    if text.isascii():
        return text
    with suppress(UnicodeError):  # where it is what it says
        text = text.encode("iso-8859-1").decode()
    return text.translate(_WINDOWS_1252) if _CONTROLS.search(text) else text


def _address(text: str) -> str:
    if _EXTRA_SLASHES.match(text):
        raise _UnusualError
    return text


def _only(attributes: Attributes, *allowed: str) -> None:
    if attributes.keys() - allowed:
        raise _UnusualError


def _once(values: Values, key: str) -> None:
    if key in values:
        raise _UnusualError


def _ignored(_reader: _Reader, _text: str, _attributes: Attributes) -> None:
    """It says nothing that is asked of a feed."""


def _as(key: str) -> _Leaf:
    """A text without attributes that is kept under `key`."""

    def keep(reader: _Reader, text: str, attributes: Attributes) -> None:
        _only(attributes)
        _once(reader.values, key)
        reader.values[key] = _said(text)

    return keep


def _date(key: str) -> _Leaf:
    """A time; of several the last counts."""

    def keep(reader: _Reader, text: str, attributes: Attributes) -> None:
        _only(attributes)
        found = common_date(text)
        if found is None and text:
            raise _UnusualError
        reader.values[f"{key}_parsed"] = found

    return keep


def _title(reader: _Reader, text: str, attributes: Attributes) -> None:
    _only(attributes, "type")
    _once(reader.values, "title")
    _type(attributes, "text/plain")
    reader.values["title"] = _said(text)
    reader.values["title_detail"] = {"language": reader.language}


def _type(attributes: Attributes, default: str) -> str:
    kind = _HTML.get(attributes.get("type", "").lower())
    if kind is None:
        raise _UnusualError
    return kind or default


def _description(reader: _Reader, text: str, attributes: Attributes) -> None:
    _only(attributes)
    _keep_summary(reader.values, text, "text/html")


def _summary(reader: _Reader, text: str, attributes: Attributes) -> None:
    _only(attributes, "type")
    _keep_summary(reader.values, text, _type(attributes, "text/plain"))


def _keep_summary(values: Values, text: str, kind: str) -> None:
    _once(values, "summary_detail")
    values["summary"] = _said(text)
    values["summary_detail"] = {"type": kind, "value": values["summary"]}


def _encoded(reader: _Reader, text: str, attributes: Attributes) -> None:
    _only(attributes)
    _keep_content(reader.values, text, "text/html")


def _content(reader: _Reader, text: str, attributes: Attributes) -> None:
    _only(attributes, "type")
    _keep_content(reader.values, text, _type(attributes, "text/plain"))


def _keep_content(values: Values, text: str, kind: str) -> None:
    """The content stands for a summary where there is none (yet)."""
    _once(values, "content")
    said = _said(text)
    values["content"] = [{"type": kind, "value": said}]
    values.setdefault("summary", said)


def _link(reader: _Reader, text: str, attributes: Attributes) -> None:
    _only(attributes)
    address = _said(_address(text)).replace("&amp;", "&")
    address = _ENTITY.sub(r"&\1", address)
    link = {"rel": "alternate", "type": "text/html"}
    reader.values.setdefault("links", []).append(link)
    reader.values["link"] = address
    if address:
        link["href"] = address


def _atom_link(reader: _Reader, _text: str, attributes: Attributes) -> None:
    _only(attributes, "rel", "type", "href", "hreflang", "title", "length")
    link = {"rel": "alternate", **attributes, "href": _address(attributes.get("href", ""))}
    if not link["href"]:
        raise _UnusualError
    link["rel"] = link["rel"].lower()
    default = "application/atom+xml" if link["rel"] == "self" else "text/html"
    link["type"] = link.get("type", default).lower()
    reader.values.setdefault("links", []).append(link)
    html = link["type"] in {"html", "xhtml", "text/html", "application/xhtml+xml"}
    if link["rel"] == "alternate" and html:
        reader.values["link"] = link["href"]


def _guid(reader: _Reader, text: str, attributes: Attributes) -> None:
    """An id that is an address serves as link where none came before it."""
    _only(attributes, "isPermaLink")
    _once(reader.values, "id")
    is_link = attributes.get("isPermaLink", "true") == "true"
    value = _said(_address(text) if is_link else text)
    reader.values["id"] = value
    reader.values["guidislink"] = is_link and "link" not in reader.values
    if is_link:
        reader.values.setdefault("link", value)


def _author(reader: _Reader, text: str, attributes: Attributes) -> None:
    """A name; an e-mail address in it would have to be taken out."""
    _only(attributes)
    if "@" in text:
        raise _UnusualError
    name = _said(text)
    reader.values.setdefault("authors", []).append({"name": name} if name else {})
    reader.values["author"] = name


def _of_person(key: str) -> _Leaf:
    def keep(reader: _Reader, text: str, attributes: Attributes) -> None:
        _only(attributes)
        person = reader.values["authors"][-1]
        _once(person, key)
        person[key] = text

    return keep


def _name_author(values: Values) -> None:
    """What stands for a person once all is known."""
    *others, person = values["authors"]
    name, email = person.get("name"), person.get("email")
    if others and not name:
        raise _UnusualError
    values["author"] = f"{name} ({email})" if name and email else name or email or ""


def _category(reader: _Reader, text: str, attributes: Attributes) -> None:
    """A tag; the text names it where no attribute does."""
    _only(attributes, "term", "scheme", "domain", "label")
    tags: list[Values] = reader.values.setdefault("tags", [])
    scheme = attributes.get("scheme", attributes.get("domain"))
    _tag(tags, attributes.get("term"), scheme, attributes.get("label"))
    value = _said(text)
    if value and tags and not tags[-1]["term"]:
        tags[-1]["term"] = value
    else:
        _tag(tags, value, None, None)


def _tag(tags: list[Values], term: str | None, scheme: str | None, label: str | None) -> None:
    tag = {"term": term, "scheme": scheme, "label": label}
    if (term or scheme or label) and tag not in tags:
        tags.append(tag)


def _enclosure(reader: _Reader, _text: str, attributes: Attributes) -> None:
    _only(attributes, "url", "type", "length")
    link = {"href": attributes.get("url", ""), "rel": "enclosure"}
    link["type"] = attributes.get("type", "").lower()
    link["length"] = attributes.get("length", "")
    reader.values.setdefault("links", []).append(link)


def _media(key: str) -> _Leaf:
    """An element that says all in its attributes."""

    def keep(reader: _Reader, text: str, attributes: Attributes) -> None:
        found = {name.lower(): value for name, value in attributes.items()}
        if text or found.keys() & {"lang", "base", "rel"} or any(" " in name for name in found):
            raise _UnusualError
        if "type" in found:
            found["type"] = found["type"].lower()
        reader.values.setdefault(key, []).append(found)

    return keep


def _all(leaf: _Leaf, *names: str, space: str = "") -> _Children:
    return {f"{space}{name}": leaf for name in names}


_PERSON: _Children = {
    f"{_ATOM}name": _of_person("name"),
    f"{_ATOM}email": _of_person("email"),
    f"{_ATOM}uri": _ignored,
}
_IMAGE = _all(_ignored, "title", "link", "description", "url", "width", "height")
_ANY = {
    f"{_DUBLIN_CORE}date": _date("updated"),
    f"{_MEDIA}content": _media("media_content"),
    f"{_MEDIA}thumbnail": _media("media_thumbnail"),
    f"{_FEEDBURNER}origLink": _as("feedburner_origlink"),
    f"{_SLASH}comments": _ignored,
    f"{_WELL_FORMED}commentRss": _ignored,
    f"{_THREADING}total": _ignored,
}
_ITEM: _Children = _ANY | {
    "title": _title,
    "link": _link,
    "description": _description,
    "guid": _guid,
    "author": _author,
    "pubDate": _date("published"),
    "category": _category,
    "enclosure": _enclosure,
    f"{_CONTENT}encoded": _encoded,
    f"{_DUBLIN_CORE}creator": _author,
    **_all(_ignored, "comments", "source"),
}
_ENTRY: _Children = _ANY | {
    f"{_ATOM}title": _title,
    f"{_ATOM}link": _atom_link,
    f"{_ATOM}id": _guid,
    f"{_ATOM}published": _date("published"),
    f"{_ATOM}updated": _date("updated"),
    f"{_ATOM}summary": _summary,
    f"{_ATOM}content": _content,
    f"{_ATOM}category": _category,
    f"{_ATOM}author": _PERSON,
    f"{_ATOM}rights": _ignored,
}
_SYNDICATED: _Children = {
    f"{_SYNDICATION}updatePeriod": _as("sy_updateperiod"),
    f"{_SYNDICATION}updateFrequency": _as("sy_updatefrequency"),
    f"{_SYNDICATION}updateBase": _as("sy_updatebase"),
}
_CHANNEL: _Children = _SYNDICATED | {
    "title": _title,
    "link": _link,
    "language": _as("language"),
    "ttl": _as("ttl"),
    "item": _ITEM,
    "image": _IMAGE,
    "skipHours": _all(_ignored, "hour"),
    "skipDays": _all(_ignored, "day"),
    f"{_ATOM}link": _atom_link,
    **_all(_ignored, "description", "copyright", "managingEditor", "webMaster", "pubDate"),
    **_all(_ignored, "lastBuildDate", "category", "generator", "docs", "rating"),
    **_all(_ignored, "creator", "date", "publisher", "rights", space=_DUBLIN_CORE),
}
_FEED: _Children = _SYNDICATED | {
    f"{_ATOM}title": _title,
    f"{_ATOM}link": _atom_link,
    f"{_ATOM}id": _guid,
    f"{_ATOM}entry": _ENTRY,
    f"{_ATOM}author": _PERSON,
    **_all(
        _ignored, "subtitle", "updated", "category", "generator", "rights", "icon", "logo",
        space=_ATOM,
    ),
}  # fmt: skip
_CHANNELS: _Children = {"channel": _CHANNEL}
_ROOTS: _Children = {"rss": _CHANNELS, f"{_ATOM}feed": _FEED}
