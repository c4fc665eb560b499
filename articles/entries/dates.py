"""When an entry was published, between what its feed claims and what can be."""

from __future__ import annotations

from datetime import UTC, datetime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Before this there was no web; such dates are some system's zero."""


def believable(claim: datetime | None) -> datetime | None:
    """`claim` in UTC; None where there is none or it is absurdly old."""
    if claim is None:
        return None
    try:
        claim = claim.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return claim if claim >= EARLIEST else None


def published_at(
    published: datetime | None, updated: datetime | None, now: datetime
) -> tuple[datetime, datetime | None]:
    """The time to sort by, never after `now`, and what the feed claimed: UTC.

    An entry without a time of publication is as old as its last update, and without that as old
    as the fetch.
    """
    claim = believable(published) or believable(updated)
    if claim is None:
        return now, None
    return min(claim, now), claim


def updated_at(updated: datetime | None, now: datetime) -> datetime | None:
    """The time of the last update, not after `now`."""
    claim = believable(updated)
    return min(claim, now) if claim else None
