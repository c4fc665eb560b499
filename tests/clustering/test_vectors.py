"""Sentence vectors in a window: whitening, absence, and what they change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from articles.clustering.embedding import embedded
from articles.clustering.parameters import DEFAULT
from articles.clustering.types import Known, Vector
from articles.clustering.vectors import Vectors
from tests.clustering.news import BRIDGE, CUP, HOUR, NOON, VOLCANO, article, edition, window
from tests.clustering.semantic import WordEncoder

REWORDED = [
    "Bridge closes after engineers find crack in cable",
    "Span shut: inspectors see flaw in cable",
]


def unit(rows: NDArray[np.float64]) -> Vector:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float16)


def holding(rows: Vector) -> Vectors:
    vectors = Vectors(DEFAULT)
    for slot, row in enumerate(rows):
        vectors.put(slot, row)
    vectors.weigh(range(len(rows)))
    return vectors


def cosines(vectors: Vectors, *pairs: tuple[int, int]) -> Any:
    left, right = np.array(pairs, np.int64).T
    return vectors.cosine(left, right)


def test_without_any_vector_there_is_no_cosine():
    vectors = Vectors(DEFAULT)
    vectors.weigh([0, 1])
    vectors.drop([0, 5])

    assert cosines(vectors, (0, 1)) is None


def test_a_pair_of_which_one_has_no_vector_has_no_cosine():
    vectors = Vectors(DEFAULT)
    for slot, row in zip((0, 2), unit(np.eye(2, 8)), strict=True):
        vectors.put(slot, row)
    vectors.weigh([0, 1, 2])

    assert np.isnan(cosines(vectors, (0, 1), (1, 2), (0, 2), (0, 99))).tolist() == [
        True,
        True,
        False,
        True,
    ]


def test_what_all_articles_have_in_common_makes_no_two_alike():
    random = np.random.default_rng(1)
    rows = unit(random.normal(size=(4000, 16)) + 8 * random.normal(size=16))

    plain = np.einsum("ij,ij->i", rows[1:].astype(np.float32), rows[:-1].astype(np.float32))
    found = cosines(holding(rows), *((at, at + 1) for at in range(3999)))

    assert plain.mean() > 0.9
    assert abs(float(found.mean())) < 0.1


def test_being_alike_in_what_divides_all_articles_counts_less():
    random = np.random.default_rng(2)
    rows = unit(random.normal(size=(2000, 8)) * [4, *[1] * 7])
    alike_there = unit(np.array([[4, 2, 0, 0, 0, 0, 0, 0], [4, 0, 2, 0, 0, 0, 0, 0]]))

    found = cosines(holding(np.concatenate((rows, alike_there))), (2000, 2001))

    assert float(alike_there[0] @ alike_there[1]) > 0.75
    assert found[0] < 0.6


def test_a_slot_that_is_used_again_has_the_new_vector():
    rows = unit(np.random.default_rng(3).normal(size=(50, 8)))
    vectors = holding(rows)
    vectors.drop([7])
    assert np.isnan(cosines(vectors, (7, 8)))[0]

    vectors.put(7, rows[8])
    vectors.weigh([7])

    assert cosines(vectors, (7, 8))[0] == pytest.approx(1, abs=0.01)


def test_reports_that_mean_the_same_are_one_story_though_they_share_few_words():
    titles = [*REWORDED, *VOLCANO, *CUP]
    documents = [article(at, title, at=NOON + at * HOUR) for at, title in enumerate(titles)]

    by_words = {each.article: each.story for each in window().group(documents).placements}
    told = window().group(embedded(documents, WordEncoder())).placements
    by_meaning = {each.article: each.story for each in told}

    assert by_words[0] != by_words[1]
    assert by_meaning[0] == by_meaning[1]
    assert len(set(by_meaning.values())) == 3


def test_similar_news_goes_by_meaning_too():
    titles = [*REWORDED, *VOLCANO, *CUP, "Undersea cable landed", "Cable cars run again"]
    documents = [article(at, title, at=NOON) for at, title in enumerate(titles)]

    similar = window().group(embedded(documents, WordEncoder())).similar

    assert similar[1][0].article == 0
    assert similar[1][0].score > window().group(documents).similar[1][0].score


def test_a_window_that_was_filled_again_compares_vectors_too():
    titles = [*VOLCANO, *CUP, REWORDED[0]]
    documents = [article(at, title, at=NOON + at * HOUR) for at, title in enumerate(titles)]
    known, late = embedded(documents, WordEncoder()), article(99, REWORDED[1], at=NOON)
    stories = {each.article: each.story for each in window().group(known).placements}

    again = window()
    again.seed(Known(each, stories[each.id]) for each in known)
    placement = again.group(embedded([late], WordEncoder())).placements[0]

    assert placement.story == stories[documents[-1].id]


def test_articles_with_and_without_vectors_are_grouped_together():
    documents = edition()
    mixed = [embedded([each], WordEncoder())[0] if each.id % 2 else each for each in documents]

    places = {each.article: each.story for each in window().group(mixed).placements}

    assert len({places[each.id] for each in documents if each.title in BRIDGE}) == 1
