"""Where the time of a cold refresh goes, beside what its parts could do at best.

    python benchmarks/stages.py LIST.opml

Everything is done once, one stage after the other in this process, over the same feeds: asked
for through the network door, parsed, stored in batches as a worker stores what came in meanwhile.
Beside it, in the same run: feedparser reading the same bodies without cleaning anything, the one
sanitiser over what it read, and PostgreSQL taking the same rows in by COPY, without any index.
Seconds are of CPU, this process's and the database's.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent))

from ingest import Ours, cpu, database_cpu, own_servers

Result = TypeVar("Result")
AT_ONCE = 24
"""Feeds that a worker stores together when it is busy: about as many as it has threads."""


class Table:
    """Times stages and prints a line for each."""

    def __init__(self, feeds: int) -> None:
        self._feeds = feeds

    def stage(self, name: str, run: Callable[[], Result]) -> Result:
        own, database = cpu(os.getpid()), database_cpu()
        result = run()
        own, database = cpu(os.getpid()) - own, database_cpu() - database
        rate = self._feeds / max(own + database, 0.01)
        print(f"{name:38} {own:6.2f} s + {database:5.2f} s  {rate:7.0f} feeds/s", flush=True)
        return result


def measure(listing: str) -> None:
    from articles.fetch.types import Response

    Ours(1).subscribe(listing)
    claims = _claimed()
    table = Table(len(claims))
    print(f"{len(claims)} feeds; CPU of this process + of the database")
    fetched = table.stage("network: ask for all", lambda: _asked(claims))
    answers = [(feed, answer) for feed, answer in fetched if isinstance(answer, Response)]
    read = table.stage("parse, normalise, sanitise", lambda: _parsed(answers))
    table.stage("store", lambda: _stored(answers, read))
    markup = table.stage("at best: feedparser alone", lambda: _feedparsed(answers))
    table.stage("sanitise: all that it read", lambda: _sanitised(markup))
    rows = table.stage("at best: the rows by COPY", _copied)
    print(f"{rows} articles")


def _claimed() -> list[Any]:
    from articles.models import Feed
    from articles.pipeline.claims import claim_due
    from articles.pipeline.refresh import refresh_named

    # A first answer tells that the host is on the loopback and keeps no pace.
    list(refresh_named(Feed.objects.values_list("pk", flat=True)[:1]))
    Feed.objects.update(next_fetch_at="2000-01-01T00:00:00Z")
    claims: list[Any] = []
    while claimed := claim_due(AT_ONCE):
        claims += claimed
    return claims


def _asked(claims: list[Any]) -> list[tuple[Any, Any]]:
    from django.conf import settings

    from articles.fetch.door import Door

    with Door(settings.FETCH) as door:
        return [(claim.feed, door.get(claim.feed.url)) for claim in claims]


def _parsed(answers: list[tuple[Any, Any]]) -> list[Any]:
    from django.utils import timezone

    from articles.pipeline.refresh import parse_answer

    now = timezone.now()
    return [parse_answer(feed, answer, now) for feed, answer in answers]


def _stored(answers: list[tuple[Any, Any]], read: list[Any]) -> None:
    from django.utils import timezone

    from articles.pipeline.settle import Fetched, finish, state_of

    now = timezone.now()
    batch = [
        Fetched(feed, state_of(feed), answer, parsed, now)
        for (feed, answer), parsed in zip(answers, read, strict=True)
    ]
    for start in range(0, len(batch), AT_ONCE):
        finish(batch[start : start + AT_ONCE])


def _feedparsed(answers: list[tuple[Any, Any]]) -> list[str]:
    import feedparser

    options = {"sanitize_html": False, "resolve_relative_uris": False}
    feeds = [feedparser.parse(answer.body, **options) for _, answer in answers]
    entries = [entry for feed in feeds for entry in feed.entries]
    return [entry.get(part, "") for entry in entries for part in ("title", "summary")]


def _sanitised(markup: list[str]) -> None:
    from articles.entries.sanitise import clean_html

    for text in markup:
        clean_html(text)


def _copied() -> int:
    from django.db import connection

    from articles.models import Article

    columns = [field.column for field in Article._meta.concrete_fields if not field.generated]
    names = ", ".join(filter(None, columns))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE taken AS SELECT * FROM articles_article LIMIT 0")
        with cursor.copy(f"COPY articles_article ({names}) TO STDOUT") as out:
            rows = b"".join(bytes(piece) for piece in out)
        with cursor.copy(f"COPY taken ({names}) FROM STDIN") as into:
            into.write(rows)
        cursor.execute("SELECT count(*) FROM taken")
        (count,) = cursor.fetchone()
    return int(count)


def main() -> None:
    parser = argparse.ArgumentParser(description="Where the time of a cold refresh goes.")
    parser.add_argument("listing", metavar="LIST.opml")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsreader-stages-") as name:
        folder = Path(name)
        with own_servers(folder):
            measure(options.listing)


if __name__ == "__main__":
    main()
