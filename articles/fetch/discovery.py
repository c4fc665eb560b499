"""Where a page's feeds may be: pure, from its bytes and address to addresses worth asking.

Pages are read by their tags alone, in one pass whose time grows with their length only: what is
looked for (RSS autodiscovery, `link rel=alternate` of the HTML Standard, and links that look like
feeds to a reader) needs no tree. What the `Link` headers of the answer name counts as `link`
elements do (RFC 8288, appendix A).
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from html import unescape
from itertools import islice
from urllib.parse import urljoin, urlsplit

from articles.fetch import links
from articles.fetch.addresses import check_url
from articles.fetch.types import FetchError

MAX_CANDIDATES = 30
"""Of one page."""
MAX_TAGS = 5000
"""Links and the like of one page that are looked at."""

COMMON_PATHS = (
    "feed",
    "rss",
    "rss.xml",
    "atom.xml",
    "feed.xml",
    "index.xml",
    "feeds/posts/default",
    "?feed=rss2",
    "feed.json",
    "index.rdf",
)
"""In the order in which publishers' systems are common: WordPress, Ghost, Jekyll, Hugo, Blogger…"""

_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
)
_PERHAPS_FEED_TYPES = frozenset(
    {"", "text/xml", "application/xml", "application/json", "text/rss", "application/rss"}
)
_FEED_WORD = r"(?:rss2?|atom|rdf|feeds?|xml-?feed|jsonfeed)"
_FEED_ADDRESS = re.compile(
    rf"(?:^|[/._?&=-]){_FEED_WORD}(?:$|[/._?&=-])|\.(?:rss|atom|rdf|xml)(?:$|\?)", re.IGNORECASE
)
_FEED_TEXT = re.compile(r"(?<![\w-])(?:rss|atom|xml|feeds?|json feed)(?![\w-])", re.IGNORECASE)
_NO_FEED = re.compile(
    r"/wp-json/|oembed|sitemap|opensearch|/xmlrpc|manifest\.json"
    r"|\.(?:html?|png|jpe?g|gif|svg|webp|css|js|pdf|mp3|mp4|zip)$",
    re.IGNORECASE,
)
_SUBSCRIBE_ELSEWHERE = re.compile(
    r"(?:^|\.)(?:feedly|inoreader|newsblur|theoldreader|netvibes|bloglines|my\.yahoo|facebook"
    r"|twitter|x|instagram|linkedin|t)\.(?:com|me)$"
)
_COMMENTS = re.compile(r"comment|/replies(?:/|$)", re.IGNORECASE)

# Every part ends at the next `<` at the latest, so that no part is read twice.
_ATTRIBUTES = r"((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+'|[\"'])*+)"
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|template|textarea|title)\b.*?(?:</\1\b|\Z)"
    rf"|<(link|base|a)(?=[\s/]){_ATTRIBUTES}>",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"([^\s\"'<>/=]+)(?:\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+)))?", re.DOTALL
)
_TAG = re.compile(r"<[^<>]*>?")
_LABEL_LENGTH = 400
"""Characters after an `<a>` in which its text is looked for."""


class Clue(IntEnum):
    """Why an address may be a feed's; the strongest first."""

    LINK = 1  # <link rel="alternate" type="application/rss+xml"> and its like, in a header too
    ANCHOR = 2  # an ordinary link whose address or text looks like a feed's
    PATH = 3  # a path at which many sites have theirs


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may be a feed's; nobody has asked it yet."""

    url: str
    clue: Clue
    title: str = ""
    """What the page calls it, as it is; not sanitised."""

    @property
    def of_comments(self) -> bool:
        """Whether it looks like the feed of readers' comments."""
        return bool(_COMMENTS.search(self.title) or _COMMENTS.search(urlsplit(self.url).path))


def candidates(page: bytes, url: str, header: str = "") -> tuple[Candidate, ...]:
    """What the page at `url` names as its feeds, or seems to, most promising first, none twice.

    `header` is the `Link` header that it was answered with. Feeds of comments come last of their
    clue.
    """
    named = [*_in_header(header, url), *_named(_text(page), url)]
    found = sorted(named, key=lambda each: (each.clue, each.of_comments))
    return _distinct(found, besides={_key(url)})[:MAX_CANDIDATES]


def common(url: str) -> tuple[Candidate, ...]:
    """The usual places of a feed: in the folder that `url` is, and at the root of its site."""
    folder, root = urljoin(url, "."), urljoin(url, "/")
    bases = (folder, root) if url.endswith("/") and folder != root else (root,)
    guesses = [Candidate(urljoin(base, path), Clue.PATH) for path in COMMON_PATHS for base in bases]
    return _distinct(guesses, besides={_key(url)})


def _in_header(header: str, url: str) -> Iterator[Candidate]:
    for link in links.read(header):
        if target := _joined(url, link.target):
            told = {"rel": " ".join(link.relations), "type": link.media_type, "title": link.title}
            yield from _link(target, told)


def _named(text: str, url: str) -> Iterator[Candidate]:
    base = url
    for found in islice(_TOKEN.finditer(text), MAX_TAGS):
        tag = (found[2] or "").lower()
        if not tag:
            continue
        attributes = _attributes(found[3])
        href = attributes.get("href", "").strip()
        if tag == "base" and base == url and href:
            base = _joined(url, href) or url
        elif tag == "link" and (target := _joined(base, href)):
            yield from _link(target, attributes)
        elif tag == "a" and (target := _joined(base, href)):
            yield from _anchor(target, attributes, text[found.end() : found.end() + _LABEL_LENGTH])


def _link(url: str, attributes: dict[str, str]) -> Iterator[Candidate]:
    """A `link` element, if it says that it leads to a feed."""
    relations = set(attributes.get("rel", "").lower().split())
    kind = attributes.get("type", "").partition(";")[0].strip().lower()
    title = attributes.get("title", "")
    if not relations & {"alternate", "feed"} or "stylesheet" in relations or _NO_FEED.search(url):
        return
    called = "feed" in relations or _looks_like_feed(url) or _FEED_TEXT.search(title)
    if kind in _FEED_TYPES or (kind in _PERHAPS_FEED_TYPES and called):
        yield Candidate(url, Clue.LINK, title)


def _anchor(url: str, attributes: dict[str, str], following: str) -> Iterator[Candidate]:
    """An ordinary link, if its address, its text or its title looks like a feed's."""
    label = re.split(r"</a\b", following, maxsplit=1, flags=re.IGNORECASE)[0]
    words = unescape(" ".join(_TAG.sub(" ", label).split()))
    kind = attributes.get("type", "").strip().lower()
    host = urlsplit(url).hostname or ""
    if _NO_FEED.search(url) or _SUBSCRIBE_ELSEWHERE.search(host):
        return
    said = f"{words} {attributes.get('title', '')} {attributes.get('aria-label', '')}"
    if kind in _FEED_TYPES or _looks_like_feed(url) or _FEED_TEXT.search(said):
        yield Candidate(url, Clue.ANCHOR, words or attributes.get("title", ""))


def _looks_like_feed(url: str) -> bool:
    parts = urlsplit(url)
    beginning = (parts.hostname or "").partition(".")[0]
    return beginning in ("feeds", "feed", "rss") or bool(
        _FEED_ADDRESS.search(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    )


def _attributes(text: str) -> dict[str, str]:
    """Attributes by names in lower case; of several with one name the first (HTML Standard)."""
    result: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(text):
        result.setdefault(name.lower(), unescape(double or single or bare))
    return result


def _joined(base: str, href: str) -> str:
    """`href` made absolute, in the form in which it would be asked; empty where it may not be."""
    if href.lower().startswith("feed:"):  # feed://host/path and feed:https://host/path
        rest = href[5:]
        href = rest if rest.lower().startswith("http") else f"http:{rest}"
    try:
        return check_url(urljoin(base, href)).url if href else ""
    except (FetchError, ValueError):
        return ""


def _distinct(found: Iterable[Candidate], besides: set[str]) -> tuple[Candidate, ...]:
    seen = set(besides)
    result = []
    for candidate in found:
        if (key := _key(candidate.url)) not in seen:
            seen.add(key)
            result.append(candidate)
    return tuple(result)


def _key(url: str) -> str:
    """What two forms of one address have in common."""
    return url.partition("#")[0].partition("://")[2].rstrip("/")


def _text(page: bytes) -> str:
    """Addresses and tags are ASCII in nearly every encoding; what is not may come out wrong."""
    if page.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return page.decode("utf-16", "replace")
    return page.decode("utf-8", "replace")
