"""The sentences of an article that tell most, quoted as they stand.

Significance after Luhn (1958): sentences that are dense in the words the text repeats; and after
Edmundson (1969): the title's words and an early position count more. No word lists are needed, so
it works for any language that parts words with spaces.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass

from articles.entries.quotable import is_dangling, quotable, sentences

MAX_SHARE = 0.4
"""Part of a longer text's sentences that may be quoted."""
SHORT_TEXT = 8
"""Sentences up to which a text may be quoted whole."""
MAX_OVERLAP = 0.5
"""Share of its words that a sentence may have in common with one already chosen."""

_WORD = re.compile(r"[^\W_]{4,}")
_NAME_OR_NUMBER = re.compile(r"(?<=\s)[A-ZÀ-ÖØ-Þ][\w’'-]+|\d[\d.,]*")


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    place: int
    words: frozenset[str]


def key_points(text: str, limit: int = 5, title: str = "") -> tuple[str, ...]:
    """At most `limit` complete sentences of `text`, verbatim and in their order.

    `text` is plain, its paragraphs parted by blank lines, as in `Entry.text`. A text of more than
    `SHORT_TEXT` sentences is never given whole: it is quoted, not reprinted. `title` lends its
    words weight.
    """
    most, length = limit, len(sentences(text))
    if length > SHORT_TEXT:
        most = min(limit, int(length * MAX_SHARE))
    candidates = [_Sentence(s.text, s.place, _words(s.text)) for s in quotable(text)]
    weights = Counter(word for s in candidates for word in s.words)
    weights.update(dict.fromkeys(_words(title), 2))
    ranked = sorted(candidates, key=lambda s: (-_significance(s, weights), s.place))
    chosen: list[_Sentence] = []
    for sentence in ranked:
        if len(chosen) == most:
            break
        if all(_overlap(sentence, other) <= MAX_OVERLAP for other in chosen):
            chosen.append(sentence)
    return tuple(s.text for s in sorted(chosen, key=lambda s: s.place))


def _significance(sentence: _Sentence, weights: Counter[str]) -> float:
    """Mean weight of the words, more for names and numbers, less with every sentence before it."""
    if not sentence.words:
        return 0.0
    told = sum(weights[word] for word in sentence.words) / math.sqrt(len(sentence.words))
    facts = min(len(_NAME_OR_NUMBER.findall(sentence.text)), 6)
    alone = 0.6 if is_dangling(sentence.text) else 1.0
    return alone * (told + facts) / math.sqrt(sentence.place + 3)


def _overlap(one: _Sentence, other: _Sentence) -> float:
    return len(one.words & other.words) / max(min(len(one.words), len(other.words)), 1)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
