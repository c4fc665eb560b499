"""Tag soup to well-formed XML: the usual faults of hand-made and broken-off feeds, in one pass.

The result can be read strictly. It says what a lenient reader would make of the document; nothing
of it is trusted more than before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5

_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_REFERENCE = re.compile(r"&(?:#(\d{1,8}|[xX][0-9a-fA-F]{1,6});|(\w{2,32});)?")
_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]*):|\s([A-Za-z_][\w.-]*):[\w.-]+\s*=")
_DECLARED = re.compile(r"\sxmlns:([\w.-]+)\s*=")
_TOKEN = re.compile(
    r"""<!\[CDATA\[.*?(?P<cdata>\]\]>|\Z)
      | <!--.*?(?:-->|\Z) | <\?.*?(?:\?>|\Z) | <![^<>]*>
      | <(?P<end>/?)(?P<name>[A-Za-z_][\w:.-]*)
         (?P<attributes>(?:"[^"<]*"|'[^'<]*'|[^<>"'])*|[^<>]*)>""",
    re.DOTALL | re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""([A-Za-z_][\w:.-]*)\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>]+)""")
_ENTRY_END = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>")
_AFTER_ENTRY = re.compile(
    r"<(/?)(?:\w+:)?(?:item|entry|channel|rss|rdf|feed)(?=[\s>/])", re.IGNORECASE
)

_XML_NAMES = {"amp", "lt", "gt", "quot", "apos"}
_NAMESPACES = {
    "a10": "http://www.w3.org/2005/Atom",
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "georss": "http://www.georss.org/georss",
    "itunes": "http://www.itunes.com/DTDs/PodCast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rss": "http://purl.org/rss/1.0/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "xhtml": "http://www.w3.org/1999/xhtml",
}

_VOID = {"br", "hr", "img", "input", "wbr", "enclosure"}
_CONTAINERS = {"rss", "rdf", "feed", "channel"}
_ENTRIES = {"item", "entry"}
# Elements of a feed that hold text: the start of one ends another that was left open.
_LEAVES = {
    "title", "link", "description", "guid", "pubdate", "id", "updated", "published", "language",
    "ttl", "category", "comments", "copyright", "generator", "lastbuilddate", "summary", "content",
    "creator", "date", "encoded", "rights", "subtitle", "docs", "managingeditor", "webmaster",
}  # fmt: skip


def repair(xml: str) -> str:
    """`xml`, which starts with its root element, made well-formed as far as can be.

    References to unknown entities become text; undeclared prefixes are declared on the root; an
    entry at the end that breaks off is left out; elements are closed where they must have ended.
    """
    return "".join(_balanced(_without_stump(_with_namespaces(_with_references(xml)))))


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


def _without_stump(xml: str) -> str:
    """Leave out the entry that the end of the document cuts off, if others are whole."""
    ends = [found.end() for found in _ENTRY_END.finditer(xml)]
    if not ends:
        return xml
    following = [found[1] for found in _AFTER_ENTRY.finditer(xml, ends[-1])]
    return xml if "/" in following else xml[: ends[-1]]


def _balanced(xml: str) -> Iterator[str]:
    """The document in pieces, with every element closed and every stray `<` escaped."""
    opened: list[str] = []
    at = 0
    for token in _TOKEN.finditer(xml):
        yield _text(xml[at : token.start()])
        at = token.end()
        name = token["name"]
        if name is None:
            yield token[0] if token["cdata"] == "]]>" else ""
        elif token["end"]:
            yield from _closing(opened, _depth_of(opened, name))
        else:
            yield from _closing(opened, _depth_for(opened, name))
            attributes = token["attributes"]
            closed = attributes.endswith("/") or _local(name) in _VOID
            yield f"<{name}{_attributes(attributes)}{'/' if closed else ''}>"
            if not closed:
                opened.append(name)
    yield _text(xml[at:])
    yield from _closing(opened, 0)


def _closing(opened: list[str], depth: int) -> Iterator[str]:
    """End tags until only `depth` elements are open."""
    while len(opened) > depth:
        yield f"</{opened.pop()}>"


def _depth_of(opened: list[str], name: str) -> int:
    """How many elements stay open after the end tag of `name`; all where none such is open."""
    for depth in range(len(opened) - 1, max(len(opened) - 50, -1), -1):
        if opened[depth] == name:
            return depth
    return len(opened)


def _depth_for(opened: list[str], name: str) -> int:
    """How many elements stay open before the start tag of `name`."""
    local = _local(name)
    if local in _ENTRIES:
        closers = _CONTAINERS
        inside = 1
    elif local in _LEAVES:
        closers = _LEAVES
        inside = 0
    else:
        return len(opened)
    for depth in range(len(opened) - 1, max(len(opened) - 50, -1), -1):
        if _local(opened[depth]) in closers:
            return depth + inside
    return len(opened)


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _attributes(text: str) -> str:
    if "=" not in text:
        return ""
    values = {name: value.strip("\"'") for name, value in _ATTRIBUTE.findall(text)}
    escaped = {n: v.replace("<", "&lt;").replace('"', "&quot;") for n, v in values.items()}
    return "".join(f' {name}="{value}"' for name, value in escaped.items())


def _text(text: str) -> str:
    return text.replace("<", "&lt;").replace("]]>", "]]&gt;")
