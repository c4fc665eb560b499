"""Which story stands where on a front page."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from articles.ranking.arrangement import (
    BIG_INDEPENDENT,
    BIG_PLACES,
    DEVELOPING,
    GAINED,
    MISSED,
    REACH,
    SECTION,
    TOP,
    Candidate,
    Missed,
    Slot,
    arrange,
    lead_first,
    missed,
)

WORLD, SPORT = 1, 2
UK, US, IE, DE = 1, 2, 3, 4
LANGUAGES = {UK: "en", US: "en", IE: "en", DE: "de"}


def story(number: int, topic: int | None = WORLD, **fields) -> Candidate:
    """A story that ranks the higher the lower its number is."""
    return Candidate(number, topic, **{"rank": -number / 10, "independent": 3} | fields)


def shown(slots: Iterable[Slot], section: str, topic: int | None = None) -> list[int]:
    return [slot.story for slot in slots if (slot.section, slot.topic) == (section, topic)]


@st.composite
def fronts(draw: st.DrawFn) -> list[Candidate]:
    rows = st.tuples(
        st.one_of(st.none(), st.integers(1, 4)), st.floats(0, 20), st.integers(0, 9),
        st.integers(0, 9),
    )  # fmt: skip
    drawn = sorted(draw(st.lists(rows, max_size=80)), key=lambda row: -row[1])
    return [Candidate(number, *row) for number, row in enumerate(drawn)]


@given(fronts())
def test_no_story_stands_in_two_places(candidates):
    slots = arrange(candidates, [Missed(1000, 7)])
    assert len({slot.story for slot in slots}) == len(slots)


@given(fronts())
def test_a_lone_report_leads_only_where_none_is_confirmed(candidates):
    slots = arrange(candidates, ())
    led = {slot.story for slot in slots if (slot.section, slot.position) == ("top", 0)}
    confirmed = [candidate.story for candidate in candidates if candidate.independent >= 2]
    first = confirmed[:1] or [candidate.story for candidate in candidates[:1]]
    assert led == set(first)


@given(fronts())
def test_the_places_of_every_section_are_counted_from_nought(candidates):
    sections: dict[tuple[str, int | None], list[int]] = {}
    for slot in arrange(candidates, ()):
        sections.setdefault((slot.section, slot.topic), []).append(slot.position)
    assert all(places == list(range(len(places))) for places in sections.values())


def test_the_seconds_follow_the_lead_by_rank():
    alone = [story(number, independent=1) for number in range(3)]
    slots = arrange([*alone, story(3), story(4)], ())
    assert shown(slots, "top") == [3, 0, 1, 2]


def test_a_section_takes_what_is_left_of_its_topic():
    stories = [story(number, SPORT if number % 2 else WORLD) for number in range(30)]
    slots = arrange(stories, ())
    assert shown(slots, "top") == [0, 1, 2, 3]
    assert shown(slots, "topic", WORLD) == [4, 6, 8, 10, 12]
    assert shown(slots, "topic", SPORT) == [5, 7, 9, 11, 13]
    assert SECTION == 5


def test_a_topic_with_one_story_left_has_no_section():
    stories = [story(number) for number in range(TOP)]
    assert not shown(arrange([*stories, story(9, SPORT)], ()), "topic", SPORT)


def test_a_section_does_not_reach_back_to_what_is_old():
    fresh = [story(number) for number in range(TOP)]
    old = [story(number, SPORT, rank=-REACH - number) for number in (10, 11)]
    assert not shown(arrange([*fresh, *old], ()), "topic", SPORT)


def test_what_gained_most_reports_develops_and_the_better_ranked_of_equals_comes_first():
    top = [story(number, gained=9) for number in range(TOP)]
    gains = [GAINED - 1, GAINED, GAINED + 3, GAINED]
    growing = [story(TOP + at, gained=gained) for at, gained in enumerate(gains)]
    slots = arrange([*top, *growing], ())
    assert shown(slots, "developing") == [TOP + 2, TOP + 1, TOP + 3]
    assert [slot.gained for slot in slots if slot.section == "developing"] == [5, 2, 2]


def test_few_stories_develop_at_once():
    stories = [story(number, gained=GAINED) for number in range(TOP + DEVELOPING + 3)]
    assert len(shown(arrange(stories, ()), "developing")) == DEVELOPING


def test_what_is_big_elsewhere_is_told_with_the_edition_where_it_is():
    slots = arrange([story(1)], [Missed(number, 7) for number in range(50, 60)])
    assert shown(slots, "elsewhere") == list(range(50, 50 + MISSED))
    assert {slot.elsewhere for slot in slots if slot.section == "elsewhere"} == {7}


def test_an_edition_without_stories_shows_what_others_have():
    assert arrange([], [Missed(50, 7)]) == [Slot("elsewhere", 0, 50, elsewhere=7)]


@given(st.lists(st.integers(0, 4)))
def test_putting_the_lead_first_keeps_all_and_the_order_of_the_others(counts):
    ordered = lead_first(list(enumerate(counts)), lambda pair: pair[1])
    assert sorted(ordered) == list(enumerate(counts))
    assert list(ordered[1:]) == sorted(ordered[1:])


def big_elsewhere(fronts: dict[int, list[Candidate]], present: set[int] | None = None):
    """What a British edition misses."""
    return missed("en", {UK: [], **fronts}, LANGUAGES, present or set())


def test_what_is_big_in_another_edition_and_absent_here_is_missed():
    assert big_elsewhere({US: [story(1), story(2)]}) == [Missed(1, US), Missed(2, US)]
    assert big_elsewhere({US: [story(1), story(2)]}, {1}) == [Missed(2, US)]


def test_a_story_that_is_big_in_several_editions_is_told_of_the_one_where_it_stands_highest():
    fronts = {US: [story(1, rank=5.0)], IE: [story(1, rank=6.0)]}
    assert big_elsewhere(fronts) == [Missed(1, IE)]


def test_what_is_reported_in_another_language_is_not_said_to_be_missed():
    assert not big_elsewhere({DE: [story(1)]})


def test_what_few_report_is_big_nowhere():
    assert not big_elsewhere({US: [story(1, independent=BIG_INDEPENDENT - 1)]})


def test_what_stands_low_in_its_own_edition_is_not_big_there():
    fronts = {US: [story(number) for number in range(BIG_PLACES + 5)]}
    assert len(big_elsewhere(fronts)) == BIG_PLACES
