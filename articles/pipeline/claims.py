"""Who fetches which feed now: leases in the database, so that a lost worker loses nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db import connection, transaction

from articles.models import Feed
from articles.models.sources import FeedQuerySet

LEASE = timedelta(minutes=5)
"""Longer than any one fetch may take; after it another worker may have the feed."""

# A common table expression, because a plain subquery under IN may be evaluated more than once.
_CLAIM = """
WITH free (id) AS MATERIALIZED ({chosen})
UPDATE articles_feed AS feed SET claimed_until = now() + make_interval(secs => %s)
FROM free WHERE feed.id = free.id
RETURNING feed.id
"""


def claim_due(limit: int) -> list[Feed]:
    """Lease up to `limit` feeds whose time has come, the longest overdue first."""
    return _claim(Feed.objects.due().order_by("next_fetch_at", "pk")[:limit])


def claim_named(ids: Collection[int]) -> list[Feed]:
    """Lease these feeds whatever their schedule says; those another worker holds are left out."""
    return _claim(Feed.objects.free().filter(pk__in=ids).order_by("pk"))


def _claim(feeds: FeedQuerySet) -> list[Feed]:
    """One statement chooses and marks; rows that another worker is choosing are passed over."""
    with transaction.atomic(), connection.cursor() as cursor:
        locked = feeds.select_for_update(skip_locked=True, of=("self",)).values("pk")
        chosen, parameters = locked.query.sql_with_params()
        cursor.execute(_CLAIM.format(chosen=chosen), [*parameters, LEASE.total_seconds()])
        ids = [row[0] for row in cursor.fetchall()]
    return list(
        Feed.objects.filter(pk__in=ids).select_related("source").order_by("next_fetch_at", "pk")
    )
