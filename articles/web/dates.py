"""Dates and times as each language writes them, in UTC.

The patterns are those of the Unicode CLDR, which browsers have too: what a script puts in the place
of these words, in the reader's own zone, is written alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache

from babel.dates import format_date, format_datetime

from articles.web.names import locale, spoken


@dataclass(frozen=True, slots=True)
class Patterns:
    """How a language writes moments, in the letters of CLDR."""

    time: str
    day: str
    date: str
    long_day: str
    long_time: str

    @classmethod
    @cache
    def of(cls, language: str) -> Patterns:
        known = locale(language)
        time = f"{known.time_formats['short']} 'UTC'"
        long_day = str(known.date_formats["full"])
        return cls(
            time=time,
            day=f"{known.datetime_skeletons['MMMd']}, {time}",
            date=f"{known.datetime_skeletons['yMMMd']}, {time}",
            long_day=long_day,
            long_time=f"{long_day}, {time}",
        )


def short_time(moment: datetime, now: datetime) -> str:
    """ "14:05 UTC" for today, "20 Nov, 14:05 UTC" for this year, else with the year."""
    moment, now, language = moment.astimezone(UTC), now.astimezone(UTC), spoken()
    patterns = Patterns.of(language)
    if moment.date() == now.date():
        return _written(moment, patterns.time, language)
    this_year = moment.year == now.year
    return _written(moment, patterns.day if this_year else patterns.date, language)


def long_time(moment: datetime) -> str:
    """ "Friday, 20 November 2026, 14:05 UTC"."""
    language = spoken()
    return _written(moment.astimezone(UTC), Patterns.of(language).long_time, language)


def day(moment: datetime) -> str:
    """ "Friday, 20 November 2026"."""
    language = spoken()
    return _written(moment.astimezone(UTC), Patterns.of(language).long_day, language)


def short_day(day: date) -> str:
    """ "20 Nov"."""
    known = locale(spoken())
    return str(format_date(day, str(known.datetime_skeletons["MMMd"]), locale=known))


@lru_cache(maxsize=20_000)
def _written(moment: datetime, pattern: str, language: str) -> str:
    """Remembered: pages are made again and again while their times stay."""
    return str(format_datetime(moment, pattern, locale=locale(language)))
