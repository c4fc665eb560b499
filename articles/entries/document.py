"""The text of an XML feed made fit for an XML parser: no DTD, bounded, repaired where it must be.

Strict parsing gives right results and is fast; the lenient way is neither.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from articles.entries.repair import repair
from articles.entries.types import ParseError

MAX_ENTRIES = 1000
"""Entries of one feed that are read."""
MAX_TAGS = 120_000
"""Tags of a document, outside CDATA, that are read."""
MAX_CATEGORIES = 8_000
"""Categories of a whole feed; where there are more, none is read."""
MAX_BROKEN = 1024 * 1024
"""Characters that are read of a document that has to be repaired."""

_PROLOG = 64 * 1024
_ROOT = re.compile(r"<(?:\w+:)?(rss|rdf|feed|channel)(?=[\s>/])", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_CDATA = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
# Values that are short by nature: a reader would spend the square of their length on them.
_SHORT = (
    "author|creator|managingeditor|webmaster|contributor|name|email|category|keywords|subject|tags"
    "|pubdate|date|updated|published|modified|issued|created|guid|id|language|ttl|credit"
)
_SHORT_TEXT = re.compile(
    rf"(<(?:\w+:)?(?:{_SHORT})\b[^<>]{{0,500}}>\s*(?:<!\[CDATA\[)?)([^<\]]{{2000}})[^<\]]++",
    re.IGNORECASE,
)
_CATEGORY = re.compile(
    r"<((?:\w+:)?(?:category|subject))\b[^<>]*(?:/>|>(?:[^<]|<!\[CDATA\[[^<>]*\]\]>)*</\1\s*>)",
    re.IGNORECASE,
)
_ENTRY_END = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>")

_KINDS = (
    (re.compile(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE),
     "This is a web page, not a feed."),
    (re.compile(r"<opml[\s>]", re.IGNORECASE), "This is a list of feeds (OPML), not a feed."),
    (re.compile(r"<(?:urlset|sitemapindex)[\s>]"), "This is a sitemap, not a feed."),
    (re.compile(r"<svg[\s>]"), "This is an image, not a feed."),
)  # fmt: skip


BROKEN = "The XML is broken: what could be read of it was kept, and entries may be missing."
ENTITIES = "It declares entities of its own, which are never expanded."


def bounded_root(text: str) -> tuple[str, tuple[str, ...]]:
    """The feed's root element in `text`, of bounded size, and what was wrong.

    What comes before the root goes, and with it every DTD: no entity that a feed declares is ever
    expanded. Raises `ParseError` where there is no root of a feed.
    """
    start = _root(text)
    if start is None:
        raise ParseError(_kind(text))
    root = _bounded(_SHORT_TEXT.sub(r"\1\2", text[start:]))
    return root, (ENTITIES,) if "<!ENTITY" in text[:start] else ()


def well_formed(root: str) -> tuple[str, tuple[str, ...]]:
    """`root` made well-formed where that can be had, and what was wrong."""
    if is_well_formed(root):
        return root, ()
    return repair(root[:MAX_BROKEN]), (BROKEN,)


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


def _bounded(xml: str) -> str:
    """As many entries as may be read within `MAX_ENTRIES` and `MAX_TAGS`."""
    most = MAX_ENTRIES
    while most > 1:
        bounded = _without_middle(xml, most)
        if len(_CATEGORY.findall(bounded)) > MAX_CATEGORIES:
            bounded = _CATEGORY.sub("", bounded)
        if bounded.count("<") <= MAX_TAGS or _CDATA.sub("", bounded).count("<") <= MAX_TAGS:
            return bounded
        most //= 4
    raise ParseError("The feed is too intricate to be read.")


def _without_middle(xml: str, most: int) -> str:
    """At most `most` entries: the first and the last half, as either end may hold the newest."""
    ends = [found.end() for found in _ENTRY_END.finditer(xml)]
    if len(ends) <= most:
        return xml
    half = most // 2
    return xml[: ends[half - 1]] + xml[ends[-half - 1] :]
