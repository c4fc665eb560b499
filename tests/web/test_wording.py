"""Counts, times and health in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from articles.models import Feed, Source, Story
from articles.web import dates, wording
from articles.web.wording import Health

NOW = datetime(2026, 3, 9, 14, 5, tzinfo=UTC)
FIRST = "Checked about every 30 minutes · next check in a moment"


def told_of(**fields: Any) -> Feed:
    """A feed of a source that is fetched."""
    return Feed(source=Source(), **fields)


@pytest.mark.parametrize(
    ("articles", "sources", "independent", "words"),
    [
        (20, 14, 5, "14 outlets, 5 independent reports"),
        (2, 2, 1, "2 outlets, 1 independent report"),
        (3, 1, 1, "1 outlet, 3 articles"),
        (1, 1, 1, ""),
        (0, 0, 0, ""),
    ],
)
def test_counts(articles, sources, independent, words):
    story = Story(article_count=articles, source_count=sources, independent_count=independent)
    assert wording.counts(story) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW - timedelta(hours=1), "13:05 UTC"),
        (NOW - timedelta(days=1), "8 Mar, 14:05 UTC"),
        (NOW.replace(year=2025), "9 Mar 2025, 14:05 UTC"),
        (datetime(2026, 3, 9, 1, 0, tzinfo=timezone(timedelta(hours=5))), "8 Mar, 20:00 UTC"),
    ],
)
def test_a_short_time_says_no_more_than_it_must(moment, words):
    assert dates.short_time(moment, NOW) == words


def test_a_long_time_says_all():
    assert dates.long_time(NOW) == "Monday, 9 March 2026, 14:05 UTC"


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "waiting"),
        ({"last_fetch_at": NOW, "last_success_at": NOW}, "good"),
        ({"last_fetch_at": NOW, "failures": 1, "last_error": "No such host."}, "troubled"),
        ({"last_fetch_at": NOW, "problems": "One entry was left out."}, "troubled"),
        ({"last_fetch_at": NOW, "notice": "One entry has no date."}, "good"),
        ({"last_fetch_at": NOW, "retired_at": NOW}, "resting"),
        ({"active": False, "failures": 2}, "resting"),
    ],
)
def test_health_has_a_state_and_words(fields, state):
    health = wording.health(told_of(**fields))
    assert health.state == state
    assert health.words or health.report


def test_what_is_only_odd_is_told_calmly():
    odd = told_of(last_fetch_at=NOW, notice="One entry has no date.")
    assert wording.health(odd) == Health("good", "Works.", "One entry has no date.")
    odd.problems = "One entry was left out."
    report = "One entry was left out.\nOne entry has no date."
    assert wording.health(odd) == Health("troubled", "Works in part:", report)


def test_a_feed_that_seems_to_have_moved_says_where_to():
    health = wording.health(told_of(last_fetch_at=NOW, permanent_url="https://new.example/feed"))
    assert health.state == "good"
    assert "It has moved to https://new.example/feed" in health.words


def test_how_a_feed_is_asked_is_told_in_one_line():
    feed = told_of(
        interval=timedelta(minutes=35),
        last_fetch_at=NOW,
        next_fetch_at=NOW + timedelta(hours=2, minutes=1),
        fetches=40,
        not_modified=34,
        bytes_saved=3_500_000,
    )
    assert wording.facts(feed, NOW).replace("\xa0", " ") == (
        "Checked about every 35 minutes · unchanged at 85% of 40 checks · 3.3 MB saved"
        " · next check in 2 hours"
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, ""),
        ({"last_fetch_at": NOW, "fetches": 1, "next_fetch_at": NOW}, FIRST),
        ({"last_fetch_at": NOW, "active": False, "fetches": 1}, ""),
        ({"last_fetch_at": NOW, "failures": 1, "next_fetch_at": NOW}, "Next check in a moment"),
        (
            {"last_fetch_at": NOW, "retired_at": NOW, "next_fetch_at": NOW},
            "Next check in a moment",
        ),
    ],
)
def test_nothing_is_told_that_is_not_so(fields, words):
    assert wording.facts(told_of(**fields), NOW).replace("\xa0", " ") == words


def test_the_feeds_of_a_source_are_told_together():
    read = {"last_fetch_at": NOW, "last_success_at": NOW, "next_fetch_at": NOW + timedelta(hours=3)}
    feeds = [
        told_of(pk=1, fetches=3, not_modified=3, interval=timedelta(hours=2), **read),
        told_of(pk=2, fetches=1, interval=timedelta(hours=1), notice="Odd.", **read),
        told_of(pk=3, failures=1, last_fetch_at=NOW, last_error="No such host."),
    ]
    found = wording.check(feeds, NOW)
    assert (found.working, found.others) == (2, tuple(feeds[1:]))
    assert "Checked about every 1\xa0hour · unchanged at 75% of 4 checks" in found.facts


def test_feeds_that_were_checked_once_each_have_not_been_unchanged():
    once = [told_of(pk=pk, fetches=1, last_fetch_at=NOW, next_fetch_at=NOW) for pk in (1, 2)]
    assert "unchanged" not in wording.check(once, NOW).facts


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("he", "rtl"), ("en", "ltr")])
def test_direction(language, direction):
    assert wording.direction(language) == direction


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.paper.example/a", "paper.example"),
        ("http://127.0.0.1:8900/x", "127.0.0.1"),
        ("https://wwwhat.example/", "wwwhat.example"),
    ],
)
def test_an_address_is_known_by_its_host(url, host):
    assert wording.host(url) == host


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, ""),
        (1, "Headline changed once"),
        (2, "Headline changed twice"),
        (3, "Headline changed 3 times"),
    ],
)
def test_changes_of_a_headline(count, words):
    assert wording.headline_changes(count) == words


@pytest.mark.parametrize(
    ("apart", "words"),
    [
        (timedelta(0), "at the same time"),
        (timedelta(seconds=-50), "at the same time"),
        (timedelta(minutes=40), "40\xa0minutes later"),
        (timedelta(hours=-3, minutes=-20), "3\xa0hours earlier"),
        (timedelta(days=2), "2\xa0days later"),
    ],
)
def test_the_gap_between_two_times(apart, words):
    assert wording.gap(NOW + apart, NOW) == words
