"""Bytes of a feed to entries: the one way in.

One adapter per format (`feed_xml`, `feed_json`) reads the document into one raw model (`raw`),
which `normalise` turns into entries. Nothing here asks the network or the database.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from articles.entries.decode import decode
from articles.entries.dedupe import dedupe
from articles.entries.excerpt import MAX_RAW_TITLE, shorten
from articles.entries.feed_json import read_json
from articles.entries.feed_xml import read_xml
from articles.entries.language import language_code, region_code
from articles.entries.normalise import Context, UnusableEntryError, normalise
from articles.entries.notices import notices
from articles.entries.raw import RawEntry, RawFeed
from articles.entries.sanitise import plain_text
from articles.entries.types import Entry, Hints, ParsedFeed, ParseError
from articles.entries.urls import safe_url

MAX_PROBLEMS = 20
MAX_FEED_TITLE = 200
MAX_HUBS = 4


def parse(
    body: bytes,
    *,
    url: str,
    content_type: str = "",
    now: datetime,
    default_language: str = "",
) -> ParsedFeed:
    """Read a feed of any known format; raise `ParseError` where `body` is none.

    `url` is the address that answered; `content_type` its header, of which only the charset is
    believed; `now` the time of the fetch, aware; `default_language` (ISO 639-1) is for entries too
    short to tell. A single bad entry is left out and named in `problems`.
    """
    text, wrong_bytes = decode(body, content_type)
    raw = _read(text.strip())
    home_url = safe_url(raw.home_url, url)
    context = Context(
        base=home_url or url,
        language=language_code(raw.language),
        default_language=default_language,
        now=now,
    )
    pairs, problems = _entries(raw, context)
    entries = dedupe(entry for _, entry in pairs)
    faults = notices(pairs, len(entries), now)
    return ParsedFeed(
        title=shorten(plain_text(raw.title[:MAX_RAW_TITLE]), MAX_FEED_TITLE),
        home_url=home_url,
        language=context.language,
        entries=entries,
        hints=_safe(raw.hints, url),
        problems=(*raw.problems, *problems)[:MAX_PROBLEMS],
        notices=(*wrong_bytes, *raw.notices, *faults),
        region=region_code(raw.language),
    )


def _read(text: str) -> RawFeed:
    if not text:
        raise ParseError("The answer is empty.")
    return read_json(text) if text[0] in "{[" else read_xml(text)


def _entries(raw: RawFeed, context: Context) -> tuple[list[tuple[RawEntry, Entry]], list[str]]:
    """The entries that can be used, each beside what the feed has for it, and why others cannot."""
    pairs: list[tuple[RawEntry, Entry]] = []
    problems: list[str] = []
    for number, entry in enumerate(raw.entries, 1):
        try:
            pairs.append((entry, normalise(entry, context)))
        except UnusableEntryError as problem:
            problems.append(f"Entry {number} {problem}.")
    return pairs, problems


def _safe(hints: Hints, url: str) -> Hints:
    hubs = filter(None, (safe_url(hub, url) for hub in hints.hub_urls[:MAX_HUBS]))
    return replace(hints, hub_urls=tuple(hubs), self_url=safe_url(hints.self_url, url))
