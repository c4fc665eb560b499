"""Sentences of a text that can be quoted by themselves, each as it stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from articles.entries.clutter import is_call
from articles.entries.sentences import is_complete, split_sentences

MIN_WORDS, MAX_WORDS = 6, 60

# Who speaks or is spoken to, by language: such words make a sentence the writer's own.
_PERSONS = {
    "en": r"I(?!\.)|we|We|our|Our|us|my|My|me|you|You|your|Your",
    "de": r"[Ii]ch|[Ww]ir|uns|[Uu]nser\w{0,2}|mein\w{0,2}|mir|mich",
    "fr": r"[Jj]e|[Jj]['’]\w+|[Nn]ous|[Nn]otre|[Nn]os|[Vv]ous|[Vv]otre|[Vv]os|[Mm]oi",
    "es": r"[Yy]o|[Nn]osotros|[Nn]uestr[ao]s?|[Uu]sted(?:es)?|[Mm]i",
}
_PERSON = {code: re.compile(rf"\b(?:{words})\b") for code, words in _PERSONS.items()}
_DANGLING = re.compile(
    r"[\"“'‘„«]?(?:he|she|it|they|his|her|its|their|this|that|these|those|but|however|and|also|then"
    r"|er|sie|es|seine?|ihre?|aber|und|dies\w{0,2}|doch|nun|damit|dort|dabei"
    r"|il|elle|ils|elles|ses|leurs?|mais|cela|ce|pero|esto|ello|ella|sus?|y)\b",
    re.IGNORECASE,
)
# PORT ALDER (Wire) – and the like: said of the report, not of the event.
_DATELINE = re.compile(r"^[^.!?()]{0,60}\([^()]{1,40}\)\s*[-–—:]+\s*(?=\S)")
_FIRST = re.compile(r"[\w\"“„«‘'(¿¡]")
_ADDRESS = re.compile(r"https?:|www\.|@\w")
_ASKS = re.compile(r"[?？؟][\"'”’»)\]]*$")
_QUOTED = re.compile(r"„[^“”]*[“”]|“[^”]*”|\"[^\"]*\"|«[^»]*»|»[^«]*«")
_FIRST_UNSPACED = "\u0e00"  # Thai, the first in Unicode of the scripts without spaces


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and how many of its text stand before it."""

    text: str
    place: int


def sentences(text: str) -> list[str]:
    """The sentences of a plain text, whose paragraphs line breaks part."""
    return [found for paragraph in text.split("\n") for found in split_sentences(paragraph)]


def quotable(text: str) -> Iterator[Sentence]:
    """Sentences that make sense alone: complete, of fair length, quotations closed, no call."""
    for place, found in enumerate(sentences(text)):
        fair = MIN_WORDS <= _extent(found) <= MAX_WORDS
        if fair and is_complete(found) and _is_closed(found) and not is_call(found):
            yield Sentence(found, place)


def stating(text: str, language: str) -> Iterator[Sentence]:
    """Of those the ones that state something by themselves, beside sentences of other texts.

    No question, nothing that begins by pointing back, inside a quotation or in the first or second
    person outside of one (in languages whose pronouns are known here). A dateline is left off.
    """
    inside = _within_quotation(text)
    for found in quotable(text):
        if found.place in inside or _is_odd(found.text):
            continue
        plain = found.text[_dateline(found.text) :]
        person = _PERSON.get(language)
        own = person is not None and person.search(_QUOTED.sub("", plain))
        if not own and _extent(plain) >= MIN_WORDS:
            yield Sentence(plain, found.place)


def is_dangling(sentence: str) -> bool:
    """Whether `sentence` begins by pointing back to the one before it."""
    return bool(_DANGLING.match(sentence))


def _is_odd(sentence: str) -> bool:
    """Whether it asks, points back, starts with a bullet, shouts or holds an address."""
    return bool(
        _ASKS.search(sentence)
        or is_dangling(sentence)
        or not _FIRST.match(sentence)
        or sentence == sentence.upper() != sentence.lower()
        or _ADDRESS.search(sentence)
    )


def _dateline(sentence: str) -> int:
    """The length of the dateline that `sentence` begins with."""
    found = _DATELINE.match(sentence)
    return found.end() if found else 0


def _within_quotation(text: str) -> set[int]:
    """The places of sentences that begin inside a quotation of several."""
    inside, place = set(), 0
    for paragraph in text.split("\n"):
        straight = curly = 0
        for found in split_sentences(paragraph):
            if straight % 2 or curly:
                inside.add(place)
            straight += found.count('"')
            curly += _opened(found, low="„" in paragraph)
            place += 1
    return inside


def _extent(sentence: str) -> int:
    """Words; in scripts without spaces two characters count as one."""
    wide = sum(character >= _FIRST_UNSPACED for character in sentence)
    return max(len(sentence.split()), wide // 2)


def _is_closed(text: str) -> bool:
    """Whether quotations and brackets that open in `text` also end there."""
    brackets = all(text.count(first) == text.count(last) for first, last in ("()", "[]"))
    return brackets and not _opened(text, low="„" in text) and text.count('"') % 2 == 0


def _opened(text: str, *, low: bool) -> int:
    """Typographic quotations that open less those that close; „these“ where `low`."""
    before, after = ("„", "“”") if low else ("“", "”")
    closed = sum(map(text.count, after))
    return text.count(before) - closed + text.count("«") - text.count("»")
