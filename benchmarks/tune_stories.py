"""Learn the weights of likeness and compare thresholds: how articles/clustering/parameters.py came.

    python benchmarks/tune_stories.py CORPUS[:LEAD] ... [--background CORPUS]

Every corpus is a file as for `manage.py evaluate_stories`, cut to LEAD words of text if given, and
every language of it counts as a corpus of its own. Printed are the weights learnt from all of
them, and for each pair of `join` and `size_power` the BCubed F1 of each corpus by the engine with
weights learnt from the other corpora only.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from articles.clustering.background import Background
from articles.clustering.evaluation import Row, backgrounds, documents_of, measure, read, run
from articles.clustering.index import Index, Pairs
from articles.clustering.parameters import DAY, DEFAULT, Likeness, Parameters
from articles.clustering.text import words
from articles.clustering.types import Document

JOINS = (0.3, 0.35, 0.4)
POWERS = (0.75, 0.8, 0.85)
FLOOR = 0.03
"""Pairs of a smaller cosine say nothing and are not learnt from."""
PENALTY = 1e-3

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Corpus:
    """One language of a labelled corpus."""

    name: str
    language: str
    rows: list[Row]
    lead: int | None
    background: Background | None


def pairs(corpus: Corpus) -> tuple[Matrix, Matrix]:
    """Features of pairs of articles that are no copies, and 1 where both tell one story."""
    shipped = Background.shipped(corpus.language)
    behind = corpus.background.over(shipped) if corpus.background else shipped
    index = Index(corpus.language, behind, DEFAULT)
    documents = originals(corpus)
    for slot, document in enumerate(documents):
        index.add(slot, words(document.title), words(document.lead))
    index.weigh(range(len(documents)))
    slots = range(len(documents))
    times = np.array([np.nan if each.published is None else each.published for each in documents])
    parts = [index.pairs(slots[at : at + 100], times) for at in range(0, len(slots), 100)]
    found = Pairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    days = np.nan_to_num(np.abs(times[found.left] - times[found.right]) / DAY, nan=0.0)
    labels = np.array([corpus.rows[each.id].story for each in documents], dtype=object)
    together = (labels[found.left] == labels[found.right]).astype(np.float64)
    features = np.stack(
        (
            np.ones(len(days)),
            np.sqrt(found.cosine),
            np.sqrt(found.rest),
            days,
            found.cosine * days,
        ),
        axis=1,
    )
    usable = (found.cosine >= FLOOR) & (days <= DEFAULT.story_days)
    return features[usable], together[usable]


def originals(corpus: Corpus) -> list[Document]:
    """The documents of a corpus without the copies the engine finds."""
    outcome = run(corpus.rows, background=known(corpus), lead_words=corpus.lead)[corpus.language]
    return [
        document
        for document in documents_of(corpus.rows, corpus.lead)
        if outcome.places[document.id].copy_of is None
    ]


def known(corpus: Corpus) -> dict[str, Background]:
    """The background as `run` takes it."""
    return {corpus.language: corpus.background} if corpus.background else {}


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
    bias, root, rest, days, cosine_days = (round(float(each), 2) for each in weights / scale)
    return Likeness(bias, root, rest, days, cosine_days)


def score(corpus: Corpus, parameters: Parameters) -> float:
    """BCubed F1 of the engine."""
    found = run(
        corpus.rows, background=known(corpus), lead_words=corpus.lead, parameters=parameters
    )
    return measure(found.values()).bcubed.f1


def corpora(names: Sequence[str], background: dict[str, Background]) -> list[Corpus]:
    """Every language of every corpus named, the labelled rows of it."""
    found = []
    for name in names:
        path, _, lead = name.partition(":")
        rows = [row for row in read(Path(path)) if row.story is not None]
        for language in sorted({row.language for row in rows}):
            own = [row for row in rows if row.language == language]
            title = f"{Path(path).name.partition('.')[0]} {language}"
            words_kept = int(lead) if lead else None
            found.append(Corpus(title, language, own, words_kept, background.get(language)))
    return found


def main() -> None:
    """Learn, cross-validate, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpora", nargs="+", metavar="CORPUS[:LEAD]")
    parser.add_argument("--background", type=Path)
    options = parser.parse_args()
    behind = backgrounds(read(options.background)) if options.background else {}
    given = corpora(options.corpora, behind)
    samples = [pairs(corpus) for corpus in given]
    print("learnt from all:", learn(samples))
    rest = range(len(given))
    learnt = [learn([samples[other] for other in rest if other != at] or samples) for at in rest]
    print(f"{'join':>5} {'power':>5}   " + "   ".join(corpus.name for corpus in given))
    for join, power in product(JOINS, POWERS):
        tried = [replace(DEFAULT, likeness=each, join=join, size_power=power) for each in learnt]
        scores = [score(corpus, each) for corpus, each in zip(given, tried, strict=True)]
        line = "   ".join(
            f"{value:>{len(corpus.name)}.3f}" for corpus, value in zip(given, scores, strict=True)
        )
        print(f"{join:>5} {power:>5}   {line}   mean {np.mean(scores):.4f}", flush=True)


if __name__ == "__main__":
    main()
