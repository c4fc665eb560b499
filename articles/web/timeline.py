"""When a story was reported: bars to draw, and the same numbers to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.selectors.coverage import Cell

MOST_BARS = 72
"""Of more the next larger span is drawn."""
FEW_BARS = 12
"""Room is left for so many, or a bar would be a block."""
HEIGHT = 60
"""Of the tallest bar, in the drawing's own units; a bar and its gap are 10 wide."""

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
"""Weeks are counted from one."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The reports of one span of time, independent ones below and copies above."""

    since: datetime
    independent: int
    copies: int
    x: int
    tall: float
    """Height of the whole bar."""
    solid: float
    """Height of the part that is independent reports."""

    @property
    def count(self) -> int:
        return self.independent + self.copies

    @property
    def top(self) -> float:
        return round(HEIGHT - self.tall, 2)

    @property
    def solid_top(self) -> float:
        return round(HEIGHT - self.solid, 2)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars in order of time; spans without a report have none."""

    span: timedelta
    bars: tuple[Bar, ...]
    width: int
    """Of the drawing, in its own units."""

    @property
    def has_copies(self) -> bool:
        return any(bar.copies for bar in self.bars)

    @property
    def words(self) -> str:
        """What one bar stands for."""
        if self.span in _SPANS:
            return {HOUR: _("Reports per hour"), DAY: _("Reports per day")}[self.span]
        weeks = self.span // WEEK
        return ngettext("Reports per week", "Reports in every %(count)d weeks", weeks) % {
            "count": weeks
        }


_SPANS = (HOUR, DAY)


def timeline(cells: Iterable[Cell]) -> Timeline | None:
    """The bars of a story; None while all of its reports are of one hour."""
    totals: dict[bool, Counter[datetime]] = {False: Counter(), True: Counter()}
    for cell in cells:
        totals[cell.copy][cell.hour] += len(cell.times)
    hours = totals[False].keys() | totals[True].keys()
    if len(hours) < 2:
        return None
    first, last = min(hours), max(hours)
    span = _span(first, last)
    start = _begin(first, span)
    independent, copies = (_per(span, totals[kind]) for kind in (False, True))
    most = max((independent + copies).values())
    bars = tuple(
        Bar(
            since,
            independent[since],
            copies[since],
            x=10 * ((since - start) // span),
            tall=round(HEIGHT * (independent[since] + copies[since]) / most, 2),
            solid=round(HEIGHT * independent[since] / most, 2),
        )
        for since in sorted(independent.keys() | copies.keys())
    )
    return Timeline(span, bars, max(bars[-1].x + 10, 10 * FEW_BARS))


def _span(first: datetime, last: datetime) -> timedelta:
    """The shortest span of which no more than `MOST_BARS` reach from first to last."""
    for span in _SPANS:
        if (_begin(last, span) - _begin(first, span)) // span < MOST_BARS:
            return span
    weeks = 1
    while (_begin(last, WEEK * weeks) - _begin(first, WEEK * weeks)) // (WEEK * weeks) >= MOST_BARS:
        weeks *= 2
    return WEEK * weeks


def _begin(moment: datetime, span: timedelta) -> datetime:
    """When the span began that a moment is in."""
    return MONDAY + (moment - MONDAY) // span * span


def _per(span: timedelta, hours: Counter[datetime]) -> Counter[datetime]:
    found: Counter[datetime] = Counter()
    for hour, count in hours.items():
        found[_begin(hour, span)] += count
    return found
