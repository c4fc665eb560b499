"""What is known of words before the window knows them."""

from __future__ import annotations

from articles.clustering.background import Background


def test_a_word_is_counted_once_for_each_text_it_is_in():
    counted = Background.from_texts("en", ["A bridge, two bridges", "the bridge", "a ferry"])
    assert counted.documents == 3
    assert counted.counts["bridg"] == 2


def test_without_counts_short_words_are_taken_to_be_common():
    nothing = Background()
    assert nothing.rate("of") > nothing.rate("house") > nothing.rate("parliamentarian") > 0


def test_many_texts_overrule_what_lies_behind_them_and_few_do_not():
    behind = Background(1_000_000, {"bridge": 1_000})
    few = Background(2, {"bridge": 2}, behind)
    many = Background(1_000_000, {"bridge": 500_000}, behind)
    assert 0.001 < few.rate("bridge") < 0.01
    assert 0.4 < many.rate("bridge") < 0.5


def test_english_has_a_table_and_an_unknown_language_an_empty_one():
    english = Background.shipped("en")
    assert english.rate("the") > 0.1 > english.rate("volcano") > 0
    assert Background.shipped("xx") == Background()


def test_rare_words_can_be_left_out():
    counted = Background.from_texts("en", ["bridge", "bridge", "ferry"])
    assert counted.common(2) == Background(3, {"bridg": 2})
