"""Stems back into words: each as a text writes it, and which of them are names. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from articles.clustering.text import stemmer, words

NOUNS_IN_CAPITALS = frozenset({"de", "lb"})
"""Languages in which a capital tells a noun, not a name."""

LONG = 4
"""A title that has no small word of so many letters capitalises all that matters."""

_AROUND = "\"'“”„‘’«»‹›()[]{}<>,:;!?…*-–—"
_CLOSING = "\"'”’»›)]"
_ENDS = tuple(".!?…:;–—")
_POSSESSIVES = ("'s", "’s")


@dataclass(frozen=True, slots=True)
class _Written:
    """One occurrence of a stem."""

    stem: str
    form: str
    first: bool
    """At the beginning of a sentence, where every word has a capital."""

    @property
    def small(self) -> bool:
        return self.form[:1].islower()

    @property
    def capital(self) -> bool:
        abbreviation = len(self.form) > 1 and self.form.isupper()
        return self.form[:1].isupper() and (abbreviation or not self.first)


def forms(language: str, texts: Iterable[str]) -> dict[str, str]:
    """The stems of `texts`, each as it is first written, without a capital if it ever is."""
    found: dict[str, str] = {}
    for each in _occurrences(language, texts):
        kept = found.setdefault(each.stem, each.form)
        if each.small and not kept[:1].islower():
            found[each.stem] = each.form
    return found


def names(language: str, texts: Iterable[str]) -> frozenset[str]:
    """The stems that `texts` write with a capital wherever there is a choice.

    Titles in which every word has a capital tell nothing, nor do scripts without capitals and
    languages that give them to every noun.
    """
    if language in NOUNS_IN_CAPITALS:
        return frozenset()
    capital: set[str] = set()
    small: set[str] = set()
    for text in texts:
        written = list(_occurrences(language, [text]))
        if any(each.small and len(each.form) >= LONG for each in written):
            capital.update(each.stem for each in written if each.capital)
            small.update(each.stem for each in written if each.small)
    return frozenset(capital - small)


def _occurrences(language: str, texts: Iterable[str]) -> Iterator[_Written]:
    stem = stemmer(language)
    for text in texts:
        first = True
        for token in text.split():
            for word in words(token):
                yield _Written(stem(word), _form(token, word), first)
                first = False
            first = first or token.rstrip(_CLOSING).endswith(_ENDS)


def _form(token: str, word: str) -> str:
    """`word`, which was found in `token`, with the token's capitals and points."""
    lower = token.lower()
    at = lower.find(word)
    if at >= 0 and len(lower) == len(token):
        return token[at : at + len(word)]
    bare = token.strip(_AROUND)
    for ending in _POSSESSIVES:
        bare = bare.removesuffix(ending)
    if "." not in bare.rstrip("."):  # the end of a sentence, not of an abbreviation
        bare = bare.rstrip(".")
    return bare if words(bare) == [word] else word
