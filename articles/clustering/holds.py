"""People's decisions in a window: what its originals are held to, and from what they are held.

A copy goes where its original goes, so an original carries the bonds of its copies. Decisions
override likeness: in agglomeration a pair that is held together is joined before all others, and
one that is held apart never (Davidson and Ravi 2005).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import inf

from articles.clustering.bonds import Bonds
from articles.clustering.folds import Folds

TOGETHER = 1e12
"""More than all the likeness in a window."""
APART = -inf


class Holds:
    """The bonds of a window's articles, by slot."""

    def __init__(self, folds: Folds) -> None:
        self._folds = folds
        self._bonds = Bonds()
        self._held: dict[int, int] = {}
        self._holders: dict[int, set[int]] = {}

    def __bool__(self) -> bool:
        return bool(self._held)

    def obey(self, bonds: Bonds) -> None:
        """Go by these bonds; articles enter afterwards."""
        self._bonds = bonds

    def enter(self, slot: int, article: int) -> None:
        """An article comes into the window."""
        bond = self._bonds.bond(article)
        if bond is not None:
            self._held[slot] = bond
            self._holders.setdefault(bond, set()).add(slot)

    def leave(self, slot: int) -> None:
        """The article of a slot goes."""
        bond = self._held.pop(slot, None)
        if bond is not None:
            self._holders[bond].discard(slot)

    # -- what originals are held to

    def bonds(self, original: int) -> set[int]:
        """The bonds of an original and its copies."""
        if not self._held:
            return set()
        unit = (original, *self._folds.copies(original))
        return {self._held[slot] for slot in unit if slot in self._held}

    def holders(self, bond: int) -> set[int]:
        """The originals that are held by a bond."""
        return {self._folds.original(slot) for slot in self._holders.get(bond, ())}

    def companions(self, original: int) -> set[int]:
        """The originals that belong with this one."""
        found = {other for bond in self.bonds(original) for other in self.holders(bond)}
        return found - {original}

    def rivals(self, original: int) -> set[int]:
        """The originals that never go with this one."""
        return {
            other
            for bond in self.bonds(original)
            for rival in self._bonds.rivals(bond)
            for other in self.holders(rival)
        }

    def restrain(self, likeness: Mapping[int, Mapping[int, float]]) -> dict[int, dict[int, float]]:
        """The likeness of some originals, with what was decided about them in its place."""
        restrained = {slot: dict(others) for slot, others in likeness.items()}
        for one, other, value in self._decided(sorted(likeness)):
            if one != other:
                restrained[one][other] = restrained[other][one] = value
        return restrained

    def may_fold(self, one: int, other: int) -> bool:
        """False if two articles, folded into one, would tie together what is held apart."""
        if not self._held:
            return True
        mine, theirs = self._reach(one), self._reach(other)
        return not any(self._bonds.rivals(bond) & theirs for bond in mine)

    def _decided(self, originals: list[int]) -> Iterator[tuple[int, int, float]]:
        """Enough pairs to hold each bond together, and one for each two that are rivals."""
        carriers: dict[int, list[int]] = {}
        for slot in originals:
            for bond in self.bonds(slot):
                carriers.setdefault(bond, []).append(slot)
        for slots in carriers.values():
            for one, other in pairwise(slots):
                yield one, other, TOGETHER
        for bond, slots in carriers.items():
            for rival in self._bonds.rivals(bond) & carriers.keys():
                yield slots[0], carriers[rival][0], APART

    def _reach(self, slot: int) -> set[int]:
        """Every bond that is tied to an article through near-duplicates and through bonds."""
        found: set[int] = set()
        seen, ahead = {slot}, [slot]
        while ahead:
            at = ahead.pop()
            around = self._folds.alike(at)
            bond = self._held.get(at)
            if bond is not None and bond not in found:
                found.add(bond)
                around = around | self._holders[bond]
            ahead += around - seen
            seen |= around
        return found
