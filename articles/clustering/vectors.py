"""Sentence vectors of the window's articles, and how alike they are.

Vectors are compared after whitening: what all of the window's articles have in common is taken
off, and directions in which they differ much count as little as those in which they hardly do. It
is to vectors what inverse document frequency is to words: among a month's reports on one sport,
that two are on that sport says nothing (Su et al. 2021, "Whitening sentence representations for
better semantics and faster retrieval"). Without it vectors hardly helped (docs/grouping.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from articles.clustering.parameters import Parameters
from articles.clustering.types import Vector

Floats = NDArray[np.float32]
Slots = NDArray[np.int64]

_DRIFT = 0.1
"""Everything is whitened afresh once so large a share of the vectors has come or gone."""
_BLOCK = 4096
"""Vectors brought to full precision at once."""


class Vectors:
    """Vectors by slot; a slot may have none. All are of one length."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._raw: Vector = np.zeros((0, 0), np.float16)
        self._white: Vector = np.zeros((0, 0), np.float16)
        self._held: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._count = 0
        self._changes = 0
        self._mean: Floats = np.zeros(0, np.float32)
        self._whitening: Floats = np.zeros((0, 0), np.float32)

    def put(self, slot: int, vector: Vector) -> None:
        """Keep the vector of a slot that has none; `weigh` before comparing it."""
        if slot >= len(self._held):
            more = 2 * (slot + 1) - len(self._held)
            self._raw = np.pad(self._raw, ((0, more), (0, len(vector) - self._raw.shape[1])))
            self._white = np.pad(self._white, ((0, more), (0, len(vector) - self._white.shape[1])))
            self._held = np.pad(self._held, (0, more))
        self._raw[slot] = vector
        self._held[slot] = True
        self._count += 1
        self._changes += 1

    def drop(self, slots: Iterable[int]) -> None:
        """Forget the vectors of these slots, if they have any."""
        leaving = np.fromiter(slots, np.int64)
        leaving = leaving[self._are_held(leaving)]
        self._count -= len(leaving)
        self._changes += len(leaving)
        self._held[leaving] = False

    def weigh(self, slots: Sequence[int]) -> None:
        """Whiten the vectors of new slots, or all of them when the window has moved."""
        if not self._count:
            return
        if self._changes > _DRIFT * self._count:
            self._changes = 0
            self._learn()
            chosen = np.flatnonzero(self._held)
        else:
            chosen = np.asarray(slots, np.int64)
            chosen = chosen[self._are_held(chosen)]
        for block in _blocks(chosen):
            states = (self._raw[block].astype(np.float32) - self._mean) @ self._whitening
            states /= np.maximum(np.linalg.norm(states, axis=1, keepdims=True), 1e-9)
            self._white[block] = states

    def cosine(self, left: Slots, right: Slots) -> Floats | None:
        """Cosine of whitened vectors, -1 to 1, NaN where one is missing; None without any."""
        if not self._count:
            return None
        known = np.flatnonzero(self._are_held(left) & self._are_held(right))
        found: Floats = np.full(len(left), np.nan, np.float32)
        for block in _blocks(known):
            one = self._white[left[block]].astype(np.float32)
            other = self._white[right[block]].astype(np.float32)
            found[block] = np.einsum("ij,ij->i", one, other)
        return found

    def _are_held(self, slots: Slots) -> NDArray[np.bool_]:
        inside = slots < len(self._held)
        held = np.zeros(len(slots), np.bool_)
        held[inside] = self._held[slots[inside]]
        return held

    def _learn(self) -> None:
        """Mean and covariance, as if so many articles more pointed evenly in all directions.

        Any matrix W with W W' = inverse covariance whitens alike; that of Cholesky is cheapest.
        """
        width = self._raw.shape[1]
        strength = self._parameters.vector_strength
        total = np.zeros(width)
        moment = np.eye(width) * (strength / width)
        for block in _blocks(np.flatnonzero(self._held)):
            states = self._raw[block].astype(np.float32)
            total += states.sum(axis=0)
            moment += states.T @ states
        mean = total / (self._count + strength)
        covariance = moment / (self._count + strength) - np.outer(mean, mean)
        ridge = self._parameters.vector_ridge * np.trace(covariance) / width
        root = np.linalg.cholesky(covariance + ridge * np.eye(width))
        self._mean = mean.astype(np.float32)
        self._whitening = np.ascontiguousarray(np.linalg.inv(root).T, np.float32)


def _blocks(slots: Slots) -> Iterator[Slots]:
    for start in range(0, len(slots), _BLOCK):
        yield slots[start : start + _BLOCK]
