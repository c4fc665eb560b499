"""The text of an XML feed made fit for an XML parser: no DTD, known faults repaired, bounded.

Strict parsing gives right results and is fast; the lenient way is neither. So whatever keeps a
document from being well-formed is repaired here where it is one of the usual faults.
"""

from __future__ import annotations

import re
from html.entities import html5
from xml.parsers import expat

from articles.entries.types import ParseError

MAX_ENTRIES = 1000
"""Entries of one feed that are read."""

_PROLOG = 64 * 1024
_ROOT = re.compile(r"<(?:\w+:)?(rss|rdf|feed|channel)(?=[\s>/])", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_ENTRY_START = re.compile(r"<(?:\w+:)?(?:item|entry)(?=[\s>/])")
_ENTRY_END = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>")
_OPENED = re.compile(r"<((?:\w+:)?(?:rss|rdf|feed|channel))(?=[\s>/])", re.IGNORECASE)
_PREFIX = re.compile(r"<(\w[\w.-]*):|\s(\w[\w.-]*):[\w.-]+=[\"']")
_DECLARED = re.compile(r"\sxmlns:([\w.-]+)\s*=")
_REFERENCE = re.compile(r"&(?:#(\d{1,8}|[xX][0-9a-fA-F]{1,6});|(\w{2,32});)?")

_KINDS = (
    (re.compile(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE),
     "This is a web page, not a feed."),
    (re.compile(r"<opml[\s>]", re.IGNORECASE), "This is a list of feeds (OPML), not a feed."),
    (re.compile(r"<(?:urlset|sitemapindex)[\s>]"), "This is a sitemap, not a feed."),
    (re.compile(r"<svg[\s>]"), "This is an image, not a feed."),
)  # fmt: skip
_XML_NAMES = {"amp", "lt", "gt", "quot", "apos"}
_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "georss": "http://www.georss.org/georss",
    "itunes": "http://www.itunes.com/DTDs/PodCast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
}


def document(text: str) -> str:
    """The feed's root element in `text`, well-formed where that can be had.

    What comes before the root goes, and with it every DTD: no entity that a feed declares is ever
    expanded. Raises `ParseError` where there is no root of a feed.
    """
    start = _root(text)
    if start is None:
        raise ParseError(_kind(text))
    root = _without_middle(text[start:])
    if is_well_formed(root):
        return root
    repaired = _with_namespaces(_with_references(root))
    if is_well_formed(repaired):
        return repaired
    closed = _closed(repaired)
    return closed if is_well_formed(closed) else repaired


def is_well_formed(xml: str) -> bool:
    """Whether an XML parser that knows namespaces and no DTD can read `xml`."""
    parser = expat.ParserCreate("utf-8", " ")
    try:
        parser.Parse(xml.encode(errors="replace"), True)
    except expat.ExpatError:
        return False
    return True


def _root(text: str) -> int | None:
    """Where the feed's root element starts, not counting what looks like one in a comment."""
    found = _ROOT.search(text, 0, _PROLOG)
    if found is None or _is_page(text[: found.start()]):
        return None
    if "<!--" not in text[: found.start()]:
        return found.start()
    comments = [c.span() for c in _COMMENT.finditer(text, 0, _PROLOG)]
    for root in _ROOT.finditer(text, 0, _PROLOG):
        if not any(start < root.start() < end for start, end in comments):
            return root.start()
    return None


def _is_page(head: str) -> bool:
    return bool(re.search(r"<html[\s>]|<head[\s>]|<body[\s>]", head, re.IGNORECASE))


def _kind(text: str) -> str:
    """Name what `text` is instead of a feed."""
    head = text[:_PROLOG]
    if not head.strip():
        return "The answer is empty."
    for pattern, words in _KINDS:
        if pattern.search(head):
            return words
    return "This is no feed in any known format."


def _without_middle(xml: str) -> str:
    """At most `MAX_ENTRIES`: the first and the last half, as either end may hold the newest."""
    ends = [found.end() for found in _ENTRY_END.finditer(xml)]
    if len(ends) <= MAX_ENTRIES:
        return xml
    half = MAX_ENTRIES // 2
    return xml[: ends[half - 1]] + xml[ends[-half - 1] :]


def _with_references(xml: str) -> str:
    """Put in HTML's named characters and escape other bare ampersands, outside CDATA."""
    parts = _CDATA.split(xml)
    parts[::2] = [_REFERENCE.sub(_reference, part) for part in parts[::2]]
    return "".join(parts)


def _reference(found: re.Match[str]) -> str:
    number, name = found.groups()
    if number:
        code = int(number[1:], 16) if number[0] in "xX" else int(number)
        return found[0] if _is_xml_character(code) else ""
    if name in _XML_NAMES:
        return found[0]
    character = html5.get(f"{name};", "") if name else ""
    return character if character and character not in "<>&" else f"&amp;{found[0][1:]}"


def _is_xml_character(code: int) -> bool:
    """XML 1.0, production 2."""
    return (
        code in (9, 10, 13)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )


def _with_namespaces(xml: str) -> str:
    """Declare, on the root, the prefixes that are used and declared nowhere."""
    used = {a or b for a, b in _PREFIX.findall(_CDATA.sub("", xml))}
    missing = used - set(_DECLARED.findall(xml)) - {"xml", "xmlns"}
    names = "".join(
        f' xmlns:{prefix}="{_NAMESPACES.get(prefix, f"urn:undeclared:{prefix}")}"'
        for prefix in sorted(missing)
    )
    return re.sub(r"^<[\w:.-]+", lambda root: root[0] + names, xml, count=1)


def _closed(xml: str) -> str:
    """A document that breaks off, cut after its last whole entry and closed."""
    ends = [found.end() for found in _ENTRY_END.finditer(xml)]
    if not ends:
        return xml
    first = _ENTRY_START.search(xml)
    head = xml[: first.start()] if first else xml
    opened = [name for name in _OPENED.findall(head) if f"</{name}>" not in head]
    return xml[: ends[-1]] + "".join(f"</{name}>" for name in reversed(opened))
