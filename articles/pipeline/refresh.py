"""Refreshing feeds: claim, fetch, parse, store, and set the next time, one feed at a time.

Fetching runs in threads that never touch the database, and parsing in a process of its own; storing
runs in the thread that called, so one connection serves a whole refresh. No thread waits for a
host: a feed is claimed with a turn at its host, and where a redirect leads to another, its fetch
goes on when that one can be asked.
"""

from __future__ import annotations

import atexit
import logging
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils import timezone

from articles.entries.parsers import Parsers
from articles.entries.types import ParsedFeed, ParseError
from articles.fetch.decide import needs_parsing
from articles.fetch.door import Door, Hop
from articles.fetch.types import Exchange, Failure, FetchError, Outcome, Response
from articles.models import Feed
from articles.pipeline import claims, hosts
from articles.pipeline.claims import Claim
from articles.pipeline.hosts import Turn, Visit
from articles.pipeline.settle import Fetched, Refreshed, finish, state_of
from articles.pipeline.steady import steadily

logger = logging.getLogger(__name__)

CLAIM_AT_ONCE = 100
NAMED_AT_ONCE = 500
TICK = 0.2
"""Seconds after which a refresh looks again for what may go on."""
PATIENCE = 3.0
"""Seconds without anything under way after which nothing is expected of the hosts soon."""
HOP_PATIENCE = 30.0
"""Seconds that a redirect may wait for its host; after that its feed comes again later."""

_parsers = Parsers()  # kept from one refresh to the next
atexit.register(_parsers.close)


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


Asked = Callable[[], bool]
Watch = Callable[[Exchange], None]


def never() -> bool:
    return False


def alone() -> None:
    """Nobody can be called for help."""


def refresh_due(
    over: Asked = never, stop: Asked = never, call_help: Callable[[], None] = alone
) -> Iterator[Refreshed]:
    """Refresh what is due until nothing is; feeds come back as they finish.

    When it is `over()` no more is begun; on `stop()` what is under way is given up as well. Help is
    called once, where more is due than is claimed at once.
    """
    for url in steadily(claims.put_aside):
        logger.error("%s: put aside, a worker died with it %d times", url, claims.MOST_DEATHS)
    return _refresh(_Due(over, call_help), stop)


def refresh_named(
    ids: Collection[int], stop: Asked = never, watch: Watch | None = None
) -> Iterator[Refreshed]:
    """Refresh these feeds now, whatever their schedule says; `watch` is told of every request.

    Those whose host is not to be asked within a few seconds become due instead.
    """
    return _refresh(_Named(sorted(ids)), stop, watch)


class _Supply(Protocol):
    """Where a refresh gets its feeds."""

    def claim(self, *, idle: bool) -> list[Claim]:
        """Feeds to fetch now; `idle` where none is under way."""

    def soonest(self) -> float | None:
        """Seconds until another may be claimed; None where none is waited for."""

    def leave(self) -> None:
        """What was not claimed is left to others."""


@dataclass(slots=True)
class _Due:
    over: Asked
    call_help: Callable[[], None]
    helped: bool = False

    def claim(self, *, idle: bool) -> list[Claim]:
        if self.over():
            return []
        if idle and (suspect := claims.claim_suspect()):
            return suspect
        claimed = claims.claim_due(CLAIM_AT_ONCE)
        if len(claimed) == CLAIM_AT_ONCE and not self.helped:
            self.helped = True
            self.call_help()
        return claimed

    def soonest(self) -> float | None:
        return None if self.over() else claims.soonest()

    def leave(self) -> None:
        """They stay due."""


@dataclass(slots=True)
class _Named:
    left: list[int]

    def claim(self, *, idle: bool) -> list[Claim]:
        for _ in range(0, len(self.left), NAMED_AT_ONCE):
            batch, rest = self.left[:NAMED_AT_ONCE], self.left[NAMED_AT_ONCE:]
            claimed = claims.claim_named(batch, CLAIM_AT_ONCE)
            had = {claim.feed.pk for claim in claimed}
            batch = [pk for pk in batch if pk not in had]
            self.left = batch + rest if had else rest + batch
            if claimed:
                return claimed
        return []

    def soonest(self) -> float | None:
        return claims.soonest(self.left) if self.left else None

    def leave(self) -> None:
        if self.left:
            claims.make_due(self.left)


def _refresh(supply: _Supply, stop: Asked, watch: Watch | None = None) -> Iterator[Refreshed]:
    """Keep the threads busy: claim more as soon as fewer feeds are under way than threads.

    Of a claimed batch nothing waits for its slowest member, and no more is claimed than can be
    fetched well within the lease.
    """
    width = settings.FETCH_CONCURRENCY
    with Door(settings.FETCH, watch=watch) as door, ThreadPoolExecutor(width, "fetch") as threads:
        journeys = _Journeys(door, threads)
        try:
            idle_since = time.monotonic()
            while not stop():
                steadily(journeys.go_on)
                if journeys.has_room(width):
                    idle = not journeys.busy
                    journeys.begin(steadily(lambda: supply.claim(idle=idle)))  # noqa: B023
                if journeys.busy:
                    yield from journeys.finished()
                    idle_since = time.monotonic()
                elif not _rest(supply, idle_since):
                    supply.leave()
                    return
        finally:
            steadily(journeys.give_up)


def _rest(supply: _Supply, idle_since: float) -> bool:
    """Wait a moment for a host; False where there is nothing to wait for."""
    soonest = steadily(supply.soonest)
    if soonest is None or time.monotonic() - idle_since > PATIENCE:
        return False
    time.sleep(min(max(soonest, TICK / 10), TICK))
    return True


@dataclass(frozen=True, slots=True)
class _Journey:
    """A claimed feed on its way: `hop` is the request that comes next."""

    claim: Claim
    turn: Turn
    hop: Hop | None = None
    """None for the first."""
    waits_since: float = 0.0


class _Journeys:
    """The fetches of one refresh: those under way, and those that wait for another host."""

    def __init__(self, door: Door, threads: ThreadPoolExecutor) -> None:
        self._door = door
        self._threads = threads
        self._under_way: dict[Future[Fetched | Hop], _Journey] = {}
        self._waiting: list[_Journey] = []
        self._arrived: list[tuple[Claim, Fetched]] = []
        self._next_claim = 0.0

    @property
    def busy(self) -> bool:
        return bool(self._under_way or self._waiting)

    def has_room(self, width: int) -> bool:
        """Whether more feeds should be claimed: nothing joins a feed that may be poison."""
        if len(self._under_way) >= width or len(self._waiting) >= CLAIM_AT_ONCE:
            return False
        if any(journey.claim.suspect for journey in self._under_way.values()):
            return False
        return not self.busy or time.monotonic() >= self._next_claim

    def begin(self, claimed: list[Claim]) -> None:
        """Fetch these; where fewer came than could, do not ask for more at once."""
        if len(claimed) < CLAIM_AT_ONCE:
            self._next_claim = time.monotonic() + TICK
        for claim in claimed:
            self._send(_Journey(claim, claim.turn))

    def go_on(self) -> None:
        """Follow redirects whose host can be asked now."""
        if not self._waiting:
            return
        turns = hosts.take({journey.hop.host for journey in self._waiting if journey.hop})
        waiting, self._waiting = self._waiting, []
        for journey in waiting:
            host = journey.hop.host if journey.hop else ""
            if turn := turns.get(host):
                if turn.paced:
                    del turns[host]
                self._send(replace(journey, turn=turn))
            elif time.monotonic() - journey.waits_since > HOP_PATIENCE:
                claims.postpone(journey.claim, host)
            else:
                self._waiting.append(journey)

    def finished(self) -> Iterator[Refreshed]:
        """Store what has come by now, after waiting a moment for something to come."""
        done, _ = wait(self._under_way, TICK, FIRST_COMPLETED)
        if not self._under_way:
            time.sleep(TICK)  # everything waits for a host
        visits = [self._arrive(future, self._under_way.pop(future)) for future in done]
        steadily(lambda: hosts.release(visits))
        refreshed = finish([fetched for _, fetched in self._arrived])
        self._arrived.clear()
        yield from refreshed

    def give_up(self) -> None:
        """Leave to others what did not come to its end."""
        if not (self.busy or self._arrived):
            return
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._door.cut()
        journeys = [*self._under_way.values(), *self._waiting]
        claims.give_up([journey.claim for journey in journeys] + [c for c, _ in self._arrived])
        now = timezone.now()
        hosts.release(
            [hosts.visit(journey.turn, None, now) for journey in self._under_way.values()]
        )
        logger.info("%d feeds given up, to be fetched later", len(journeys) + len(self._arrived))

    def _send(self, journey: _Journey) -> None:
        future = self._threads.submit(
            fetch, self._door, journey.claim.feed, journey.turn, journey.hop
        )
        self._under_way[future] = journey

    def _arrive(self, future: Future[Fetched | Hop], journey: _Journey) -> Visit:
        """Take what a thread brought, and tell what it means for the host."""
        came = _result(journey.claim.feed, future)
        if isinstance(came, Hop):
            since = time.monotonic()
            self._waiting.append(replace(journey, hop=came, waits_since=since))
            return hosts.visit(journey.turn, came, timezone.now())
        self._arrived.append((journey.claim, came))
        return hosts.visit(journey.turn, came.result, came.now)


def _result(feed: Feed, future: Future[Fetched | Hop]) -> Fetched | Hop:
    """What the thread brought. A fault of ours costs this feed its turn, and no other feed."""
    error = future.exception()
    if error is None:
        return future.result()
    logger.error("%s: reading it failed", feed.url, exc_info=error)
    words = f"Reading it failed through a fault of this program: {type(error).__name__}."
    return Fetched(feed, state_of(feed), FetchError(Failure.HTTP, words), None, timezone.now())


def fetch(door: Door, feed: Feed, turn: Turn, hop: Hop | None = None) -> Fetched | Hop:
    """Send one request and parse what it brings, without the database; failures are values.

    A redirect is a `Hop` that wants the turn of its own host, unless it leads to the same host
    and that keeps no pace.
    """
    state = state_of(feed)
    result: Response | Hop | FetchError
    try:
        result = hop or door.start(state.url)
        while isinstance(result, Hop):
            if result is not hop and result.chain and (turn.paced or result.host != turn.host):
                return result
            result = door.follow(result, validators=state.validators, keep=not turn.paced)
    except FetchError as error:
        result = error
    now = timezone.now()
    if isinstance(result, FetchError) or not needs_parsing(state, result):
        return Fetched(feed, state, result, None, now)
    return Fetched(feed, state, result, parse_answer(feed, result, now), now)


def parse_answer(feed: Feed, response: Response, now: datetime) -> ParsedFeed | ParseError:
    """Parse an answer as the feed's document; a body that is no feed comes back as the error."""
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
