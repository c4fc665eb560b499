"""The one sanitiser: everything of a feed that is shown as HTML or as plain text passes here."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from typing import Literal

import nh3

MAX_MARKUP = 300_000
"""Characters of one entry's HTML; what is longer is cut before it is read."""

_TAGS = {
    "a", "abbr", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "dd", "del",
    "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6",
    "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s",
    "samp", "section", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td",
    "tfoot", "th", "thead", "time", "tr", "u", "ul", "var",
}  # fmt: skip
_DROPPED_WITH_CONTENT = {
    "applet", "audio", "button", "canvas", "embed", "form", "frameset", "head", "iframe", "input",
    "math", "noembed", "noframes", "noscript", "object", "option", "script", "select", "style",
    "svg", "template", "textarea", "title", "video", "xmp",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title", "hreflang"},
    "abbr": {"title"},
    "bdo": {"dir"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "*": {"lang", "dir"},
}
_SCHEMES = {"http", "https", "mailto"}

_BLOCK_TAGS = (
    "address|article|aside|blockquote|caption|dd|details|div|dl|dt|figcaption|figure|footer|h[1-6]"
    "|header|hr|li|main|nav|ol|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul"
)
# The serialiser writes attributes in double quotes, with quotes inside them escaped.
_ATTRS = r'[^<>"]*(?:"[^"]*"[^<>"]*)*'
_BLOCK = re.compile(rf"</?(?:{_BLOCK_TAGS})\b{_ATTRS}>")
_BREAK = re.compile(rf"<br\b{_ATTRS}>|</t[dh]>")
_TAG = re.compile(rf"<{_ATTRS}>")
_IMAGE = re.compile(rf"<img\b{_ATTRS}>")
_TINY = re.compile(r'\b(?:width|height)="[0-2](?:px)?"')
_NO_SOURCE = re.compile(rf'<img\b(?!{_ATTRS}\bsrc="https?://){_ATTRS}>')
_EMPTY_BLOCK = re.compile(r"<(p|div|span|figure|li|strong|em|b|i)>\s*</\1>")

_DEEPEST, _DEEPEST_FORMATTING = 60, 12
_ANY_NAME = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_ANY_TAG = re.compile(r"<[^<>]*>?")
_FORMATTING = {
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
}  # fmt: skip
_UNNESTED = {"p", "br", "img", "hr", "li", "dt", "dd", "input", "wbr", "source", "option", "col"}

_MARKUP = re.compile(r"<[A-Za-z/!?]")
_OPENING = re.compile(r"(?<!<)<++(?=[A-Za-z/!?])")
_ESCAPED_MARKUP = re.compile(
    r"&lt;/?(?:p|br|a|b|i|em|strong|div|span|img|ul|ol|li|h[1-6]|blockquote|figure|script|iframe)\b",
    re.IGNORECASE,
)
# Only where something changes: single spaces, which are most, are passed over.
_SPACES = re.compile(r"[^\S\n ][^\S\n]*| [^\S\n]+")
_LINE_BREAKS = re.compile(r" ?\n ?")
_PARAGRAPH_BREAKS = re.compile(r"\n{2,}")
_INVISIBLE = re.compile(
    "[\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffc]"
)


def clean_html(html: str, base: str = "") -> str:
    """The safe part of `html`, with addresses made absolute against `base`.

    Only an allow-list of elements and attributes stays; links lead to http, https or mailto, with
    `rel="noopener noreferrer"`; images are http(s) and no trackers of one or two pixels. Text that
    was escaped once too often is read as the markup it was meant to be.
    """
    html = html[:MAX_MARKUP]
    if "<" not in html and "&" not in html:
        return paragraphs_to_html(html)
    if not _MARKUP.search(html) and _ESCAPED_MARKUP.search(html):
        html = unescape(html)
    if not _MARKUP.search(html):
        return paragraphs_to_html(unescape(html))
    if html.count("<") > _DEEPEST and _is_nested_too_deep(html):
        html = _ANY_TAG.sub(" ", html)
    # Where nothing has a value there are no addresses: one cleaner serves all feeds.
    cleaned = _cleaner(base if "=" in html else "").clean(html)
    if "<img" in cleaned:
        cleaned = _IMAGE.sub(_image, cleaned)
    while (filled := _EMPTY_BLOCK.sub("", cleaned)) != cleaned:
        cleaned = filled
    return cleaned.strip()


def html_to_text(clean: str) -> str:
    """The plain text of HTML that came from `clean_html`; a blank line parts its paragraphs."""
    if "<" in clean:
        clean = _BLOCK.sub("\n\n", clean.replace("\n", " "))
        clean = _TAG.sub("", _BREAK.sub("\n", clean))
    return _tidy(_inert(unescape(clean)))


def plain_text(markup: str) -> str:
    """One line of plain text from what may be text or HTML, escaped once, twice or not at all.

    Nothing in the result reads as a tag, and the content of scripts and styles is gone, even where
    a template were to forget to escape it.
    """
    text = markup
    for _ in range(3):
        if "&" not in text:
            break
        text = unescape(text)
    for _ in range(3):
        if not _MARKUP.search(text):
            break
        text = unescape(_text_only().clean(_spaced(text)))
    return " ".join(_tidy(_inert(text)).split())


def paragraphs_to_html(text: str) -> str:
    """Plain text as HTML paragraphs."""
    parts = (part.strip() for part in _PARAGRAPH_BREAKS.split(text.replace("\r\n", "\n")))
    return "".join(f"<p>{escape(part, quote=False)}</p>" for part in parts if part)


def _is_nested_too_deep(html: str) -> bool:
    """Whether elements are left open beyond what any text needs.

    The time of an HTML5 parser grows with the square of the depth, and faster with formatting
    elements, which it opens again in every paragraph.
    """
    depth = formatting = 0
    for end, name in _ANY_NAME.findall(html):
        step = -1 if end else 1
        if name.lower() in _FORMATTING:
            formatting = max(formatting + step, 0)
        elif name.lower() not in _UNNESTED:
            depth = max(depth + step, 0)
        if depth > _DEEPEST or formatting > _DEEPEST_FORMATTING:
            return True
    return False


@lru_cache(maxsize=256)
def _cleaner(base: str) -> nh3.Cleaner:
    """A sanitiser that makes addresses absolute against `base`, or drops relative ones."""
    relative: tuple[Literal["rewrite_with_base"], str] | Literal["deny"] = "deny"
    if base:
        relative = ("rewrite_with_base", base)
    try:
        return nh3.Cleaner(
            tags=_TAGS,
            clean_content_tags=_DROPPED_WITH_CONTENT,
            attributes=_ATTRIBUTES,
            url_schemes=_SCHEMES,
            link_rel="noopener noreferrer",
            url_relative=relative,
        )
    except ValueError:  # its idea of addresses is stricter: 1.2.3.999 is no host
        return _cleaner("")


@lru_cache(maxsize=1)
def _text_only() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(), clean_content_tags=_DROPPED_WITH_CONTENT - {"title"}, attributes={}
    )


def _image(found: re.Match[str]) -> str:
    """An image that loads late and tells nobody who reads; nothing where it is a tracker.

    The sanitiser could set these attributes, but in an order that changes from run to run.
    """
    tag = found[0]
    if _TINY.search(tag) or _NO_SOURCE.match(tag):
        return ""
    return f'<img loading="lazy" referrerpolicy="no-referrer"{tag[4:]}'


def _spaced(markup: str) -> str:
    """Keep words apart that only a block tag or a line break parts."""
    return re.sub(r"(?i)(<(?:br|/?p|/?div|/?li|/?h[1-6]|/?td)\b)", r" \1", markup)


def _inert(text: str) -> str:
    """Take the `<` from whatever could still be read as a tag."""
    return _OPENING.sub("", text) if "<" in text else text


def _tidy(text: str) -> str:
    line = text.strip()
    if line.isprintable() and "  " not in line and "\ufffc" not in line:
        return line  # nothing below would change it
    text = _INVISIBLE.sub("", text).replace("\r", "\n")
    text = _LINE_BREAKS.sub("\n", _SPACES.sub(" ", text))
    return _PARAGRAPH_BREAKS.sub("\n\n", text).strip()
