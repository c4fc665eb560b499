"""What outlets put behind their headlines: their own name, "live", "video"."""

from __future__ import annotations

from collections import Counter
from typing import Final

import regex

from articles.clustering.types import Document

_TAILED: Final = regex.compile(r"(.*\S)\s+[-–—|·»]\s+(\S.*)")
_HEAD_WORDS: Final = 3
_TAIL_WORDS: Final = 6


class Tails:
    """The ends of the headlines that are held, by source. An end used twice is not the news."""

    def __init__(self) -> None:
        self._held: Counter[tuple[int, str]] = Counter()

    def headline(self, document: Document) -> str:
        """The title of an article that comes in, without a tail that its source has used before."""
        head, tail = parted(document.title)
        if not tail:
            return document.title
        self._held[document.source, tail] += 1
        return head if self._held[document.source, tail] > 1 else document.title

    def forget(self, document: Document) -> None:
        """An article leaves."""
        tail = parted(document.title)[1]
        if tail:
            self._held[document.source, tail] -= 1
            if not self._held[document.source, tail]:
                del self._held[document.source, tail]


def parted(title: str) -> tuple[str, str]:
    """A title and the tail that it may have behind a dash or a bar; an empty one if it has none.

    >>> parted("Storm fells trees - The Corrie News")
    ('Storm fells trees', 'The Corrie News')
    """
    found = _TAILED.fullmatch(title)
    if found and len(found[1].split()) >= _HEAD_WORDS and len(found[2].split()) <= _TAIL_WORDS:
        return found[1], found[2]
    return title, ""
