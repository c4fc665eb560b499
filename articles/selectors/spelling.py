"""Words that a question may have meant, from the newest headlines."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

import regex

from articles.entries.query import Query, Word
from articles.models import Article
from articles.models.visibility import shown

HEADLINES = 2000
SHORTEST = 4
"""Letters of a word that is corrected: shorter ones are like too many others."""
WORD = regex.compile(r"\p{L}[\p{L}\p{M}]+")


def corrected(query: Query, languages: Sequence[str]) -> Query | None:
    """The question with its unknown words replaced by the likeliest known ones. One query.

    None where no word is unknown, or none has a known one near it.
    """
    known = _known(languages)
    near = _by_deletion(known)
    words = tuple(_corrected(word, known, near) for word in query.words)
    return replace(query, words=words) if words != query.words else None


def _corrected(word: Word, known: Counter[str], near: dict[str, list[str]]) -> Word:
    text = word.text.casefold()
    if word.phrase or word.excluded or len(text) < SHORTEST or text in known:
        return word
    found = {other for form in deletions(text) for other in near.get(form, ())}
    best = max(found, key=lambda other: (known[other], other), default=word.text)
    return replace(word, text=best)


def _known(languages: Iterable[str]) -> Counter[str]:
    """How often each word stands in the newest headlines."""
    known = Article.objects.filter(shown(), language__in=list(languages))
    titles = known.order_by("-published_at").values_list("title", flat=True)[:HEADLINES]
    return Counter(word for title in titles for word in WORD.findall(title.casefold()))


def _by_deletion(words: Iterable[str]) -> dict[str, list[str]]:
    near: dict[str, list[str]] = defaultdict(list)
    for word in words:
        if len(word) >= SHORTEST:
            for form in deletions(word):
                near[form].append(word)
    return near


def deletions(word: str) -> set[str]:
    """A word and what it becomes by losing a letter.

    Words that share one of these are a letter missing, added, changed or swapped apart, or a little
    more: the deletions of SymSpell (Wolf Garbe, 2012).
    """
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}
