"""Fetching one feed while a curator looks on: every request is kept, and what came of it.

It is the fetch that the schedule makes, with its claim, its turn at the host and its decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.utils import timezone

from articles.fetch.types import Exchange, FetchError
from articles.models import Feed, FetchTrace
from articles.pipeline.refresh import refresh_named
from articles.pipeline.settle import Refreshed

TELLING = frozenset(
    {
        *("cache-control", "content-encoding", "content-length", "content-type", "date", "etag"),
        *("expires", "last-modified", "link", "location", "retry-after", "server", "vary"),
    }
)
"""Headers of an answer that are kept: no cookies."""
LONGEST = 500
"""Characters of a header, a line or a sentence that are kept."""
SENTENCES = 20


def ask(feed: Feed) -> None:
    """Begin a new trace, to be filled by `run`."""
    blank: dict[str, Any] = {
        "asked_at": timezone.now(),
        "finished_at": None,
        "exchanges": [],
        "outcome": {},
    }
    FetchTrace.objects.update_or_create(feed=feed, defaults=blank)


def run(feed: int, stop: Callable[[], bool]) -> Iterator[Refreshed]:
    """Fetch a feed now and keep what happened, also where its turn did not come."""
    exchanges: list[Exchange] = []
    outcome: dict[str, Any] = {}
    try:
        for refreshed in refresh_named([feed], stop, exchanges.append):
            outcome = _outcome(refreshed)
            yield refreshed
    finally:
        FetchTrace.objects.filter(feed=feed).update(
            exchanges=[_exchange(each) for each in exchanges],
            outcome=outcome,
            finished_at=timezone.now(),
        )


def _exchange(exchange: Exchange) -> dict[str, Any]:
    """One request in JSON."""
    result = exchange.result
    told: dict[str, Any] = {
        "url": exchange.url[:LONGEST],
        "line": exchange.line[:LONGEST],
        "sent": _headers(exchange.headers),
        "milliseconds": round(exchange.seconds * 1000),
    }
    if isinstance(result, FetchError):
        return told | {"error": str(result)[:LONGEST]}
    kept = {name: value for name, value in result.headers.items() if name in TELLING}
    return told | {
        "address": result.address,
        "status": result.status,
        "received": _headers(kept),
        "wire_bytes": result.wire_bytes,
        "bytes": len(result.body),
    }


def _headers(headers: Any) -> list[tuple[str, str]]:
    return [(name, value[:LONGEST].replace("\0", "")) for name, value in headers.items()]


def _outcome(refreshed: Refreshed) -> dict[str, Any]:
    """What became of the feed, in JSON."""
    feed, decision, stored = refreshed.feed, refreshed.decision, refreshed.stored
    read = refreshed.entries
    problems = [*feed.problems.splitlines(), *feed.notice.splitlines()] if read is not None else []
    return {
        "outcome": feed.outcome,
        "error": feed.last_error[:LONGEST],
        "entries": read,
        "new": stored.new,
        "edited": stored.edited,
        "known": (read or 0) - stored.new - stored.edited,
        "problems": [each[:LONGEST] for each in problems[:SENTENCES]],
        "new_url": decision.new_url,
        "retired": decision.retired,
        "next_fetch_at": feed.next_fetch_at.isoformat(),
        "minutes": round(decision.interval.total_seconds() / 60),
    }
