"""What grouping costs: articles a second and memory, for windows of several sizes.

    python benchmarks/grouping.py CORPUS.jsonl[.gz] [--sizes 10000 30000 100000] [--lang en]

News is made from the corpus by telling it again and again with part of its words changed, all of
it within one window's days. For each size, in a process of its own: fill a window, then
group NEW more articles in batches of 50 and forget as many; then fill a second window with what
is known, as a worker does when it starts. Seconds are of this process alone (CPU time).
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from zlib import crc32

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from articles.clustering.evaluation import BATCH, documents_of, read
from articles.clustering.parameters import DAY, DEFAULT
from articles.clustering.types import Document, Known, Placement
from articles.clustering.window import Window

NEW = 2000
CHANGED = 0.4
"""Share of the words that a retelling changes: names and things differ, the language stays."""


def retold(documents: list[Document], articles: int) -> Iterator[Document]:
    """So many articles in the order of time, spread evenly over one window's days."""
    step = DEFAULT.window_days * DAY / articles
    for number in range(articles + NEW):
        version, at = divmod(number, len(documents))
        origin = documents[at]
        title = " ".join(varied(word, version) for word in origin.title.split())
        yield replace(origin, id=number, title=title, published=number * step)


def varied(word: str, version: int) -> str:
    """The word, or in some retellings another in its place: always the same one."""
    if version and crc32(word.encode()) % 1000 < 1000 * CHANGED and len(word) > 3:
        return f"{word}{'bcdfghjklmnpqrstvwxz'[version % 20]}{version // 20 or ''}"
    return word


def measure(documents: list[Document], language: str, size: int) -> str:
    """Fill, group, forget, fill again; one line of figures."""
    stream = list(retold(documents, size))
    before = memory()
    numbers = itertools.count(1)
    window = Window(language, new_story=lambda: next(numbers))
    places: dict[int, Placement] = {}

    def take(start: int, end: int) -> None:
        for at in range(start, end, BATCH):
            take_batch(stream[at : at + BATCH])

    def take_batch(batch: list[Document]) -> None:
        grouped = window.group(batch)
        places.update((place.article, place) for place in grouped.placements)
        window.forget((batch[-1].published or 0.0) - DEFAULT.window_days * DAY)

    filling = clocked(lambda: take(0, size))
    used = memory() - before
    grouping = clocked(lambda: take(size, size + NEW))
    known = [
        Known(document, places[document.id].story, places[document.id].copy_of)
        for document in stream[NEW:]
    ]
    again = Window(language, new_story=lambda: next(numbers))
    seeding = clocked(lambda: again.seed(known))
    return (
        f"{size:>8} {size / filling:>10.0f} {NEW / grouping:>10.0f} {used:>8.0f}"
        f" {seeding:>9.1f} {len({place.story for place in places.values()}):>8}"
    )


def clocked(work: Callable[[], object]) -> float:
    """CPU seconds that a piece of work takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def memory() -> float:
    """The most memory this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure every size in a fresh process."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 30_000, 100_000])
    parser.add_argument("--lang", default="en")
    options = parser.parse_args()
    rows = [row for row in read(options.corpus) if row.language == options.lang]
    documents = documents_of(rows, None)
    print(
        f"{'window':>8} {'filling/s':>10} {'new/s':>10} {'MB':>8} {'restart s':>9} {'stories':>8}"
    )
    for size in options.sizes:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            print(pool.apply(measure, (documents, options.lang, size)), flush=True)


if __name__ == "__main__":
    main()
