"""What hubs push: kept as it comes, then stored like what was fetched.

Receiving is short and durable: a genuine body is in the database before the hub has its answer.
Storing parses it, adds its articles and leaves the feed's schedule alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from enum import Enum

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from articles.entries.types import ParseError
from articles.fetch.decide import body_hash
from articles.fetch.types import Response
from articles.fetch.websub import is_genuine, printable
from articles.models import Pushed, Subscription
from articles.pipeline.push import SOUGHT, ask_feeds_soon, is_on
from articles.pipeline.refresh import parse_answer
from articles.pipeline.store import Stored, store_entries

logger = logging.getLogger(__name__)

MAX_BODY = 4 * 1024 * 1024
"""Bytes of one push."""
MAX_AN_HOUR = 300
"""Pushes of one feed that are taken."""
MAX_WAITING = 20
"""Pushes of one feed that are kept until they are stored."""
MAX_ATTEMPTS = 3
LEASE = timedelta(minutes=5)
"""Longer than storing one push may take; after it another worker may have it."""
KEPT = timedelta(days=30)
"""How long a push is recognised when it comes again."""

# The oldest, and of one feed none before an earlier one: an edit never overtakes what it edits.
_CLAIM = """
WITH waiting (id) AS MATERIALIZED (
    SELECT id FROM articles_pushed AS pushed
    WHERE handled_at IS NULL AND (claimed_until IS NULL OR claimed_until < now())
      AND NOT EXISTS (
        SELECT FROM articles_pushed AS earlier
        WHERE earlier.subscription_id = pushed.subscription_id
          AND earlier.handled_at IS NULL AND earlier.id < pushed.id
      )
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE articles_pushed AS pushed
SET claimed_until = now() + make_interval(secs => %s), attempts = attempts + 1
FROM waiting WHERE pushed.id = waiting.id
RETURNING pushed.id
"""


class Receipt(Enum):
    """What became of a push."""

    KEPT = "kept"
    KNOWN = "known"  # it came before
    FORGED = "forged"
    EMPTY = "empty"  # only says that there is something to fetch
    TOO_LARGE = "too large"
    TOO_MANY = "too many"


def addressed(token: str) -> Subscription | None:
    """The subscription that a push is for, with its feed; None where there is none."""
    if not is_on():
        return None
    return Subscription.objects.select_related("feed").filter(token=token).first()


def is_over(subscription: Subscription) -> bool:
    """Whether the hub should no longer push."""
    return subscription.state not in SOUGHT


def refuse_large(subscription: Subscription) -> Receipt:
    """A body was not read because of its size: its feed is fetched instead."""
    _fetch_instead(subscription, f"a push of more than {MAX_BODY // 1024**2} MB was refused")
    return Receipt.TOO_LARGE


def receive(
    subscription: Subscription, body: bytes, *, signature: str, content_type: str
) -> Receipt:
    """Keep a push that is genuine, new and not one too many."""
    if not is_genuine(signature, subscription.secret, body):
        logger.warning("%s: a push without its hub's signature is ignored", subscription.feed.url)
        return Receipt.FORGED
    if not body.strip():
        ask_feeds_soon([subscription.feed_id])
        return Receipt.EMPTY
    hour_ago = timezone.now() - timedelta(hours=1)
    if subscription.pushed.filter(received_at__gt=hour_ago).count() >= MAX_AN_HOUR:
        if ask_feeds_soon([subscription.feed_id]):  # a flood is told once for each fetch
            logger.warning("%s: more than %d pushes an hour", subscription.feed.url, MAX_AN_HOUR)
        return Receipt.TOO_MANY
    kept = {"content_type": printable(content_type)[:200], "body": body}
    _, is_new = subscription.pushed.get_or_create(digest=body_hash(body), defaults=kept)
    if is_new:
        _drop_oldest(subscription)
    return Receipt.KEPT if is_new else Receipt.KNOWN


def _drop_oldest(subscription: Subscription) -> None:
    """Keep no more waiting than may; what is dropped is fetched instead."""
    # One that was claimed is being stored.
    waiting = subscription.pushed.filter(handled_at=None, claimed_until=None).order_by("-pk")
    dropped = list(waiting.values_list("pk", flat=True)[MAX_WAITING:])
    if dropped:
        _close(dropped)
        _fetch_instead(subscription, "pushes come faster than they are stored; the oldest is gone")


def _fetch_instead(subscription: Subscription, reason: str) -> None:
    logger.warning("%s: %s; the feed is fetched instead", subscription.feed.url, reason)
    ask_feeds_soon([subscription.feed_id])


def store_waiting(stop: Callable[[], bool] = lambda: False) -> Iterator[Stored]:
    """Store what was pushed until nothing waits, or until `stop()`."""
    _forget()
    while not stop() and (pushed := _claim()):
        yield _handle(pushed)


def _forget() -> None:
    past = timezone.now() - KEPT
    Pushed.objects.filter(received_at__lt=past, handled_at__isnull=False).delete()


def _claim() -> Pushed | None:
    """One at a time, so that nothing waits for a lease of one that ended its worker."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, [LEASE.total_seconds()])
        row = cursor.fetchone()
    found = Pushed.objects.select_related("subscription__feed__source")
    return found.get(pk=row[0]) if row else None


def _handle(pushed: Pushed) -> Stored:
    """Store one push. One that cannot be is given up, and its feed fetched instead."""
    feed = pushed.subscription.feed
    if pushed.attempts > MAX_ATTEMPTS:
        return _give_up(pushed, f"a push was taken up {MAX_ATTEMPTS} times and never stored")
    headers = {"content-type": pushed.content_type}
    answer = Response(url=feed.url, status=200, headers=headers, body=bytes(pushed.body))
    parsed = parse_answer(feed, answer, timezone.now())
    if isinstance(parsed, ParseError):
        return _give_up(pushed, f"a push could not be read: {parsed}")
    try:
        with transaction.atomic():
            stored = store_entries(feed, parsed.entries)
            _settle(pushed)
    except DatabaseError:
        # It stays claimed, and is tried again when its lease ends.
        logger.exception("%s: a push could not be stored", feed.url)
        return Stored()
    return stored


def _settle(pushed: Pushed) -> None:
    _close([pushed.pk])
    now = timezone.now()
    Subscription.objects.filter(pk=pushed.subscription_id).update(last_push_at=now)


def _give_up(pushed: Pushed, reason: str) -> Stored:
    _close([pushed.pk])
    _fetch_instead(pushed.subscription, reason)
    return Stored()


def _close(ids: Collection[int]) -> None:
    """Leave only the trace of these."""
    closed = {"body": b"", "handled_at": timezone.now(), "claimed_until": None}
    Pushed.objects.filter(pk__in=ids).update(**closed)
