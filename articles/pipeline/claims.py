"""Who fetches which feed now: leases in the database, so that a lost worker loses nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db import connection

from articles.models import Feed

LEASE = timedelta(minutes=5)
"""Longer than any one fetch may take; after it another worker may have the feed."""

# A common table expression, because a plain subquery under IN may be evaluated more than once.
_CLAIM = """
WITH free AS MATERIALIZED (
    SELECT feed.id
    FROM articles_feed AS feed
    JOIN articles_source AS source ON source.id = feed.source_id
    WHERE (feed.claimed_until IS NULL OR feed.claimed_until < now())
      AND {which}
    ORDER BY feed.next_fetch_at
    LIMIT %(limit)s
    FOR UPDATE OF feed SKIP LOCKED
)
UPDATE articles_feed AS feed
SET claimed_until = now() + %(lease)s
FROM free
WHERE feed.id = free.id
RETURNING feed.id
"""
_DUE = """feed.active AND source.active AND feed.retired_at IS NULL
      AND feed.next_fetch_at <= now()"""
_NAMED = "feed.id = ANY(%(ids)s)"


def claim_due(limit: int) -> list[Feed]:
    """Lease up to `limit` feeds whose time has come, the longest overdue first."""
    return _claim(_DUE, {"limit": limit})


def claim_named(ids: Collection[int]) -> list[Feed]:
    """Lease these feeds whatever their schedule says; those another worker holds are left out."""
    return _claim(_NAMED, {"limit": len(ids), "ids": list(ids)})


def _claim(which: str, parameters: dict[str, object]) -> list[Feed]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM.format(which=which), {"lease": LEASE, **parameters})
        ids = [row[0] for row in cursor.fetchall()]
    return list(
        Feed.objects.filter(pk__in=ids).select_related("source").order_by("next_fetch_at", "pk")
    )
