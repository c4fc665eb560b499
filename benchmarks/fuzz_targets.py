"""What `fuzz.py` feeds: functions that take any bytes, and inputs to begin from.

A target raises nothing but for a fault of what it tries, or `UnsafeError` for an unsafe result.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from articles.entries.parse import parse
from articles.entries.sanitise import clean_html, plain_text
from articles.entries.types import ParseError
from articles.entries.urls import canonical_url, safe_url
from articles.fetch.addresses import check_url
from articles.fetch.coding import CodingError, TooMuchError, decoded
from articles.fetch.discovery import candidates
from articles.fetch.http1 import CutOffError, ProtocolError, read_body, read_head
from articles.fetch.types import FetchError

DATA = Path(__file__).resolve().parent.parent / "tests/entries/data"
URL = "https://paper.example/feed"
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
_FORBIDDEN_TAGS = frozenset(
    {"base", "embed", "form", "iframe", "link", "math", "meta", "object", "script", "style", "svg"}
)
_SCHEMES = frozenset({"http", "https", "mailto"})


class UnsafeError(Exception):
    """A result that must not be shown or asked."""


class _Judge(HTMLParser):
    """Another reader of HTML than the sanitiser's own says what is in its result."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _FORBIDDEN_TAGS:
            raise UnsafeError(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "srcdoc", "formaction"):
                raise UnsafeError(f"{name} in <{tag}>")
            if name in ("href", "src", "cite") and urlsplit(value or "").scheme not in _SCHEMES:
                raise UnsafeError(f"{name}={value!r}")


def judge(html: str) -> None:
    judging = _Judge()
    judging.feed(html)
    judging.close()


def judge_text(text: str) -> None:
    """Plain text has nothing that reads as a tag of scripts, should it ever be put in a page."""
    if "<script" in text.lower() or "<iframe" in text.lower():
        raise UnsafeError(text)


def feed(data: bytes) -> None:
    with suppress(ParseError):
        read = parse(data, url=URL, now=NOW)
        judge_text(read.title)
        for entry in read.entries:
            judge(entry.html)
            for text in (entry.title, entry.excerpt, *entry.authors, *entry.categories):
                judge_text(text)
            for url in (entry.url, entry.image_url, *(each.url for each in entry.enclosures)):
                if url and safe_url(url) != url:
                    raise UnsafeError(url)


def html(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    judge(clean_html(text, URL))
    judge_text(plain_text(text))


def address(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    with suppress(FetchError):
        target = check_url(text)
        if check_url(target.url) != target or "@" in target.authority:
            raise UnsafeError(target.url)
    safe = safe_url(text, URL)
    if safe and (safe_url(safe) != safe or urlsplit(safe).scheme not in _SCHEMES):
        raise UnsafeError(safe)
    if canonical_url(canonical := canonical_url(text)) != canonical:
        raise UnsafeError(canonical)


def answer(data: bytes) -> None:
    stream = io.BufferedReader(io.BytesIO(data))
    with suppress(ProtocolError, CutOffError, CodingError, TooMuchError):
        head = read_head(stream)
        coding = head.fields.get("content-encoding", "")
        for piece in decoded(read_body(stream, head), coding, 1_000_000):
            if len(piece) > 100_000:
                raise UnsafeError(f"{len(piece)} bytes at once")


def page(data: bytes) -> None:
    for candidate in candidates(data, URL):
        if check_url(candidate.url).url != candidate.url:
            raise UnsafeError(candidate.url)


TARGETS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each for each in (feed, html, address, answer, page)
}

_MARKUP = (
    b'<p onclick="a()">One <a href="javascript:b()">two</a><script>c()</script><img src=x:y>',
    b"&lt;script&gt;d()&lt;/script&gt;<svg/onload=e()><math><mtext><style><!--</style>",
)
SEEDS: dict[str, Sequence[bytes]] = {
    "feed": [path.read_bytes() for path in sorted(DATA.glob("*[!n]"))],
    "html": _MARKUP,
    "address": (
        b"https://user:pw@paper.example:8080/a/../b?c=d&utm_source=e#f",
        b"http://[::ffff:7f00:1]/",
        b"http://0x7f.1/%zz",
        "http://m\u00fcnchen.example\u3002/\uff11".encode(),
    ),
    "answer": (
        b"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nA: b\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nContent-Encoding: deflate, gzip\r\nX: a\r\n b\r\n\r\n\x1f\x8b\x08",
    ),
    "page": (
        *_MARKUP,
        b'<base href="/a/"><link rel="alternate" type="application/rss+xml" title="a" href="b">',
        b"<!-- x --><a href='/rss'><b>RSS</b></a><script>1</script><a href=feed:c>Feed</a>",
    ),
}
