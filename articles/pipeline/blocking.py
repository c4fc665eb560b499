"""Which entries a source's blocked words withhold."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence

import regex

from articles.models import Source

REASON = "blocked word: "
"""Begins what `Article.withheld` says of such an article; another reason is not ours to lift."""

# Scripts that part no words: each of their characters counts as one, and so a word is several in
# a row.
_UNPARTED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_WORD = regex.compile(rf"(?V1){_UNPARTED}|[[\p{{L}}\p{{N}}]--{_UNPARTED}]+")


def words_of(text: str) -> list[str]:
    """The words of a text, without regard to case and accents."""
    # Letters of another width or type have a case only as what they stand for.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return _WORD.findall("".join(each for each in plain if not unicodedata.combining(each)))


def reason(blocked: Iterable[str], *texts: str) -> str:
    """Why an article that says `texts` is withheld; empty where no blocked word is in them.

    A blocked word is one word or several in a row, and is found as whole words within one text.
    """
    told = [f" {' '.join(words_of(text))} " for text in texts]
    for phrase in blocked:
        wanted = " ".join(words_of(phrase))
        if wanted and any(f" {wanted} " in text for text in told):
            return REASON + phrase
    return ""


def withheld(blocked: Sequence[str], before: str, *texts: str) -> str:
    """What `Article.withheld` is to say, given what it says: other reasons stay."""
    return before if before and not before.startswith(REASON) else reason(blocked, *texts)


def blocked_words(sources: Collection[int]) -> dict[int, list[str]]:
    """The blocked words of those of these sources that have some, as they are now. One query."""
    found = Source.objects.filter(pk__in=sources).exclude(blocked_words=[])
    return dict(found.values_list("pk", "blocked_words"))
