"""The end of a fetch: store what it brought, decide what becomes of the feed, and release it."""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, connection, transaction

from articles.entries.types import Hints, ParsedFeed, ParseError
from articles.fetch.decide import GONE_RETRY, Reading, decide
from articles.fetch.rhythm import Rhythm, observed
from articles.fetch.types import (
    Decision,
    FeedState,
    FetchError,
    Move,
    Outcome,
    Response,
    Validators,
)
from articles.fetch.websub import offer
from articles.models import Feed
from articles.pipeline import rows, source_days
from articles.pipeline.catalogue import feed_key, with_www
from articles.pipeline.push import Note, is_live, note
from articles.pipeline.steady import steadily
from articles.pipeline.store import Stored, store_feeds

logger = logging.getLogger(__name__)


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
    entries: int | None = None
    """How many it held; None where no body was read."""


def state_of(feed: Feed) -> FeedState:
    """What the last fetches left behind."""
    return FeedState(
        url=feed.url,
        validators=Validators(feed.etag, feed.last_modified),
        body_hash=bytes(feed.body_hash),
        interval=feed.interval,
        failures=feed.failures,
        rhythm=Rhythm(
            feed.ttl,
            feed.update_base,
            frozenset(feed.skip_hours),
            frozenset(feed.skip_days),
            feed.entry_gap,
            feed.newest_entry_at,
        ),
        move=Move(feed.permanent_url, feed.moved_count, feed.moved_since),
        missing_since=feed.missing_since,
        retired=feed.retired_at is not None,
        pushed=is_live(feed),
    )


def finish(batch: Sequence[Fetched]) -> list[Refreshed]:
    """Store what fetches brought and release their feeds, in one transaction.

    However many feeds have come in meanwhile, that takes the same few statements.
    """
    return steadily(lambda: _finish(batch)) if batch else []


def _finish(batch: Sequence[Fetched]) -> list[Refreshed]:
    try:
        with transaction.atomic():
            return _store(batch)
    except DatabaseError as error:
        if not connection.is_usable():
            raise
        if len(batch) == 1:
            return _without_entries(batch[0], error)
    # What cannot be stored of one feed must not cost the others theirs.
    return [refreshed for fetched in batch for refreshed in _finish([fetched])]


def _without_entries(fetched: Fetched, error: DatabaseError) -> list[Refreshed]:
    """Note on the feed that its entries cannot be stored."""
    logger.error("%s: its entries could not be stored", fetched.feed.url, exc_info=error)
    words = ParseError(f"Its entries could not be stored: {type(error).__name__}.")
    return _keep([_settled(copy(fetched.feed), fetched, words, Stored())])


def _store(batch: Sequence[Fetched]) -> list[Refreshed]:
    read = [(each, each.parsed) for each in batch if isinstance(each.parsed, ParsedFeed)]
    stored = store_feeds([(fetched.feed, parsed.entries) for fetched, parsed in read])
    refreshed = [
        _settled(copy(fetched.feed), fetched, fetched.parsed, Stored())
        for fetched in batch
        if not isinstance(fetched.parsed, ParsedFeed)
    ]
    for (fetched, parsed), change in zip(read, stored, strict=True):
        feed = copy(fetched.feed)
        feed.title = feed.title or parsed.title
        feed.notice = "\n".join(parsed.notices)
        feed.problems = "\n".join(parsed.problems)
        reading = Reading(change.new, _rhythm(parsed, fetched.now))
        refreshed.append(_settled(feed, fetched, reading, change))
    note([_note(*each, change) for each, change in zip(read, stored, strict=True)])
    return _keep(refreshed)


def _note(fetched: Fetched, parsed: ParsedFeed, stored: Stored) -> Note:
    """What was read of who pushes the feed."""
    hints, found = parsed.hints, None
    if isinstance(fetched.result, Response):
        answer = fetched.result
        found = offer(answer.headers, hints.hub_urls, hints.self_url, answer.url)
    return Note(fetched.feed, found, stored.new)


def _rhythm(parsed: ParsedFeed, now: datetime) -> Rhythm:
    hints: Hints = parsed.hints
    gap, newest = observed((entry.published_claim for entry in parsed.entries), now)
    return Rhythm(
        timedelta(seconds=hints.ttl_seconds) if hints.ttl_seconds else None,
        hints.update_base,
        hints.skip_hours,
        hints.skip_days,
        gap,
        newest,
    )


def _settled(
    feed: Feed, fetched: Fetched, reading: Reading | ParseError | None, stored: Stored
) -> Refreshed:
    """Decide what becomes of the feed, and write it to the feed in memory."""
    jitter = random.random()  # noqa: S311 - no secret
    decision = decide(fetched.state, fetched.result, reading, now=fetched.now, jitter=jitter)
    retired_at = feed.retired_at or fetched.now
    _count(feed, fetched.result)
    _apply(feed, fetched.now, decision)
    new_url = decision.new_url or _leads_to(fetched.feed, decision)
    if new_url and not _move(feed, new_url):
        feed.retired_at = retired_at
        feed.next_fetch_at = fetched.now + GONE_RETRY
    read = len(fetched.parsed.entries) if isinstance(fetched.parsed, ParsedFeed) else None
    return Refreshed(feed, decision, stored, read)


def _leads_to(feed: Feed, decision: Decision) -> str:
    """Where a feed leads that was never read before, if that is read already: it is a double.

    Nothing is lost by believing its first redirect.
    """
    moved = "" if feed.last_success_at else decision.move.url
    return moved if moved and _double(feed, moved) else ""


def _count(feed: Feed, result: Response | FetchError) -> None:
    """Keep the statistics: a 304 saves what the last body took on the wire."""
    feed.fetches += 1
    if not isinstance(result, Response):
        return
    feed.bytes_received += result.wire_bytes
    if result.status == 304:
        feed.not_modified += 1
        feed.bytes_saved += feed.last_size
    elif result.status == 200:
        feed.last_size = result.wire_bytes


def _apply(feed: Feed, now: datetime, decision: Decision) -> None:
    """Take over the decision as it is."""
    if decision.error:
        logger.warning("%s: %s", feed.url, decision.error)
    else:
        feed.last_success_at = now
    feed.etag = decision.validators.etag
    feed.last_modified = decision.validators.last_modified
    feed.body_hash = decision.body_hash
    feed.next_fetch_at = decision.next_fetch_at
    feed.interval = decision.interval
    feed.outcome = decision.outcome
    feed.last_fetch_at = now
    feed.last_error = decision.error
    feed.failures = decision.failures
    feed.missing_since = decision.missing_since
    feed.retired_at = (feed.retired_at or now) if decision.retired else None
    feed.claimed_until = None
    feed.attempts = 0
    rhythm, move = decision.rhythm, decision.move
    feed.ttl, feed.update_base = rhythm.ttl, rhythm.update_base
    feed.skip_hours, feed.skip_days = sorted(rhythm.skip_hours), sorted(rhythm.skip_days)
    feed.entry_gap, feed.newest_entry_at = rhythm.gap, rhythm.newest
    feed.permanent_url, feed.moved_count, feed.moved_since = move.url, move.count, move.since


def _move(feed: Feed, url: str) -> bool:
    """Ask another address from now on; False where a feed that is known there makes it double."""
    try:
        if double := _double(feed, url):
            return _doubled(feed, double)
        with transaction.atomic():
            Feed.objects.filter(pk=feed.pk).update(url=url)
    except IntegrityError:  # another worker's feed moved there just now
        return _doubled(feed, url)
    logger.info("%s: it has moved for good to %s, which is asked from now on", feed.url, url)
    feed.url, feed.permanent_url, feed.moved_count, feed.moved_since = url, "", 0, None
    return True


def _doubled(feed: Feed, other: str) -> bool:
    feed.outcome = Outcome.GONE
    feed.last_error = f"It has moved for good to {other}, which is fetched as a feed of its own."
    logger.warning("%s: %s", feed.url, feed.last_error)
    return False


def _double(feed: Feed, url: str) -> str:
    """The address of another feed that is the same as `url` but for its spelling; else empty."""
    there = Feed.objects.filter(host__in=with_www(url)).exclude(pk=feed.pk)
    key = feed_key(url)
    found = there.filter(retired_at=None).values_list("url", flat=True)
    return next((known for known in found if feed_key(known) == key), "")


def _keep(refreshed: list[Refreshed]) -> list[Refreshed]:
    """Write what a fetch may change, and no more: a curator's edit made in the meantime stays."""
    feeds = [each.feed for each in refreshed]
    # In one order, so that two workers never wait for each other in a ring.
    feeds.sort(key=lambda feed: feed.pk)
    source_days.count(
        (each.feed.source_id, each.feed.last_fetch_at, bool(each.decision.error))
        for each in refreshed
        if each.feed.last_fetch_at
    )
    rows.update(Feed, [{name: getattr(feed, name) for name in ("id", *_FETCHED)} for feed in feeds])
    return refreshed


_FETCHED: Sequence[str] = (
    *("title", "etag", "last_modified", "body_hash"),
    *("next_fetch_at", "interval", "claimed_until", "attempts"),
    *("ttl", "update_base", "skip_hours", "skip_days", "entry_gap", "newest_entry_at"),
    *("outcome", "last_fetch_at", "last_success_at", "last_error", "notice", "problems"),
    *("failures", "missing_since", "retired_at", "permanent_url", "moved_count", "moved_since"),
    *("fetches", "not_modified", "bytes_received", "bytes_saved", "last_size"),
)
