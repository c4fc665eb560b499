"""How common words are outside the window: the prior of their weights."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Self

from articles.clustering.text import stemmer, words


@dataclass(frozen=True, slots=True)
class Background:
    """In how many of `documents` texts of one language each stemmed word occurs."""

    documents: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

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
