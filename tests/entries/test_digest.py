"""Key points of a story, and the headlines that tell it apart."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.entries.digest import (
    FEW_VOICES,
    HEADLINES,
    PER_VOICE,
    PER_VOICE_OF_FEW,
    POINTS,
    Language,
    Told,
    contrasting,
    key_points,
)

ENGLISH = Language("en", terms=lambda text: text.lower().split(), information=len)

_WORDS = st.sampled_from(["bridge", "river", "crack", "mayor", "closed", "Monday", "ferry", "year"])
_ENDS = st.sampled_from([".", ".", ".", "!", "?", "…", ":", ""])
_STARTS = st.sampled_from(["The", "Old", "We", "He", "“The", '"The', "- The", "Click here for the"])
_SENTENCES = st.builds(
    lambda start, words, end: " ".join([start, *words]) + end,
    _STARTS,
    st.lists(_WORDS, min_size=3, max_size=12),
    _ENDS,
)
_TEXTS = st.lists(_SENTENCES, max_size=8).map(" ".join) | st.text(max_size=200)
_REPORTS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.integers(0, 5), _TEXTS, st.booleans()), max_size=12
).map(
    lambda rows: [
        Told(number, voice, float(time), text[:40], text, edited)
        for number, (voice, time, text, edited) in enumerate(rows)
    ]
)


def told(text: str, number: int = 0, voice: str = "", time: float | None = None) -> Told:
    time = float(number) if time is None else time
    return Told(number, voice or f"voice {number}", time, "A headline", text)


def sentences(*reports: Told, standfirst: str = "") -> list[str]:
    return [point.sentence for point in key_points(reports, standfirst, ENGLISH)]


@given(_REPORTS, _TEXTS)
def test_each_point_is_a_substring_of_its_report(reports, standfirst):
    texts = {report.id: report.text for report in reports}
    for point in key_points(reports, standfirst, ENGLISH):
        assert point.sentence
        assert point.sentence in texts[point.report]


@given(_REPORTS)
def test_there_are_few_points_and_fewer_of_one_voice(reports):
    voices = {report.id: report.voice for report in reports}
    points = key_points(reports, "", ENGLISH)
    assert len(points) <= POINTS
    quoted = Counter(voices[point.report] for point in points)
    most = PER_VOICE if len(quoted) > FEW_VOICES else PER_VOICE_OF_FEW
    assert all(count <= most for count in quoted.values())


@given(_REPORTS)
def test_points_stand_in_order_of_time(reports):
    times = {report.id: report.time for report in reports}
    order = [times[point.report] for point in key_points(reports, "", ENGLISH)]
    assert order == sorted(order)


@given(_REPORTS, st.randoms(use_true_random=False))
def test_the_order_of_reports_does_not_matter(reports: list[Told], chance: random.Random):
    shuffled = list(reports)
    chance.shuffle(shuffled)
    assert key_points(reports, "", ENGLISH) == key_points(shuffled, "", ENGLISH)
    assert contrasting(reports, ENGLISH) == contrasting(shuffled, ENGLISH)


@given(_REPORTS)
def test_headlines_are_one_a_voice_in_order_of_time(reports):
    found = contrasting(reports, ENGLISH)
    by_id = {report.id: report for report in reports}
    voices = [by_id[number].voice for number in found]
    assert len(voices) == len(set(voices)) <= HEADLINES
    assert len(voices) == min(len({report.voice for report in reports}), HEADLINES)
    times = [by_id[number].time for number in found]
    assert times == sorted(times)


@pytest.mark.parametrize(
    "sentence",
    [
        "Will the old bridge over the river ever open again?",
        "Click here to see all the pictures of the old bridge.",
        "Watch: The old bridge over the river, seen from the air.",
        "We walked over the old bridge on the morning it closed.",
        "Here is all that you need to know about the bridge.",
        "He said that the bridge would stay closed for a year.",
        "But the bridge will stay closed until the next spring.",
        "The old bridge over the river will stay closed until…",
        "The old bridge over the river will stay closed until",
        "The old bridge closed.",
        "- The old bridge over the river was closed on Monday.",
        "THE OLD BRIDGE OVER THE RIVER WAS CLOSED ON MONDAY.",
        "The mayor wrote about the bridge on www.bridge.example today.",
        "“The bridge over the river was closed on Monday, said the mayor.",
    ],
)
def test_what_states_nothing_by_itself_is_no_point(sentence):
    plain = "Engineers found two cracks in a pier on Monday."
    assert sentences(told(f"{sentence}\n\n{plain}")) == [plain]


def test_a_person_speaks_only_inside_a_quotation():
    quoting = "“We shall open the bridge before the summer,” said the mayor of the town."
    assert sentences(told(quoting)) == [quoting]


def test_no_sentence_from_the_middle_of_a_quotation_stands_as_the_papers_own():
    text = (
        "“The bridge was never safe. The engineers knew that in the spring. Nobody listened,” said"
        " the mayor."
    )
    assert sentences(told(text)) == []


def test_german_quotations_are_known_to_close():
    text = "„Die Brücke bleibt gesperrt“, sagte die Bürgermeisterin am Montag im Rathaus."
    german = Language("de", ENGLISH.terms, ENGLISH.information)
    assert [point.sentence for point in key_points([told(text)], "", german)] == [text]


def test_a_dateline_is_left_off():
    text = "PORT ALDER (Example Wire) – Engineers found two cracks in the bridge."
    assert sentences(told(text)) == ["Engineers found two cracks in the bridge."]


def test_a_language_without_spaces_has_points_too():
    text = "市议会星期一决定关闭河上的旧桥。"
    chinese = Language("zh", terms=list, information=lambda _: 1.0)
    assert [point.sentence for point in key_points([told(text)], "", chinese)] == [text]


def test_what_reports_say_in_common_comes_before_what_one_says():
    common = "Engineers found two cracks in the northern pier on Monday."
    alone = "A choir sang several ballads outside during the afternoon."
    reports = [told(f"{common} {alone}", 0)] + [
        told(f"Cracks were found by engineers in its northern pier, outlet {n} says.", n)
        for n in range(1, 5)
    ]
    assert len(key_points(reports, "", ENGLISH, limit=1)) == 1
    (point,) = key_points(reports, "", ENGLISH, limit=1)
    assert "pier" in point.sentence


def test_nothing_is_said_twice_nor_what_the_standfirst_says():
    said = "Engineers found two cracks in the northern pier on Monday."
    again = "On Monday engineers found two cracks in the northern pier."
    new = "Ferries carry passengers across until repairs end next spring."
    reports = [told(said, 0), told(again, 1), told(new, 2)]
    assert sentences(*reports) == [said, new]
    assert sentences(*reports, standfirst=said) == [new]


def test_an_early_sentence_is_preferred():
    early = "Engineers found two cracks in a pier today."
    late = "Engineers found two cracks in a pier lately."
    filler = "Click here to see all the pictures of the bridge. " * 5
    assert sentences(told(f"{early} {filler}", 0), told(f"{filler} {late}", 1)) == [early]


def test_only_the_beginning_of_a_report_is_read():
    text = "Click here to see all the pictures of the bridge. " * 50
    assert sentences(told(f"{text} Engineers found two cracks in a pier today.")) == []


def test_an_edited_headline_is_among_those_shown():
    reports = [
        Told(number, f"voice {number}", number, f"Bridge closed {'x' * number}", "", number == 9)
        for number in range(2 * HEADLINES)
    ]
    assert 9 in contrasting(reports, ENGLISH)


def test_unlike_headlines_are_shown_before_like_ones():
    titles = ["Bridge closed", "Bridge closed", "Bridge closed", "Ferries run all night"]
    reports = [Told(n, f"voice {n}", n, title, "") for n, title in enumerate(titles)]
    assert contrasting(reports, ENGLISH, limit=2) == (0, 3)
