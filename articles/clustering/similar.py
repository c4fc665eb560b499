"""Each article's likest others, from which its similar news is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_KEPT = 16
"""Likest articles kept of each: more than are shown, since further articles of one source are
passed over."""
_NOBODY = -1

Slots = NDArray[np.int64]
Floats = NDArray[np.floating]


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
        self._others: NDArray[np.int32] = np.zeros((0, _KEPT), np.int32)
        self._scores: NDArray[np.float32] = np.zeros((0, _KEPT), np.float32)
        self._entry: NDArray[np.float32] = np.zeros(0, np.float32)  # the score a pool asks for
        self._bars: NDArray[np.float32] = np.zeros(0, np.float32)  # ... and a list
        self.changed: set[int] = set()
        """Slots whose list may have changed since they were last listed."""

    def link(self, left: Slots, right: Slots, scores: Floats) -> None:
        """Make pairs of articles known to each other, those that are like enough."""
        if not len(left):
            return
        self._make_room(int(max(left.max(), right.max())) + 1)
        worth = self._worth(left, right, scores)
        left, right, scores = left[worth], right[worth], scores[worth].astype(np.float32)
        holders = np.stack((left, right), axis=1).ravel()
        others = np.stack((right, left), axis=1).ravel()
        scores = np.repeat(scores, 2)
        enters = (scores >= self._entry[holders]) & ~self._are_copies(others)
        self._enter(holders[enters], others[enters], scores[enters])

    def introduce(self, slot: int) -> None:
        """Enter an article that is no copy any more into the pools of those it is like."""
        held = self._held(slot)
        others = np.fromiter((other for other, _ in held), np.int64, len(held))
        scores = np.fromiter((score for _, score in held), np.float64, len(held))
        self.link(np.full(len(held), slot, np.int64), others, scores)

    def _make_room(self, needed: int) -> None:
        more = 2 * needed - len(self._others)
        if needed > len(self._others):
            self._others = np.pad(self._others, ((0, more), (0, 0)), constant_values=_NOBODY)
            self._scores = np.pad(self._scores, ((0, more), (0, 0)))
            self._entry = np.pad(self._entry, (0, more))
            self._bars = np.pad(self._bars, (0, more))

    def _worth(self, left: Slots, right: Slots, scores: Floats) -> NDArray[np.bool_]:
        """Which pairs can enter a pool: those among the best of `left`, or good for `right`."""
        ranked = np.lexsort((-scores, left))
        among_best = np.empty(len(left), np.bool_)
        among_best[ranked] = _places(left[ranked]) < _KEPT
        wanted = (among_best & (scores >= self._entry[left])) | (scores >= self._entry[right])
        return np.asarray(wanted & (scores >= self._floor), np.bool_)

    def _are_copies(self, slots: Slots) -> NDArray[np.bool_]:
        copies = (slot in self._originals for slot in slots.tolist())
        return np.fromiter(copies, np.bool_, len(slots))

    def _enter(self, holders: Slots, others: Slots, scores: Floats) -> None:
        """Merge newcomers into the pools of `holders`, which keep the likest."""
        self.changed.update(holders[scores > self._bars[holders]].tolist())
        rows = np.unique(holders)
        row, column = np.nonzero(self._others[rows] != _NOBODY)
        known = rows[row]
        holders = np.concatenate((holders, known))
        others = np.concatenate((others, self._others[known, column]))
        scores = np.concatenate((scores, self._scores[known, column]))
        # Once each: of a pair told again the first score counts, on both sides the same one.
        _, first = np.unique(holders << 32 | others, return_index=True)
        ranked = first[np.lexsort((-scores[first], holders[first]))]  # ties by number
        place = _places(holders[ranked])
        best, place = ranked[place < _KEPT], place[place < _KEPT]
        self._others[rows] = _NOBODY
        self._others[holders[best], place] = others[best]
        self._scores[holders[best], place] = scores[best]
        full = self._others[rows, -1] != _NOBODY
        self._entry[rows] = np.where(full, self._scores[rows, -1], 0.0)

    def touch(self, slot: int) -> None:
        """Something about an article has changed that its own and others' lists depend on."""
        self.changed.add(slot)
        self.changed.update(other for other, _ in self._held(slot))

    def drop(self, slots: Iterable[int]) -> None:
        """Forget articles, in the pools of others too."""
        leaving = np.fromiter(slots, np.int64)
        self.changed.difference_update(leaving.tolist())
        leaving = leaving[leaving < len(self._others)]
        gone = np.zeros(len(self._others) + 1, np.bool_)  # the last stands for nobody
        gone[leaving] = True
        self._others[leaving] = _NOBODY
        row, column = np.nonzero(gone[self._others])
        self._others[row, column] = _NOBODY
        self._bars[row] = 0.0
        self._bars[leaving] = self._entry[leaving] = 0.0

    def _held(self, slot: int) -> list[tuple[int, float]]:
        """What a pool holds, best first."""
        if slot >= len(self._others):
            return []
        held = zip(self._others[slot].tolist(), self._scores[slot].tolist(), strict=True)
        return [(other, score) for other, score in held if other != _NOBODY]

    def best(self, slot: int) -> list[tuple[int, float]]:
        """The list of an article, best first: one of each source, one of each text, none its own.

        An article that has become a copy stands for its original where that is not in the pool.
        """
        if slot >= len(self._others):
            return []
        pool, scores = self._others[slot].tolist(), self._scores[slot].tolist()
        texts = {self._originals.get(slot, slot)}
        seen: set[int] = set()
        chosen: list[tuple[int, float]] = []
        for other, score in zip(pool, scores, strict=True):
            if other == _NOBODY or self._sources[other] in seen:
                continue
            text = self._originals.get(other, other)
            if text in texts or (text != other and text in pool):
                continue
            texts.add(text)
            seen.add(self._sources[other])
            chosen.append((other, score))
            if len(chosen) == self._limit:
                break
        self._bars[slot] = chosen[-1][1] if len(chosen) == self._limit else 0.0
        return chosen


def _places(values: Slots) -> Slots:
    """The place of each of some sorted values among its equals, from 0."""
    return np.arange(len(values)) - np.searchsorted(values, values)
