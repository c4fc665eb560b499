"""How often a feed is worth asking: what it says itself, and how its entries come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(hours=24)
FIRST_RETRY = timedelta(minutes=10)
"""How long after a failure something is tried again; after each that follows, twice as long."""

_OBSERVED = 20
"""Entries that tell the rhythm, the newest."""
_PART_OF_GAP = 0.5
"""A feed is asked twice in the time between two entries."""
_PART_OF_QUIET = 0.125
"""When a feed falls silent, it is asked again after an eighth of the silence so far."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is known about a feed's times; the same at every answer until the feed is read again."""

    ttl: timedelta | None = None
    """How long the feed asks not to be asked again: RSS `ttl`, or the period of the syndication
    module (RSS 1.0, `sy:updatePeriod` and `sy:updateFrequency`)."""
    update_base: datetime | None = None
    """A time from which the periods are counted (`sy:updateBase`)."""
    skip_hours: frozenset[int] = frozenset()
    """UTC (RSS 0.91)."""
    skip_days: frozenset[int] = frozenset()
    """0 is Monday."""
    gap: timedelta | None = None
    """Between two entries, on average of late; None where the feed gives too few dates."""
    newest: datetime | None = None
    """When the newest entry was published."""

    def interval(self, now: datetime) -> timedelta | None:
        """The interval that suits how entries come; None where that is not known."""
        if self.gap is None or self.newest is None:
            return None
        return clamped(max(self.gap * _PART_OF_GAP, (now - self.newest) * _PART_OF_QUIET))

    def asked(self, now: datetime) -> timedelta:
        """How long the feed itself asks to be left alone."""
        if not self.ttl:
            return timedelta(0)
        if self.update_base is None:
            return self.ttl
        return self.ttl - (now - self.update_base) % self.ttl

    def past_skipped(self, when: datetime) -> datetime:
        """The first moment from `when` on in no hour and on no day that the feed skips."""
        if len(self.skip_hours) >= 24 or len(self.skip_days) >= 7:
            return when  # a feed that is never to be asked means something else
        while when.hour in self.skip_hours or when.weekday() in self.skip_days:
            when = when.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return when


UNKNOWN = Rhythm()


def doubled(first: timedelta, times: int, longest: timedelta = LONGEST) -> timedelta:
    """`first`, doubled so many `times`, within `longest`."""
    return min(first * 2.0 ** min(times, 12), longest)  # 2 ** 12 is far beyond any longest wait


def clamped(interval: timedelta) -> timedelta:
    return min(max(interval, SHORTEST), LONGEST)


def observed(
    claims: Iterable[datetime | None], now: datetime
) -> tuple[timedelta | None, datetime | None]:
    """The gap between entries and the time of the newest, from the dates that entries claim.

    The average is over the newer half of the newest entries: an old one that is kept on top, or
    the end of a long list, says nothing of how news comes now.
    """
    times = sorted({claim for claim in claims if claim and claim <= now}, reverse=True)[:_OBSERVED]
    if len(times) < 2:
        return None, max(times, default=None)
    newer = max(len(times) // 2, 1)
    return (times[0] - times[newer]) / newer, times[0]
