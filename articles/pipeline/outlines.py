"""Reading OPML subscription lists (version 1 and 2, http://opml.org/spec2.opml). Pure.

Lists in the wild are written by hand as often as not, so two slips are forgiven: ampersands that
are not escaped, and HTML's names of characters. Nothing is fetched, and a list that declares
entities of its own is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape
from xml.parsers import expat

DEEPEST = 100
"""Levels of folders."""

_ENCODING = re.compile(r"""^\s*<\?xml[^>]{0,200}?encoding=["']([A-Za-z0-9._-]{1,40})["']""")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BARE_AMPERSAND = re.compile(r"&(?!#[0-9]{1,7};|#x[0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,30};)")
_NAME = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z0-9]{1,30};")


class OpmlError(Exception):
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


def read_opml(body: bytes) -> tuple[Outline, ...]:
    """The feeds of a list, in its order. Raises OpmlError."""
    text = _ILLEGAL.sub("", _decoded(body)).strip()
    if not text:
        raise OpmlError("The file is empty.")
    reader = _Reader()
    try:
        reader.parser.Parse(_repaired(text).encode(), True)
    except expat.ExpatError as error:
        raise OpmlError(f"The file is not well-formed XML: {error}.") from error
    if not reader.is_opml:
        raise OpmlError("This is not an OPML file: it has no <opml> element.")
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

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        if name.lower() == "outline":
            if len(self._folders) == DEEPEST:
                raise OpmlError(f"Its folders are nested more than {DEEPEST} deep.")
            self._folders.append(self._outline(attrs))
        self.is_opml = self.is_opml or name.lower() == "opml"

    def _end(self, name: str) -> None:
        if name.lower() == "outline":
            self._folders.pop()

    def _entity(self, name: str, *_: object) -> None:
        raise OpmlError(
            f"The file declares an entity (“{name}”), which a subscription list must not."
        )

    def _outline(self, attrs: dict[str, str]) -> str:
        """Keep a feed; return the name of the folder that the outline opens, or nothing."""
        found = {name.lower(): value.strip() for name, value in attrs.items()}
        title = found.get("text") or found.get("title") or ""
        url, home_url = found.get("xmlurl", ""), found.get("htmlurl", "")
        if not url and not home_url and found.get("type", "").lower() not in {"rss", "atom"}:
            return title
        folders = tuple(filter(None, self._folders)) or _category(found.get("category", ""))
        self.outlines.append(Outline(url, title, home_url, folders))
        return ""


def _category(attribute: str) -> tuple[str, ...]:
    """The first path of a `category` attribute such as "/World/Africa,/Radio"."""
    first = attribute.partition(",")[0]
    return tuple(part.strip() for part in first.split("/") if part.strip())


def _repaired(text: str) -> str:
    """`text` with the ampersands escaped that XML would stumble over."""
    return _NAME.sub(_character, _BARE_AMPERSAND.sub("&amp;", text))


def _character(found: re.Match[str]) -> str:
    """The character that HTML has a name for; what only looks like a name, to the letter."""
    return escape(unescape(found[0]))


def _decoded(body: bytes) -> str:
    """By byte-order mark, declaration or as UTF-8, and last as what Windows writes."""
    marked = next((name for mark, name in _MARKS if body.startswith(mark)), "")
    declared = _ENCODING.match(body[:1000].decode("ascii", errors="replace"))
    for encoding in (marked, declared[1] if declared else "", "utf-8"):
        if decoded := _try(body, encoding):
            return decoded
    return body.decode("cp1252", errors="replace")


def _try(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding) if encoding else ""
    except (UnicodeError, LookupError):
        return ""
