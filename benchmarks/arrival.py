"""How far the stories depend on the order in which articles arrive, and on restarts.

    python benchmarks/arrival.py CORPUS[:LEAD] ... [--seeds 5]

Every language of every corpus is grouped in one window, in batches as they come to a worker that
keeps up: in the order of time, in random orders, and in the order of time with the window filled
anew before every batch, as after a crash. Printed is the BCubed F1 of each against the labels, and
of the latter two against the first. Articles with no label are left out.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from articles.clustering.evaluation import BATCH, Corpus, labelled
from articles.clustering.scores import bcubed
from articles.clustering.types import Document, Known, Placement
from articles.clustering.window import Window

Stories = dict[int, int]


def grouped(documents: Sequence[Document], language: str, *, restarts: bool = False) -> Stories:
    """The story of each document, after all have arrived in the order given."""
    new_story = count(1).__next__
    window = Window(language, new_story=new_story)
    places: dict[int, Placement] = {}
    for start in range(0, len(documents), BATCH):
        if restarts:
            window = Window(language, new_story=new_story)
            window.seed(
                Known(each, places[each.id].story, places[each.id].copy_of)
                for each in documents[:start]
            )
        found = window.group(documents[start : start + BATCH])
        places.update((place.article, place) for place in found.placements)
    return {article: place.story for article, place in places.items()}


def f1(gold: dict[int, str] | Stories, found: Stories) -> float:
    """BCubed F1 of one partition against another."""
    articles = sorted(gold)
    return bcubed([gold[each] for each in articles], [found[each] for each in articles]).f1


def line(corpus: Corpus, seeds: int) -> str:
    """Measure one corpus."""
    documents = corpus.documents
    gold = {each.id: str(corpus.rows[each.id].story) for each in documents}
    orderly = grouped(documents, corpus.language)
    restarted = grouped(documents, corpus.language, restarts=True)
    mixed = []
    for seed in range(seeds):
        shuffled = list(documents)
        random.Random(seed).shuffle(shuffled)
        mixed.append(grouped(shuffled, corpus.language))
    return (
        f"| {corpus.name} | {f1(gold, orderly):.3f}"
        f" | {mean(f1(gold, each) for each in mixed):.3f}"
        f" | {mean(f1(orderly, each) for each in mixed):.3f}"
        f" | {f1(gold, restarted):.3f} | {f1(orderly, restarted):.3f} |"
    )


def main() -> None:
    """Measure every corpus, print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpora", nargs="+", metavar="CORPUS[:LEAD]")
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    print("| corpus | in order | shuffled | … against in order | restarts | … against in order |")
    print("|---|---|---|---|---|---|")
    for corpus in labelled(options.corpora):
        print(line(corpus, options.seeds), flush=True)


if __name__ == "__main__":
    main()
