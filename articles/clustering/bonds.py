"""What people decided about articles: which belong together, and which never do. Pure.

Together is an equivalence; apart holds between its classes (must-link and cannot-link: Wagstaff
and Cardie 2000). Where decisions contradict each other the newest counts, and as much of the older
ones as agrees with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's decision, in article ids."""

    together: tuple[tuple[int, ...], ...] = ()
    """Sets of articles that are one story each."""
    apart: tuple[tuple[int, int], ...] = ()
    """Pairs of articles that are never in one story."""


class Bonds:
    """The classes of articles that decisions make. A class goes by the number of one of its own."""

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        """Obey decisions, given newest first."""
        self._parents: dict[int, int] = {}
        self._rivals: dict[int, set[int]] = {}
        for decision in decisions:
            for articles in decision.together:
                self._unite(articles)
            for one, other in decision.apart:
                self._part(one, other)

    def bond(self, article: int) -> int | None:
        """The class of an article; None if nothing was decided about it."""
        return self._find(article) if article in self._parents else None

    def rivals(self, bond: int) -> AbstractSet[int]:
        """The classes that are held apart from a class."""
        return self._rivals.get(bond, frozenset())

    def _unite(self, articles: Iterable[int]) -> None:
        """Make one class; what a newer decision holds apart makes several."""
        classes: list[int] = []
        for article in articles:
            self._parents.setdefault(article, article)
            if not any(self._join(each, article) for each in classes):
                classes.append(article)

    def _join(self, one: int, other: int) -> bool:
        """Make two classes one; False if a newer decision holds them apart."""
        stays, goes = self._find(one), self._find(other)
        if goes in self.rivals(stays):
            return False
        if stays != goes:
            self._parents[goes] = stays
            for rival in self._rivals.pop(goes, set()):
                self._rivals[rival].discard(goes)
                self._oppose(stays, rival)
        return True

    def _part(self, one: int, other: int) -> None:
        """Hold two classes apart, unless a newer decision made them one."""
        for article in (one, other):
            self._parents.setdefault(article, article)
        first, second = self._find(one), self._find(other)
        if first != second:
            self._oppose(first, second)

    def _oppose(self, one: int, other: int) -> None:
        self._rivals.setdefault(one, set()).add(other)
        self._rivals.setdefault(other, set()).add(one)

    def _find(self, article: int) -> int:
        root = article
        while (parent := self._parents[root]) != root:
            root = parent
        while article != root:
            self._parents[article], article = root, self._parents[article]
        return root
