"""The recent news of one language in memory, grouped as it arrives. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from math import inf
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from articles.clustering.background import Background
from articles.clustering.bonds import Bonds, Decision
from articles.clustering.copies import Origin, Sketch, near_duplicate, origin, sketch
from articles.clustering.folds import Folds
from articles.clustering.holds import Holds
from articles.clustering.index import Index, Pairs
from articles.clustering.likeness import likeness, nearness
from articles.clustering.parameters import DAY, DEFAULT, Parameters
from articles.clustering.similar import Pools
from articles.clustering.stories import Stories
from articles.clustering.tails import Tails
from articles.clustering.text import words
from articles.clustering.types import Document, Grouped, Known, Placement, Similar
from articles.clustering.vectors import Vectors

Item = TypeVar("Item")

_CHUNK = 128
"""Articles taken in at once: bounds the memory of a comparison, makes most of array arithmetic."""

_WASTE = 1 / 32
"""Slots that wait to be free, at most, as a share of the window."""


class Window:
    """Stories, copies and similar news among the recent articles of one language.

    Not thread-safe. The same articles in the same order always give the same result. Articles
    may come in any order of time: what counts is when they were published, not when they arrive.
    """

    def __init__(
        self,
        language: str,
        *,
        background: Background | None = None,
        parameters: Parameters = DEFAULT,
        new_story: Callable[[], int],
    ) -> None:
        """Begin empty. `background` counts the words of whatever earlier news there is.

        Behind it stands the project's own table for `language`, if it has one.

        `new_story` gives the id of each story that is begun; it is called for lasting ones only.
        """
        self._parameters = parameters
        self._new_story = new_story
        self._index = Index(language, Background.prior(language, background), parameters)
        self._vectors = Vectors(parameters)
        self._folds = Folds(self._origin)
        self._holds = Holds(self._folds)
        self._stories = Stories(parameters, self._holds)
        self._slots: dict[int, int] = {}
        self._documents: dict[int, Document] = {}
        self._sketches: dict[int, Sketch] = {}  # of those that had to be compared as copies
        self._origins: dict[int, Origin] = {}
        self._times = np.full(64, np.nan)
        self._sources: list[int] = []
        self._pools = Pools(parameters, self._folds.originals, self._sources)
        self._free: list[int] = []
        self._gone: list[int] = []
        self._tails = Tails()
        self._outside: dict[int, int] = {}
        self._edited: set[int] = set()
        self._ids: dict[int, int] = {}
        self._told: dict[int, Placement] = {}
        self._told_similar: dict[int, int] = {}
        self._moved: set[int] = set()
        self._linked_at = 0

    def __len__(self) -> int:
        return len(self._slots)

    # -- the verbs

    def hold(self, decisions: Iterable[Decision]) -> None:
        """Obey what people decided, newest first. Call it before articles come in.

        Raises ValueError where some have.
        """
        if self._slots:
            raise ValueError("decisions come before articles")
        self._holds.obey(Bonds(decisions))

    def seed(self, known: Iterable[Known]) -> None:
        """Take in articles that are grouped already, as they are; nothing is regrouped."""
        given = sorted(known, key=lambda each: each.document.id)
        keys = {story: self._stories.new_key() for story in sorted({each.story for each in given})}
        self._ids.update((key, story) for story, key in keys.items())
        slots = [self._enter(each.document) for each in given]
        for each, slot in zip(given, slots, strict=True):
            article = each.document.id
            self._told[article] = Placement(article, each.story, each.copy_of)
            if each.edited:
                self._edited.add(article)
            if each.copy_of is None:
                self._stories.restore(slot, keys[each.story])
            elif each.copy_of in self._slots:
                self._folds.fold(slot, self._slots[each.copy_of])
            else:
                self._outside[slot] = each.copy_of
                self._stories.restore(slot, keys[each.story])
        for chunk in _chunks(slots):
            self._compare(chunk)
        self._stories.changed.clear()
        self._forget_changes()
        self._linked_at = len(self)

    def retell(self, articles: Iterable[int]) -> None:
        """Have `group` tell the lists of these anew, of those that are here.

        For lists stored with an article that was edited before the window was filled.
        """
        self._pools.changed.update(self._slots[each] for each in articles if each in self._slots)

    def group(self, documents: Sequence[Document]) -> Grouped:
        """Take in new articles, and known ones that were edited, and say what changed."""
        news = [each for each in sorted(documents, key=_by_time) if self._is_news(each)]
        for chunk in _chunks(news):
            self._take_in(chunk)
        self._stories.settle()
        return self._report(documents)

    def forget(self, before: float) -> int:
        """Drop the articles published before a time, copies with their originals; how many."""
        old = np.flatnonzero(self._times < before).tolist()
        leaving: list[int] = []
        for slot in old:
            if self._folds.original(slot) == slot:
                unit = [slot, *sorted(self._folds.copies(slot))]
                if all(self._times[each] < before for each in unit):
                    leaving += unit
        if not leaving:
            return 0
        self._drop(leaving)
        if len(self._ids) > 2 * len(self._stories):
            alive = self._stories.alive
            self._ids = {key: story for key, story in self._ids.items() if alive(key)}
        return len(leaving)

    def remove(self, article: int) -> None:
        """Take an article out; what that changes for others is told by the next `group`."""
        slot = self._slots[article]
        home = self._home(slot)
        self._pools.touch([slot])
        self._refold(self._drop([slot]))
        if home is not None:
            self._stories.disturb(home)

    # -- asking

    def explain(self, article: int, other: int) -> list[tuple[str, float]]:
        """The word stems two articles of the window share, each with its part in their cosine."""
        return self._index.shared(self._slots[article], self._slots[other])

    # -- coming

    def _is_news(self, document: Document) -> bool:
        slot = self._slots.get(document.id)
        if slot is None or document.id in self._edited:
            return True
        return self._documents[slot] != document

    def _take_in(self, documents: Sequence[Document]) -> None:
        slots = []
        for document in documents:
            known = document.id in self._slots
            former = self._withdraw(document.id) if known else None
            slot = self._enter(document)
            if not known:  # what was stored for others may be anything
                self._told_similar[slot] = hash(())
            self._stories.arrive(slot, former)
            slots.append(slot)
        self._pools.changed.update(slots)
        self._compare(slots)
        if 2 * self._linked_at <= len(self) <= self._parameters.relink_until:
            self._relink()
        else:
            self._stories.settle()

    def _withdraw(self, article: int) -> int | None:
        """Take out an article that comes back edited; the story it was in."""
        key = self._home(self._slots[article])
        told = self._told[article]
        self.remove(article)
        self._told[article] = told
        return key

    def _enter(self, document: Document) -> int:
        slot = self._free.pop() if self._free else len(self._sources)
        if slot >= len(self._times):
            self._times = np.concatenate((self._times, np.full(slot, np.nan)))
        if slot == len(self._sources):
            self._sources.append(document.source)
        self._sources[slot] = document.source
        self._slots[document.id] = slot
        if document.vector is not None:
            self._vectors.put(slot, document.vector)
        self._documents[slot] = replace(document, vector=None)
        self._holds.enter(slot, document.id)
        self._times[slot] = np.nan if document.published is None else document.published
        self._index.add(slot, words(self._tails.headline(document)), words(document.lead))
        return slot

    def _compare(self, slots: Sequence[int]) -> None:
        """Find what articles are like and of what they are copies."""
        self._index.weigh(slots)
        self._vectors.weigh(slots)
        pairs = self._index.pairs(slots, self._times)
        gaps = np.abs(self._times[pairs.left] - self._times[pairs.right]) / DAY
        days = np.nan_to_num(gaps, nan=0.0)
        meaning = self._vectors.cosine(pairs.left, pairs.right)
        values = likeness(pairs.cosine, pairs.rest, days, self._parameters, meaning)
        speaks = values >= self._parameters.edge_floor
        self._stories.link(_triples(pairs, values, speaks))
        alike = speaks & (pairs.cosine >= self._parameters.copy_cosine)
        touched: set[int] = set()
        for left, right, _ in _triples(pairs, values, alike):
            if self._become_twins(left, right):
                touched |= {left, right}
        self._refold(touched)
        near = nearness(pairs.cosine, days, self._parameters, meaning)
        self._pools.link(pairs.left, pairs.right, near)

    def _relink(self) -> None:
        """Compare every article anew: the weights have learnt much since they were compared."""
        slots = sorted(self._documents)
        self._stories.unlink(slots)
        self._index.begin_again()
        self._pools.begin_again()
        for chunk in _chunks(slots):
            self._compare(chunk)
        self._pools.changed.update(slots)
        self._stories.settle(everything=True)
        self._linked_at = len(self)

    # -- copies

    def _become_twins(self, one: int, other: int) -> bool:
        if self._sources[one] == self._sources[other] or self._folds.are_twins(one, other):
            return False
        alike = near_duplicate(self._sketch(one), self._sketch(other))
        if alike and (alike := self._holds.may_fold(one, other)):
            self._folds.pair(one, other)
        return alike

    def _refold(self, touched: Iterable[int]) -> None:
        """Decide anew what is a copy around these articles, and move their stories along."""
        around = set(touched)
        homes = {slot: self._home(slot) for slot in around}
        changes = self._folds.resolve(around)
        self._pools.changed.update(changes)
        # Nobody lists those that have just come, or were copies until now.
        settled = [slot for slot in changes if not self._stories.is_arriving(slot)]
        if settled:
            self._pools.touch(settled)
        for slot, original in changes.items():
            self._moved.add(slot)
            if original is None:
                self._pools.introduce(slot)
                self._stories.arrive(slot, homes.get(slot))
                continue
            home = self._stories.leave(slot)
            if self._stories.is_arriving(original):
                self._stories.arrive(original, home)
            elif self._stories.is_misplaced(original):
                self._stories.arrive(original, self._stories.leave(original))

    def _home(self, slot: int) -> int | None:
        return self._stories.story(self._folds.original(slot))

    def _sketch(self, slot: int) -> Sketch:
        found = self._sketches.get(slot)
        if found is None:
            document = self._documents[slot]
            found = self._sketches[slot] = sketch(words(document.title), words(document.lead))
        return found

    def _origin(self, slot: int) -> Origin:
        found = self._origins.get(slot)
        if found is None:
            found = self._origins[slot] = origin(self._documents[slot])
        return found

    # -- going

    def _drop(self, slots: Sequence[int]) -> set[int]:
        """Forget articles; the near-duplicates left behind, originals for now."""
        left: set[int] = set()
        for slot in slots:
            home = self._stories.leave(slot)
            copies = set(self._folds.copies(slot))
            left |= self._folds.drop(slot)
            for copy in copies:
                self._stories.arrive(copy, home)
                self._moved.add(copy)
            document = self._documents.pop(slot)
            self._tails.forget(document)
            del self._slots[document.id], self._told[document.id]
            self._edited.discard(document.id)
            self._holds.leave(slot)
            for known in (self._outside, self._told_similar, self._sketches, self._origins):
                known.pop(slot, None)
            self._times[slot] = np.nan
        self._moved.difference_update(slots)
        self._stories.unlink(slots)
        self._pools.drop(slots)
        self._index.remove(slots)
        self._vectors.drop(slots)
        self._gone += slots
        if len(self._gone) > _WASTE * len(self):
            self._purge()
        return left.difference(slots)

    def _purge(self) -> None:
        """Make the slots of those who left free: it takes a look at everything in the window."""
        self._index.purge()
        self._pools.purge()
        self._free += sorted(self._gone, reverse=True)
        self._gone.clear()

    # -- telling

    def _report(self, documents: Sequence[Document]) -> Grouped:
        moved = self._moved | self._stories.changed
        for slot in self._stories.changed:
            moved |= self._folds.copies(slot)
        asked = [self._place(self._slots[each.id]) for each in documents]
        given = {each.article for each in asked}
        others = [self._place(slot) for slot in sorted(moved, key=self._article)]
        told = [each for each in others if each != self._told.get(each.article)]
        placements = (*asked, *(each for each in told if each.article not in given))
        self._told.update((each.article, each) for each in placements)
        similar = self._new_lists()
        self._forget_changes()
        return Grouped(placements, similar)

    def _place(self, slot: int) -> Placement:
        original = self._folds.original(slot)
        key = self._stories.story(original)
        if key is None:
            raise RuntimeError(f"article {self._article(slot)} has not been settled")
        if key not in self._ids:
            self._ids[key] = self._new_story()
        copy_of = self._outside.get(slot) if original == slot else self._article(original)
        return Placement(self._article(slot), self._ids[key], copy_of)

    def _new_lists(self) -> dict[int, tuple[Similar, ...]]:
        lists: dict[int, tuple[Similar, ...]] = {}
        documents = self._documents
        slots = sorted(self._pools.changed, key=self._article)
        for slot, chosen in zip(slots, self._pools.best(slots), strict=True):
            sign = hash(tuple(chosen))
            if sign != self._told_similar.get(slot):
                self._told_similar[slot] = sign
                lists[self._article(slot)] = tuple(
                    Similar(documents[other].id, score) for other, score in chosen
                )
        return lists

    def _article(self, slot: int) -> int:
        return self._documents[slot].id

    def _forget_changes(self) -> None:
        self._moved.clear()
        self._stories.changed.clear()
        self._pools.changed.clear()


def _by_time(document: Document) -> tuple[float, int]:
    """By when an article was published; last of all if nobody knows."""
    return inf if document.published is None else document.published, document.id


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


def _triples(
    pairs: Pairs, values: NDArray[np.floating], chosen: NDArray[np.bool_]
) -> Iterator[tuple[int, int, float]]:
    columns = (pairs.left, pairs.right, values)
    return zip(*(each[chosen].tolist() for each in columns), strict=True)
