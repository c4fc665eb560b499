"""By what name a host goes, and how long it is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from articles.fetch.pace import FIRST_REST, host_of, rest
from articles.fetch.types import Failure, FetchError, Response

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def answer(status: int, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response("https://paper.example/feed", status, named, b"")


def rested(result: Response | FetchError | None, throttled: int = 0) -> timedelta:
    return rest(result, usual=SECOND, throttled=throttled, now=NOW)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://paper.example/feed", "paper.example"),
        ("HTTP://Paper.Example:80/feed", "paper.example"),
        ("https://paper.example:443", "paper.example"),
        ("http://paper.example?all=1", "paper.example"),
        ("http://paper.example:8080/feed", "paper.example:8080"),
        ("http://paper.example:4430/feed", "paper.example:4430"),
        ("http://[2001:db8::1]:8080/feed", "[2001:db8::1]:8080"),
        (" https://paper.example/feed", "paper.example"),
        ("ftp://paper.example/feed", ""),
        ("", ""),
    ],
)
def test_a_host_goes_by_its_name_and_an_unusual_port(url, name):
    assert host_of(url) == name


@pytest.mark.parametrize(
    "result",
    [
        None,
        answer(200),
        answer(404, retry_after="600"),
        answer(500),
        FetchError(Failure.TIMEOUT, "It did not answer."),
    ],
)
def test_any_answer_is_followed_by_the_usual_pause(result):
    assert rested(result) == SECOND


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "pause"),
    [
        ("120", timedelta(minutes=2)),
        ("Tue, 10 Mar 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("0", FIRST_REST),
        ("Tue, 10 Mar 2026 11:00:00 GMT", FIRST_REST),
        ("soon", FIRST_REST),
        ("99999999", timedelta(days=1)),
    ],
)
def test_a_host_that_asks_us_to_slow_down_rests_as_long_as_it_says(status, value, pause):
    assert rested(answer(status, retry_after=value)) == pause


def test_without_a_time_it_rests_twice_as_long_each_time_up_to_a_day():
    rests = [rested(answer(429), throttled) for throttled in range(4)]
    assert rests == [FIRST_REST * factor for factor in (1, 2, 4, 8)]
    assert rested(answer(429), throttled=10_000) == timedelta(days=1)
