"""What a source published lately, day by day: how much, and how much of it in its own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection

DAYS = 30
READ = 10_000
"""Articles looked at, at most: of a source that publishes more, fewer days are told."""
ORIGINS = 5

# The newest articles are found by the index of a source's times, what they copy by its id, and no
# others are read: a join would leave it to the planner to read them all.
_COUNT = """
WITH recent AS MATERIALIZED (
    SELECT id, published_at, copy_of_id FROM articles_article
    WHERE source_id = %(source)s AND published_at >= %(since)s
    ORDER BY published_at DESC, id DESC
    LIMIT %(read)s
), counted AS (
    SELECT (published_at AT TIME ZONE 'UTC')::date AS day,
           (SELECT original.source_id FROM articles_article AS original
            WHERE original.id = recent.copy_of_id) AS origin_id,
           count(*) AS articles
    FROM recent
    WHERE id <> ALL (ARRAY(
        SELECT id FROM articles_article WHERE source_id = %(source)s AND withheld <> ''))
    GROUP BY day, origin_id
)
SELECT day, CASE WHEN origin.muted_until > statement_timestamp() THEN '' ELSE origin.name END,
       origin.slug, articles
FROM counted
LEFT JOIN articles_source AS origin
    ON origin.id = counted.origin_id AND origin.id <> %(source)s
"""

_Row = tuple[date, str | None, str | None, int]
"""A day, whose texts (None: the source's own; empty: a muted source's), and how many."""


@dataclass(frozen=True, slots=True)
class Day:
    """The articles of one day (UTC)."""

    date: date
    articles: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """A source whose texts another one carries."""

    name: str
    slug: str
    articles: int


@dataclass(frozen=True, slots=True)
class Output:
    """What a source published on the last days, today included; `days` are without a gap."""

    days: tuple[Day, ...]
    articles: int
    copies: int
    origins: tuple[Origin, ...]
    """Whose texts the copies are, the most carried first; at most `ORIGINS`."""

    @property
    def independent(self) -> int:
        return self.articles - self.copies

    @property
    def a_day(self) -> float:
        """Articles on a day that is over, on average; of today alone where there is no other."""
        over = self.days[:-1] or self.days
        return sum(day.articles for day in over) / len(over)


def output(source: int, now: datetime) -> Output | None:
    """What a source published within `DAYS`; None if nothing. `now` is aware. One query."""
    today = now.astimezone(UTC).date()
    since = today - timedelta(days=DAYS - 1)
    midnight = datetime(since.year, since.month, since.day, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"source": source, "since": midnight, "read": READ})
        rows: list[_Row] = cursor.fetchall()
    return _output(rows, today) if rows else None


def _output(rows: Sequence[_Row], today: date) -> Output:
    by_day: Counter[date] = Counter()
    for day, _name, _slug, count in rows:
        by_day[min(day, today)] += count  # this process's clock may be behind
    articles = sum(by_day.values())
    first = min(by_day)
    if articles >= READ:
        first += timedelta(days=1)  # the rest of that day was not looked at
    days = tuple(Day(day, by_day[day]) for day in _span(min(first, today), today))
    copied = [Origin(name, slug, count) for name, slug, count in _origins(rows)]
    copies = sum(origin.articles for origin in copied)
    named = [origin for origin in copied if origin.name]
    return Output(days, articles, copies, tuple(named[:ORIGINS]))


def _span(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _origins(rows: Iterable[_Row]) -> list[tuple[str, str, int]]:
    """Sources by how many of their texts are carried."""
    carried: Counter[tuple[str, str]] = Counter()
    for _day, name, slug, count in rows:
        if name is not None and slug is not None:
            carried[name, slug] += count
    ordered = sorted(carried.items(), key=lambda item: (-item[1], item[0]))
    return [(name, slug, count) for (name, slug), count in ordered]
