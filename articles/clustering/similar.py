"""Each article's likest others, from which its similar news is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from articles.clustering.ragged import grown

_KEPT = 14
"""Likest articles kept of each: more than are shown, since further articles of one source are
passed over."""
_FULL = 21
"""A pool that has grown to this is cut to the likest: seldom enough to cost little."""


class Pools:
    """The likest articles of every slot; a newcomer enters the pools of those it is like.

    Copies have pools but are in none: their originals stand for them. `originals` tells of copies
    what they are copies of, `sources` the publisher of each slot; both are read at every call.
    """

    def __init__(
        self, floor: float, limit: int, originals: Mapping[int, int], sources: Sequence[int]
    ) -> None:
        self._originals = originals
        self._sources = sources
        self._floor = floor
        self._limit = limit
        self._pools: dict[int, dict[int, float]] = {}
        self._held_by: dict[int, set[int]] = {}  # pools that hold a slot whose own has lost them
        self._bars: dict[int, float] = {}
        self._entry: NDArray[np.float32] = np.zeros(64, np.float32)  # the score a pool asks for
        self.changed: set[int] = set()
        """Slots whose list may have changed since they were last listed."""

    def worth(
        self, left: NDArray[np.int64], right: NDArray[np.int64], scores: NDArray[np.floating]
    ) -> NDArray[np.bool_]:
        """Which of these pairs `link` would do something for; cheap, to save most calls of it."""
        reach = int(max(left.max(initial=0), right.max(initial=0))) + 1
        if reach > len(self._entry):
            self._entry = grown(self._entry, reach)
        ranked = np.lexsort((-scores, left))
        first = np.searchsorted(left[ranked], left[ranked])  # where the pairs of each left begin
        among_best = np.empty(len(left), np.bool_)
        among_best[ranked] = np.arange(len(left)) - first < _KEPT
        wanted = (among_best & (scores >= self._entry[left])) | (scores >= self._entry[right])
        return np.asarray(wanted & (scores >= self._floor), np.bool_)

    def link(self, one: int, other: int, score: float) -> None:
        """Make two articles known to each other, if they are like enough."""
        if score < self._floor:
            return
        for slot, other_slot in ((one, other), (other, one)):
            if other_slot not in self._originals:
                self._enter(slot, other_slot, score)
        for slot, holder in ((one, other), (other, one)):
            if slot in self._pools.get(holder, ()) and holder not in self._pools.get(slot, ()):
                self._held_by.setdefault(slot, set()).add(holder)

    def introduce(self, slot: int) -> None:
        """Enter an article that is no copy any more into the pools of those it is like."""
        for other, score in list(self._pools.get(slot, {}).items()):
            self.link(slot, other, score)

    def _enter(self, slot: int, other: int, score: float) -> None:
        pool = self._pools.setdefault(slot, {})
        if score < self._entry[slot]:
            return
        pool[other] = score
        if score > self._bars.get(slot, 0.0):
            self.changed.add(slot)
        if len(pool) >= _FULL:
            self._prune(slot, pool)

    def _prune(self, slot: int, pool: dict[int, float]) -> None:
        ranked = sorted(pool.items(), key=_best_first)
        self._pools[slot] = dict(ranked[:_KEPT])
        self._entry[slot] = ranked[_KEPT - 1][1]
        for other, _ in ranked[_KEPT:]:
            if slot in self._pools.get(other, ()):
                self._held_by.setdefault(slot, set()).add(other)
            self._held_by.get(other, set()).discard(slot)

    def touch(self, slot: int) -> None:
        """Something about an article has changed that its own and others' lists depend on."""
        self.changed.add(slot)
        self.changed.update(self._pools.get(slot, ()))

    def drop(self, slots: Iterable[int]) -> None:
        """Forget articles, in the pools of others too."""
        for slot in slots:
            self._bars.pop(slot, None)
            self._entry[slot : slot + 1] = 0.0
            self.changed.discard(slot)
            holders = self._held_by.pop(slot, set())
            for other in (*self._pools.pop(slot, {}), *holders):
                if self._pools.get(other, {}).pop(slot, None) is not None:
                    self._bars[other] = 0.0
                self._held_by.get(other, set()).discard(slot)

    def best(self, slot: int) -> list[tuple[int, float]]:
        """The list of an article, best first: one of each source, one of each text, none its own.

        An article that has become a copy stands for its original where that is not in the pool.
        """
        originals, sources = self._originals, self._sources
        pool = self._pools.get(slot, {})
        texts = {originals.get(slot, slot)}
        seen: set[int] = set()
        chosen: list[tuple[int, float]] = []
        for other, score in sorted(pool.items(), key=_best_first):
            text, source = originals.get(other, other), sources[other]
            if text in texts or source in seen or (text != other and text in pool):
                continue
            texts.add(text)
            seen.add(source)
            chosen.append((other, score))
            if len(chosen) == self._limit:
                break
        self._bars[slot] = chosen[-1][1] if len(chosen) == self._limit else 0.0
        return chosen


def _best_first(entry: tuple[int, float]) -> tuple[float, int]:
    return -entry[1], entry[0]
