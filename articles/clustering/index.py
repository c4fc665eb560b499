"""The words of the window's articles: their weights, and which articles share them.

An inverted index finds the articles that share a new one's rarest words; the cosine of those that
promise most is then computed in full. Two are compared once, when the second of them comes.
Articles are addressed by slot, a small number that is used again some time after its article has
left, so that everything about them lives in arrays.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from articles.clustering.background import Background
from articles.clustering.parameters import DAY, Parameters
from articles.clustering.ragged import Floats, Ints, Ragged, grown
from articles.clustering.text import stemmer

Slots = NDArray[np.int64]
Floats64 = NDArray[np.float64]

# Weights are computed afresh whenever the window has grown or shrunk by this share: between two
# such moments they hardly move.
_DRIFT = 0.05


class Pairs(NamedTuple):
    """Articles compared: each of `left` with that of `right` at the same place."""

    left: Slots
    right: Slots
    cosine: Floats
    rest: Floats
    """Cosine without the term that adds most to it: one word makes a topic, two an event."""


class Index:
    """Terms of articles by slot, weights by inverse document frequency, cosine by shared terms.

    The weight of a term is log(1 / rate) with the rate blended from the window's own counts and
    the background's: (own + strength x background rate) / (articles + strength), so the
    background rules while the window is small and fades as it fills.
    """

    def __init__(self, language: str, background: Background, parameters: Parameters) -> None:
        self._parameters = parameters
        self._background = background
        self._stem: Callable[[str], str] = stemmer(language)
        self._terms: dict[str, int] = {}
        self._names: list[str] = []
        self._of_word: dict[str, int] = {}
        self._postings: list[array[int]] = []
        self._own = np.zeros(1024, np.int64)
        self._prior = np.zeros(1024, np.float64)
        self._weights: Floats = np.zeros(1024, np.float32)
        self._left: list[Ints] = []  # terms of what was removed
        self._spare: list[int] = []  # terms that mean nothing now
        self._rows = Ragged()
        self._lengths: Floats = np.zeros(64, np.float32)
        self._articles = 0
        self._weighed_at = 0
        self._local: Ints = np.full(1024, -1, np.int32)
        self._mark: Slots = np.zeros(64, np.int64)

    # -- filling

    def add(self, slot: int, title: Sequence[str], lead: Sequence[str]) -> None:
        """Index an article under a free slot, from the words of its title and lead."""
        own = {self._term(word): 1.0 for word in title}
        for word in lead[: self._parameters.lead_words]:
            own.setdefault(self._term(word), self._parameters.lead_weight)
        keys = np.fromiter(own, np.int32, len(own))
        self._rows.put(slot, keys, np.fromiter(own.values(), np.float32, len(own)))
        self._own[keys] += 1
        self._articles += 1
        if slot >= len(self._lengths):
            self._lengths = grown(self._lengths, slot + 1)
            self._mark = grown(self._mark, slot + 1)

    def remove(self, slots: Iterable[int]) -> None:
        """Forget articles. Their slots are free once they have been purged."""
        leaving = np.fromiter(slots, np.int64)
        keys, _, _ = self._rows.take(leaving)
        np.subtract.at(self._own, keys, 1)
        self._left.append(keys)
        for slot in leaving.tolist():
            self._rows.drop(slot)
        self._lengths[leaving] = 0.0
        self._articles -= len(leaving)

    def purge(self) -> None:
        """Take all that was removed out of the lists of articles by term."""
        for term in np.unique(np.concatenate(self._left)).tolist():
            held = np.frombuffer(self._postings[term], np.intc)
            self._postings[term] = array("i", held[self._lengths[held] > 0].tobytes())
        self._left.clear()
        self._spare_terms()

    def _spare_terms(self) -> None:
        """Forget the words that no article has any more, once they are many: news coins new ones.

        It takes a look at every word, hence not at each of them when it goes.
        """
        used = self._own[: len(self._names)] > 0
        if 2 * (np.count_nonzero(~used) - len(self._spare)) <= len(self._names):
            return
        self._terms = {word: term for word, term in self._terms.items() if used[term]}
        self._of_word = {word: term for word, term in self._of_word.items() if used[term]}
        self._spare = np.flatnonzero(~used).tolist()

    def _term(self, word: str) -> int:
        term = self._of_word.get(word)
        if term is None:
            term = self._of_word[word] = self._new_term(self._stem(word))
        return term

    def _new_term(self, stemmed: str) -> int:
        known = self._terms.get(stemmed)
        if known is not None:
            return known
        if self._spare:
            term = self._spare.pop()
            self._names[term] = stemmed
        else:
            term = len(self._names)
            self._names.append(stemmed)
            self._postings.append(array("i"))
        self._terms[stemmed] = term
        if term >= len(self._own):
            self._own = grown(self._own, term + 1)
            self._prior = grown(self._prior, term + 1)
            self._weights = grown(self._weights, term + 1)
            self._local = np.full(len(self._own), -1, np.int32)
        self._prior[term] = self._background.rate(stemmed)
        return term

    # -- weights

    def weigh(self, slots: Iterable[int]) -> None:
        """Bring the weights up to date: those of new articles, or all when the window has moved."""
        drift = abs(self._articles - self._weighed_at)
        if drift > _DRIFT * self._weighed_at:
            held = self._rows.slots()
            self._weighed_at = self._articles
        else:
            held = np.fromiter(slots, np.int64)
        keys, values, lengths = self._rows.take(held)
        strength = self._parameters.prior_strength
        terms = np.unique(keys)
        rate = (self._own[terms] + strength * self._prior[terms]) / (self._articles + strength)
        self._weights[terms] = -np.log(rate)
        squares = np.square(values * self._weights[keys])
        self._lengths[held] = np.sqrt(_sums(squares, lengths))

    # -- comparing

    def pairs(self, slots: Sequence[int], times: Floats64) -> Pairs:
        """Compare articles with the likeliest of those that were compared before them.

        `times` gives for every slot when its article was published, in seconds, or nan.
        """
        found = [self._introduced(slot, times) for slot in slots]
        right = np.concatenate(found) if found else np.zeros(0, np.int64)
        place = np.repeat(np.arange(len(slots)), [len(each) for each in found])
        left = np.asarray(slots, np.int64)[place]
        return Pairs(left, right, *self._cosine(np.asarray(slots, np.int64), place, right))

    def begin_again(self) -> None:
        """Take it that nothing has been compared."""
        for posting in self._postings:
            del posting[:]

    def _introduced(self, slot: int, times: Floats64) -> Slots:
        """The candidates of an article, which then is one for those that follow."""
        found = self._candidates(slot, times)
        for term in self._rows.row(slot)[0].tolist():
            self._postings[term].append(slot)
        return found

    def _candidates(self, slot: int, times: Floats64) -> Slots:
        """Articles sharing the rarest terms; of too many, the likeliest by what they share."""
        keys, values = self._rows.row(slot)
        weights = self._weights[keys] * values
        room = self._parameters.postings
        parts: list[Ints] = []
        scores: list[float] = []
        for at in np.argsort(-weights, kind="stable").tolist():
            posting = self._postings[keys[at]]
            if not posting:
                continue
            parts.append(np.frombuffer(posting, np.intc)[-room:])
            scores.append(float(weights[at]) ** 2)
            room -= len(posting)
            if room <= 0:
                break
        if not parts:
            return np.zeros(0, np.int64)
        hits = np.concatenate(parts).astype(np.int64)
        each, sums = self._summed(hits, np.repeat(scores, [len(part) for part in parts]))
        return self._likeliest(slot, each, sums, times)

    def _summed(self, hits: Slots, scores: Floats64) -> tuple[Slots, Floats64]:
        """The articles hit, once each and without those removed, and the sums of their scores."""
        order = np.arange(len(hits))
        self._mark[hits] = order
        place = self._mark[hits]  # one and the same for all hits of an article
        sums = np.bincount(place, scores, minlength=len(hits))
        chosen = (place == order) & (self._lengths[hits] > 0)
        return hits[chosen], sums[chosen]

    def _likeliest(self, slot: int, each: Slots, sums: Floats64, times: Floats64) -> Slots:
        """Those that promise most, from what they share of the article's terms and their age."""
        limit = self._parameters.candidates
        if len(each) <= limit:
            return each
        days = np.abs(times[each] - times[slot]) / DAY
        days[np.isnan(days)] = 0.0
        promise = sums / self._lengths[each] / (1.0 + days / self._parameters.candidate_days)
        return np.asarray(each[np.argpartition(-promise, limit)[:limit]], np.int64)

    def _cosine(self, slots: Slots, place: Slots, right: Slots) -> tuple[Floats, Floats]:
        """Cosine of article slots[place[i]] with right[i], and without its greatest summand."""
        keys, values, lengths = self._rows.take(slots)
        terms = np.unique(keys)
        self._local[terms] = np.arange(len(terms))
        table = np.zeros((len(slots), len(terms) + 1), np.float32)  # the last column stays zero
        rows = np.repeat(np.arange(len(slots)), lengths)
        table[rows, self._local[keys]] = values * np.square(self._weights[keys])
        other, amounts, sizes = self._rows.take(right)
        shared = table[np.repeat(place, sizes), self._local[other]] * amounts
        self._local[terms] = -1
        if not len(right):
            return np.zeros(0, np.float32), np.zeros(0, np.float32)
        starts = np.cumsum(sizes) - sizes
        dots = np.add.reduceat(shared, starts)  # no row is empty: each shares a term
        rest = dots - np.maximum.reduceat(shared, starts)
        scale = self._lengths[slots][place] * self._lengths[right]
        return np.minimum(dots / scale, 1.0), np.clip(rest / scale, 0.0, 1.0)

    def shared(self, one: int, other: int) -> list[tuple[str, float]]:
        """The terms two articles share with their part in the cosine, greatest first."""
        mine = dict(zip(*(part.tolist() for part in self._rows.row(one)), strict=True))
        scale = float(self._lengths[one] * self._lengths[other])
        terms, values = (part.tolist() for part in self._rows.row(other))
        found = [
            (self._names[term], mine[term] * value * float(self._weights[term]) ** 2 / scale)
            for term, value in zip(terms, values, strict=True)
            if term in mine
        ]
        return sorted(found, key=lambda item: (-item[1], item[0]))


def _sums(values: Floats, lengths: Slots) -> Floats:
    """Sums of consecutive runs of `values`; an empty run gives 0."""
    totals = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    ends = np.cumsum(lengths)
    return np.asarray(totals[ends] - totals[ends - lengths], np.float32)
