"""The rules of other readers, as `benchmarks/compare_rules.py` has them."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from articles.clustering.background import Background
from articles.clustering.evaluation import Corpus, Row
from articles.clustering.types import Document
from tests.clustering.news import BRIDGE, LONELY, VOLCANO, article

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "compare_rules.py"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


def grouped(script: dict[str, Any], rule: str, documents: list[Document]) -> set[frozenset[int]]:
    """What a rule makes of documents, as sets of their places."""
    texts = script["texts_of"](documents, "en", Background.shipped("en"))
    groups: dict[int, set[int]] = {}
    for at, group in enumerate(script[rule](texts)):
        groups.setdefault(group, set()).add(at)
    return {frozenset(each) for each in groups.values()}


def told(*titles: str, source: int | None = None) -> list[Document]:
    return [article(at, title, source=source) for at, title in enumerate(titles)]


def together(*groups: set[int]) -> set[frozenset[int]]:
    return {frozenset(group) for group in groups}


def test_average_linkage_finds_the_reports_of_one_event(script):
    found = grouped(script, "average_linkage", told(*BRIDGE, *VOLCANO, LONELY))
    assert found == together({0, 1, 2, 3}, {4, 5, 6}, {7})


def test_a_single_pass_joins_what_is_near_the_centroid(script):
    near = told(BRIDGE[0], VOLCANO[0], f"{BRIDGE[0]} today", LONELY, f"{VOLCANO[0]} today")
    assert grouped(script, "single_pass", near) == together({0, 2}, {1, 4}, {3})


def test_alone_leaves_everything_alone(script):
    assert grouped(script, "alone", told(BRIDGE[0], BRIDGE[0])) == together({0}, {1})


def test_word_overlap_chains_titles_of_different_feeds(script):
    one = "Minister Arlen resigns over Corrie dam contracts"
    two = "Arlen resigns over Corrie dam: deputy Oswin takes office"
    three = "Deputy Oswin takes office, promises inquiry into dam"
    assert grouped(script, "word_overlap", told(one, two, three)) == together({0, 1, 2})
    assert grouped(script, "word_overlap", told(one, three)) == together({0}, {1})
    assert len(grouped(script, "word_overlap", told(one, two, three, source=1))) == 3


def test_word_overlap_holds_ten_at_most(script):
    found = grouped(script, "word_overlap", told(*[BRIDGE[0]] * 13))
    assert sorted(map(len, found)) == [3, 10]


def test_jaccard_joins_at_half_of_the_words(script):
    half = told("Kessa volcano erupts", "Kessa volcano sleeps", "Kessa museum opens")
    assert grouped(script, "jaccard", half) == together({0, 1}, {2})


def test_the_nearest_neighbour_must_be_very_near(script):
    near = told(BRIDGE[0], f"{BRIDGE[0]} today", BRIDGE[3], *VOLCANO)
    assert together({0, 1}, {2}) <= grouped(script, "nearest_neighbour", near)


def test_the_table_has_a_line_for_each_rule_and_ratios_to_ours(script):
    rows = [
        Row(title, "", f"Outlet {at}", 3600.0 * at, "en", story)
        for at, (title, story) in enumerate(
            [*((each, "bridge") for each in BRIDGE), *((each, "volcano") for each in VOLCANO)]
        )
    ]
    corpus = Corpus("invented en", "en", rows, lead_words=None)
    lines = script["table"]({corpus.name: script["scores"](corpus, {})}).splitlines()
    assert len(lines) == len(script["RULES"]) + 3
    assert lines[2] == "| every article alone | 0.444 (0.44) |"
    assert lines[-1] == "| **ours** | 1.000 (1.00) |"
