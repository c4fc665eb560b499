"""What becomes of an article's page after a request: one pure decision, as `decide` for feeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from articles.fetch.headers import retry_after
from articles.fetch.troubles import refused
from articles.fetch.types import Failure, FetchError, Response

RETRIES = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""How long to wait after the first, second and third failure; the fourth is the last."""

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_LASTING = frozenset({Failure.ADDRESS, Failure.TOO_LARGE, Failure.REDIRECTS})


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a page was not read this time."""

    error: str
    """In words for a curator."""
    retry_in: timedelta | None
    """None where it is given up."""


def trouble(result: Response | FetchError, attempts: int, now: datetime) -> Trouble | None:
    """What is wrong with `result`, the outcome of attempt number `attempts`; None for a page."""
    if isinstance(result, FetchError):
        return _after(str(result), attempts, lasting=result.failure in _LASTING)
    if result.status == 200:
        return None
    words = refused(result.status, "page")
    found = _after(words, attempts, lasting=result.status not in _PASSING)
    if found.retry_in is None:
        return found
    return Trouble(words, max(found.retry_in, retry_after(result.headers, now)))


def _after(words: str, attempts: int, *, lasting: bool) -> Trouble:
    if lasting:
        return Trouble(words, None)
    if attempts > len(RETRIES):
        return Trouble(f"{words} It was given up after {attempts} attempts.", None)
    return Trouble(words, RETRIES[max(attempts, 1) - 1])
