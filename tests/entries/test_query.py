"""What a reader's question is read as."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.entries import query
from articles.entries.query import Filter, Query, Word, read

TODAY = date(2026, 11, 20)

# Texts made of what questions are made of go deeper than any text.
pieces = st.sampled_from(
    ['"', "-", " ", ":", "or ", "OR", "source:", "Edition:", "-before:", "after:", "topic:",
     "2026-11-20", "2026-13", "7d", "ferry", "häfen", "ﬀ", "“", "\x00", "\ue000", "'", "\\", "ſ"]
)  # fmt: skip
questions = st.text() | st.lists(pieces, max_size=30).map("".join)


@given(questions)
def test_every_text_is_a_question_and_written_out_reads_as_the_same(text):
    # Written out it may be longer, by a blank before each quotation.
    asked = read(text[: query.LONGEST // 2])
    assert read(str(asked)) == replace(asked, misread=())
    assert len([word for group in asked.alternatives() for word in group]) == sum(
        not word.excluded for word in asked.words
    )


@given(st.text(max_size=12), st.dates(min_value=date(1900, 1, 1)))
def test_every_text_is_a_day_or_none(text, today):
    found = query.day(text, today)
    assert found is None or isinstance(found, date)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("harbour ferry", [Word("harbour"), Word("ferry")]),
        ('"harbour ferry"', [Word("harbour ferry", phrase=True)]),
        ("“harbour  ferry”", [Word("harbour ferry", phrase=True)]),
        ('"never closed', [Word("never closed", phrase=True)]),
        ("harbour -ferry", [Word("harbour"), Word("ferry", excluded=True)]),
        ('-"harbour ferry"', [Word("harbour ferry", phrase=True, excluded=True)]),
        ("ferry OR bridge", [Word("ferry"), Word("bridge", alternative=True)]),
        ('"or" ferry', [Word("or", phrase=True), Word("ferry")]),
        ("or ferry or", [Word("ferry")]),
        ("ferry or -bridge", [Word("ferry"), Word("bridge", excluded=True)]),
        ("-bridge or ferry", [Word("bridge", excluded=True), Word("ferry")]),
        ("vice-chancellor", [Word("vice-chancellor")]),
        ('- -- !!! "" ...', []),
        ("fer\x00ry \ue000", [Word("fer"), Word("ry")]),
        ("12:30 https://paper.example/a", [Word("12:30"), Word("https://paper.example/a")]),
    ],
)  # fmt: skip
def test_words(text, expected):
    assert list(read(text).words) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("source:lantern", [Filter("source", "lantern")]),
        ('Source:"The Lantern"', [Filter("source", "The Lantern")]),
        ("-source:lantern", [Filter("source", "lantern", excluded=True)]),
        ("source:a source:b source:a", [Filter("source", "a"), Filter("source", "b")]),
        ("edition:uk topic:sport", [Filter("edition", "uk"), Filter("topic", "sport")]),
        ("after:2026 before:today", [Filter("after", "2026"), Filter("before", "today")]),
        ("-after:2026", [Filter("before", "2026")]),
        ('source:""', []),
    ],
)  # fmt: skip
def test_operators(text, expected):
    asked = read(text)
    assert (list(asked.filters), asked.words) == (expected, ())


@pytest.mark.parametrize("text", ["colour:red", "source: a", '"source:a"', "resource:a"])
def test_what_is_no_operator_is_words(text):
    asked = read(text)
    assert asked.filters == ()
    assert asked.words


@pytest.mark.parametrize("value", ["32", "2026-13", "2026-02-30", "soon", "0000", "99999d", "٢٠٢٦"])
def test_a_date_that_is_none_is_set_apart(value):
    asked = read(f"ferry after:{value}")
    assert asked == Query((Word("ferry"),), (), (Filter("after", value),))
    assert str(asked) == "ferry"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026", date(2026, 1, 1)),
        ("2026-3", date(2026, 3, 1)),
        ("2026-11-20", date(2026, 11, 20)),
        ("today", TODAY),
        ("Yesterday", date(2026, 11, 19)),
        ("7d", date(2026, 11, 13)),
        ("seven", None),
    ],
)
def test_days(value, expected):
    assert query.day(value, TODAY) == expected


def test_words_of_which_one_is_enough_stand_together():
    words = read('a or b "c d" -e or f').alternatives()
    assert [[word.text for word in group] for group in words] == [["a", "b"], ["c d"], ["f"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", False), ("-ferry", False), ("-source:a", False), ("source:a", True), ("-a b", True)],
)
def test_a_question_says_what_to_find_or_only_what_to_leave_out(text, expected):
    assert read(text).names_something is expected


def test_a_filter_is_replaced_and_removed():
    asked = read("ferry source:a edition:uk")
    assert str(asked.only("edition", "ireland")) == "ferry source:a edition:ireland"
    assert str(asked.only("edition", "")) == "ferry source:a"
    assert str(asked.without(Filter("source", "a"))) == "ferry edition:uk"
    assert asked.values("source") == ("a",)
