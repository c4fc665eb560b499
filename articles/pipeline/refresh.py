"""Refreshing feeds: claim, fetch, parse, store, and set the next time, one feed at a time.

Fetching runs in threads that never touch the database, and parsing in a process of its own; storing
runs in the thread that called, so one connection serves a whole refresh.
"""

from __future__ import annotations

import atexit
import logging
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from articles.entries.parsers import Parsers
from articles.entries.types import ParsedFeed, ParseError
from articles.fetch.decide import Reading, decide, needs_parsing
from articles.fetch.door import Door
from articles.fetch.types import (
    Decision,
    Failure,
    FeedState,
    FetchError,
    Outcome,
    Response,
    Validators,
)
from articles.models import Feed
from articles.pipeline import rows
from articles.pipeline.claims import claim_due, claim_named
from articles.pipeline.store import Stored, store_feeds

logger = logging.getLogger(__name__)

CLAIM_AT_ONCE = 100

_parsers = Parsers()  # kept from one refresh to the next
atexit.register(_parsers.close)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the threads hand back: an answer or its failure, and what could be read of it."""

    feed: Feed
    state: FeedState
    result: Response | FetchError
    parsed: ParsedFeed | ParseError | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Refreshed:
    """One feed's refresh, done and stored."""

    feed: Feed
    decision: Decision
    stored: Stored


@dataclass(slots=True)
class Summary:
    """What a refresh of many feeds came to."""

    feeds: int = 0
    unchanged: int = 0
    failed: int = 0
    new_articles: int = 0
    edited_articles: int = 0
    languages: set[str] = field(default_factory=set)

    def add(self, refreshed: Refreshed) -> None:
        self.feeds += 1
        self.unchanged += refreshed.decision.outcome is Outcome.UNCHANGED
        self.failed += bool(refreshed.decision.error)
        self.new_articles += refreshed.stored.new
        self.edited_articles += refreshed.stored.edited
        self.languages |= refreshed.stored.languages


def refresh_due(stop: Callable[[], bool] = lambda: False) -> Iterator[Refreshed]:
    """Refresh what is due until nothing is, or until `stop()`; feeds come back as they finish."""
    return _refresh(lambda: [] if stop() else claim_due(CLAIM_AT_ONCE))


def refresh_named(ids: Collection[int]) -> Iterator[Refreshed]:
    """Refresh these feeds now, whatever their schedule says."""
    waiting = sorted(ids)

    def claim() -> list[Feed]:
        claimed: list[Feed] = []
        while waiting and not claimed:
            batch, waiting[:] = waiting[:CLAIM_AT_ONCE], waiting[CLAIM_AT_ONCE:]
            claimed = claim_named(batch)
        return claimed

    return _refresh(claim)


def _refresh(claim: Callable[[], list[Feed]]) -> Iterator[Refreshed]:
    """Keep the threads busy: claim more as soon as fewer feeds are under way than threads.

    Of a claimed batch nothing waits for its slowest member, and no more is claimed than can be
    fetched well within the lease.
    """
    width = settings.FETCH_CONCURRENCY
    with Door(settings.FETCH) as door, ThreadPoolExecutor(width, "fetch") as threads:
        under_way: dict[Future[Fetched], Feed] = {}
        exhausted = False
        while True:
            if len(under_way) < width and not exhausted:
                claimed = claim()
                exhausted = not claimed
                for feed in claimed:
                    under_way[threads.submit(fetch, door, feed)] = feed
            if not under_way:
                return
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            yield from finish([_result(under_way.pop(future), future) for future in done])


def _result(feed: Feed, future: Future[Fetched]) -> Fetched:
    """What the thread brought. A fault of ours costs this feed its turn, and no other feed."""
    error = future.exception()
    if error is None:
        return future.result()
    logger.error("%s: reading it failed", feed.url, exc_info=error)
    words = f"Reading it failed through a fault of this program: {type(error).__name__}."
    return Fetched(feed, _state(feed), FetchError(Failure.HTTP, words), None, timezone.now())


def _state(feed: Feed) -> FeedState:
    return FeedState(
        url=feed.url,
        validators=Validators(feed.etag, feed.last_modified),
        body_hash=bytes(feed.body_hash),
        interval=feed.interval,
        failures=feed.failures,
    )


def fetch(door: Door, feed: Feed) -> Fetched:
    """Fetch and parse, without the database; every failure comes back as a value."""
    state = _state(feed)
    result: Response | FetchError
    try:
        result = door.get(state.url, validators=state.validators)
    except FetchError as error:
        result = error
    now = timezone.now()
    if isinstance(result, FetchError) or not needs_parsing(state, result):
        return Fetched(feed, state, result, None, now)
    return Fetched(feed, state, result, _parse(feed, result, now), now)


def _parse(feed: Feed, response: Response, now: datetime) -> ParsedFeed | ParseError:
    try:
        return _parsers.parse(
            response.body,
            url=response.url,
            content_type=response.headers.get("content-type", ""),
            now=now,
            default_language=feed.source.language,
        )
    except ParseError as error:
        return error


def finish(batch: Sequence[Fetched]) -> list[Refreshed]:
    """Store what fetches brought and release their feeds, in one transaction.

    However many feeds have come in meanwhile, that takes the same few statements.
    """
    try:
        with transaction.atomic():
            return _store(batch)
    except DatabaseError as error:
        if len(batch) == 1:
            return _give_up(batch[0], error)
    # What cannot be stored of one feed must not cost the others theirs.
    return [refreshed for fetched in batch for refreshed in finish([fetched])]


def _give_up(fetched: Fetched, error: DatabaseError) -> list[Refreshed]:
    """Note on the feed that its entries cannot be stored."""
    logger.error("%s: its entries could not be stored", fetched.feed.url, exc_info=error)
    words = ParseError(f"Its entries could not be stored: {type(error).__name__}.")
    return _keep([_settled(fetched, words, Stored())])


def _store(batch: Iterable[Fetched]) -> list[Refreshed]:
    read = [(each, each.parsed) for each in batch if isinstance(each.parsed, ParsedFeed)]
    stored = store_feeds([(fetched.feed, parsed.entries) for fetched, parsed in read])
    refreshed = [
        _settled(fetched, fetched.parsed, Stored())
        for fetched in batch
        if not isinstance(fetched.parsed, ParsedFeed)
    ]
    for (fetched, parsed), change in zip(read, stored, strict=True):
        fetched.feed.title = fetched.feed.title or parsed.title
        fetched.feed.notice = "\n".join((*parsed.notices, *parsed.problems))
        refreshed.append(_settled(fetched, Reading(change.new, parsed.hints), change))
    return _keep(refreshed)


def _settled(fetched: Fetched, reading: Reading | ParseError | None, stored: Stored) -> Refreshed:
    """Decide what becomes of the feed, and write it to the feed in memory."""
    feed = fetched.feed
    jitter = random.random()  # noqa: S311 - no secret
    decision = decide(fetched.state, fetched.result, reading, now=fetched.now, jitter=jitter)
    if decision.error:
        logger.warning("%s: %s", feed.url, decision.error)
    else:
        feed.last_success_at = fetched.now
    feed.etag = decision.validators.etag
    feed.last_modified = decision.validators.last_modified
    feed.body_hash = decision.body_hash
    feed.next_fetch_at = decision.next_fetch_at
    feed.interval = decision.interval
    feed.outcome = decision.outcome
    feed.last_fetch_at = fetched.now
    feed.last_error = decision.error
    feed.failures = decision.failures
    feed.permanent_url = decision.permanent_url
    if decision.retired:
        feed.retired_at = feed.retired_at or fetched.now
    elif not decision.error:
        feed.retired_at = None
    feed.claimed_until = None
    return Refreshed(feed, decision, stored)


def _keep(refreshed: list[Refreshed]) -> list[Refreshed]:
    """Write what a fetch may change, and no more: a curator's edit made in the meantime stays."""
    feeds = [each.feed for each in refreshed]
    # In one order, so that two workers never wait for each other in a ring.
    feeds.sort(key=lambda feed: feed.pk)
    rows.update(Feed, [{name: getattr(feed, name) for name in ("id", *_FETCHED)} for feed in feeds])
    return refreshed


_FETCHED = (
    "title",
    "etag",
    "last_modified",
    "body_hash",
    "next_fetch_at",
    "interval",
    "outcome",
    "last_fetch_at",
    "last_success_at",
    "last_error",
    "notice",
    "failures",
    "permanent_url",
    "retired_at",
    "claimed_until",
)
