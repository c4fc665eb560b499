"""Reading OPML subscription lists (version 1 and 2, http://opml.org/spec2.opml). Pure.

Lists in the wild are written by hand as often as not, so two slips are forgiven: ampersands that
are not escaped, and HTML's names of characters. Nothing is fetched, and a list that declares
entities of its own is refused.

All attributes of an outline are kept, so that a list can be written again as it was: texts as plain
text, addresses as they are. An attribute of another vocabulary brings the declaration of its prefix
with it. What is longer or more than the bounds below is named in `Outline.left_out`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from xml.parsers import expat

from articles.entries.decode import codec_of
from articles.entries.sanitise import plain_text
from articles.fetch.addresses import check_url
from articles.fetch.types import FetchError
from articles.syndication.opml import title_of

DEEPEST = 100
"""Levels of folders."""
LONGEST_PATH = 1000
"""Characters of the names of all the folders that a feed lies in."""
MOST_FEEDS = 50_000
MOST_ATTRIBUTES = 40
LONGEST_VALUE = 2000
LONGEST_NAME = 100
LONGEST_NAMESPACE = 200

_ENCODING = re.compile(r"""^\s*<\?xml[^>]{0,200}?encoding=["']([A-Za-z0-9._-]{1,40})["']""")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BARE_AMPERSAND = re.compile(r"&(?!#[0-9]{1,7};|#x[0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,30};)")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_SPELLING = {
    name.lower(): name
    for name in (
        *("type", "text", "title", "description", "xmlUrl", "htmlUrl", "language", "version"),
        *("category", "created", "url", "isComment", "isBreakpoint"),
    )
}
"""The attributes that OPML 2.0 has, by their names in lower case: lists spell them in any case."""
_NAME = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z0-9]{1,30};")


class ListError(Exception):
    """The bytes are no subscription list that can be read. The message says why."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One entry of a list that is, or should be, a feed. Strings are as found, only stripped."""

    url: str
    """Empty where the list names none."""
    title: str
    home_url: str
    folders: tuple[str, ...]
    """The folders it lies in, outermost first."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """All that the list says of it besides its address, by the names of OPML 2.0."""
    left_out: tuple[str, ...] = ()
    """Names of attributes that are not among `attributes`."""


def read_opml(body: bytes) -> tuple[Outline, ...]:
    """The feeds of a list, in its order. Raises ListError."""
    text = decoded(body).strip()
    if not text:
        raise ListError("The file is empty.")
    reader = _Reader()
    try:
        reader.parser.Parse(_repaired(text).encode(), True)
    except expat.ExpatError as error:
        raise ListError(f"The file is not well-formed XML: {error}.") from error
    if not reader.is_opml:
        raise ListError("This is not an OPML file: it has no <opml> element.")
    return tuple(reader.outlines)


class _Reader:
    """Collects outlines: those with an address or a home page are feeds, the others folders."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = self._entity
        self.outlines: list[Outline] = []
        self.is_opml = False
        self._folders: list[str] = []
        self._namespaces: dict[str, str] = {}

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        self._namespaces |= {
            key: uri for key, uri in attrs.items() if key.startswith("xmlns:") and _is_name(uri)
        }
        if name.lower() == "outline":
            if len(self._folders) == DEEPEST:
                raise ListError(f"Its folders are nested more than {DEEPEST} deep.")
            self._folders.append(self._outline(attrs))
        self.is_opml = self.is_opml or name.lower() == "opml"

    def _end(self, name: str) -> None:
        if name.lower() == "outline":
            self._folders.pop()

    def _entity(self, name: str, *_: object) -> None:
        raise ListError(
            f"The file declares an entity (“{name}”), which a subscription list must not."
        )

    def _outline(self, attrs: dict[str, str]) -> str:
        """Keep a feed; return the name of the folder that the outline opens, or nothing."""
        found = {_SPELLING.get(name.lower(), name): value.strip() for name, value in attrs.items()}
        url, home_url = found.pop("xmlUrl", ""), found.get("htmlUrl", "")
        if not url and not home_url and found.get("type", "").lower() not in {"rss", "atom"}:
            return _plain(found.get("text") or found.get("title") or "")
        folders = tuple(filter(None, self._folders)) or _category(found.get("category", ""))
        if sum(map(len, folders)) > LONGEST_PATH:
            raise ListError(f"The names of its folders are longer than {LONGEST_PATH} characters.")
        if len(self.outlines) == MOST_FEEDS:
            raise ListError(f"It has more than {MOST_FEEDS} feeds.")
        kept, left_out = self._attributes(found)
        self.outlines.append(Outline(url, title_of(kept), home_url, folders, kept, left_out))
        return ""

    def _attributes(self, found: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
        """What is kept of an outline's attributes, and the names of the others."""
        kept: dict[str, str] = {}
        left_out = []
        for name, value in found.items():
            prefix, colon, _ = name.partition(":")
            declared = f"xmlns:{prefix}" if colon and prefix != "xml" else ""
            text = _value(name, value)
            if not text or prefix == "xmlns":
                continue
            if not _fits(name, text, kept) or (declared and declared not in self._namespaces):
                left_out.append(name[:LONGEST_NAME])
                continue
            kept[name] = text
            if declared:
                kept[declared] = self._namespaces[declared]
        return kept, tuple(left_out)


def _fits(name: str, value: str, kept: Mapping[str, str]) -> bool:
    short = len(name) <= LONGEST_NAME and len(value) <= LONGEST_VALUE
    return short and len(kept) < MOST_ATTRIBUTES and (name != "htmlUrl" or _is_web(value))


def _is_name(uri: str) -> bool:
    """Whether a namespace can be declared again as it is."""
    return 0 < len(uri) <= LONGEST_NAMESPACE and uri == _value("", uri)


def _is_web(url: str) -> bool:
    try:
        check_url(url)
    except FetchError:
        return False
    return True


def _value(name: str, value: str) -> str:
    """An address as it is, so that its parameters survive; any other value as plain text."""
    return value if name == "htmlUrl" or _ADDRESS.fullmatch(value) else _plain(value)


def _plain(text: str) -> str:
    """Plain text that is read again as itself, whatever was escaped in it, and how often."""
    for _ in range(len(text)):
        if (plain := plain_text(text)) == text:
            break
        text = plain
    return text


def _category(attribute: str) -> tuple[str, ...]:
    """The first path of a `category` attribute such as "/World/Africa,/Radio"."""
    first = attribute.partition(",")[0]
    return tuple(filter(None, map(_plain, first.split("/"))))


def _repaired(text: str) -> str:
    """`text` with the ampersands escaped that XML would stumble over."""
    return _NAME.sub(_character, _BARE_AMPERSAND.sub("&amp;", text))


def _character(found: re.Match[str]) -> str:
    """The character that HTML has a name for; what only looks like a name, to the letter."""
    return escape(unescape(found[0]))


def decoded(body: bytes) -> str:
    """The text of a list, without what XML and the database forbid.

    By byte-order mark, declaration or as UTF-8, and last as what Windows writes.
    """
    return _ILLEGAL.sub("", _text(body))


def _text(body: bytes) -> str:
    marked = next((name for mark, name in _MARKS if body.startswith(mark)), "")
    declared = _ENCODING.match(body[:1000].decode("ascii", errors="replace"))
    for encoding in (marked, codec_of(declared[1]) if declared else "", "utf-8"):
        if decoded := _try(body, encoding):
            return decoded
    return body.decode("cp1252", errors="replace")


def _try(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding) if encoding else ""
    except UnicodeError:
        return ""
