"""Which articles belong together, from how alike each two of them are. Pure functions.

Agglomeration: begin with every article alone and join, again and again, the two groups of the
highest linkage, until none reaches the threshold. The linkage of groups A and B is

    sum of likeness over all pairs / (|A| x |B|) ** power

With power 1 that is average linkage (UPGMA, Sokal and Michener 1958). A power a little under 1
asks a little less of large groups: one event's reports are told from more and more angles as they
grow in number, and their average likeness falls although each is like several others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush

Likeness = Mapping[int, Mapping[int, float]]
"""Symmetric: likeness[a][b] == likeness[b][a]; a missing pair counts as 0."""


def linkage(total: float, size: int, other: int, power: float) -> float:
    """The linkage of two groups with `total` likeness between them."""
    return total / math.pow(size * other, power)


def agglomerate(
    nodes: Iterable[int], likeness: Likeness, threshold: float, power: float
) -> list[list[int]]:
    """Part `nodes` into groups, each sorted, in the order of their first members.

    Depends on the likenesses alone, not on the order of the nodes: ties go to lower numbers.
    """
    groups = {node: [node] for node in sorted(nodes)}
    between: dict[int, dict[int, float]] = {
        node: {other: likeness[node][other] for other in likeness[node].keys() & groups.keys()}
        for node in groups
    }
    queue = [
        (-value, node, other, 1, 1)
        for node, others in between.items()
        for other, value in others.items()
        if node < other and value >= threshold
    ]
    heapify(queue)
    while queue:
        _, one, other, size, other_size = heappop(queue)
        if len(groups.get(one, ())) != size or len(groups.get(other, ())) != other_size:
            continue  # one of them has grown or is gone since
        groups[one] += groups.pop(other)
        _join(between, one, other)
        size = len(groups[one])
        least = threshold * math.pow(size, power)  # what even a single article must bring
        for third, total in between[one].items():
            if total < least:
                continue
            strength = linkage(total, size, len(groups[third]), power)
            if strength >= threshold:
                low, high = (one, third) if one < third else (third, one)
                heappush(queue, (-strength, low, high, len(groups[low]), len(groups[high])))
    return sorted(sorted(group) for group in groups.values())


def _join(between: dict[int, dict[int, float]], one: int, other: int) -> None:
    """Give `one` the likenesses of `other`, which vanishes."""
    mine, theirs = between[one], between.pop(other)
    del mine[other]
    del theirs[one]
    for third, total in theirs.items():
        mine[third] = mine.get(third, 0.0) + total
        of_third = between[third]
        del of_third[other]
        of_third[one] = mine[third]


def inherit(groups: Iterable[Iterable[int]], former: Mapping[int, int]) -> list[int | None]:
    """Which former group each new group continues: the one it shares most members with.

    A former group is continued at most once; None marks a group that is new. `former` maps
    members to their former groups; members without one are new.
    """
    new = [list(group) for group in groups]
    overlaps: dict[tuple[int, int], int] = {}
    for at, group in enumerate(new):
        for member in group:
            if member in former:
                key = at, former[member]
                overlaps[key] = overlaps.get(key, 0) + 1
    heirs: list[int | None] = [None] * len(new)
    taken: set[int] = set()
    for (at, old), _ in sorted(
        overlaps.items(), key=lambda item: (-item[1], item[0][1], item[0][0])
    ):
        if heirs[at] is None and old not in taken:
            heirs[at] = old
            taken.add(old)
    return heirs
