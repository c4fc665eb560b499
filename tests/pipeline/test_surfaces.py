"""Stems back into words as they were written, and the names among them."""

from __future__ import annotations

import pytest

from articles.clustering.text import stemmer, words
from articles.pipeline.surfaces import forms, names


def test_a_stem_is_shown_as_it_is_written():
    found = forms("en", ["Engineers of the U.S. Navy inspected Lee's bridges in Łódź"])
    shown = set(found.values())
    assert {"Engineers", "U.S.", "Lee", "Navy", "inspected", "bridges", "Łódź"} <= shown


def test_a_word_that_begins_one_sentence_and_stands_in_another_has_no_capital():
    (form,) = {
        form
        for form in forms("en", ["Divers found cracks", "The divers left"]).values()
        if form.lower() == "divers"
    }
    assert form == "divers"


def test_of_several_forms_the_first_is_shown():
    assert set(forms("en", ["bridge", "two bridges"]).values()) == {"bridge", "two"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "L’Élysée répond à l'accord d'Orsay"),
        ("ja", "東京で地震、けが人なし"),
        ("ru", "Мост закрыт после осмотра"),
        ("xx", "A–B/C «d» e.g. 3.5 % — x"),
        ("tr", "İstanbul'da deprem"),
    ],
)
def test_every_stem_that_grouping_knows_has_a_form(language, text):
    stem = stemmer(language)
    found = forms(language, [text])
    assert set(found) == {stem(word) for word in words(text)}
    assert all(found.values())


def test_names_have_a_capital_wherever_there_is_a_choice():
    found = names("en", ["Divers warn of Corrie dam", "The Corrie dam may crack. Villages know."])
    assert found == {"corri"}


def test_an_abbreviation_is_a_name_even_at_the_beginning():
    assert "nato" in names("en", ["NATO moves its fleet"])


def test_a_title_all_in_capitals_tells_no_names():
    assert names("en", ["Divers Warn of Corrie Dam"]) == frozenset()


def test_capitals_tell_no_names_where_every_noun_has_one():
    assert names("de", ["Die Brücke in Birkenried bleibt gesperrt"]) == frozenset()


def test_a_script_without_capitals_tells_no_names():
    assert names("ja", ["東京で地震、けが人なし"]) == frozenset()
