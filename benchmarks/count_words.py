"""Count the words of a corpus: makes the tables in articles/clustering/data.

    python benchmarks/count_words.py CORPUS.jsonl[.gz] [--lang en] [--at-least 5] [--to TABLE]

CORPUS has one JSON object a line with title, text and lang. The table holds, for each word stem
of at least so many texts, in how many texts it occurs. Also printed: the usual share of texts with
a word of each length, which stands in for a table where a language has none.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from articles.clustering.background import Background
from articles.clustering.evaluation import read
from articles.clustering.text import stemmer, words


def usual_rates(language: str, texts: list[str], counted: Background) -> dict[int, float]:
    """Geometric mean of the rates of the words in texts, by length of the word (12: and more)."""
    stem = stemmer(language)
    logs: dict[int, list[float]] = defaultdict(list)
    for text in texts:
        for word in words(text):
            if not word[0].isdigit():
                rate = counted.counts[stem(word)] / counted.documents
                logs[min(len(word), 12)].append(math.log(rate))
    return {length: math.exp(sum(given) / len(given)) for length, given in sorted(logs.items())}


def main() -> None:
    """Count, print, and write the table where it is wanted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--lang", default="en")
    parser.add_argument("--at-least", type=int, default=5)
    parser.add_argument("--to", type=Path)
    options = parser.parse_args()
    rows = [row for row in read(options.corpus) if row.language == options.lang]
    texts = [f"{row.title}\n{row.text}" for row in rows]
    counted = Background.from_texts(options.lang, texts)
    table = counted.common(options.at_least)
    print(f"{counted.documents} texts, {len(counted.counts)} words, {len(table.counts)} kept")
    for length, rate in usual_rates(options.lang, texts, counted).items():
        print(f"{length:>3} letters {rate:.5f}")
    if options.to:
        content = json.dumps(
            {"documents": table.documents, "counts": table.counts}, ensure_ascii=False
        )
        options.to.write_bytes(gzip.compress(content.encode(), mtime=0))


if __name__ == "__main__":
    main()
