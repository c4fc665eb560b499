"""The invented archive of `benchmarks/pages.py`, and how its answers are read."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
ARCHIVE: dict[str, Any] = runpy.run_path(str(BENCHMARKS / "pages_site" / "archive.py"))
SIZE = 2_000
LANGUAGES = np.array([0, 0, 0, 1, 1, 2])


@pytest.fixture(scope="module")
def plan() -> Any:
    return ARCHIVE["plan"](SIZE, LANGUAGES, np.random.default_rng(1))


def test_every_article_has_a_story_and_stories_are_of_many_sizes(plan):
    sizes = np.bincount(plan.story, minlength=plan.stories)
    assert sizes.sum() == SIZE
    assert plan.stories == SIZE // ARCHIVE["ARTICLES_A_STORY"]
    assert sizes.min() == 1
    assert sizes.max() > 4 * ARCHIVE["ARTICLES_A_STORY"]


def test_a_story_is_told_in_one_language(plan):
    spoken = LANGUAGES[plan.source]
    for story in range(plan.stories):
        assert len(set(spoken[plan.story == story])) == 1


def test_articles_come_in_order_of_time(plan):
    assert (np.diff(plan.times) <= 0).all()
    assert plan.times[-1] == 0


def test_a_copy_is_of_an_earlier_article_of_its_story_by_another_source(plan):
    copies = np.flatnonzero(plan.original >= 0)
    originals = plan.original[copies]
    assert 0 < len(copies) < SIZE / 4
    assert (originals < copies).all()
    assert (plan.story[originals] == plan.story[copies]).all()
    assert (plan.source[originals] != plan.source[copies]).all()
    assert (plan.original[originals] < 0).all()


def test_words_are_many_and_each_is_there_once():
    words = ARCHIVE["vocabulary"]()
    assert len(set(words)) == ARCHIVE["VOCABULARY"]


def test_common_words_are_written_more_often_than_rare_ones():
    words, drawn = ARCHIVE["vocabulary"](), ARCHIVE["_Words"](20)
    text = " ".join(drawn.next().lower() for _ in range(500)).split()
    assert text.count(words[0]) > text.count(words[50]) > 0
