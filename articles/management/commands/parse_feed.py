"""Show what is read in a feed: the reading of production, no database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from articles.entries.parsers import Allowance, ParserFaultError, Parsers
from articles.entries.types import Entry, ParsedFeed, ParseError
from articles.fetch.door import Door
from articles.fetch.troubles import refused
from articles.fetch.types import FetchError

SOME_ADDRESS = "https://example.org/feed.xml"
"""Where a file is taken to come from, unless it is said."""
SECONDS = 1.4
"""Of processor time for each feed: less than in production, as somebody waits for the answer."""


class Command(BaseCommand):
    """Print the entries of each feed, or why it cannot be read."""

    help = (
        "Show what is read in feeds, given as files or addresses, as production reads them. "
        "Nothing is stored. With --json every feed is one line: an object with title, link, "
        'language, entries and notices, or {"error": …}; times are as the feed claims, or null.'
    )
    requires_system_checks = []
    needs_servers = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the feeds and the options."""
        parser.add_argument("feeds", nargs="+", metavar="FILE-or-URL")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        parser.add_argument(
            "--base",
            default=SOME_ADDRESS,
            metavar="URL",
            help=f"where files come from, for relative links in them; {SOME_ADDRESS} if not given",
        )
        parser.add_argument(
            "--seconds",
            type=float,
            default=SECONDS,
            help=f"processor time that a feed may take; {SECONDS} if not given, in production more",
        )

    def handle(self, *, feeds: list[str], base: str, seconds: float, **options: Any) -> None:
        """Read one feed after the other and print each as soon as it is read."""
        show = _as_json if options["json"] else _as_text
        allowance = Allowance(seconds=seconds)
        with Door(settings.FETCH) as door, Parsers(allowance=allowance) as parsers:
            for name in feeds:
                self.stdout.write(show(name, _read(name, base, door, parsers)))
                self.stdout.flush()


def _read(name: str, base: str, door: Door, parsers: Parsers) -> ParsedFeed | Exception:
    """The feed, or what speaks against it."""
    try:
        body, url, content_type = _body(name, base, door)
        return parsers.parse(body, url=url, content_type=content_type, now=timezone.now())
    except (ParseError, ParserFaultError, FetchError, OSError) as error:
        return error


def _body(name: str, base: str, door: Door) -> tuple[bytes, str, str]:
    """Bytes, the address they come from, and the header that describes them."""
    if not name.lower().startswith(("http://", "https://")):
        return Path(name).read_bytes(), base, ""
    response = door.get(name)
    if response.status != 200:
        raise ParseError(refused(response.status, "feed"))
    return response.body, response.url, response.headers.get("content-type", "")


def _as_json(name: str, feed: ParsedFeed | Exception) -> str:
    return json.dumps({"input": name} | _told(feed), ensure_ascii=False)


def _told(feed: ParsedFeed | Exception) -> dict[str, Any]:
    if not isinstance(feed, ParsedFeed):
        return {"error": str(feed)}
    return {
        "title": feed.title,
        "link": feed.home_url,
        "language": feed.language,
        "entries": [_entry(entry) for entry in feed.entries],
        "notices": [*feed.notices, *feed.problems],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "guid": entry.guid,
        "link": entry.url,
        "title": entry.title,
        "authors": entry.authors,
        "categories": entry.categories,
        "excerpt": entry.excerpt,
        "html": entry.html,
        "image": entry.image_url,
        "enclosures": [
            {
                "url": media.url,
                "type": media.media_type,
                "length": media.length,
                "duration": media.duration,
            }
            for media in entry.enclosures
        ],
        "published": _time(entry.published_claim),
        "updated": _time(entry.updated),
        "language": entry.language,
    }


def _time(time: datetime | None) -> str | None:
    return time.isoformat() if time else None


def _as_text(name: str, feed: ParsedFeed | Exception) -> str:
    if not isinstance(feed, ParsedFeed):
        return f"{name}\n  {feed}\n"
    head = [feed.title or "(no title)", feed.home_url, feed.language]
    lines = [name, f"  {' · '.join(filter(None, head))}"]
    lines += [f"  ! {fault}" for fault in (*feed.notices, *feed.problems)]
    return "\n".join([*lines, *(line for entry in feed.entries for line in _lines(entry))]) + "\n"


def _lines(entry: Entry) -> Iterator[str]:
    when = f"{entry.published_claim:%Y-%m-%d %H:%M}" if entry.published_claim else "no date"
    yield f"\n  {when}  {entry.title}"
    about = (entry.url, ", ".join(entry.authors), ", ".join(entry.categories), entry.excerpt)
    yield from (f"    {line}" for line in about if line)
