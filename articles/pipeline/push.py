"""Subscriptions to feeds at their hubs (WebSub): what is wanted, and what is agreed.

A feed that is read tells who pushes it; `note` keeps that. `reconcile` compares what is wanted with
what is agreed, `articles.pipeline.hubs` makes the requests that follow from it, and `confirm`
answers the hub that calls back.
"""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least, Now
from django.utils import timezone

from articles.fetch.websub import DENIED_RETRY, Intent, Offer, renewal
from articles.models import Feed, Subscription
from articles.models.push import SubscriptionQuerySet, new_secret
from articles.models.sources import FeedQuerySet

logger = logging.getLogger(__name__)

SOON = timedelta(minutes=5)
"""A hub cannot have a feed fetched more often."""
MAX_REQUESTS = 3
"""Requests that a hub may leave unconfirmed before another one, where there is one, is asked."""
MAX_FAREWELLS = 3
"""Requests to end a subscription, before it is left to run out."""

State = Subscription.State
SOUGHT = (State.ASKING, State.ACTIVE)


def is_on() -> bool:
    """Whether hubs can reach this site."""
    return bool(settings.PUBLIC_URL)


def is_live(feed: Feed) -> bool:
    """Whether the feed's news is pushed to us, so that asking for it is only to make sure."""
    known = subscription(feed)
    return known is not None and is_on() and known.is_live(timezone.now())


def subscription(feed: Feed) -> Subscription | None:
    """The feed's subscription, without a query where it was selected with the feed."""
    found: Subscription | None = getattr(feed, "subscription", None)
    return found


@dataclass(frozen=True, slots=True)
class Note:
    """What a feed that was just read says of its hub."""

    feed: Feed
    offer: Offer | None
    new_articles: int
    """What reading it brought: a hub that is relied on should have."""


def note(notes: Sequence[Note]) -> None:
    """Keep what feeds say, inside the caller's transaction: a few statements, however many.

    Only a feed that names another hub than it did takes one of its own.
    """
    if not is_on():
        return
    first: list[Subscription] = []
    changes: dict[str, list[int]] = defaultdict(list)
    for each in notes:
        if known := subscription(each.feed):
            for change in _changes(each, known):
                changes[change].append(known.pk)
        elif each.offer:
            hub, topic = each.offer.hubs[0], each.offer.topic
            first.append(Subscription(feed=each.feed, hub=hub, topic=topic))
    Subscription.objects.bulk_create(first, ignore_conflicts=True)
    for change, ids in changes.items():
        Subscription.objects.filter(pk__in=ids).update(**_CHANGES[change])
    for each in notes:
        _seek_elsewhere(each)


_CHANGES: dict[str, dict[str, Any]] = {
    "offered": {"offered": True},
    "gone": {"offered": False},
    "missed": {"missed_at": Now()},
}


def _changes(note: Note, known: Subscription) -> Iterator[str]:
    """What of a subscription changes, by the keys of `_CHANGES`."""
    offered = note.offer is not None and note.offer.names(known.hub, known.topic)
    if offered != known.offered:
        yield "offered" if offered else "gone"
    if note.new_articles and known.state == State.ACTIVE:
        yield "missed"


def _seek_elsewhere(note: Note) -> None:
    """Turn to another hub where nothing is agreed with the former one.

    It gets an address and a secret that the former one does not know.
    """
    known = subscription(note.feed)
    if known is None or note.offer is None:
        return
    if hub := _other_hub(known, note.offer):
        Subscription.objects.filter(pk=known.pk, state=known.state).update(
            hub=hub,
            topic=note.offer.topic,
            offered=True,
            token=new_secret(),
            secret=new_secret(),
            **_anew(),
        )


def _other_hub(known: Subscription, offer: Offer) -> str:
    """The hub to turn to from the one that is known; empty to stay with that.

    From one that the feed does not name any more to the first; from one that refuses, or does not
    confirm, to the next. Never back: those before have refused.
    """
    refused = known.state == State.ASKING and known.failures >= MAX_REQUESTS
    if not (refused or known.state in (State.ENDED, State.DENIED)):
        return ""
    if not offer.names(known.hub, known.topic):
        return offer.hubs[0]
    others = offer.hubs[offer.hubs.index(known.hub) + 1 :]
    return others[0] if others and known.state != State.ENDED else ""


def _anew() -> dict[str, Any]:
    return {"state": State.ASKING, "last_push_at": None, **_at_once()}


def _at_once() -> dict[str, Any]:
    return {"next_request_at": Now(), "failures": 0, "error": ""}


def reconcile() -> None:
    """Bring what is agreed nearer to what is wanted, as far as it takes no hub."""
    now = timezone.now()
    every = Subscription.objects.all()
    every.filter(state=State.ENDED).wanted().update(**_anew())
    running = Q(lease_until__gt=now)
    _lose(every.unwanted().filter(running, state__in=SOUGHT), state=State.ENDING, **_at_once())
    _lose(every.unwanted().filter(~running, state__in=[*SOUGHT, State.DENIED]), state=State.ENDED)
    given_up = Q(failures__gte=MAX_FAREWELLS, next_request_at__lte=now) | ~running
    every.filter(given_up, state=State.ENDING).update(state=State.ENDED, lease_until=None)
    _lose(every.filter(state=State.ACTIVE, lease_until__lte=now), state=State.ASKING)


def _lose(subscriptions: SubscriptionQuerySet, **changed: Any) -> int:
    """Change subscriptions that no longer push, and have their feeds asked at their own rhythm.

    One transaction for each, so that two that change the same ones never wait in a ring.
    """
    lost = 0
    for pk, feed in list(subscriptions.values_list("pk", "feed_id")):
        with transaction.atomic():
            if subscriptions.filter(pk=pk).update(**changed):
                lost += 1
                _may_be_asked().filter(pk=feed).update(
                    next_fetch_at=Least("next_fetch_at", Now() + F("interval"))
                )
    return lost


def _may_be_asked() -> FeedQuerySet:
    """Feeds that work, and that have not asked us to wait."""
    return Feed.objects.working().filter(failures=0)


def ask_feeds_soon(feeds: Collection[int]) -> int:
    """Have feeds fetched as soon as may be: something of them did not reach us.

    The number of those that would have been fetched later.
    """
    soon = Greatest(Now(), F("last_fetch_at") + SOON)
    later = _may_be_asked().filter(pk__in=feeds, next_fetch_at__gt=soon)
    return later.update(next_fetch_at=soon)


def confirm(token: str, intent: Intent) -> str | None:
    """What to answer a hub that calls back; None where nobody asked it to.

    A hub asks whether we meant to subscribe or unsubscribe, or says that it denies us.
    """
    if not is_on():
        return None
    found = Subscription.objects.filter(token=token, topic=intent.topic)
    now = timezone.now()
    if intent.mode == "subscribe":
        agreed = found.filter(state__in=SOUGHT).update(**_agreed(intent, now))
    elif intent.mode == "unsubscribe":
        over = found.filter(state__in=[State.ENDING, State.ENDED])
        agreed = over.update(state=State.ENDED, lease_until=None, failures=0, error="")
    elif intent.mode == "denied":
        return _denied(found, intent, now)
    else:
        return None
    if not agreed:
        return None
    logger.info("%s: its hub confirmed that we %s", intent.topic, intent.mode)
    return intent.challenge


def _agreed(intent: Intent, now: datetime) -> dict[str, Any]:
    return {
        "state": State.ACTIVE,
        "verified_at": now,
        "lease_until": now + intent.lease,
        "next_request_at": now + renewal(intent.lease, random.random()),  # noqa: S311
        "failures": 0,
        "error": "",
    }


def _denied(found: SubscriptionQuerySet, intent: Intent, now: datetime) -> str | None:
    words = f"The hub denies the subscription: {intent.reason or 'it gives no reason'}"
    denied = _lose(
        found.filter(state__in=SOUGHT),
        state=State.DENIED,
        lease_until=None,
        next_request_at=now + DENIED_RETRY,
        error=words,
    )
    if not denied:
        return None
    logger.warning("%s: %s", intent.topic, words)
    return ""
