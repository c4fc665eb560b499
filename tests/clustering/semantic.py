"""Encoders for tests: what a sentence-embedding model does, made of a few invented words."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from articles.clustering.text import words

SYNONYMS = {
    "shut": "close",
    "closes": "close",
    "closed": "close",
    "closure": "close",
    "crossing": "bridge",
    "span": "bridge",
    "flaw": "crack",
    "fissure": "crack",
    "cracked": "crack",
    "inspectors": "engineers",
}
WIDTH = 64


class WordEncoder:
    """The average of a fixed direction for each word, where synonyms share one."""

    def __init__(self, name: str = "words", languages: Sequence[str] = ()) -> None:
        self.name = name
        self.languages = frozenset(languages)
        self.read: list[str] = []
        """Every text that was encoded, in order."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of unit length for each text."""
        self.read += texts
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> NDArray[np.float32]:
        senses = sorted({SYNONYMS.get(word, word) for word in words(text)})
        total = np.sum([_direction(sense) for sense in senses], axis=0)
        return np.asarray(total / np.linalg.norm(total), np.float32)


def _direction(sense: str) -> NDArray[np.float64]:
    return np.random.default_rng(crc32(sense.encode())).normal(size=WIDTH)
