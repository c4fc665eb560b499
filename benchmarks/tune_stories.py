"""Learn the weights of likeness and compare thresholds: how articles/clustering/parameters.py came.

    python benchmarks/tune_stories.py CORPUS[:LEAD] ... [--background CORPUS] [--model FOLDER]

Every corpus is a file as for `manage.py evaluate_stories`, cut to LEAD words of text if given, and
every language of it counts as a corpus of its own. Printed are the weights learnt from all of
them, and for each pair of `join` and `size_power` the BCubed F1 of each corpus by the engine with
weights learnt from the other corpora only. With a sentence-embedding model it is the weights of
`Parameters.semantic`, learnt from the corpora in languages that the model reads.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from articles.clustering.background import Background
from articles.clustering.embedding import Encoder, embedded, reads
from articles.clustering.encoders import load
from articles.clustering.evaluation import Corpus, backgrounds, labelled, measure, read, run
from articles.clustering.index import Index, Pairs
from articles.clustering.parameters import DAY, DEFAULT, Likeness, Parameters
from articles.clustering.tails import Tails
from articles.clustering.text import words
from articles.clustering.types import Document
from articles.clustering.vectors import Vectors

JOINS = (0.3, 0.35, 0.4, 0.45)
POWERS = (0.75, 0.8, 0.85)
FLOOR = 0.03
"""Pairs of a smaller cosine say nothing and are not learnt from."""
PENALTY = 1e-3

Matrix = NDArray[np.float64]
Backgrounds = dict[str, Background]


class Remembering:
    """An encoder that computes every text once."""

    def __init__(self, encoder: Encoder) -> None:
        self.name = encoder.name
        self.languages = encoder.languages
        self._encoder = encoder
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row for each text."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts])


def pairs(corpus: Corpus, known: Backgrounds, encoder: Encoder | None) -> tuple[Matrix, Matrix]:
    """Features of pairs of articles that are no copies, and 1 where both tell one story."""
    prior = Background.prior(corpus.language, known.get(corpus.language))
    index = Index(corpus.language, prior, DEFAULT)
    documents = originals(corpus, known)
    tails = Tails()
    for slot, document in enumerate(documents):
        index.add(slot, words(tails.headline(document)), words(document.lead))
    index.weigh(range(len(documents)))
    slots = range(len(documents))
    times = np.array([np.nan if each.published is None else each.published for each in documents])
    parts = [index.pairs(slots[at : at + 100], times) for at in range(0, len(slots), 100)]
    found = Pairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    days = np.nan_to_num(np.abs(times[found.left] - times[found.right]) / DAY, nan=0.0)
    labels = np.array([corpus.rows[each.id].story for each in documents], dtype=object)
    together = (labels[found.left] == labels[found.right]).astype(np.float64)
    columns = [
        np.ones(len(days)),
        np.sqrt(found.cosine),
        np.sqrt(found.rest),
        days,
        found.cosine * days,
    ]
    if encoder is not None:
        columns.append(meaning(documents, found, encoder))
    features = np.stack(columns, axis=1)
    usable = (found.cosine >= FLOOR) & (days <= DEFAULT.story_days)
    return features[usable], together[usable]


def meaning(documents: Sequence[Document], found: Pairs, encoder: Encoder) -> Matrix:
    """Cosine of the sentence vectors of pairs, whitened by all of the corpus."""
    vectors = Vectors(DEFAULT)
    for slot, document in enumerate(embedded(documents, encoder)):
        if document.vector is not None:
            vectors.put(slot, document.vector)
    vectors.weigh(range(len(documents)))
    return np.asarray(vectors.cosine(found.left, found.right), np.float64)


def originals(corpus: Corpus, known: Backgrounds) -> list[Document]:
    """The documents of a corpus without the copies the engine finds."""
    outcome = run(corpus.rows, background=known, lead_words=corpus.lead_words)[corpus.language]
    return [each for each in corpus.documents if outcome.places[each.id].copy_of is None]


def learn(samples: Sequence[tuple[Matrix, Matrix]]) -> Likeness:
    """Logistic regression by Newton's method, every corpus with the same say."""
    features = np.concatenate([given for given, _ in samples])
    answers = np.concatenate([given for _, given in samples])
    say = np.concatenate([np.full(len(given), 1 / len(given)) for _, given in samples])
    scale = features.std(axis=0)
    scale[0] = 1.0
    scaled = features / scale
    penalty = PENALTY * len(samples) * np.diag([0.0, *np.ones(len(scale) - 1)])
    weights = np.zeros(len(scale))
    for _ in range(40):
        chances = 1 / (1 + np.exp(-(scaled @ weights)))
        slope = scaled.T @ (say * (chances - answers)) + penalty @ weights
        curve = (scaled * (say * chances * (1 - chances))[:, None]).T @ scaled + penalty
        weights -= np.linalg.solve(curve, slope)
    return Likeness(*(round(float(each), 2) for each in weights / scale))


def with_weights(base: Parameters, weights: Likeness, encoder: Encoder | None) -> Parameters:
    """Parameters with other weights of the likeness that is tuned."""
    if encoder is None:
        return replace(base, likeness=weights)
    return replace(base, semantic=weights)


def score(
    corpus: Corpus, known: Backgrounds, parameters: Parameters, encoder: Encoder | None
) -> float:
    """BCubed F1 of the engine."""
    found = run(
        corpus.rows,
        background=known,
        lead_words=corpus.lead_words,
        parameters=parameters,
        encoder=encoder,
    )
    return measure(found.values()).bcubed.f1


def main() -> None:
    """Learn, cross-validate, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpora", nargs="+", metavar="CORPUS[:LEAD]")
    parser.add_argument("--background", type=Path)
    parser.add_argument("--model")
    options = parser.parse_args()
    known = backgrounds(read(options.background)) if options.background else {}
    given = list(labelled(options.corpora))
    encoder = Remembering(load(options.model)) if options.model else None
    if encoder is not None:
        given = [corpus for corpus in given if reads(encoder, corpus.language)]
    samples = [pairs(corpus, known, encoder) for corpus in given]
    print("learnt from all:", learn(samples))
    rest = range(len(given))
    learnt = [learn([samples[other] for other in rest if other != at] or samples) for at in rest]
    print(f"{'join':>5} {'power':>5}   " + "   ".join(corpus.name for corpus in given))
    for join, power in product(JOINS, POWERS):
        base = replace(DEFAULT, join=join, size_power=power)
        tried = [with_weights(base, each, encoder) for each in learnt]
        scores = [
            score(corpus, known, each, encoder) for corpus, each in zip(given, tried, strict=True)
        ]
        line = "   ".join(
            f"{value:>{len(corpus.name)}.3f}" for corpus, value in zip(given, scores, strict=True)
        )
        print(f"{join:>5} {power:>5}   {line}   mean {np.mean(scores):.4f}", flush=True)


if __name__ == "__main__":
    main()
