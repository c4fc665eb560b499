"""What changed between two wordings of one line: words that stayed, that went and that came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

import regex

# A word with what joins its parts ("mid-May", "O'Hara", "1,200"), a single character of a script
# that sets no spaces, or a mark; each with the space before it.
_WORD = regex.compile(
    r"(\s*)([\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}]\p{M}*"
    r"|[\p{L}\p{N}\p{M}]+(?:['’.,\-][\p{L}\p{N}\p{M}]+)*"
    r"|\S)"
)

_Word = tuple[str, str]
"""The space before a word, and the word."""


class Kind(StrEnum):
    """What became of some words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Change:
    """Consecutive words of one kind, after the space that parts them from what is before."""

    kind: Kind
    space: str
    words: str


def changes(before: str, after: str) -> tuple[Change, ...]:
    """How `before` became `after`, word by word; what went stands before what came in its place.

    All words that are the same or removed are `before`, all that are the same or added are `after`.
    The longest runs in common are matched first (Ratcliff and Metzener 1988, as in difflib).
    """
    old, new = _words(before), _words(after)
    # Of hundreds of words, which no headline has, it takes those for different that come again and
    # again: their pairs would be too many to go through.
    matcher = SequenceMatcher(None, [word for _, word in old], [word for _, word in new])
    return tuple(
        change
        for kind, i1, i2, j1, j2 in matcher.get_opcodes()
        for change in _runs(kind == "equal", old[i1:i2], new[j1:j2])
    )


def _runs(same: bool, old: Sequence[_Word], new: Sequence[_Word]) -> Iterator[Change]:
    if same:
        # It follows what went as well as what came.
        yield Change(Kind.SAME, max(old[0][0], new[0][0], key=len), _text(new))
        return
    if old:
        yield Change(Kind.REMOVED, old[0][0], _text(old))
    if new:
        yield Change(Kind.ADDED, new[0][0], _text(new))


def _text(words: Sequence[_Word]) -> str:
    return "".join(map("".join, words)).lstrip()


def _words(text: str) -> list[_Word]:
    """The words of a line; there is a space before the first one too, for others may come there."""
    return [(space, word) for space, word in _WORD.findall(f" {text.strip()}")]
