"""The invented news: enough of it, fresh, and nothing that could be taken for real."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from articles.demo.news import Newswire
from articles.demo.pictures import SCENES, picture

START = datetime(2026, 5, 7, 12, 0, tzinfo=UTC)  # a Thursday


@pytest.fixture(scope="module")
def wire():
    return Newswire(START)


def test_there_are_outlets_and_articles_enough(wire):
    assert len(wire.outlets) >= 14
    assert len(wire.reports) >= 90


def test_every_outlet_says_that_it_is_a_demonstration(wire):
    assert [outlet.name for outlet in wire.outlets.values() if "Demo" not in outlet.name] == []
    assert all(slug.startswith("demo-") for slug in wire.outlets)


def test_twenty_events_are_covered_by_several_outlets(wire):
    outlets = defaultdict(set)
    for report in wire.reports.values():
        outlets[report.key.rpartition("-")[0]].add(report.outlet)
    assert sum(len(covered) >= 3 for covered in outlets.values()) >= 20


def test_outlets_word_one_event_in_their_own_way_but_print_the_agency_to_the_letter(wire):
    texts = Counter(report.paragraphs for report in wire.reports.values())
    copied = [paragraphs for paragraphs, printed in texts.items() if printed > 1]
    assert len(copied) >= 8
    assert all("(Demo Wire) –" in paragraphs[0] for paragraphs in copied)
    assert len(texts) >= 90


def test_the_news_is_of_the_last_thirty_hours_and_goes_on_after_the_start(wire):
    times = [report.published for report in wire.reports.values()]
    assert min(times) >= START - timedelta(hours=30)
    assert sum(START < time <= START + timedelta(minutes=5) for time in times) >= 5


def test_every_report_appears_in_a_feed_of_its_outlet(wire):
    for report in wire.reports.values():
        feeds = wire.outlets[report.outlet].feeds
        assert any(f"/{report.outlet}/{report.topic}." in path for path in feeds), report.key


def test_every_feed_has_something_to_tell_from_the_start(wire):
    for outlet in wire.outlets.values():
        for path in outlet.feeds:
            topic = path.rpartition("/")[2].partition(".")[0]
            assert wire.latest(START, outlet.slug, topic), path


def test_a_report_is_not_told_before_its_time(wire):
    told = [report for outlet in wire.outlets for report in wire.latest(START, outlet)]
    assert 0 < len(told) < len(wire.reports)
    assert all(report.published <= START for report in told)


def test_a_headline_changes_when_it_is_edited(wire):
    edited = [report for report in wire.reports.values() if report.edit]
    assert len(edited) >= 3
    for report in edited:
        before, after = report.as_of(report.published), report.as_of(report.edit.at)
        assert before.title != after.title
        assert (before.updated, after.updated) == (None, report.edit.at)


def test_texts_have_several_sentences_and_no_blanks_left(wire):
    for report in wire.reports.values():
        text = " ".join(report.paragraphs)
        assert 25 <= len(text.split()) <= 130, report.key
        assert "{" not in text + report.title


def test_weekdays_are_those_of_the_telling(wire):
    report = next(r for r in wire.reports.values() if "Juniper Shaft in Copper Draw" in str(r))
    assert report.published.strftime("%A") == "Wednesday"
    assert "a rockfall on Tuesday night" in report.paragraphs[0]
    german = " ".join(
        str(r.paragraphs) for r in wire.reports.values() if r.outlet == "demo-tagblick"
    )
    assert "Seit Mittwoch ist die Brücke gesperrt" in german


def test_german_news_is_in_german_outlets(wire):
    languages = {wire.outlets[r.outlet].language for r in wire.reports.values()}
    assert languages == {"en", "de"}


def test_pictures_are_always_the_same_and_never_alike():
    drawn = [picture("event-1", scene) for scene in SCENES]
    assert drawn == [picture("event-1", scene) for scene in SCENES]
    assert len(set(drawn)) == len(SCENES)
    assert picture("event-2", "sea") != picture("event-1", "sea")


def test_the_pictures_that_reports_ask_for_can_be_drawn(wire):
    scenes = [report.scene for report in wire.reports.values() if report.scene]
    assert len(scenes) >= 20
    assert set(scenes) <= set(SCENES)
