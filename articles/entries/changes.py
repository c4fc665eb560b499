"""What changed between two wordings of one line: words that stayed, that went and that came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

import regex

# A word with what joins its parts ("mid-May", "O'Hara", "1,200"), a single character of a script
# that sets no spaces, or a mark; each with the space after it.
_WORD = regex.compile(
    r"([\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}]\p{M}*"
    r"|[\p{L}\p{N}\p{M}]+(?:['’.,\-][\p{L}\p{N}\p{M}]+)*"
    r"|\S)(\s*)"
)

_Word = tuple[str, str]
"""A word and the space after it."""


class Kind(StrEnum):
    """What became of some words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Change:
    """Consecutive words of one kind, and the space that parts them from what follows."""

    kind: Kind
    words: str
    space: str


def changes(before: str, after: str) -> tuple[Change, ...]:
    """How `before` became `after`, word by word; what went stands before what came in its place.

    All words that are the same or removed are `before`, all that are the same or added are `after`.
    The longest runs in common are matched first (Ratcliff and Metzener 1988, as in difflib).
    """
    old, new = _words(before), _words(after)
    matcher = SequenceMatcher(
        None, [word for word, _ in old], [word for word, _ in new], autojunk=False
    )
    return tuple(
        change
        for kind, i1, i2, j1, j2 in matcher.get_opcodes()
        for change in _runs(kind == "equal", old[i1:i2], new[j1:j2])
    )


def _runs(same: bool, old: Sequence[_Word], new: Sequence[_Word]) -> Iterator[Change]:
    if same:
        yield _change(Kind.SAME, new)
        return
    if old:
        yield _change(Kind.REMOVED, old)
    if new:
        yield _change(Kind.ADDED, new)


def _change(kind: Kind, words: Sequence[_Word]) -> Change:
    text = "".join(map("".join, words))
    return Change(kind, text.rstrip(), words[-1][1])


def _words(text: str) -> list[_Word]:
    """The words of a line; the last one too is followed by a space, for others may follow it."""
    return [(word, space) for word, space in _WORD.findall(f"{text.strip()} ")]
