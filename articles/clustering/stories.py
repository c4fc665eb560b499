"""The stories of a window: which originals belong together, kept up to date as articles arrive.

A new article joins the story it links to best. Where a story has grown by a share, it and the
stories near it are taken apart and agglomerated anew, so that the outcome is close to that of
grouping everything at once and does not hang on the order of arrival; a story's key goes on with
the group that holds most of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from articles.clustering.holds import Holds
from articles.clustering.linkage import agglomerate, inherit, linkage
from articles.clustering.parameters import Parameters


class Stories:
    """A partition of slots by story key. Keys are numbers of its own, rising."""

    def __init__(self, parameters: Parameters, holds: Holds) -> None:
        self._parameters = parameters
        self._holds = holds
        self._likeness: dict[int, dict[int, float]] = {}
        self._numbers: dict[int, int] = {}  # one object for a slot: millions take their room
        self._story: dict[int, int] = {}
        self._members: dict[int, set[int]] = {}
        self._arriving: dict[int, int | None] = {}
        self._pending: dict[int, int] = {}
        self._last_key = 0
        self.changed: set[int] = set()
        """Members whose story has changed since this was last emptied."""

    def __len__(self) -> int:
        return len(self._members)

    # -- what is known of articles

    def link(self, pairs: Iterable[tuple[int, int, float]]) -> None:
        """Each two articles speak for one story this much (0 to 1)."""
        known, same = self._likeness, self._numbers.setdefault
        for left, right, likeness in pairs:
            one, other = same(left, left), same(right, right)
            known.setdefault(one, {})[other] = likeness
            known.setdefault(other, {})[one] = likeness

    def unlink(self, slots: Iterable[int]) -> None:
        """Forget what speaks for these articles."""
        for slot in slots:
            for other in self._likeness.pop(slot, {}):
                self._likeness[other].pop(slot, None)

    def arrive(self, slot: int, former: int | None = None) -> None:
        """An original without a story; `former` is the story it had, to go on with if it can."""
        if former is not None or slot not in self._arriving:
            self._arriving[slot] = former

    def is_arriving(self, slot: int) -> bool:
        """True if the article waits for `settle` to give it a story."""
        return slot in self._arriving

    def is_misplaced(self, slot: int) -> bool:
        """True if an original is in a story where it is held not to be."""
        key = self._story.get(slot)
        tied = self._stories_of(self._holds.companions(slot))
        return not tied <= {key} or key in self._stories_of(self._holds.rivals(slot))

    def restore(self, slot: int, key: int) -> None:
        """Put an original into the story it is known to be in."""
        self._put(slot, key)

    def new_key(self) -> int:
        """The key of a story that is begun."""
        self._last_key += 1
        return self._last_key

    def leave(self, slot: int) -> int | None:
        """Take an article out of its story, if it has one; that story's key."""
        self._arriving.pop(slot, None)
        key = self._story.pop(slot, None)
        if key is not None:
            self._members[key].discard(slot)
            self._tidy(key)
        return key

    def disturb(self, key: int) -> None:
        """Look at a story again soon: something other than age has changed it."""
        if key in self._members:
            self._pending[key] = self._pending.get(key, 0) + 1

    def story(self, slot: int) -> int | None:
        """The story of an original; None until it is settled."""
        return self._story.get(slot)

    def alive(self, key: int) -> bool:
        """True if the story has members."""
        return key in self._members

    # -- grouping

    def settle(self, everything: bool = False) -> None:
        """Give the arrived a story and look again at the stories that have changed enough."""
        for slot in sorted(self._arriving):
            self._attach(slot, self._arriving[slot])
        self._arriving.clear()
        done: set[int] = set()
        keys = self._members if everything else self._pending
        for key in sorted(keys):
            if key in done or key not in self._members or not (everything or self._due(key)):
                continue
            region = self._region(key)
            done |= region
            self._regroup(region)

    def _due(self, key: int) -> bool:
        share = self._parameters.regroup_share
        return self._pending.get(key, 0) >= share * len(self._members[key])

    def _attach(self, slot: int, former: int | None) -> None:
        held = self._stories_of(self._holds.companions(slot))
        barred = self._stories_of(self._holds.rivals(slot))
        near = ((value, -key) for key, value in self._near({slot}).items() if key not in barred)
        strength, key = max(near, default=(0.0, 0))
        if held:
            self._put(slot, min(held))
        elif strength >= self._parameters.join:
            self._put(slot, -key)
        elif former is not None and former not in self._members:
            self._put(slot, former)
        else:
            self._put(slot, self.new_key())
        self._pending[self._story[slot]] = self._pending.get(self._story[slot], 0) + 1
        if len(held) > 1:
            # It ties stories together that were two: all of them are to be regrouped.
            self._pending |= {key: len(self._members[key]) for key in held}

    def _stories_of(self, slots: Iterable[int]) -> set[int]:
        return {self._story[slot] for slot in slots if slot in self._story}

    def _near(self, group: set[int]) -> dict[int, float]:
        """The linkage of a group of articles to every story it has likeness with."""
        totals: dict[int, float] = {}
        for slot in group:
            for other, value in self._likeness.get(slot, {}).items():
                key = self._story.get(other)
                if key is not None and other not in group:
                    totals[key] = totals.get(key, 0.0) + value
        power = self._parameters.size_power
        return {
            key: linkage(total, len(group), len(self._members[key]), power)
            for key, total in totals.items()
        }

    def _region(self, key: int) -> set[int]:
        """A story and those near it that are not far larger: what is regrouped together."""
        members = self._members[key]
        reach = self._parameters.regroup_reach * self._parameters.join
        near = sorted((-value, other) for other, value in self._near(members).items())
        region, size = {key}, len(members)
        for strength, other in near:
            extent = len(self._members[other])
            if -strength < reach or size + extent > self._parameters.regroup_limit:
                break
            if extent <= 16 + 8 * len(members):
                region.add(other)
                size += extent
        return self._with_companions(region)

    def _with_companions(self, region: set[int]) -> set[int]:
        """A region, and the stories of all that is held together with anything in it."""
        bonds: set[int] = set()
        ahead = list(region) if self._holds else []
        while ahead:
            for slot in self._members[ahead.pop()]:
                for bond in self._holds.bonds(slot) - bonds:
                    bonds.add(bond)
                    tied = self._stories_of(self._holds.holders(bond)) - region
                    region |= tied
                    ahead += tied
        return region

    def _regroup(self, region: set[int]) -> None:
        former = {slot: key for key in region for slot in self._members[key]}
        for key in region:
            self._pending.pop(key, None)
        if len(former) < 2:
            return
        parameters = self._parameters
        likeness = {slot: self._likeness.get(slot, {}) for slot in former}
        if self._holds:
            likeness = self._holds.restrain(likeness)
        groups = agglomerate(former, likeness, parameters.join, parameters.size_power)
        for group, heir in zip(groups, inherit(groups, former), strict=True):
            key = self.new_key() if heir is None else heir
            for slot in group:
                if former[slot] != key:
                    self._put(slot, key)
        for key in region:
            self._tidy(key)

    def _put(self, slot: int, key: int) -> None:
        before = self._story.get(slot)
        if before is not None:
            self._members[before].discard(slot)
        self._story[slot] = key
        self._members.setdefault(key, set()).add(slot)
        self.changed.add(slot)

    def _tidy(self, key: int) -> None:
        if not self._members[key]:
            del self._members[key]
            self._pending.pop(key, None)
