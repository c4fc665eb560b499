"""What the headers of an answer say about time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from articles.fetch.rhythm import LONGEST


def freshness(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long the answer says it stays fresh (RFC 9111, section 4.2); zero where it does not."""
    control = headers.get("cache-control", "").lower()
    if re.search(r"\bno-(cache|store)\b", control):
        return timedelta(0)
    if found := re.search(r"\bmax-age\s*=\s*\"?(\d{1,9})", control):
        age = headers.get("age", "").strip()
        spent = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
        return max(timedelta(seconds=int(found[1]) - spent), timedelta(0))
    expires = _http_date(headers.get("expires", ""))
    if expires is None:
        return timedelta(0)
    return max(expires - (_http_date(headers.get("date", "")) or now), timedelta(0))


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Seconds or an HTTP date (RFC 9110, section 10.2.3); zero for neither.

    A server that asks us to stay away for longer than `LONGEST` is asked again after that.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value[:9])), LONGEST)
    when = _http_date(value)
    return min(max(when - now, timedelta(0)), LONGEST) if when else timedelta(0)


def _http_date(value: str) -> datetime | None:
    """A date in a header, aware; None where it is none."""
    try:
        read = parsedate_to_datetime(value)
    except (ValueError, OverflowError, IndexError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
