"""Whose turn it is to ask which host: a lease in the database, so that it holds for all workers.

    for host, turn in hosts.take({pace.host_of(url)}).items():
        …one request, without following redirects to other hosts…
        hosts.release([hosts.visit(turn, answer, now)])

A host has one time, `Host.next_request_at`, before which nobody asks it. Taking a turn moves it to
the end of a lease, releasing it to the end of the pause; a worker that dies in between keeps the
host to itself no longer than its lease. All times are the database's. Hosts that answered from
inside FETCH_ALLOW_NETWORKS are always free, unless the setting FETCH_PACE_ALLOWED says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from articles.fetch import pace
from articles.fetch.door import Hop
from articles.fetch.types import FetchError, Response
from articles.models import Host

LEASE = timedelta(minutes=5)
"""Longer than a request may take, with the time that it waits for a thread."""
FORGOTTEN_AFTER = timedelta(days=2)
"""Longer than any pause."""

_TAKE = """
INSERT INTO articles_host AS host (name, next_request_at, allowed, throttled)
SELECT name, statement_timestamp() + %(lease)s, false, 0
FROM unnest(%(names)s::text[]) AS wanted (name) ORDER BY name
ON CONFLICT (name) DO UPDATE SET next_request_at =
    CASE WHEN host.allowed AND NOT %(pace_allowed)s
    THEN host.next_request_at ELSE excluded.next_request_at END
WHERE host.next_request_at <= statement_timestamp() OR host.allowed AND NOT %(pace_allowed)s
RETURNING name, next_request_at, NOT (allowed AND NOT %(pace_allowed)s), allowed, throttled
"""

# A lease that ended in the meantime may be another worker's by now: it is left alone.
_RELEASE = """
UPDATE articles_host AS host
SET next_request_at = statement_timestamp() + visit.pause,
    allowed = coalesce(visit.allowed, host.allowed),
    throttled = visit.throttled
FROM unnest(
    %s::text[], %s::timestamptz[], %s::interval[], %s::boolean[], %s::smallint[]
) AS visit (name, until, pause, allowed, throttled)
WHERE host.name = visit.name AND host.next_request_at = visit.until
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to send one request to a host."""

    host: str
    until: datetime
    """When the right ends; it also tells this lease from a later one."""
    paced: bool = True
    """False for a host that anybody may ask at any time."""
    allowed: bool = False
    throttled: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of a turn."""

    turn: Turn
    pause: timedelta
    allowed: bool | None = None
    """Whether the host answered from inside FETCH_ALLOW_NETWORKS; None where it did not answer."""
    throttled: int = 0
    """How often in a row it asked us to slow down, this answer included."""

    @property
    def matters(self) -> bool:
        """Whether there is anything to be kept."""
        return self.turn.paced or (self.allowed is False and self.turn.allowed)


def usual_pause() -> timedelta:
    return timedelta(seconds=settings.FETCH_HOST_SECONDS)


def visit(
    turn: Turn,
    came: Response | Hop | FetchError | None,
    now: datetime,
    usual: timedelta | None = None,
) -> Visit:
    """What `came` of a turn means for its host: None where nobody knows.

    `usual` is the pause after any answer, by default that of the settings.
    """
    answer = came if isinstance(came, Response) else None
    pause = pace.rest(answer, usual=usual or usual_pause(), throttled=turn.throttled, now=now)
    allowed = came.allowed if isinstance(came, Response | Hop) else None
    return Visit(turn, pause, allowed, turn.throttled + 1 if pace.throttles(answer) else 0)


def take(names: Iterable[str]) -> dict[str, Turn]:
    """A turn for each of the hosts that may be asked now. One statement."""
    parameters = {"names": sorted(set(names)), **lease()}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, parameters)
        return {row[0]: Turn(*row) for row in cursor.fetchall()}


def lease() -> dict[str, Any]:
    """The parameters of every statement that takes turns."""
    return {"lease": LEASE, "pace_allowed": settings.FETCH_PACE_ALLOWED}


def release(visits: Iterable[Visit]) -> None:
    """End turns. One statement, or none where no pace was kept."""
    rows = [
        (visit.turn.host, visit.turn.until, visit.pause, visit.allowed, visit.throttled)
        for visit in sorted(visits, key=lambda visit: visit.turn.host)
        if visit.matters
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_RELEASE, [list(column) for column in zip(*rows, strict=True)])


def free_from(names: Sequence[str]) -> dict[str, datetime]:
    """From when on hosts that are known may be asked."""
    return dict(Host.objects.filter(name__in=names).values_list("name", "next_request_at"))


def forget() -> int:
    """Delete hosts that were not asked for days; return how many. The table is small."""
    return Host.objects.filter(next_request_at__lt=Now() - FORGOTTEN_AFTER).delete()[0]
