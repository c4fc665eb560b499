"""A shelf of finished pages in the memory of this process: bounded in bytes, shared by threads.

Pure: what a page is and how it is made is the caller's business.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Generic, TypeVar

STALE_SECONDS = 10.0
"""How much longer a page is given out while it is being made anew."""
PATIENCE_SECONDS = 10.0
"""How long to wait for another thread that makes the same page."""

V = TypeVar("V")


@dataclass
class Entry(Generic[V]):
    """A page on the shelf. made_at: by the shelf's clock; weight: bytes."""

    value: V
    made_at: float
    weight: int


@dataclass
class Turn(Generic[V]):
    """What one asks the shelf for: `found`, or else the duty to make it and to `keep` it.

    `made` is, once it is kept, what the shelf has of it: the page before where that was the same.
    """

    found: V | None = None
    made: V | None = None

    def keep(self, value: V) -> None:
        self.made = value


@dataclass
class Shelf(Generic[V]):
    """Pages by key; each is fresh for `seconds`, and those longest unused go first.

    A stale page is made anew by the first who asks for it; the others get the stale one meanwhile.
    """

    seconds: float
    most: int
    """Bytes of all pages together."""
    weigh: Callable[[V], int]
    clock: Callable[[], float] = time.monotonic
    entries: OrderedDict[Hashable, Entry[V]] = field(default_factory=OrderedDict)
    making: dict[Hashable, Event] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)
    weight: int = 0

    @contextmanager
    def turn(self, key: Hashable) -> Iterator[Turn[V]]:
        """One request for a page. Where nothing is found, the block makes it and keeps it.

        A page that is being made elsewhere is waited for; one that could not be kept is made by
        each who waited, at once.
        """
        found, other = self._look(key)
        if other:
            other.wait(PATIENCE_SECONDS)
            found = self._kept(key)
        turn = Turn(found)
        try:
            yield turn
        finally:
            if found is None:
                self._finish(key, turn, ours=other is None)

    def weigh_again(self, key: Hashable) -> None:
        """A page has grown: make room for what it weighs now."""
        with self.lock:
            if entry := self.entries.get(key):
                self._put(key, entry.value, entry.made_at)

    def _look(self, key: Hashable) -> tuple[V | None, Event | None]:
        """A page that may be given out, else who makes it; neither: it is ours to make."""
        with self.lock:
            entry, other = self.entries.get(key), self.making.get(key)
            age = self.clock() - entry.made_at if entry else float("inf")
            if entry and (age < self.seconds or (other and age < self.seconds + STALE_SECONDS)):
                self.entries.move_to_end(key)
                return entry.value, None
            if other is None:
                self.making[key] = Event()
            return None, other

    def _kept(self, key: Hashable) -> V | None:
        """The page that another thread has just made."""
        with self.lock:
            entry = self.entries.get(key)
            old = entry is None or self.clock() - entry.made_at > self.seconds + STALE_SECONDS
            return None if entry is None or old else entry.value

    def _finish(self, key: Hashable, turn: Turn[V], *, ours: bool) -> None:
        with self.lock:
            if turn.made is not None:
                entry = self.entries.get(key)
                # The same page as before has all its forms ready, and knows since when it is so.
                if entry and entry.value == turn.made:
                    turn.made = entry.value
                self._put(key, turn.made, self.clock())
            elif ours:
                self._drop(key)
            if ours:
                self.making.pop(key).set()

    def _put(self, key: Hashable, value: V, made_at: float) -> None:
        self._drop(key)
        self.entries[key] = Entry(value, made_at, self.weigh(value))
        self.weight += self.entries[key].weight
        while self.weight > self.most:
            self._drop(next(iter(self.entries)))

    def _drop(self, key: Hashable) -> None:
        if entry := self.entries.pop(key, None):
            self.weight -= entry.weight
