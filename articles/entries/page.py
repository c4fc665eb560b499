"""An article's own page: its text without what the page puts around it, and what it says of itself.

Nothing here is trusted: strings pass the same cleaning as those of feeds, addresses and times the
same checks. Extraction is by trafilatura (Barbaresi 2021, "Trafilatura: a web scraping library and
command-line tool for text discovery and extraction", ACL), whose time and memory depend on the
page: call `read_page` where both are limited.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from articles.entries.clutter import remove_clutter, repair_spacing
from articles.entries.dates import believable
from articles.entries.decode import decode
from articles.entries.hashing import title_key
from articles.entries.normalise import (
    MAX_AUTHOR_LENGTH,
    MAX_AUTHORS,
    MAX_TEXT,
    is_tracker,
    plain_names,
)
from articles.entries.page_metadata import Metadata, metadata
from articles.entries.sanitise import plain_text
from articles.entries.urls import safe_url

MAX_PAGE = 2_000_000
"""Characters of a page's HTML that are read."""
MAX_ELEMENTS = 20_000
MIN_WORDS = 10
"""Fewer words are no report: a caption, a notice, the name of a video."""

_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?\bcharset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE
)
_HTML = re.compile(r"^\s*(?:text/html|application/xhtml\+xml)\b", re.IGNORECASE)

# What no report is in; a few sites keep whole pages in a form. Title and time are told apart.
_AROUND = (
    "//nav | //aside | //footer | //button | //h1 | //time | //figcaption | //dialog"
    " | //*[@hidden] | //*[@aria-hidden='true'] | //form[count(.//p) < 4]"
    " | //*[@role='navigation' or @role='complementary' or @role='contentinfo' or @role='search'"
    " or @role='dialog' or @role='banner']"
)


class PageError(Exception):
    """The bytes are no page with a report. The message says why, in words for a curator."""


@dataclass(frozen=True, slots=True)
class Page:
    """What an article's page says. Plain strings, without markup or control characters."""

    text: str
    """Paragraphs parted by a blank line, without title and clutter; at least `MIN_WORDS` words."""
    canonical_url: str = ""
    """Where the page says it lives: absolute http(s), not checked to be anybody's. Or empty."""
    published: datetime | None = None
    """As claimed, UTC; it may be in the future. None where no time of day is told."""
    image_url: str = ""
    authors: tuple[str, ...] = ()


def load_libraries() -> None:
    """Load what `read_page` needs, half a second's work, before the first page asks for it."""
    import trafilatura  # noqa: F401, PLC0415


def read_page(body: bytes, *, url: str, content_type: str = "", title: str = "") -> Page:
    """Read the page that `url` answered with; raise `PageError` where it holds no report.

    `title` is the article's headline, which is not repeated in the text.
    """
    if content_type and not _HTML.match(content_type):
        kind = plain_text(content_type)[:60]
        raise PageError(f"The address leads to no web page but to {kind}.")
    tree = _tree(body, content_type)
    found = metadata(tree)
    text = _text(tree, title)
    if len(text.split()) < MIN_WORDS:
        raise PageError("The page holds no text of a report that can be told from the rest.")
    return Page(
        text=text,
        canonical_url=safe_url(found.canonical, url),
        published=believable(found.published),
        image_url=_image(found, url),
        authors=plain_names(found.authors, MAX_AUTHORS, MAX_AUTHOR_LENGTH),
    )


def _tree(body: bytes, content_type: str) -> Any:
    """The page's elements; trafilatura takes them as they are, so that they are parsed once."""
    from lxml import etree, html  # noqa: PLC0415 - most processes never read a page

    markup = _decoded(body, content_type)[:MAX_PAGE]
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = html.document_fromstring(markup, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise PageError("The page is empty, or no HTML.") from error
    if sum(1 for _ in tree.iter()) > MAX_ELEMENTS:
        raise PageError(f"The page has more than {MAX_ELEMENTS} elements.")
    return tree


def _decoded(body: bytes, content_type: str) -> str:
    """Text of a page. lxml refuses a declaration of encoding in what is decoded already."""
    if "charset" not in content_type.lower() and (found := _CHARSET.search(body, 0, 4096)):
        content_type = f"text/html; charset={found[1].decode('ascii', 'replace')}"
    text, _ = decode(body, content_type)
    return re.sub(r"^\s*<\?xml[^>]*>", "", text[:200]) + text[200:]


def _text(tree: Any, title: str) -> str:
    from trafilatura import bare_extraction  # noqa: PLC0415 - it takes half a second to load

    found = bare_extraction(
        tree,
        favor_precision=True,
        include_comments=False,
        include_tables=False,
        prune_xpath=_AROUND,
    )
    raw = getattr(found, "text", None) or ""
    heading = title_key(title)
    lines = (plain_text(line) for line in raw[:MAX_TEXT].splitlines())
    kept = (line for line in lines if line and title_key(line) != heading)
    return remove_clutter(repair_spacing("\n\n".join(kept)))


def _image(found: Metadata, url: str) -> str:
    addresses = (safe_url(image, url) for image in found.images)
    return next((image for image in addresses if image and not is_tracker(image)), "")
