"""Pieces of a page that depend on when its reader was last here.

A page is rendered once for everybody. A piece for some readers alone stands in it between two
comments, `<!--seen FROM TO-->` and `<!--/seen-->`: it is for those whose last visit was at FROM or
later and before TO, in seconds since 1970. No feed can write such comments: pages escape its text,
and the sanitiser takes all comments from its HTML.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

FIRST = 1
"""Before any visit, and after the 0 of readers who were never here."""

_PIECE = re.compile(rb"<!--seen (\d+) (\d+)-->(.*?)<!--/seen-->", re.DOTALL)


def piece(html: str, start: int, end: int) -> str:
    """`html` for readers whose last visit was at `start` or later and before `end`."""
    return f"<!--seen {start} {end}-->{html}<!--/seen-->"


@dataclass(frozen=True)
class Marked:
    """A page with its pieces. All readers between two of its `bounds` get the same one."""

    parts: Sequence[bytes]
    """In turns what is for all, and FROM, TO and HTML of a piece."""

    @classmethod
    def read(cls, page: bytes) -> Marked:
        return cls(_PIECE.split(page))

    @cached_property
    def bounds(self) -> list[int]:
        """All FROM and TO, in order."""
        return sorted({int(bound) for at in (1, 2) for bound in self.parts[at::4]})

    def variant(self, since: int) -> int:
        """The number of the page for one whose last visit was at `since`."""
        return bisect_right(self.bounds, since)

    def page(self, variant: int) -> bytes:
        """The page of that number."""
        last = self.bounds[variant - 1] if variant else -1
        parts = list(self.parts)
        for at in range(1, len(parts), 4):
            start, end, html = parts[at : at + 3]
            parts[at : at + 3] = (b"", b"", html if int(start) <= last < int(end) else b"")
        return b"".join(parts)
