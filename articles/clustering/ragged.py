"""Many short rows of numbers in two growing arrays: no Python object for each number."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)
Ints = NDArray[np.int32]
Floats = NDArray[np.float32]


class Ragged:
    """Rows of (int32 key, float32 value), addressed by slot; a slot can be overwritten."""

    def __init__(self) -> None:
        self._keys: Ints = np.zeros(1024, np.int32)
        self._values: Floats = np.zeros(1024, np.float32)
        self._starts = np.zeros(64, np.int64)
        self._lengths = np.zeros(64, np.int64)
        self._end = 0
        self._live = 0

    def slots(self) -> NDArray[np.int64]:
        """The slots whose rows are not empty, in order."""
        return np.flatnonzero(self._lengths)

    def put(self, slot: int, keys: Ints, values: Floats) -> None:
        """Store a row; what the slot held before is gone."""
        if slot >= len(self._starts):
            self._starts = grown(self._starts, slot + 1)
            self._lengths = grown(self._lengths, slot + 1)
        self.drop(slot)
        needed = self._end + len(keys)
        if needed > len(self._keys):
            self._keys = grown(self._keys, needed)
            self._values = grown(self._values, needed)
        self._keys[self._end : needed] = keys
        self._values[self._end : needed] = values
        self._starts[slot], self._lengths[slot] = self._end, len(keys)
        self._end = needed
        self._live += len(keys)

    def drop(self, slot: int) -> None:
        """Empty a row. The room is won back once more than half of it is waste."""
        self._live -= int(self._lengths[slot])
        self._lengths[slot] = 0
        if self._end > 2 * self._live + 4096:
            self._compact()

    def _compact(self) -> None:
        slots = self.slots()
        keys, values, lengths = self.take(slots)
        self._end = len(keys)
        self._keys = grown(keys, self._end + 1024)
        self._values = grown(values, self._end + 1024)
        self._starts[slots] = np.cumsum(lengths) - lengths

    def row(self, slot: int) -> tuple[Ints, Floats]:
        """Views of one row."""
        here = slice(self._starts[slot], self._starts[slot] + self._lengths[slot])
        return self._keys[here], self._values[here]

    def take(self, slots: NDArray[np.int64]) -> tuple[Ints, Floats, NDArray[np.int64]]:
        """Several rows one after another: keys, values, and the length of each row."""
        lengths = self._lengths[slots]
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        where = np.repeat(self._starts[slots] - (ends - lengths), lengths) + np.arange(total)
        return self._keys[where], self._values[where], lengths


def grown(array: NDArray[T], needed: int) -> NDArray[T]:
    """The array with room for `needed` items and as many again, zeros behind."""
    larger = np.zeros(2 * needed, array.dtype)
    larger[: len(array)] = array
    return larger
