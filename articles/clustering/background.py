"""How common words are outside the window: the prior of their weights."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Final, Self

from articles.clustering.text import stemmer, words

STRENGTH: Final = 1000.0
"""A count is blended with what lies behind it as if that were so many texts."""

# The usual share of texts with a word of so many letters (the last: and more): the commoner a
# word the shorter, in every language (Zipf 1935). Geometric means over the words of 27,000 English
# headlines; `benchmarks/count_words.py` prints them.
_BY_LENGTH: Final = (
    0.03, 0.06, 0.02, 0.007, 0.0045, 0.0025, 0.002, 0.0014, 0.0011, 0.0009, 0.0007, 0.0004,
)  # fmt: skip
_NUMBER: Final = 0.003


@dataclass(frozen=True, slots=True)
class Background:
    """In how many of `documents` texts of one language each stemmed word occurs."""

    documents: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    behind: Background | None = None
    """What to go by as far as these texts are few; without it, the length of the word."""

    def rate(self, word: str) -> float:
        """The share of texts in which a stemmed word is to be expected, above 0."""
        expected = _usual(word) if self.behind is None else self.behind.rate(word)
        return (self.counts.get(word, 0) + STRENGTH * expected) / (self.documents + STRENGTH)

    @classmethod
    def prior(cls, language: str, learnt: Background | None = None) -> Background:
        """What to go by in a language: what was learnt, if anything, before the shipped table."""
        shipped = cls.shipped(language)
        return shipped if learnt is None else replace(learnt, behind=shipped)

    @classmethod
    def from_texts(cls, language: str, texts: Iterable[str]) -> Self:
        """Count the words of any collection of texts, read once."""
        stem = stemmer(language)
        counts: Counter[str] = Counter()
        documents = 0
        for text in texts:
            counts.update({stem(word) for word in words(text)})
            documents += 1
        return cls(documents, counts)

    @classmethod
    def shipped(cls, language: str) -> Self:
        """The table that comes with the project, empty for a language without one."""
        file = resources.files(__package__) / "data" / f"background-{language}.json.gz"
        if not file.is_file():
            return cls()
        table = json.loads(gzip.decompress(file.read_bytes()))
        return cls(table["documents"], table["counts"])

    def common(self, at_least: int) -> Self:
        """The same without the words of fewer than `at_least` texts, which a prior can spare."""
        kept = {word: count for word, count in self.counts.items() if count >= at_least}
        return type(self)(self.documents, dict(sorted(kept.items())))


def _usual(word: str) -> float:
    if word[:1].isdigit():
        return _NUMBER
    return _BY_LENGTH[min(len(word), len(_BY_LENGTH)) - 1]
