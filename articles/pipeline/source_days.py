"""A source's health day by day: one statement for a batch of fetches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from articles.models import SourceDay

DAYS = 90
"""Kept, and shown."""

# In one order, so that two workers never wait for each other in a ring.
_COUNT = """
INSERT INTO articles_sourceday AS known (source_id, day, fetches, failures)
SELECT source, day, fetches, failures
FROM unnest(%s::bigint[], %s::date[], %s::int[], %s::int[])
     AS counted (source, day, fetches, failures)
WHERE EXISTS (SELECT FROM articles_source WHERE id = source)
ORDER BY source, day
ON CONFLICT (source_id, day) DO UPDATE
SET fetches = known.fetches + excluded.fetches, failures = known.failures + excluded.failures
"""


def count(fetches: Iterable[tuple[int, datetime, bool]]) -> None:
    """Count fetches: whose they were, when, and whether they failed. One statement."""
    all_of_them: Counter[tuple[int, date]] = Counter()
    failed: Counter[tuple[int, date]] = Counter()
    for source, moment, failure in fetches:
        key = source, moment.astimezone(UTC).date()
        all_of_them[key] += 1
        failed[key] += failure
    keys = list(all_of_them)
    columns = (
        [source for source, _ in keys],
        [day for _, day in keys],
        [all_of_them[key] for key in keys],
        [failed[key] for key in keys],
    )
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, columns)


def forget(now: datetime) -> int:
    """Delete what is older than `DAYS`: how many rows."""
    last = now.astimezone(UTC).date() - timedelta(days=DAYS)
    return SourceDay.objects.filter(day__lte=last).delete()[0]
