"""Each article's likest others, from which its similar news is chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from articles.clustering.parameters import Parameters

_KEPT = 16
"""Likest articles kept of each: more than are shown, since some of one source are passed over."""
_NOBODY = -1

Slots = NDArray[np.int64]
Floats = NDArray[np.floating]


class Pools:
    """The likest articles of every slot; a newcomer enters the pools of those it is like.

    Copies have pools but are in none: their originals stand for them. `originals` tells of copies
    what they are copies of, `sources` the publisher of each slot; both are read at every call.
    """

    def __init__(
        self, parameters: Parameters, originals: Mapping[int, int], sources: Sequence[int]
    ) -> None:
        self._originals = originals
        self._sources = sources
        self._floor = parameters.similar_floor
        self._limit = parameters.similar_limit
        self._per_source = parameters.similar_per_source
        self.begin_again()
        self.changed: set[int] = set()
        """Slots whose list may have changed since they were last listed."""

    def begin_again(self) -> None:
        """Empty every pool."""
        self._others: NDArray[np.int32] = np.zeros((0, _KEPT), np.int32)  # in no order
        self._scores: NDArray[np.float32] = np.zeros((0, _KEPT), np.float32)  # 0 is a free place
        self._entry: NDArray[np.float32] = np.zeros(0, np.float32)  # the score a pool asks for
        self._bars: NDArray[np.float32] = np.zeros(0, np.float32)  # ... and a list
        self._gone: NDArray[np.bool_] = np.zeros(0, np.bool_)

    def link(self, left: Slots, right: Slots, scores: Floats) -> None:
        """Make pairs of articles known to each other, those that are like enough."""
        if not len(left):
            return
        self._make_room(int(max(left.max(), right.max())) + 1)
        holders = np.concatenate((left, right))
        others = np.concatenate((right, left))
        scores = np.tile(scores.astype(np.float32), 2)
        enters = np.flatnonzero((scores >= self._floor) & (scores > self._entry[holders]))
        enters = enters[~self._are_copies(others[enters])]
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
            self._gone = np.pad(self._gone, (0, more))

    def _are_copies(self, slots: Slots) -> NDArray[np.bool_]:
        copies = (slot in self._originals for slot in slots.tolist())
        return np.fromiter(copies, np.bool_, len(slots))

    def _enter(self, holders: Slots, others: Slots, scores: Floats) -> None:
        """Give newcomers to the pools of `holders`: of each the best first, one in a turn."""
        self.changed.update(holders[scores > self._bars[holders]].tolist())
        ranked = np.lexsort((others, -scores, holders))
        place = _places(holders[ranked])
        for turn in range(min(int(place.max(initial=-1)) + 1, _KEPT)):
            now = ranked[place == turn]
            self._put(holders[now], others[now], scores[now])

    def _put(self, rows: Slots, others: Slots, scores: Floats) -> None:
        """Put a newcomer into each of some different pools, in the place of the least like."""
        column = self._scores[rows].argmin(axis=1)
        known = (self._others[rows] == others[:, None]).any(axis=1)
        fits = ~known & (scores > self._scores[rows, column])
        rows, column = rows[fits], column[fits]
        self._others[rows, column] = others[fits]
        self._scores[rows, column] = scores[fits]
        self._entry[rows] = self._scores[rows].min(axis=1)

    def touch(self, slots: Sequence[int]) -> None:
        """Something about articles has changed that their own and others' lists depend on."""
        self.changed.update(slots)
        self._make_room(max(slots, default=-1) + 1)
        touched = np.zeros(len(self._others), np.bool_)
        touched[slots] = True
        holders = touched[self._others].any(axis=1) & ~self._gone
        self.changed.update(np.flatnonzero(holders).tolist())

    def drop(self, slots: Sequence[int]) -> None:
        """Forget articles. They are listed no more; their slots are free once purged."""
        self.changed.difference_update(slots)
        self._make_room(max(slots, default=-1) + 1)
        self._gone[slots] = True

    def purge(self) -> None:
        """Take all that was dropped out of the pools."""
        row, column = np.nonzero(self._gone[self._others])
        self._others[row, column] = _NOBODY
        self._scores[row, column] = 0.0
        self._others[self._gone] = _NOBODY
        self._scores[self._gone] = 0.0
        row = np.concatenate((row, np.flatnonzero(self._gone)))
        self._bars[row] = self._entry[row] = 0.0
        self._gone[:] = False

    def _held(self, slot: int) -> list[tuple[int, float]]:
        """What a pool holds."""
        if slot >= len(self._others):
            return []
        others = np.where(self._gone[self._others[slot]], _NOBODY, self._others[slot])
        held = zip(others.tolist(), self._scores[slot].tolist(), strict=True)
        return [(other, score) for other, score in held if other != _NOBODY]

    def best(self, slots: Sequence[int]) -> list[list[tuple[int, float]]]:
        """The list of each article, best first: few of a source, one of each text, none its own.

        An article that has become a copy stands for its original where that is not in the pool.
        """
        self._make_room(max(slots, default=-1) + 1)
        others, scores = self._others[slots], self._scores[slots]
        others = np.where(self._gone[others], _NOBODY, others)
        ranked = np.lexsort((others, -scores))
        pools = np.take_along_axis(others, ranked, axis=1).tolist()
        sorted_scores = np.take_along_axis(scores, ranked, axis=1).tolist()
        lists = [
            self._chosen(slot, pool, of_pool)
            for slot, pool, of_pool in zip(slots, pools, sorted_scores, strict=True)
        ]
        full = (chosen[-1][1] if len(chosen) == self._limit else 0.0 for chosen in lists)
        self._bars[slots] = np.fromiter(full, np.float32, len(lists))
        return lists

    def _chosen(
        self, slot: int, pool: Sequence[int], scores: Sequence[float]
    ) -> list[tuple[int, float]]:
        texts = {self._originals.get(slot, slot)}
        named: Counter[int] = Counter()
        chosen: list[tuple[int, float]] = []
        for other, score in zip(pool, scores, strict=True):
            if other == _NOBODY or named[self._sources[other]] == self._per_source:
                continue
            text = self._originals.get(other, other)
            if text in texts or (text != other and text in pool):
                continue
            texts.add(text)
            named[self._sources[other]] += 1
            chosen.append((other, score))
            if len(chosen) == self._limit:
                break
        return chosen


def _places(values: Slots) -> Slots:
    """The place of each of some sorted values among its equals, from 0."""
    return np.arange(len(values)) - np.searchsorted(values, values)
