"""Where a grouping is doubtful, from how alike articles are and what stories are made of. Pure.

What is known of two articles is how near they are as similar news (`likeness.nearness`), of the
nearest of each only. That gives their likeness back, and by it stories are looked at as grouping
looked at them, by its own linkage, a little stricter or a little laxer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from articles.clustering.likeness import likeness
from articles.clustering.linkage import agglomerate, linkage
from articles.clustering.parameters import DEFAULT

REST = 0.6
"""What is usually left of a cosine without its greatest summand."""

STRICT = 1.5
"""Parts of a story that linkage does not join at this share of the threshold are doubtful."""

FULLY_LINKED = DEFAULT.similar_limit + 1
"""Of a larger story not all likenesses are known: its parts are what no strong link holds."""

STRONG = DEFAULT.join

NEARLY = 0.5
"""Two stories nearly joined whose linkage is at least this share of the threshold."""

Pairs = Mapping[tuple[int, int], float]
"""Likeness by pairs of articles, the lower id first."""


@dataclass(frozen=True, slots=True)
class Parted:
    """A story that falls in two under a stricter rule."""

    part: tuple[int, ...]
    """The smaller part."""
    linkage: float
    """Of the two parts."""

    @property
    def strength(self) -> float:
        """How doubtful, 0 to 1."""
        return max(0.0, 1.0 - self.linkage / (STRICT * DEFAULT.join))


def pairs(links: Iterable[tuple[int, int, float, float]]) -> Pairs:
    """Likeness of linked articles: of each link two ids, the nearness and the days between."""
    rows = list(links)
    if not rows:
        return {}
    one, other, near, days = (np.array(column) for column in zip(*rows, strict=True))
    floor = DEFAULT.similar_floor
    undone = floor + (near - floor) * (1.0 + days / DEFAULT.similar_days)
    cosine = np.clip(undone, 0.0, 1.0).astype(np.float32)
    alike = likeness(cosine, np.float32(REST) * cosine, days, DEFAULT)
    found = zip(one.tolist(), other.tolist(), alike.tolist(), strict=True)
    return {(min(a, b), max(a, b)): value for a, b, value in found}


def parted(articles: Collection[int], alike: Pairs) -> Parted | None:
    """The part of a story that is held most weakly; None where all hangs together."""
    near: dict[int, dict[int, float]] = {article: {} for article in articles}
    for (one, other), value in alike.items():
        if one in near and other in near:
            near[one][other] = near[other][one] = value
    if len(near) <= FULLY_LINKED:
        groups = agglomerate(near, near, STRICT * DEFAULT.join, DEFAULT.size_power)
    else:
        groups = _components(near)
    if len(groups) < 2:
        return None
    largest = max(groups, key=len)
    found = [_between(group, set(near) - set(group), near) for group in groups if group != largest]
    return min(found, key=lambda each: each.linkage)


def joining(sizes: tuple[int, int], likenesses: Iterable[float]) -> float:
    """How nearly two stories of so many articles are one: their linkage as a share of what joins.

    0 to 1.
    """
    found = linkage(sum(likenesses), *sizes, DEFAULT.size_power)
    return min(1.0, found / DEFAULT.join)


def _between(part: list[int], rest: set[int], near: Mapping[int, Mapping[int, float]]) -> Parted:
    total = sum(value for one in part for other, value in near[one].items() if other in rest)
    return Parted(tuple(part), linkage(total, len(part), len(rest), DEFAULT.size_power))


def _components(near: Mapping[int, Mapping[int, float]]) -> list[list[int]]:
    """The groups that strong links hold together, each sorted."""
    of: dict[int, int] = {}
    for start in sorted(near):
        reached = [start] if start not in of else []
        while reached:
            article = reached.pop()
            if article not in of:
                of[article] = start
                reached += [other for other, value in near[article].items() if value >= STRONG]
    groups: dict[int, list[int]] = defaultdict(list)
    for article, start in sorted(of.items()):
        groups[start].append(article)
    return list(groups.values())
