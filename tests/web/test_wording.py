"""Counts, times and health in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from articles.models import Feed, Story
from articles.web import wording

NOW = datetime(2026, 3, 9, 14, 5, tzinfo=UTC)


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
    assert wording.short_time(moment, NOW) == words


def test_a_long_time_says_all():
    assert wording.long_time(NOW) == "Monday 9 March 2026, 14:05 UTC"


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "waiting"),
        ({"last_fetch_at": NOW, "last_success_at": NOW}, "good"),
        ({"last_fetch_at": NOW, "failures": 1, "last_error": "No such host."}, "troubled"),
        ({"last_fetch_at": NOW, "notice": "One entry was left out."}, "troubled"),
        ({"last_fetch_at": NOW, "retired_at": NOW}, "resting"),
        ({"active": False, "failures": 2}, "resting"),
    ],
)
def test_health_has_a_state_and_words(fields, state):
    health = wording.health(Feed(**fields))
    assert health.state == state
    assert health.words


def test_a_language_is_named_or_its_code_given():
    assert wording.language_name("de") == "German"
    assert wording.language_name("zz") == "zz"


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
