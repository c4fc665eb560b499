"""When an entry was published, between what its feed claims and what can be."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Before this there was no web; such dates are some system's zero."""

_MONTH_NAMES = "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_ZONES = {
    **dict.fromkeys(("gmt", "utc", "ut", "z"), 0),
    "edt": -4,
    "est": -5,
    "cdt": -5,
    "cst": -6,
    "mdt": -6,
    "mst": -7,
    "pdt": -7,
    "pst": -8,
}
_RFC_822 = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun), )?(\d\d?) ([a-z]{3}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))?"
    rf" ({'|'.join(_ZONES)}|[+-]\d{{4}})",
    re.IGNORECASE | re.ASCII,
)
_RFC_3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)",
    re.IGNORECASE | re.ASCII,
)


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


def common_date(text: str) -> datetime | None:
    """A time in one of the two forms that most feeds use: UTC, to the second; None if in no such.

    They are RFC 822 with a year of four digits and RFC 3339.
    """
    found = _RFC_822.fullmatch(text)
    if found:
        day, name, year, hour, minute, second, zone = found.groups()
        month = _MONTHS.get(name.lower(), 0)
    else:
        found = _RFC_3339.fullmatch(text)
        if found is None:
            return None
        year, number, day, hour, minute, second, zone = found.groups()
        month = int(number)
    try:
        local = datetime(
            int(year), month, int(day), int(hour), int(minute), int(second or 0), tzinfo=UTC
        )
        return local - _offset(zone)
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timedelta:
    """East of Greenwich, for `+0130`, `-08:00` or a name."""
    if zone[0] not in "+-":
        return timedelta(hours=_ZONES[zone.lower()])
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return timedelta(minutes=-minutes if zone[0] == "-" else minutes)
