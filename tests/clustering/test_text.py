"""Words, in the scripts that news is written in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.clustering.text import stemmer, words


def test_words_lose_case_points_and_possessive_endings():
    assert words("The U.S. and Iran's ceasefire") == ["the", "us", "and", "iran", "ceasefire"]


def test_typographic_apostrophes_are_apostrophes():
    assert words("Iran’s navy") == words("Iran's navy")


@pytest.mark.parametrize("compound", ["U.S.-Israeli", "U.S.\u2011Israeli"])
def test_compounds_are_read_in_parts(compound):
    assert words(f"{compound} pact") == ["us", "israeli", "pact"]


def test_numbers_stay_whole():
    assert words("Oil at $1,200.50, up 3%") == ["oil", "at", "1,200.50", "up", "3"]


def test_an_elided_article_goes_and_the_word_stays():
    assert words("l'Élysée et l’opposition") == ["élysée", "et", "opposition"]


def test_short_contractions_stay_one_word():
    assert words("Don't panic") == ["dont", "panic"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("東京五輪", ["東京", "京五", "五輪"]),
        ("雨", ["雨"]),
        ("東京で7人", ["東京", "京で", "7", "人"]),
        ("กรุง", ["กร", "รุ", "ุง"]),
    ],
)
def test_scripts_without_spaces_give_pairs_of_characters(text, expected):
    assert words(text) == expected


def test_marks_belong_to_their_letters():
    assert words("हिन्दी समाचार") == ["हिन्दी", "समाचार"]


@pytest.mark.parametrize("language", ["en", "en-GB", "EN"])
def test_stemming_goes_by_the_language_without_its_region(language):
    assert stemmer(language)("elections") == stemmer("en")("election")


def test_a_language_without_a_stemmer_keeps_its_words():
    assert stemmer("xx")("elections") == "elections"


@given(st.text())
def test_any_text_gives_words_that_are_not_empty_and_in_lower_case(text):
    for word in words(text):
        assert word
        assert word == word.lower()
