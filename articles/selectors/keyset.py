"""Keyset pagination: a page is what follows the last row shown, found by an index, never counted.

A cursor is the sort key and the id of that row, written for an address: `1763687394123456-4711`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

LARGEST_ID = 2**63 - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

T = TypeVar("T")


class CursorError(ValueError):
    """Text that no page of ours wrote as a cursor."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and the cursor of what follows them: empty at the end of the list."""

    items: tuple[T, ...]
    after: str = ""


def page(rows: Iterable[T], size: int, cursor: Callable[[T], str]) -> Page[T]:
    """The first `size` of `rows`, of which `size + 1` were asked for to see whether more follow."""
    items = tuple(rows)
    shown = items[:size]
    return Page(shown, cursor(shown[-1]) if len(items) > size else "")


def by_time(moment: datetime, pk: int) -> str:
    """A cursor into a list in order of time; `moment` is aware."""
    return f"{(moment - EPOCH) // MICROSECOND}-{pk}"


def by_rank(rank: float, pk: int) -> str:
    """A cursor into a list in order of rank."""
    return f"{rank!r}-{pk}"


def read_time(text: str) -> tuple[datetime, int]:
    """Undo `by_time`. Raises `CursorError`."""
    key, pk = _parts(text)
    try:
        return EPOCH + int(key) * MICROSECOND, pk
    except (ValueError, OverflowError) as error:
        raise CursorError(text) from error


def read_rank(text: str) -> tuple[float, int]:
    """Undo `by_rank`. Raises `CursorError`."""
    key, pk = _parts(text)
    try:
        rank = float(key)
    except ValueError as error:
        raise CursorError(text) from error
    if not math.isfinite(rank):
        raise CursorError(text)
    return rank, pk


def _parts(text: str) -> tuple[str, int]:
    key, _, last = text.rpartition("-")
    if not (last.isascii() and last.isdecimal()) or len(last) > 19 or int(last) > LARGEST_ID:
        raise CursorError(text)
    return key, int(last)
