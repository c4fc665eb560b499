"""Which articles of a window are copies, kept up to date as near-duplicates come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet

from articles.clustering.copies import Origin, originals


class Folds:
    """Near-duplicates by slot, and the original each copy is folded under.

    `origin` tells where an article is from, which decides who of several alike is the original.
    The outcome depends on which articles are held, not on the order they came in.
    """

    def __init__(self, origin: Callable[[int], Origin]) -> None:
        self._origin = origin
        self._twins: dict[int, set[int]] = {}
        self.originals: dict[int, int] = {}
        """The original of every copy; to be read, not written."""
        self._copies: dict[int, set[int]] = {}

    def original(self, slot: int) -> int:
        """What an article is a copy of; itself if it is none."""
        return self.originals.get(slot, slot)

    def copies(self, slot: int) -> AbstractSet[int]:
        """The copies of an original."""
        return self._copies.get(slot, frozenset())

    def are_twins(self, one: int, other: int) -> bool:
        """True if the two are known to be near-duplicates."""
        return other in self._twins.get(one, ())

    def alike(self, slot: int) -> set[int]:
        """An article's near-duplicates, its original and its copies."""
        return {self.original(slot), *self._twins.get(slot, ()), *self.copies(slot)}

    def pair(self, one: int, other: int) -> None:
        """Two articles are near-duplicates; `resolve` draws the conclusion."""
        self._twins.setdefault(one, set()).add(other)
        self._twins.setdefault(other, set()).add(one)

    def fold(self, slot: int, original: int) -> None:
        """Make an article a copy of an original."""
        self.unfold(slot)
        self.originals[slot] = original
        self._copies.setdefault(original, set()).add(slot)

    def unfold(self, slot: int) -> None:
        """Make an article an original."""
        before = self.originals.pop(slot, None)
        if before is not None:
            self._copies[before].discard(slot)
            if not self._copies[before]:
                del self._copies[before]

    def drop(self, slot: int) -> set[int]:
        """Forget an article; the near-duplicates it leaves, to be resolved."""
        twins = self._twins.pop(slot, set())
        for twin in twins:
            self._twins[twin].discard(slot)
        self.unfold(slot)
        orphans = set(self._copies.get(slot, ()))
        for copy in orphans:
            self.unfold(copy)
        return twins | orphans

    def resolve(self, touched: Iterable[int]) -> dict[int, int | None]:
        """Decide anew wherever these belong; every article that changed, with its new original."""
        changes: dict[int, int | None] = {}
        done: set[int] = set()
        for slot in sorted(touched):
            if slot in done:
                continue
            members = self._component(slot)
            done |= members
            found = originals(members, self._twins, self._origin)
            for member in sorted(members):
                if found.get(member) != self.originals.get(member):
                    changes[member] = found.get(member)
        for slot, original in changes.items():
            if original is None:
                self.unfold(slot)
            else:
                self.fold(slot, original)
        return changes

    def _component(self, slot: int) -> set[int]:
        seen, ahead = {slot}, [slot]
        while ahead:
            new = self._twins.get(ahead.pop(), set()) - seen
            seen |= new
            ahead += new
        return seen
