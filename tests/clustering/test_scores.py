"""Scores on groupings small enough to work out by hand."""

from __future__ import annotations

import pytest

from articles.clustering.scores import Score, bcubed, companions_found, pairwise


def test_the_gold_standard_itself_scores_one():
    gold = ["a", "a", "b"]
    assert bcubed(gold, [7, 7, 8]).f1 == pytest.approx(1.0)
    assert pairwise(gold, [7, 7, 8]).f1 == pytest.approx(1.0)


def test_bcubed_of_everything_alone_has_full_precision():
    score = bcubed(["a", "a", "a", "b"], [1, 2, 3, 4])
    assert score.precision == pytest.approx(1.0)
    assert score.recall == pytest.approx((3 * 1 / 3 + 1) / 4)


def test_bcubed_of_one_heap_has_full_recall():
    score = bcubed(["a", "a", "a", "b"], [1, 1, 1, 1])
    assert score.precision == pytest.approx((3 * 3 / 4 + 1 / 4) / 4)
    assert score.recall == pytest.approx(1.0)


def test_pairwise_counts_pairs():
    assert pairwise(["a", "a", "a", "b"], [1, 1, 2, 2]) == Score(1 / 2, 1 / 3)


def test_no_overlap_at_all_scores_zero_not_an_error():
    assert Score(0.0, 0.0).f1 == 0.0


def test_a_copy_of_a_companion_counts_as_the_companion():
    gold = {1: "a", 2: "a", 3: "a"}
    original = {1: 1, 2: 2, 3: 2}
    assert companions_found(gold, original, {1: [3], 2: [1], 3: []}) == pytest.approx(2 / 3)


def test_articles_without_companions_are_not_asked_about():
    assert companions_found({1: "a", 2: "b"}, {1: 1, 2: 2}, {}) is None
