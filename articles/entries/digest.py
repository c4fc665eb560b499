"""What many reports on one event say, in few sentences of theirs; and how their headlines differ.

Sentences are chosen greedily for how much of what is said they cover, each mention of a word
counting less than the one before (Lin and Bilmes 2011, "A class of submodular functions for
document summarization"), and against likeness to what is chosen already (Carbonell and Goldstein
1998, "The use of MMR"). A word counts by how many of the reports have it and by how rare it is in
the news as a whole.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from articles.entries.quotable import stating

POINTS = 6
SENTENCES_READ = 12
"""Sentences of a report that are candidates: news says first what matters most."""
PER_VOICE = 2
FEW_VOICES, PER_VOICE_OF_FEW = 2, 3
"""Where no more than so many outlets report, each may be quoted so often."""
MAX_LIKENESS = 0.45
"""Share of what a sentence says that one already chosen may say as well."""
AGAIN = 0.6
"""What a further sentence of one outlet counts, so that another's is preferred."""
TELLING = 0.2
"""A sentence that is worth a smaller part of what the first was is left out."""
HEADLINES = 8


@dataclass(frozen=True, slots=True)
class Told:
    """A report as it is read for a digest."""

    id: int
    voice: str
    """Who speaks: outlets of one owner are one."""
    time: float
    """When it was published, in seconds."""
    title: str
    text: str
    """Plain, its paragraphs parted by line breaks."""
    edited: bool = False
    """Whether its headline was another before."""


@dataclass(frozen=True, slots=True)
class Point:
    """A sentence of a report, verbatim."""

    report: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Language:
    """How a language is read: its ISO 639-1 code and what its words are and tell."""

    code: str
    terms: Callable[[str], Iterable[str]]
    """The words of a text, inflections brought together."""
    information: Callable[[str], float]
    """What such a word tells by itself: the more, the rarer it is; above 0."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    report: Told
    sentence: str
    place: int
    terms: frozenset[str]

    @property
    def order(self) -> tuple[float, int, int]:
        """In order of time, and within a report as it stands there."""
        return self.report.time, self.report.id, self.place


def key_points(
    reports: Iterable[Told], standfirst: str, language: Language, limit: int = POINTS
) -> tuple[Point, ...]:
    """At most `limit` sentences of the reports in order of time, none that `standfirst` says.

    The order in which reports are given does not matter.
    """
    candidates = sorted(_candidates(reports, language), key=lambda each: each.order)
    known = frozenset(language.terms(standfirst))
    words = known.union(*(each.terms for each in candidates))
    information = {word: language.information(word) for word in words}
    weights = _weights(candidates, information)
    chosen: list[_Candidate] = []
    said, taken, first = Counter(known), Counter[str](), 0.0
    most = _per_voice(candidates)
    free = _unlike(candidates, known, information)
    while free and len(chosen) < limit:
        values = [_value(each, weights, said, taken) for each in free]
        best = max(values)
        first = first or best
        if best < TELLING * first:
            break
        candidate = free[values.index(best)]
        chosen.append(candidate)
        said.update(candidate.terms)
        taken[candidate.report.voice] += 1
        free = [each for each in free if taken[each.report.voice] < most]
        free = _unlike(free, candidate.terms, information)
    chosen.sort(key=lambda each: each.order)
    return tuple(Point(each.report.id, each.sentence) for each in chosen)


def _per_voice(candidates: Iterable[_Candidate]) -> int:
    voices = {each.report.voice for each in candidates}
    return PER_VOICE_OF_FEW if len(voices) <= FEW_VOICES else PER_VOICE


def _candidates(reports: Iterable[Told], language: Language) -> Iterable[_Candidate]:
    for report in reports:
        for found in stating(report.text, language.code):
            if found.place >= SENTENCES_READ:
                break
            terms = frozenset(language.terms(found.text))
            yield _Candidate(report, found.text, found.place, terms)


def _weights(
    candidates: Iterable[_Candidate], information: Mapping[str, float]
) -> Mapping[str, float]:
    """What it is worth to say a word once: its information, as often as voices say it.

    That one voice repeats it counts for little.
    """
    said = Counter((each.report.voice, word) for each in candidates for word in each.terms)
    support: dict[str, float] = dict.fromkeys(information, 0.0)
    for (_, word), count in sorted(said.items()):
        support[word] += 1 + math.log(count)
    return {word: support[word] * told for word, told in information.items()}


def _value(
    candidate: _Candidate,
    weights: Mapping[str, float],
    said: Mapping[str, int],
    taken: Mapping[str, int],
) -> float:
    """What a sentence adds, by its length; less the later it stands in its report."""
    gain = sum(
        weights[word] * (math.sqrt(said[word] + 1) - math.sqrt(said[word]))
        for word in sorted(candidate.terms)
    )
    again = AGAIN ** taken[candidate.report.voice]
    return again * gain / math.sqrt((len(candidate.terms) + 1) * (candidate.place + 3))


def _unlike(
    candidates: Iterable[_Candidate], other: frozenset[str], information: Mapping[str, float]
) -> list[_Candidate]:
    """Those that say little of what a text with these words says."""

    def told(terms: frozenset[str]) -> float:
        return math.fsum(map(information.__getitem__, terms))

    whole = told(other)
    return [
        each
        for each in candidates
        if told(each.terms & other) <= MAX_LIKENESS * min(told(each.terms), whole)
    ]


def contrasting(
    reports: Collection[Told], language: Language, limit: int = HEADLINES
) -> tuple[int, ...]:
    """The reports whose headlines differ most, one a voice, in order of time.

    The first report's, then always the one least like those chosen; edited ones before others.
    """
    ordered = sorted(reports, key=lambda each: (each.time, each.id))
    terms = {each.id: frozenset(language.terms(each.title)) for each in ordered}
    chosen: list[Told] = []
    while len(chosen) < limit:
        heard = {each.voice for each in chosen}
        free = [each for each in ordered if each.voice not in heard]
        if not free:
            break
        chosen.append(min(free, key=lambda each: (not each.edited, _nearest(each, chosen, terms))))
    return tuple(each.id for each in ordered if each in chosen)


def _nearest(report: Told, chosen: Sequence[Told], terms: Mapping[int, frozenset[str]]) -> float:
    """How like a headline is to the one of those chosen that it is most like (Jaccard)."""
    mine = terms[report.id]
    return max(
        (len(mine & terms[each.id]) / (len(mine | terms[each.id]) or 1) for each in chosen),
        default=0.0,
    )
