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
from typing import Protocol

from articles.fetch.headers import LONGEST, freshness, retry_after
from articles.fetch.pace import throttles
from articles.fetch.types import Decision, FeedState, FetchError, Outcome, Response, Validators

SHORTEST = timedelta(minutes=5)
FIRST_RETRY = timedelta(minutes=10)
GONE_RETRY = timedelta(days=30)
"""A feed that is gone is asked again this much later."""

MAX_VALIDATOR_LENGTH = 512
_FASTER, _SLOWER = 0.5, 1.5

_STATUS_WORDS = {
    400: "The server does not understand the request (400).",
    401: "The server asks for a password (401).",
    402: "The server asks for payment (402).",
    403: "The server refuses to give the feed (403).",
    404: "The server says the feed does not exist (404).",
    406: "The server has no feed in a form we can read (406).",
    410: "The server says the feed is gone for good (410).",
    429: "The server asks us to come less often (429).",
    451: "The feed is withheld for legal reasons (451).",
    500: "The server has an error of its own (500).",
    502: "The server cannot reach its own source (502).",
    503: "The server is unavailable for now (503).",
    504: "The server waited in vain for its own source (504).",
}


class Rhythm(Protocol):
    """What a feed says of how often it is worth asking; parsing has a type of this form."""

    @property
    def ttl_seconds(self) -> int | None: ...
    @property
    def skip_hours(self) -> frozenset[int]: ...
    @property
    def skip_days(self) -> frozenset[int]: ...


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

    The rule of the interval: it halves when there were new entries and grows by half when there
    were none, between `SHORTEST` and `LONGEST`. The next fetch is after up to that interval, never
    before the time that the server (`Cache-Control`, `Expires`, `Retry-After`) or the feed (`ttl`,
    skipped hours and days) asks for, as far as that is within `LONGEST`. Failures in a row wait
    twice as long each time, from `FIRST_RETRY` to `LONGEST`, and leave the interval as it was.
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
    interval = _clamped(state.interval * (_FASTER if reading.new_entries else _SLOWER))
    asked = reading.rhythm.ttl_seconds if reading.rhythm else None
    wait = max(floor, timedelta(seconds=asked or 0))
    return Decision(
        outcome=Outcome.MOVED if result.permanent_url else Outcome.NEW,
        next_fetch_at=_past_skipped(when.after(interval, wait), reading.rhythm),
        interval=interval,
        failures=0,
        error="",
        validators=_validators(result.headers, Validators()),
        body_hash=body_hash(result.body),
        permanent_url=result.permanent_url,
    )


def _unchanged(state: FeedState, result: Response, when: _When, floor: timedelta) -> Decision:
    interval = _clamped(state.interval * _SLOWER)
    kept = state.validators if result.status == 304 else Validators()
    return Decision(
        outcome=Outcome.UNCHANGED,
        next_fetch_at=when.after(interval, floor),
        interval=interval,
        failures=0,
        error="",
        validators=_validators(result.headers, kept),
        body_hash=state.body_hash,
        permanent_url=result.permanent_url,
    )


def _refused(state: FeedState, result: Response, when: _When) -> Decision:
    """A status that brings no feed."""
    words = _STATUS_WORDS.get(result.status, f"The server answered with status {result.status}.")
    failed = _failed(state, words, when, retry_after(result.headers, when.now))
    if result.status == 410:
        return replace(
            failed, outcome=Outcome.GONE, retired=True, next_fetch_at=when.now + GONE_RETRY
        )
    if throttles(result):
        slower = _clamped(state.interval * _SLOWER)
        return replace(failed, outcome=Outcome.THROTTLED, interval=slower)
    return failed


def _failed(state: FeedState, words: str, when: _When, floor: timedelta = timedelta(0)) -> Decision:
    """Keep what was known, so that the next success is told from what was last read."""
    doublings = min(state.failures, 10)  # 2 ** 10 is far beyond the longest wait
    return Decision(
        outcome=Outcome.FAILED,
        next_fetch_at=when.after(min(FIRST_RETRY * 2**doublings, LONGEST), floor),
        interval=_clamped(state.interval),
        failures=state.failures + 1,
        error=words,
        validators=state.validators,
        body_hash=state.body_hash,
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


def _past_skipped(when: datetime, rhythm: Rhythm | None) -> datetime:
    """The first moment from `when` on in no hour and on no day that the feed skips (UTC)."""
    if rhythm is None or len(rhythm.skip_hours) >= 24 or len(rhythm.skip_days) >= 7:
        return when  # a feed that is never to be asked means something else
    while when.hour in rhythm.skip_hours or when.weekday() in rhythm.skip_days:
        when = when.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return when


def _clamped(interval: timedelta) -> timedelta:
    return min(max(interval, SHORTEST), LONGEST)
