"""Bytes of a feed to entries: the one way in.

One adapter per format (`feed_xml`, `feed_json`) reads the document into one raw model (`raw`),
which `normalise` turns into entries. Nothing here asks the network or the database.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from articles.entries.decode import decode
from articles.entries.dedupe import dedupe
from articles.entries.excerpt import shorten
from articles.entries.feed_json import read_json
from articles.entries.feed_xml import read_xml
from articles.entries.language import language_code
from articles.entries.normalise import Context, UnusableEntryError, normalise
from articles.entries.raw import RawFeed
from articles.entries.sanitise import plain_text
from articles.entries.types import Entry, Hints, ParsedFeed, ParseError
from articles.entries.urls import safe_url

MAX_PROBLEMS = 20


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
    raw = _read(decode(body, content_type).strip())
    home_url = safe_url(raw.home_url, url)
    context = Context(
        base=home_url or url,
        language=language_code(raw.language),
        default_language=default_language,
        now=now,
    )
    entries, problems = _entries(raw, context)
    return ParsedFeed(
        title=shorten(plain_text(raw.title[:2000]), 200),
        home_url=home_url,
        language=context.language,
        entries=dedupe(entries),
        hints=_safe(raw.hints, url),
        problems=(*raw.problems, *problems)[:MAX_PROBLEMS],
    )


def _read(text: str) -> RawFeed:
    if not text:
        raise ParseError("The answer is empty.")
    return read_json(text) if text[0] in "{[" else read_xml(text)


def _entries(raw: RawFeed, context: Context) -> tuple[list[Entry], list[str]]:
    entries: list[Entry] = []
    problems: list[str] = []
    for number, entry in enumerate(raw.entries, 1):
        try:
            entries.append(normalise(entry, context))
        except UnusableEntryError as problem:
            named = f" (“{shorten(plain_text(entry.title[:500]), 60)}”)" if entry.title else ""
            problems.append(f"Entry {number}{named} {problem}.")
    return entries, problems


def _safe(hints: Hints, url: str) -> Hints:
    return replace(
        hints, hub_url=safe_url(hints.hub_url, url), self_url=safe_url(hints.self_url, url)
    )
