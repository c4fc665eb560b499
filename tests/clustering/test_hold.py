"""What people decided holds in a window, whatever else arrives."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.clustering.bonds import Bonds, Decision
from articles.clustering.parameters import DAY
from articles.clustering.types import Document, Known
from articles.clustering.window import Window
from tests.clustering.news import (
    BRIDGE,
    CUP,
    LONELY,
    NOON,
    VOLCANO,
    Reader,
    article,
    edition,
    window,
)

WORDS = ("bridge", "harbour", "crack", "cable", "volcano", "kessa", "village", "erupts", "cup")
NUMBERS = st.integers(1, 24)

titles = st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join)
rows = st.tuples(titles, st.integers(1, 4), st.integers(0, 40).map(lambda step: step / 4))
documents = st.lists(rows, min_size=2, max_size=24).map(
    lambda found: [
        Document(number, title, "", source, NOON + days * DAY)
        for number, (title, source, days) in enumerate(found, start=1)
    ]
)
decisions = st.lists(
    st.builds(
        Decision,
        st.lists(st.lists(NUMBERS, min_size=2, max_size=5, unique=True).map(tuple), max_size=2).map(
            tuple
        ),
        st.lists(st.tuples(NUMBERS, NUMBERS), max_size=3).map(tuple),
    ),
    max_size=5,
)


def story_of(reader: Reader, number: int) -> int:
    return reader.places[number].story


def assert_obeyed(reader: Reader, bonds: Bonds) -> None:
    for one, other in combinations(sorted(reader.places), 2):
        first, second = bonds.bond(one), bonds.bond(other)
        if first is None or second is None:
            continue
        if first == second:
            assert story_of(reader, one) == story_of(reader, other)
        elif first in bonds.rivals(second):
            assert story_of(reader, one) != story_of(reader, other)


def held(*found: Decision) -> tuple[Window, Reader]:
    into = window()
    into.hold(found)
    return into, Reader()


@settings(max_examples=150, deadline=None)
@given(documents, decisions, st.integers(1, 9), st.data())
def test_no_decision_is_ever_broken(found, decided, batch, data):
    into, reader = held(*decided)
    bonds = Bonds(decided)
    for start in range(0, len(found), batch):
        reader.take(into.group(found[start : start + batch]))
        assert_obeyed(reader, bonds)

    edited = data.draw(st.lists(st.sampled_from(found), unique=True, max_size=6))
    reader.take(into.group([replace(each, title=data.draw(titles)) for each in edited]))
    assert_obeyed(reader, bonds)

    before = NOON + data.draw(st.integers(0, 10)) * DAY
    into.forget(before)
    late = [replace(each, id=each.id + 100, source=9) for each in found]
    gone = {each.id for each in found if (each.published or 0) < before}
    reader.places = {key: place for key, place in reader.places.items() if key not in gone}
    reader.take(into.group(late))
    assert_obeyed(reader, bonds)


@settings(max_examples=100, deadline=None)
@given(decisions, st.lists(NUMBERS, min_size=2, max_size=6, unique=True), st.integers(1, 5))
def test_the_newest_decision_is_obeyed_whole(older, articles, cut):
    one, other = tuple(articles[:cut]), tuple(articles[cut:])
    newest = Decision((one, other), ((one[0], other[0]),) if other else ())
    bonds = Bonds([newest, *older])
    assert len({bonds.bond(each) for each in one}) == 1
    assert len({bonds.bond(each) for each in other}) == (1 if other else 0)
    for each in other:
        first, second = bonds.bond(one[0]), bonds.bond(each)
        assert first is not None
        assert second in bonds.rivals(first)


def test_of_an_older_decision_what_does_not_contradict_goes_on():
    bonds = Bonds([Decision(apart=((1, 2), (1, 3))), Decision(together=((1, 2, 3),))])
    assert bonds.bond(2) == bonds.bond(3) != bonds.bond(1)


def test_articles_that_share_no_word_are_held_together():
    into, reader = held(Decision(together=((1, 2),)))
    reader.take(into.group([article(1, BRIDGE[0]), article(2, LONELY)]))
    assert reader.stories() == {frozenset({1, 2})}


def test_reports_of_one_event_are_held_apart_and_newcomers_choose():
    into, reader = held(Decision(apart=((1, 2),)))
    reader.take(into.group([article(at, title) for at, title in enumerate(BRIDGE, start=1)]))
    assert len(reader.stories()) == 2
    assert story_of(reader, 1) != story_of(reader, 2)


def test_near_duplicates_that_are_held_apart_do_not_become_copies():
    into, reader = held(Decision(apart=((1, 2),)))
    reader.take(into.group([article(number, BRIDGE[0]) for number in (1, 2)]))
    assert reader.copies() == {}
    assert len(reader.stories()) == 2


def test_an_article_that_becomes_a_copy_takes_its_original_along():
    into, reader = held(Decision(together=((2, 3),)))
    reader.take(into.group([article(2, BRIDGE[0]), article(3, CUP[0])]))
    reader.take(into.group([article(1, BRIDGE[0], at=NOON - 60)]))
    assert reader.copies() == {2: 1}
    assert reader.stories() == {frozenset({1, 2, 3})}


def test_an_article_that_comes_back_edited_stays_where_it_is_held():
    into, reader = held(Decision(together=((1, 2),), apart=((1, 3),)))
    reader.take(into.group([article(1, BRIDGE[0]), article(2, BRIDGE[1]), article(3, CUP[0])]))
    reader.take(into.group([article(1, CUP[1])]))
    assert reader.stories() == {frozenset({1, 2}), frozenset({3})}


def test_a_split_lasts_while_hundreds_of_related_articles_arrive():
    into, reader = held(Decision(((1, 2), (3, 4)), ((1, 3),)))
    reader.take(into.group([article(at, title) for at, title in enumerate(BRIDGE, start=1)]))
    for start in range(100, 500, 50):
        more = [
            article(number, f"{BRIDGE[number % 4]} {number % 7}", at=NOON + number)
            for number in range(start, start + 50)
        ]
        reader.take(into.group(more))
    assert story_of(reader, 1) == story_of(reader, 2) != story_of(reader, 3) == story_of(reader, 4)


def test_a_window_that_is_filled_again_holds_too():
    into, reader = held(Decision(apart=((1, 4),)))
    known = [Known(each, 7 if each.id == 1 else 8) for each in edition() if each.id in (1, 4)]
    into.seed(known)
    reader.take(into.group([each for each in edition() if each.id not in (1, 4)]))
    assert story_of(reader, 7) in {7, 8}
    reader.take(into.group([article(1, VOLCANO[0]), article(4, BRIDGE[1])]))
    assert story_of(reader, 1) != story_of(reader, 4)


def test_decisions_come_before_articles():
    into = window()
    into.group([article(1, BRIDGE[0])])
    with pytest.raises(ValueError, match="before"):
        into.hold([])
