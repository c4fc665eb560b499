"""Who fetches which feed now: leases in the database, so that a lost worker loses nothing.

A claim is a lease on the feed and a turn at its host, taken together in one statement: of the
feeds of one host only one is claimed at a time. Every claim is counted until it comes to an end
(`Feed.attempts`). What was counted and did not end, its worker did not live to end. Everything
that a dying worker held is counted; before the last of `MOST_DEATHS` a feed is claimed alone, so
that it is known who did it, and after that it is put aside for a while.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from articles.models import Feed
from articles.pipeline import hosts
from articles.pipeline.hosts import Turn

LEASE = hosts.LEASE
"""Longer than any one fetch may take; after it another worker may have the feed."""
MOST_DEATHS = 3
"""Of workers, before a feed is put aside."""
ASIDE = timedelta(days=1)
POSTPONED = timedelta(minutes=1)
"""At least so long waits a feed whose turn did not come."""

_DUE = """feed.active AND source.active AND feed.next_fetch_at <= statement_timestamp()"""
_UNSUSPECTED = f"{_DUE} AND feed.attempts < {MOST_DEATHS - 1}"
_NAMED = "feed.id = ANY(%(ids)s)"

# The longest overdue come first. Of the feeds of one host the first is taken if the host may be
# asked; where it is free for all, all are. Common table expressions, because a plain subquery
# under IN may be evaluated more than once.
_CLAIM = """
WITH candidate AS MATERIALIZED (
    SELECT feed.id, feed.host, feed.next_fetch_at, host.next_request_at, host.throttled,
           coalesce(host.allowed AND NOT %(pace_allowed)s, false) AS free
    FROM articles_feed AS feed
    JOIN articles_source AS source ON source.id = feed.source_id
    LEFT JOIN articles_host AS host ON host.name = feed.host
    WHERE {which}
      AND (feed.claimed_until IS NULL OR feed.claimed_until < statement_timestamp())
      AND (host.name IS NULL OR host.next_request_at <= statement_timestamp()
           OR host.allowed AND NOT %(pace_allowed)s)
    ORDER BY feed.next_fetch_at, feed.id LIMIT %(limit)s
    FOR UPDATE OF feed SKIP LOCKED
), first AS (
    SELECT DISTINCT ON (host) id, host FROM candidate WHERE NOT free
    ORDER BY host, next_fetch_at, id
), turn AS (
    INSERT INTO articles_host AS host (name, next_request_at, allowed, throttled)
    SELECT first.host, statement_timestamp() + %(lease)s, false, 0 FROM first ORDER BY first.host
    ON CONFLICT (name) DO UPDATE SET next_request_at = excluded.next_request_at
    WHERE host.next_request_at <= statement_timestamp()
    RETURNING name, next_request_at, allowed, throttled
), chosen AS (
    SELECT id, host, next_request_at AS until, false AS paced, true AS allowed, throttled
    FROM candidate WHERE free
    UNION ALL
    SELECT first.id, first.host, turn.next_request_at, true, turn.allowed, turn.throttled
    FROM first JOIN turn ON turn.name = first.host
)
UPDATE articles_feed AS feed
SET claimed_until = statement_timestamp() + %(lease)s, attempts = feed.attempts + 1
FROM chosen WHERE feed.id = chosen.id
RETURNING feed.id, chosen.host, chosen.until, chosen.paced, chosen.allowed, chosen.throttled
"""

_SOONEST = """
SELECT extract(epoch FROM min(host.next_request_at) - statement_timestamp())
FROM articles_feed AS feed
JOIN articles_source AS source ON source.id = feed.source_id
JOIN articles_host AS host ON host.name = feed.host
WHERE {which}
  AND (feed.claimed_until IS NULL OR feed.claimed_until < statement_timestamp())
"""

# A lease that ended in the meantime may be another worker's by now.
_RELEASE = """
UPDATE articles_feed AS feed
SET claimed_until = NULL, attempts = greatest(feed.attempts - 1, 0),
    next_fetch_at = greatest(feed.next_fetch_at, claim.next_fetch_at)
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[])
     AS claim (id, until, next_fetch_at)
WHERE feed.id = claim.id AND feed.claimed_until = claim.until
"""

_PUT_ASIDE = """
UPDATE articles_feed SET attempts = %(most)s - 1, claimed_until = NULL, outcome = 'failed',
    failures = failures + 1, last_error = %(words)s,
    next_fetch_at = statement_timestamp() + %(aside)s
WHERE attempts >= %(most)s AND claimed_until < statement_timestamp()
RETURNING url
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A feed that is ours to fetch, and the turn to ask its host."""

    feed: Feed
    turn: Turn

    @property
    def suspect(self) -> bool:
        """Whether so many workers died with this feed in their hands that it is on its own."""
        return self.feed.attempts >= MOST_DEATHS


def claim_due(limit: int) -> list[Claim]:
    """Claim up to `limit` feeds whose time has come, the longest overdue first."""
    return _claim(_UNSUSPECTED, limit=limit)


def claim_suspect() -> list[Claim]:
    """Claim one due feed that has a single death left, or none. It should be fetched alone."""
    return _claim(f"{_DUE} AND feed.attempts = {MOST_DEATHS - 1}", limit=1)


def claim_named(ids: Collection[int], limit: int) -> list[Claim]:
    """Claim up to `limit` of these feeds, due or not; those another worker holds are left out."""
    return _claim(_NAMED, limit=limit, ids=list(ids))


def make_due(ids: Collection[int]) -> None:
    """Have these feeds fetched as soon as their hosts may be asked."""
    Feed.objects.free().filter(pk__in=ids, next_fetch_at__gt=Now()).update(next_fetch_at=Now())


def soonest(ids: Collection[int] | None = None) -> float | None:
    """Seconds until a host may be asked for one of these feeds, or for any that is due.

    None where no host is waited for.
    """
    which = _UNSUSPECTED if ids is None else _NAMED
    with connection.cursor() as cursor:
        cursor.execute(_SOONEST.format(which=which), {"ids": list(ids or ())})
        found: tuple[Any] | None = cursor.fetchone()
    return None if found is None or found[0] is None else float(found[0])


def give_up(claims: Iterable[Claim]) -> None:
    """Release feeds that were not fetched after all: others may have them at once."""
    _release([(claim, claim.feed.next_fetch_at) for claim in claims])


def postpone(claim: Claim, host: str) -> None:
    """Release a feed until `host`, where it was redirected, may be asked."""
    now = timezone.now()
    free_from = hosts.free_from([host]).get(host, now)
    _release([(claim, max(free_from, now + POSTPONED))])


def put_aside() -> list[str]:
    """Put off the feeds that too many workers died with; return their addresses."""
    words = (
        f"It was put aside: {MOST_DEATHS} times in a row the program that read it was ended"
        " before it was done. It is tried again, alone, in a day."
    )
    parameters: dict[str, Any] = {"most": MOST_DEATHS, "words": words, "aside": ASIDE}
    with connection.cursor() as cursor:
        cursor.execute(_PUT_ASIDE, parameters)
        return [row[0] for row in cursor.fetchall()]


def _claim(which: str, **parameters: Any) -> list[Claim]:
    """One statement chooses and marks; rows that another worker is choosing are passed over."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM.format(which=which), {**parameters, **hosts.lease()})
        turns = {row[0]: Turn(*row[1:]) for row in cursor.fetchall()}
    feeds = Feed.objects.filter(pk__in=turns).select_related("source", "subscription")
    return [Claim(feed, turns[feed.pk]) for feed in feeds.order_by("next_fetch_at", "pk")]


def _release(rows: Sequence[tuple[Claim, datetime]]) -> None:
    if rows:
        columns: list[Any] = [
            [claim.feed.pk for claim, _ in rows],
            [claim.feed.claimed_until for claim, _ in rows],
            [when for _, when in rows],
        ]
        with connection.cursor() as cursor:
            cursor.execute(_RELEASE, columns)
