"""Which language a text is in: as declared, else as detected."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

MIN_LETTERS = 25
"""Shorter texts are not worth a guess."""
CERTAIN = 0.9
"""Probability from which a guess about a short text is taken."""
LONG_LETTERS = 120
"""Texts from this length on are told apart well enough without asking for certainty."""

READ_LETTERS = 600
"""Characters of a text that are looked at."""
SURE_LETTERS, SURE = 200, 0.95
"""So many characters are enough where they give so much probability."""

_OTHER_CODES = {
    "iw": "he", "in": "id", "ji": "yi", "mo": "ro", "jp": "ja", "cz": "cs", "gr": "el", "dk": "da",
    "eng": "en", "ger": "de", "deu": "de", "fre": "fr", "fra": "fr", "spa": "es", "ita": "it",
    "por": "pt", "nld": "nl", "dut": "nl", "rus": "ru", "pol": "pl", "ara": "ar", "jpn": "ja",
    "zho": "zh", "chi": "zh", "cmn": "zh", "tur": "tr", "swe": "sv", "ukr": "uk", "fil": "tl",
    "english": "en", "german": "de", "deutsch": "de", "french": "fr", "spanish": "es",
}  # fmt: skip
"""Withdrawn, three-letter and invented codes that feeds use."""


def language_code(tag: str) -> str:
    """ISO 639-1 of a language tag (RFC 5646) such as `en-GB`; empty where it names no language."""
    first = tag.strip().lower().replace("_", "-").partition("-")[0]
    first = _OTHER_CODES.get(first, first)
    return first if len(first) == 2 and first.isascii() and first.isalpha() else ""


def region_code(tag: str) -> str:
    """ISO 3166 of the country in a language tag (RFC 5646) such as `en-GB`; empty without one."""
    parts = tag.strip().replace("_", "-").split("-")[1:]
    named = (part for part in parts if len(part) == 2 and part.isascii() and part.isalpha())
    return next(named, "").upper()


def detect(text: str, default: str = "") -> str:
    """ISO 639-1 of the language that `text` is most likely in, `default` where it is too short."""
    text = text[:READ_LETTERS]
    letters = sum(map(str.isalpha, text))
    if letters < MIN_LETTERS:
        return default
    code, probability = _identifier().classify(text[:SURE_LETTERS])
    if probability < SURE:
        code, probability = _identifier().classify(text)
    return str(code) if letters >= LONG_LETTERS or probability >= CERTAIN else default


def is_model_loaded() -> bool:
    """Whether `detect` has what it needs; getting it takes half a second, once."""
    return _identifier.cache_info().currsize > 0


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
