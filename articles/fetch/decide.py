"""What becomes of a feed after a fetch: one pure decision, total over everything that can happen.

The pipeline asks it in three lines:

    result = fetch(state.url, state.validators)          # Response | FetchError
    reading = store(result) if needs_parsing(state, result) else None   # Reading | error
    decision = decide(state, result, reading, now=now, jitter=random())

Every way through sets the time of the next fetch. Nothing here waits, asks or stores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from articles.fetch.addresses import MAX_ADDRESS
from articles.fetch.headers import freshness, retry_after
from articles.fetch.pace import throttles
from articles.fetch.rhythm import FIRST_RETRY, LONGEST, Rhythm, clamped, doubled
from articles.fetch.troubles import refused
from articles.fetch.types import (
    Decision,
    FeedState,
    FetchError,
    Move,
    Outcome,
    Response,
    Validators,
)

GONE_RETRY = timedelta(days=30)
"""A feed that is gone is asked again this much later."""
MISSING_FOR = timedelta(days=30)
"""A feed that the server does not have for so long is gone."""
MOVES_SEEN, MOVE_LASTS = 3, timedelta(days=1)
"""A new address is believed after so many fetches over at least so long."""

MAX_VALIDATOR_LENGTH = 512
_FASTER, _SLOWER = 0.5, 1.5


@dataclass(frozen=True, slots=True)
class Reading:
    """What parsing and storing a body brought."""

    new_entries: int = 0
    rhythm: Rhythm | None = None


def body_hash(body: bytes) -> bytes:
    """16 bytes that tell one body from another."""
    return blake2b(body, digest_size=16).digest()


def needs_parsing(state: FeedState, result: Response | FetchError) -> bool:
    """Whether `result` is a body that the feed did not have at the last fetch."""
    return (
        isinstance(result, Response)
        and result.status == 200
        and body_hash(result.body) != state.body_hash
    )


def decide(
    state: FeedState,
    result: Response | FetchError,
    reading: Reading | Exception | None = None,
    *,
    now: datetime,
    jitter: float,
) -> Decision:
    """Turn the feed's old `state` and what a fetch brought into its new state.

    `reading` is what became of the body where `needs_parsing` said so: the error where it could
    not be read, whose message is then the feed's. It is None otherwise. `jitter` is a random
    number from 0 up to 1; it spreads feeds that failed or were added together.

    The rule of the interval: half the time that lies between two entries of the feed, or an eighth
    of its silence where that is longer. For a feed without dates it halves when there were new
    entries and grows by half when there were none. It stays between `SHORTEST` and `LONGEST`. The
    next fetch is after up to that interval, never before the time that the server
    (`Cache-Control`, `Expires`, `Retry-After`) or the feed (`ttl`, its update period, skipped hours
    and days) asks for, as far as that is within `LONGEST`. What the feed asks for holds until it
    is read again. Failures in a row wait twice as long each time, from `FIRST_RETRY` to `LONGEST`,
    and leave the interval as it was; a retired feed waits `GONE_RETRY` each time. A feed that is
    pushed to us is asked after `LONGEST`.
    """
    when = _When(now, jitter)
    if isinstance(result, FetchError):
        return _failed(state, str(result), when)
    floor = freshness(result.headers, now)
    if isinstance(reading, Exception):
        return _failed(state, str(reading), when, floor)
    if result.status == 304 and not state.body_hash:
        forgotten = replace(state, validators=Validators())
        return _failed(forgotten, "The server says nothing changed since nothing was read.", when)
    if state.pushed and not (reading and reading.new_entries):
        floor = LONGEST  # unless asking found what was not pushed
    if result.status == 304 or (result.status == 200 and reading is None):
        return _unchanged(state, result, when, floor)
    if result.status == 200 and reading is not None:
        return _read(state, result, reading, when, floor)
    return _refused(state, result, when)


@dataclass(frozen=True, slots=True)
class _When:
    """Turns waits into times."""

    now: datetime
    jitter: float

    def after(self, wait: timedelta, floor: timedelta = timedelta(0)) -> datetime:
        """Up to a tenth before `wait` ends, up to a tenth after `floor`, within `LONGEST`."""
        early = wait * (0.9 + 0.1 * self.jitter)
        late = floor * (1 + 0.1 * self.jitter)
        return self.now + min(max(early, late), LONGEST)


def _read(
    state: FeedState, result: Response, reading: Reading, when: _When, floor: timedelta
) -> Decision:
    rhythm = reading.rhythm or state.rhythm
    usual = clamped(state.interval * (_FASTER if reading.new_entries else _SLOWER))
    decision = Decision(
        outcome=Outcome.MOVED if result.permanent_url else Outcome.NEW,
        next_fetch_at=when.now,
        interval=usual,
        failures=0,
        error="",
        validators=_validators(result.headers, Validators()),
        body_hash=body_hash(result.body),
        rhythm=rhythm,
    )
    return _scheduled(_followed(decision, state, result, when.now), when, floor)


def _unchanged(state: FeedState, result: Response, when: _When, floor: timedelta) -> Decision:
    kept = state.validators if result.status == 304 else Validators()
    decision = Decision(
        outcome=Outcome.UNCHANGED,
        next_fetch_at=when.now,
        interval=clamped(state.interval * _SLOWER),
        failures=0,
        error="",
        validators=_validators(result.headers, kept),
        body_hash=state.body_hash,
        rhythm=state.rhythm,
    )
    return _scheduled(_followed(decision, state, result, when.now), when, floor)


def _scheduled(decision: Decision, when: _When, floor: timedelta) -> Decision:
    """Set the next fetch of a success; its interval gives way to the feed's own rhythm."""
    rhythm = decision.rhythm
    interval = rhythm.interval(when.now) or decision.interval
    after = when.after(interval, max(floor, rhythm.asked(when.now)))
    return replace(decision, interval=interval, next_fetch_at=rhythm.past_skipped(after))


def _followed(decision: Decision, state: FeedState, result: Response, now: datetime) -> Decision:
    """Note a permanent redirect, and believe it once it has lasted."""
    url = result.permanent_url
    if not url or url == state.url or len(url) > MAX_ADDRESS:
        return decision
    seen = state.move if state.move.url == url else Move(url)
    since = seen.since or now
    move = Move(url, min(seen.count + 1, 1000), since)
    believed = move.count >= MOVES_SEEN and now - since >= MOVE_LASTS
    return replace(decision, move=move, new_url=url if believed else "")


def _refused(state: FeedState, result: Response, when: _When) -> Decision:
    """A status that brings no feed."""
    words = refused(result.status, "feed")
    failed = _failed(state, words, when, retry_after(result.headers, when.now))
    if result.status == 410:
        return _gone(failed, when)
    if throttles(result):
        slower = clamped(state.interval * _SLOWER)
        return replace(failed, outcome=Outcome.THROTTLED, interval=slower)
    if result.status == 404:
        since = state.missing_since or when.now
        failed = replace(failed, missing_since=since)
        if when.now - since >= MISSING_FOR:
            days = MISSING_FOR.days
            words = f"For {days} days the server has said that the feed does not exist (404)."
            return _gone(replace(failed, error=words), when)
    return failed


def _gone(failed: Decision, when: _When) -> Decision:
    return replace(failed, outcome=Outcome.GONE, retired=True, next_fetch_at=when.now + GONE_RETRY)


def _failed(state: FeedState, words: str, when: _When, floor: timedelta = timedelta(0)) -> Decision:
    """Keep what was known, so that the next success is told from what was last read."""
    again = when.after(doubled(FIRST_RETRY, state.failures), floor)
    return Decision(
        outcome=Outcome.FAILED,
        next_fetch_at=when.now + GONE_RETRY if state.retired else state.rhythm.past_skipped(again),
        interval=clamped(state.interval),
        failures=state.failures + 1,
        error=words,
        validators=state.validators,
        body_hash=state.body_hash,
        rhythm=state.rhythm,
        move=state.move,
        missing_since=state.missing_since,
        retired=state.retired,
    )


def _validators(headers: Mapping[str, str], kept: Validators) -> Validators:
    return Validators(
        etag=_sendable(headers.get("etag", "")) or kept.etag,
        last_modified=_sendable(headers.get("last-modified", "")) or kept.last_modified,
    )


def _sendable(value: str) -> str:
    """`value` where it can go back in a header as it came, else nothing."""
    fits = len(value) <= MAX_VALIDATOR_LENGTH and all(" " <= c <= "~" for c in value)
    return value if fits else ""
