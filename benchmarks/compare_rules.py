"""Other readers' rules of grouping beside ours, on the same corpora, by the same score.

    python benchmarks/compare_rules.py CORPUS[:LEAD] ... [--background CORPUS]

Every corpus is a file as for `manage.py evaluate_stories`, cut to LEAD words of text if given, and
every language of it is a column. Printed is a Markdown table of BCubed F1, and in brackets its
ratio to ours. The rules are written anew from what their products say and show of them; all read
words as we do (`articles/clustering/text.py`), so that it is the rules that are compared.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from articles.clustering.background import Background
from articles.clustering.evaluation import Corpus, backgrounds, labelled, measure, read, run
from articles.clustering.linkage import agglomerate
from articles.clustering.scores import bcubed
from articles.clustering.text import stemmer, words
from articles.clustering.types import Document

STOP_RATE = 0.02
"""Words in a larger share of texts stand for the lists of stop words that the products have."""

Groups = list[int]
"""The group of each document, by its place; a group is named by the place of a member."""
Vector = dict[str, float]


@dataclass(frozen=True)
class Texts:
    """Articles of one language in the order of time, read as the rules need them."""

    titles: list[set[str]]
    """Stems of the words of each title that are no stop words."""
    terms: list[list[str]]
    """Stems of title and lead, in order, with repetitions."""
    sources: list[int]


def texts_of(documents: Sequence[Document], language: str, background: Background) -> Texts:
    """Read documents."""
    stem = stemmer(language)

    def telling(title: str) -> set[str]:
        return {each for each in map(stem, words(title)) if background.rate(each) <= STOP_RATE}

    return Texts(
        [telling(each.title) for each in documents],
        [[stem(word) for word in words(f"{each.title}\n{each.lead}")] for each in documents],
        [each.source for each in documents],
    )


# -- the rules


def alone(texts: Texts) -> Groups:
    """Every article is a story of its own."""
    return list(range(len(texts.titles)))


def word_overlap(texts: Texts) -> Groups:
    """NewsBlur: titles of different feeds that share words, single link, ten articles at most.

    Titles have at least 5 words and share at least 3, which are .6 of the shorter one's.
    """
    groups = alone(texts)
    members = {at: [at] for at in groups}
    for at in groups[:]:
        for other in range(at):
            one, two = groups[at], groups[other]
            if one != two and len(members[one] + members[two]) <= 10 and _overlap(texts, at, other):
                for moved in members[one]:
                    groups[moved] = two
                members[two] += members.pop(one)
    return groups


def _overlap(texts: Texts, at: int, other: int) -> bool:
    title, its_title = texts.titles[at], texts.titles[other]
    shorter = min(len(title), len(its_title))
    return (
        shorter >= 5
        and len(title & its_title) >= max(3, 0.6 * shorter)
        and texts.sources[at] != texts.sources[other]
    )


def jaccard(texts: Texts) -> Groups:
    """worldmonitor: a title joins the first group whose first title it resembles by .5."""
    leaders: list[int] = []
    groups: Groups = []
    for at, title in enumerate(texts.titles):
        likest = (
            leader
            for leader in leaders
            if len(title & texts.titles[leader]) >= 0.5 * len(title | texts.titles[leader])
        )
        group = next(likest, at)
        if group == at:
            leaders.append(at)
        groups.append(group)
    return groups


def nearest_neighbour(texts: Texts) -> Groups:
    """JARR: an article joins the nearest earlier one by TF-IDF, if their cosine is over .75."""
    groups: Groups = []
    for at, near in enumerate(cosines(tf_idf(texts.terms))):
        value, other = max(((value, -other) for other, value in near.items()), default=(0.0, 0))
        groups.append(groups[-other] if value > 0.75 else at)
    return groups


def single_pass(texts: Texts) -> Groups:
    """An article joins the group of the nearest centroid of words and bigrams, of cosine >= .2."""
    vectors = tf_idf([[*terms, *map(" ".join, pairwise(terms))] for terms in texts.terms])
    centroids: list[Vector] = []
    holders: dict[str, set[int]] = defaultdict(set)
    groups: Groups = []
    for vector in vectors:
        near = sorted({group for term in vector for group in holders[term]})
        value, best = max(
            ((cosine(vector, centroids[group]), -group) for group in near), default=(0, 0)
        )
        group = -best if value >= 0.2 else len(centroids)
        if group == len(centroids):
            centroids.append({})
        for term, weight in vector.items():
            centroids[group][term] = centroids[group].get(term, 0.0) + weight
            holders[term].add(group)
        groups.append(group)
    return groups


def average_linkage(texts: Texts) -> Groups:
    """All articles at once, by average linkage of their TF-IDF cosines of at least .2."""
    likeness: dict[int, dict[int, float]] = {at: {} for at in range(len(texts.terms))}
    for at, near in enumerate(cosines(tf_idf(texts.terms))):
        for other, value in near.items():
            likeness[at][other] = likeness[other][at] = value
    groups = alone(texts)
    for members in agglomerate(likeness, likeness, 0.2, 1.0):
        for member in members:
            groups[member] = members[0]
    return groups


RULES: dict[str, Callable[[Texts], Groups]] = {
    "every article alone": alone,
    "word overlap ≥ .6, single link, at most 10 (NewsBlur)": word_overlap,
    "Jaccard of words ≥ .5 (worldmonitor)": jaccard,
    "nearest neighbour by TF-IDF > .75 (JARR)": nearest_neighbour,
    "single pass, TF-IDF of words and bigrams, centroid ≥ .2": single_pass,
    "average linkage of TF-IDF ≥ .2, all at once": average_linkage,
}


# -- vectors


def tf_idf(texts: Sequence[Sequence[str]]) -> list[Vector]:
    """Vectors of length 1, weighted by how many of the texts have a term."""
    holding = Counter(term for text in texts for term in set(text))
    vectors = []
    for text in texts:
        counts = Counter(text)
        weights = {
            term: count * math.log(1 + len(texts) / holding[term]) for term, count in counts.items()
        }
        length = math.hypot(*weights.values()) or 1.0
        vectors.append({term: weight / length for term, weight in weights.items()})
    return vectors


def cosine(vector: Vector, other: Vector) -> float:
    """Cosine of a vector of length 1 and one of any length."""
    dot = sum(weight * other.get(term, 0.0) for term, weight in vector.items())
    return dot / (math.hypot(*other.values()) or 1.0)


def cosines(vectors: Iterable[Vector]) -> Iterator[dict[int, float]]:
    """For each vector of length 1 its cosine with every earlier one it shares a term with."""
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, vector in enumerate(vectors):
        near: dict[int, float] = defaultdict(float)
        for term, weight in vector.items():
            for other, its_weight in postings[term]:
                near[other] += weight * its_weight
            postings[term].append((at, weight))
        yield near


# -- scoring


def scores(corpus: Corpus, known: dict[str, Background]) -> list[float]:
    """BCubed F1 of every rule, ours last; `known` is the background of each language."""
    documents, language = corpus.documents, corpus.language
    texts = texts_of(documents, language, Background.prior(language, known.get(language)))
    gold = [corpus.rows[document.id].story for document in documents]
    found = [bcubed(gold, rule(texts)).f1 for rule in RULES.values()]
    ours = run(corpus.rows, background=known, lead_words=corpus.lead_words)
    return [*found, measure(ours.values()).bcubed.f1]


def table(columns: dict[str, list[float]]) -> str:
    """Markdown: a line for each rule, a column for each corpus."""
    lines = [f"| rule | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for at, name in enumerate([*RULES, "**ours**"]):
        cells = [f"{given[at]:.3f} ({given[at] / given[-1]:.2f})" for given in columns.values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Score every corpus, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpora", nargs="+", metavar="CORPUS[:LEAD]")
    parser.add_argument("--background", type=Path)
    options = parser.parse_args()
    known = backgrounds(read(options.background)) if options.background else {}
    columns = {corpus.name: scores(corpus, known) for corpus in labelled(options.corpora)}
    print(table(columns))


if __name__ == "__main__":
    main()
