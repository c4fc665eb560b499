"""A reader's question: words, "phrases", `-exclusion`, `or`, and operators such as `source:bbc`.

Every text is a question. What is no operator is a word; an operator whose date is none is set
apart, to be explained. A question written out with `str` reads as the same question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

LONGEST = 350
"""Characters of a question that are read: the 200 that a form's box takes, however they have to be
written out, and with them the filters of the form's other fields."""
OPERATORS = ("source", "edition", "topic", "language", "before", "after")
MIRRORED = {"before": "after", "after": "before"}
"""The operators of time: each excludes what the other keeps."""

# No text has a meaning for control characters, lone surrogates and those of private use.
NOISE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\uf8ff\ufffd]+")
QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
TOKEN = re.compile(
    rf"(?P<minus>-*)(?:(?P<name>{'|'.join(OPERATORS)}):(?=[^ ]))?"
    r'(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^ "]+))',
    re.ASCII | re.IGNORECASE,
)
DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
DAYS_AGO = re.compile(r"(\d{1,4})d", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a phrase whose words stand next to each other."""

    text: str
    phrase: bool = False
    excluded: bool = False
    alternative: bool = False
    """Whether the word before it will do as well: `or` stood between them."""

    def __str__(self) -> str:
        joined = "or " if self.alternative else ""
        text = f'"{self.text}"' if self.phrase else self.text
        return f"{joined}{'-' * self.excluded}{text}"


@dataclass(frozen=True, slots=True)
class Filter:
    """An operator with its value as it was written: `name` is one of `OPERATORS`."""

    name: str
    value: str
    excluded: bool = False

    def __str__(self) -> str:
        value = f'"{self.value}"' if " " in self.value else self.value
        return f"{'-' * self.excluded}{self.name}:{value}"


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: all of the words, of which alternatives are one, within all of the filters."""

    words: tuple[Word, ...] = ()
    filters: tuple[Filter, ...] = ()
    misread: tuple[Filter, ...] = ()
    """Operators of time whose date is none; they are no part of the question."""

    def __str__(self) -> str:
        return " ".join(map(str, (*self.words, *self.filters)))

    @property
    def names_something(self) -> bool:
        """Whether it says what to find, not only what to leave out."""
        parts: tuple[Word | Filter, ...] = (*self.words, *self.filters)
        return not all(part.excluded for part in parts)

    def alternatives(self) -> tuple[tuple[Word, ...], ...]:
        """The words to be found, those of which one is enough together."""
        groups: list[list[Word]] = []
        for word in self.words:
            if word.alternative:
                groups[-1].append(word)
            elif not word.excluded:
                groups.append([word])
        return tuple(map(tuple, groups))

    def values(self, name: str, *, excluded: bool = False) -> tuple[str, ...]:
        """What the operator `name` was given."""
        wanted = [part for part in self.filters if (part.name, part.excluded) == (name, excluded)]
        return tuple(part.value for part in wanted)

    def only(self, name: str, value: str) -> Query:
        """The same with `value` alone for the operator `name`; with none where it is empty."""
        kept = tuple(part for part in self.filters if part.name != name)
        return replace(self, filters=(*kept, Filter(name, value)) if value else kept)

    def without(self, *dropped: Filter) -> Query:
        """The same without some filters."""
        return replace(self, filters=tuple(part for part in self.filters if part not in dropped))


def read(text: str) -> Query:
    """What a text asks for; no text fails. Only its first `LONGEST` characters count."""
    words: list[Word] = []
    filters: dict[Filter, None] = {}
    misread: dict[Filter, None] = {}
    joining = False
    for part in _parts(text[:LONGEST]):
        if isinstance(part, Filter):
            (misread if _is_misread(part) else filters)[part] = None
            joining = False
        elif (part.text.lower(), part.phrase, part.excluded) == ("or", False, False):
            joining = bool(words) and not words[-1].excluded
        else:
            words.append(replace(part, alternative=joining and not part.excluded))
            joining = False
    return Query(tuple(words), tuple(filters), tuple(misread))


def _parts(text: str) -> Iterator[Word | Filter]:
    """What a text consists of; `or` is still a word."""
    clean = " ".join(NOISE.sub(" ", text).translate(QUOTES).split())
    for found in TOKEN.finditer(clean):
        excluded, name = bool(found["minus"]), (found["name"] or "").lower()
        value = found["plain"] or (found["quoted"] or "").strip()
        if name and value:
            yield _filter(name, value, excluded=excluded)
        elif any(map(str.isalnum, value)):
            yield Word(value, phrase=found["plain"] is None, excluded=excluded)


def _filter(name: str, value: str, *, excluded: bool) -> Filter:
    if excluded and name in MIRRORED:
        return Filter(MIRRORED[name], value)
    return Filter(name, value, excluded)


def _is_misread(part: Filter) -> bool:
    return part.name in MIRRORED and day(part.value, date.max) is None


def day(value: str, today: date) -> date | None:
    """The day that a time begins with: `2026`, `2026-11`, `2026-11-20`, `today`, `yesterday`, `7d`.

    None for anything else.
    """
    named = {"today": 0, "yesterday": 1}.get(value.lower())
    if named is not None:
        return today - timedelta(days=named)
    if ago := DAYS_AGO.fullmatch(value):
        return today - timedelta(days=int(ago[1]))
    if written := DATE.fullmatch(value):
        try:
            return date(int(written[1]), int(written[2] or 1), int(written[3] or 1))
        except ValueError:
            return None
    return None
