"""Scores of a grouping against a gold standard. Pure functions over parallel lists of labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from articles.clustering.parameters import DEFAULT


@dataclass(frozen=True, slots=True)
class Score:
    """Precision and recall, 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def bcubed(gold: Sequence[Hashable], found: Sequence[Hashable]) -> Score:
    """BCubed (Bagga and Baldwin 1998; Amigó et al. 2009): every item counts the same.

    Precision is the share of an item's group that belongs with it, recall the share of what
    belongs with it that is in its group, both averaged over the items.
    """
    golden, groups = Counter(gold), Counter(found)
    cells = Counter(zip(gold, found, strict=True))
    items = max(len(gold), 1)
    return Score(
        sum(count * count / groups[group] for (_, group), count in cells.items()) / items,
        sum(count * count / golden[label] for (label, _), count in cells.items()) / items,
    )


def pairwise(gold: Sequence[Hashable], found: Sequence[Hashable]) -> Score:
    """Of the pairs put together, how many belong together, and the reverse; 1 where none are."""
    together = _pairs(Counter(zip(gold, found, strict=True)))
    put, belong = _pairs(Counter(found)), _pairs(Counter(gold))
    return Score(together / put if put else 1.0, together / belong if belong else 1.0)


def _pairs(counts: Counter[Hashable] | Counter[tuple[Hashable, Hashable]]) -> int:
    return sum(count * (count - 1) // 2 for count in counts.values())


def companions_found(
    gold: Mapping[int, Hashable], original: Mapping[int, int], lists: Mapping[int, Iterable[int]]
) -> float | None:
    """Recall of the gold companions of articles among their similar news; None without any.

    `original` folds copies: a companion is another text under the same gold label. No more can be
    found than a list holds. Averaged over the articles that have companions.
    """
    texts: dict[Hashable, set[int]] = {}
    for article, label in gold.items():
        texts.setdefault(label, set()).add(original[article])
    recalls = []
    for article, label in gold.items():
        wanted = texts[label] - {original[article]}
        if wanted:
            listed = {original[other] for other in lists.get(article, ())}
            recalls.append(len(wanted & listed) / min(len(wanted), DEFAULT.similar_limit))
    return sum(recalls) / len(recalls) if recalls else None
