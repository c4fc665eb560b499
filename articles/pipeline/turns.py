"""One request at once, for somebody who waits: at its host's turn, like those of the workers."""

from __future__ import annotations

import time

from django.utils import timezone

from articles.fetch.door import FEED_ACCEPT, Door, Hop
from articles.fetch.types import Failure, FetchError, Response
from articles.pipeline import hosts
from articles.pipeline.hosts import Turn

LOOK_AGAIN = 0.25
"""Seconds after which a host that others ask as well is looked at again, at the latest."""
PATIENCE = 15.0
"""Seconds in which another's request to the host should have come to its end."""


class NotInTimeError(FetchError):
    """The turn of a host would come too late."""

    def __init__(self, host: str) -> None:
        words = f"{host} was asked by us already, and may not be asked again in time."
        super().__init__(Failure.TIMEOUT, words)
        self.host = host


def get(door: Door, url: str, *, seconds: float, accept: str = FEED_ACCEPT) -> Response:
    """What `Door.get` gives; every request of it, redirects too, waits for the turn of its host.

    All the waiting may take `seconds`. Raises FetchError, of which NotInTimeError. Not to be called
    inside a transaction, which would keep the turn from others until its end.
    """
    until = time.monotonic() + seconds
    answer: Response | Hop = door.start(url)
    while isinstance(answer, Hop):
        turn = _take(answer.host, until)
        came: Response | Hop | None = None
        try:
            answer = came = door.follow(answer, accept=accept)
        finally:
            hosts.release([hosts.visit(turn, came, timezone.now())])
    return answer


def _take(host: str, until: float) -> Turn:
    """The turn of a host, when it comes.

    A host that is free only after a lease's time may be so much sooner: another asks it just now.
    """
    until = min(until, time.monotonic() + PATIENCE)
    while True:
        if turn := hosts.take([host]).get(host):
            return turn
        now = timezone.now()
        wait = hosts.free_from([host]).get(host, now) - now
        if wait > hosts.LEASE or time.monotonic() > until:
            raise NotInTimeError(host)
        time.sleep(min(max(wait.total_seconds(), 0.0), LOOK_AGAIN))
