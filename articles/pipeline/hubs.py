"""Requests to hubs (WebSub): to subscribe, to renew and to end what was agreed.

Whatever request is due is claimed, counted as failed, and made. Only the hub's call back makes it a
success, so that nothing is lost with a process or an answer. A hub is asked at the pace of any
other host.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from articles.fetch import pace
from articles.fetch.door import Door
from articles.fetch.types import FetchError, Response
from articles.fetch.websub import request, retry
from articles.models import Subscription
from articles.pipeline import hosts
from articles.pipeline.push import State, reconcile

logger = logging.getLogger(__name__)

DEADLINE = 10.0
"""Seconds that a hub has to answer a request."""
PATIENCE = timedelta(seconds=3)
"""A hub that may be asked later than that waits for another round."""
UNCONFIRMED = "The hub has not confirmed the subscription yet."


@dataclass(slots=True)
class _Round:
    """What was learnt of hubs while asking them."""

    silent: dict[str, str] = field(default_factory=dict)
    """Those that did not answer, and why: one attempt a round is enough."""
    resting: dict[str, datetime] = field(default_factory=dict)
    """Those that may not be asked before."""

    def rest(self) -> bool:
        """Wait until one of the hubs may be asked; False where none may soon."""
        now = timezone.now()
        first = min(self.resting.values(), default=now + PATIENCE)
        if first - now >= PATIENCE:
            return False
        time.sleep(max(0.0, (first - now).total_seconds()))
        self.resting = {hub: end for hub, end in self.resting.items() if end > first}
        return True


def ask_hubs(stop: Callable[[], bool] = lambda: False) -> int:
    """Make the requests that are due, until none is or until `stop()`; their number."""
    reconcile()
    limits = replace(settings.FETCH.limits, deadline=DEADLINE)
    this = _Round()
    made = 0
    with Door(replace(settings.FETCH, limits=limits)) as door:
        while not stop():
            if due := _next(this):
                made += _make(door, due, this)
            elif not this.rest():
                break
    return made


def _next(this: _Round) -> Subscription | None:
    """What has waited longest, of a hub that may be asked as far as is known."""
    due = Subscription.objects.due().exclude(hub__in=this.resting)
    return due.order_by("next_request_at").first()


def _make(door: Door, due: Subscription, this: _Round) -> bool:
    """Make one request, if it is the hub's turn and ours."""
    if due.hub in this.silent:
        if claimed := _claim(due):
            _fail(claimed, this.silent[due.hub])
        return claimed is not None
    host = pace.host_of(due.hub)
    turn = hosts.take([host]).get(host)
    if turn is None:
        this.resting[due.hub] = hosts.free_from([host]).get(host, timezone.now())
        return False
    result: Response | FetchError | None = None
    try:
        if claimed := _claim(due):
            result = _ask(door, claimed)
    finally:
        hosts.release([hosts.visit(turn, result, timezone.now())])
    if isinstance(result, FetchError):
        this.silent[due.hub] = str(result)
    return result is not None


def _claim(due: Subscription) -> Subscription | None:
    """Count the request as failed until it succeeds; None where another process is making it."""
    with transaction.atomic():
        locked = Subscription.objects.due().select_for_update(skip_locked=True, of=("self",))
        claimed = locked.select_related("feed").filter(pk=due.pk).first()
        if claimed is None:
            return None
        wait = retry(claimed.failures, random.random())  # noqa: S311
        claimed.next_request_at = timezone.now() + wait
        claimed.failures += 1
        if claimed.state == State.DENIED:
            claimed.state = State.ASKING
        claimed.error = UNCONFIRMED
        claimed.save(update_fields=["next_request_at", "failures", "state", "error"])
        return claimed


def _ask(door: Door, claimed: Subscription) -> Response | FetchError:
    mode = "unsubscribe" if claimed.state == State.ENDING else "subscribe"
    callback = f"{settings.PUBLIC_URL}{claimed.callback}"
    form = request(mode, claimed.topic, callback, claimed.secret)
    try:
        answer = door.post(claimed.hub, form)
    except FetchError as error:
        _fail(claimed, str(error))
        return error
    if not 200 <= answer.status < 300:
        _fail(claimed, f"The hub answered with status {answer.status}.")
    return answer


def _fail(claimed: Subscription, words: str) -> None:
    """Keep why a request failed, unless the hub called back all the same."""
    logger.warning("%s: its hub %s: %s", claimed.feed.url, claimed.hub, words)
    same = Subscription.objects.filter(pk=claimed.pk, failures=claimed.failures)
    same.update(error=words)
