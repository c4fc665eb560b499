"""How often one host is asked: one request at a time, and a pause after every answer.

A request that begins a second after the answer to the one before arrives at least a second after
that one, whatever the network does to either. Who may ask now is for the pipeline to say; here is
only how long a host is left alone, and by which name it goes.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from articles.fetch.headers import retry_after
from articles.fetch.rhythm import LONGEST, doubled
from articles.fetch.types import FetchError, Response

THROTTLED = frozenset({429, 503})
"""Too Many Requests (RFC 6585, section 4), Service Unavailable (RFC 9110, section 15.6.4)."""
FIRST_REST = timedelta(minutes=1)
"""What a host gets that asks us to slow down without saying for how long."""

# Its twin in SQL is the column `Feed.host`.
_AUTHORITY = re.compile(r"\s*https?://([^/?#]*?)(?::80|:443)?(?:[/?#]|$)")
_LONGEST_NAME = 255


def host_of(url: str) -> str:
    """The name under which the host of `url` is paced: with its port where that is not usual.

    http and https are one host. Addresses that name none share the empty name.
    """
    found = _AUTHORITY.match(url.lower())
    return found[1][:_LONGEST_NAME] if found else ""


def throttles(result: Response | FetchError | None) -> bool:
    """Whether the host asked us to slow down."""
    return isinstance(result, Response) and result.status in THROTTLED


def rest(
    result: Response | FetchError | None, *, usual: timedelta, throttled: int, now: datetime
) -> timedelta:
    """How long the whole host is left alone after `result`; None stands for a redirect.

    `usual` is the pause after any answer, `throttled` how often in a row before this answer the
    host asked us to slow down: without a Retry-After it rests twice as long each time.
    """
    if not isinstance(result, Response) or not throttles(result):
        return usual
    asked = retry_after(result.headers, now) or doubled(FIRST_REST, throttled)
    return min(max(asked, usual), LONGEST)
