"""From text to words, in any script. Pure functions; no list of stop words is needed or kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

import regex
import Stemmer

# Scripts written without spaces between words: pairs of neighbouring characters stand for words,
# as is usual in retrieval (McNamee and Mayfield 2004, "Character n-gram tokenization").
_UNSPACED: Final = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}"
    r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
)
_LETTER: Final = rf"[[\p{{L}}\p{{M}}]--[{_UNSPACED}]]"
_WORD: Final = regex.compile(
    rf"[{_UNSPACED}]+"
    r"|\p{N}+(?:[.,:]\p{N}+)*"
    rf"|{_LETTER}+(?:[.'&]{_LETTER}+)*\.?",
    regex.VERSION1,
)
_RUN: Final = regex.compile(rf"[{_UNSPACED}]")
# l'Élysée, d'Orsay, dell'anno: the article goes, the word stays.
_ELISION: Final = regex.compile(r"^(?:\p{L}{1,2}|\p{L}*ll)'(?=\p{L}{3})")
_FIRST_UNSPACED: Final = "\u0e00"  # Thai, the first of those scripts in Unicode's order
_APOSTROPHES: Final = str.maketrans({"’": "'", "ʼ": "'", "‘": "'"})

_STEMMERS: Final = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}


def words(text: str) -> list[str]:
    """The words of `text` in order, in lower case, without points and possessive endings.

    >>> words("The U.S. and Iran's ceasefire: 3.5 days")
    ['the', 'us', 'and', 'iran', 'ceasefire', '3.5', 'days']
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    found: list[str] = []
    for word in _WORD.findall(text.lower()):
        if word[0] >= _FIRST_UNSPACED and _RUN.match(word):
            found.extend(_pairs(word))
        else:
            found.append(_plain(word))
    return found


def _plain(word: str) -> str:
    if "'" in word:
        word = _ELISION.sub("", word.removesuffix("'s")).replace("'", "")
    if "." in word and not word[0].isdigit():
        word = word.replace(".", "")
    return word


def _pairs(run: str) -> list[str]:
    if len(run) == 1:
        return [run]
    return [run[at : at + 2] for at in range(len(run) - 1)]


def stemmer(language: str) -> Callable[[str], str]:
    """The Snowball stemmer of a language (ISO 639-1, region ignored); the word itself if none."""
    algorithm = _STEMMERS.get(language.lower().partition("-")[0])
    if algorithm is None:
        return str
    stem: Callable[[str], str] = Stemmer.Stemmer(algorithm).stemWord
    return stem
