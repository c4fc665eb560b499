"""The sentences of an article that tell most, quoted as they stand.

Significance after Luhn (1958): sentences that are dense in the words the text repeats; and after
Edmundson (1969): the title's words and an early position count more. No word lists are needed, so
it works for any language that parts words with spaces.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from articles.entries.clutter import is_call
from articles.entries.sentences import is_complete, split_sentences

MAX_SHARE = 0.4
"""Part of a longer text's sentences that may be quoted."""
SHORT_TEXT = 8
"""Sentences up to which a text may be quoted whole."""
MIN_WORDS, MAX_WORDS = 6, 60
MAX_OVERLAP = 0.5
"""Share of its words that a sentence may have in common with one already chosen."""

_WORD = re.compile(r"[^\W_]{4,}")
_NAME_OR_NUMBER = re.compile(r"(?<=\s)[A-ZÀ-ÖØ-Þ][\w’'-]+|\d[\d.,]*")
_DANGLING = re.compile(
    r"[\"“'‘„«]?(?:he|she|it|they|this|that|these|those|but|however|and|also|then|er|sie|es|aber|und"
    r"|dies\w{0,2}|doch|il|elle|ils|elles|mais|cela|ce|pero|esto|ello|ella|y)\b",
    re.IGNORECASE,
)
_PAIRS = (("“", "”"), ("(", ")"), ("«", "»"), ("[", "]"))


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
    sentences = [s for paragraph in text.split("\n") for s in split_sentences(paragraph)]
    most = limit
    if len(sentences) > SHORT_TEXT:
        most = min(limit, int(len(sentences) * MAX_SHARE))
    candidates = list(_candidates(sentences))
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


def _candidates(sentences: list[str]) -> Iterator[_Sentence]:
    """Sentences that can stand alone: complete, of fair length, quotations closed, no call."""
    for place, text in enumerate(sentences):
        fair = MIN_WORDS <= len(text.split()) <= MAX_WORDS
        if fair and is_complete(text) and _is_closed(text) and not is_call(text):
            yield _Sentence(text, place, _words(text))


def _significance(sentence: _Sentence, weights: Counter[str]) -> float:
    """Mean weight of the words, more for names and numbers, less with every sentence before it."""
    if not sentence.words:
        return 0.0
    told = sum(weights[word] for word in sentence.words) / math.sqrt(len(sentence.words))
    facts = min(len(_NAME_OR_NUMBER.findall(sentence.text)), 6)
    alone = 0.6 if _DANGLING.match(sentence.text) else 1.0
    return alone * (told + facts) / math.sqrt(sentence.place + 3)


def _overlap(one: _Sentence, other: _Sentence) -> float:
    return len(one.words & other.words) / max(min(len(one.words), len(other.words)), 1)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _is_closed(text: str) -> bool:
    """Whether quotations and brackets that open in `text` also end there."""
    pairs = all(text.count(first) == text.count(last) for first, last in _PAIRS)
    return pairs and text.count('"') % 2 == 0
