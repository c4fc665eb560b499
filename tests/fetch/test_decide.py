"""What becomes of a feed after a fetch."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.entries.types import ParseError
from articles.fetch.decide import (
    GONE_RETRY,
    Reading,
    body_hash,
    decide,
    needs_parsing,
)
from articles.fetch.rhythm import LONGEST, SHORTEST, Rhythm
from articles.fetch.types import (
    Decision,
    Failure,
    FeedState,
    FetchError,
    Outcome,
    Response,
    Validators,
)

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OLD, NEW = b"<rss>old</rss>", b"<rss>new</rss>"
STATE = FeedState(
    url="https://example.org/feed",
    validators=Validators('"old"', "Mon, 09 Mar 2026 12:00:00 GMT"),
    body_hash=body_hash(OLD),
    interval=HOUR,
    failures=2,
)
BROKEN = FetchError(Failure.TIMEOUT, "The server at example.org did not answer.")


def response(
    status: int = 200, body: bytes = b"", permanent_url: str = "", **headers: str
) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(STATE.url, status, named, body, permanent_url)


def decided(
    result: Response | FetchError,
    reading: Reading | ParseError | None = None,
    state: FeedState = STATE,
    jitter: float = 1.0,
) -> Decision:
    """A decision whose wait is the whole of what it waits for."""
    return decide(state, result, reading, now=NOW, jitter=jitter)


def wait(decision: Decision) -> timedelta:
    return decision.next_fetch_at - NOW


# What needs reading


def test_only_a_new_body_needs_parsing():
    assert needs_parsing(STATE, response(body=NEW))
    assert not needs_parsing(STATE, response(body=OLD))
    assert not needs_parsing(STATE, response(304))
    assert not needs_parsing(STATE, response(404, NEW))
    assert not needs_parsing(STATE, BROKEN)


# Success


def test_a_feed_with_new_entries_is_asked_twice_as_often():
    fetched = response(body=NEW, etag='"new"', last_modified="Tue, 10 Mar 2026 12:00:00 GMT")
    decision = decided(fetched, Reading(new_entries=3))
    assert decision == Decision(
        outcome=Outcome.NEW,
        next_fetch_at=NOW + HOUR / 2,
        interval=HOUR / 2,
        failures=0,
        error="",
        validators=Validators('"new"', "Tue, 10 Mar 2026 12:00:00 GMT"),
        body_hash=body_hash(NEW),
    )


def test_a_new_body_without_new_entries_is_asked_less_often():
    decision = decided(response(body=NEW), Reading(new_entries=0))
    assert (decision.outcome, decision.interval) == (Outcome.NEW, 1.5 * HOUR)


def test_validators_of_an_earlier_body_are_forgotten_with_it():
    assert decided(response(body=NEW), Reading()).validators == Validators()


def test_not_modified_is_unchanged_and_success():
    decision = decided(response(304))
    assert (decision.outcome, decision.failures, decision.error) == (Outcome.UNCHANGED, 0, "")
    assert (decision.interval, wait(decision)) == (1.5 * HOUR, 1.5 * HOUR)
    assert decision.validators == STATE.validators
    assert decision.body_hash == STATE.body_hash


def test_not_modified_brings_newer_validators():
    validators = decided(response(304, etag='"newer"')).validators
    assert validators == Validators('"newer"', STATE.validators.last_modified)


def test_the_same_bytes_are_unchanged_without_a_reading():
    decision = decided(response(body=OLD, etag='"other"'))
    assert decision.outcome is Outcome.UNCHANGED
    assert decision.validators == Validators('"other"', "")


def test_a_feed_read_behind_a_permanent_redirect_has_moved():
    moved = response(body=NEW, permanent_url="https://example.org/new")
    decision = decided(moved, Reading())
    assert (decision.outcome, decision.move.url) == (Outcome.MOVED, "https://example.org/new")


def test_validators_that_no_header_can_carry_are_dropped():
    decision = decided(response(body=NEW, etag='"a\r\nX: y"', last_modified="x" * 600), Reading())
    assert decision.validators == Validators()


def test_a_feed_that_is_pushed_is_asked_once_a_day():
    pushed = replace(STATE, pushed=True)
    for fetched, reading in (
        (response(304), None),
        (response(body=OLD), None),
        (response(body=NEW), Reading(new_entries=0)),
    ):
        assert wait(decided(fetched, reading, pushed)) == LONGEST


def test_news_that_was_not_pushed_brings_the_feeds_own_rhythm_back():
    pushed = replace(STATE, pushed=True)
    assert wait(decided(response(body=NEW), Reading(new_entries=1), pushed)) == HOUR / 2


def test_a_pushed_feed_that_fails_is_asked_again_like_any_other():
    assert decided(BROKEN, None, replace(STATE, pushed=True)) == decided(BROKEN)


# Time


def test_the_interval_stays_within_its_bounds():
    quick = FeedState(STATE.url, interval=SHORTEST)
    slow = FeedState(STATE.url, body_hash=STATE.body_hash, interval=LONGEST)
    assert decided(response(body=NEW), Reading(9), quick).interval == SHORTEST
    assert decided(response(304), None, slow).interval == LONGEST


def test_jitter_brings_fetches_forward_by_up_to_a_tenth():
    assert wait(decided(response(304), jitter=0.0)) == 1.5 * HOUR * 0.9


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"cache_control": "public, max-age=10800"}, 3 * HOUR),
        ({"cache_control": "max-age=14400", "age": "3600"}, 3 * HOUR),
        ({"cache_control": 'Max-Age="10800"'}, 3 * HOUR),
        ({"cache_control": "no-cache, max-age=10800"}, 1.5 * HOUR),
        ({"cache_control": "max-age=60"}, 1.5 * HOUR),
        ({"cache_control": "max-age=forever"}, 1.5 * HOUR),
        ({"cache_control": "max-age=31536000"}, LONGEST),
        ({"expires": "Tue, 10 Mar 2026 15:00:00 GMT"}, 3 * HOUR),
        (
            {
                "expires": "Tue, 10 Mar 2026 18:00:00 GMT",
                "date": "Tue, 10 Mar 2026 15:00:00 GMT",
            },
            3 * HOUR,
        ),
        ({"expires": "0"}, 1.5 * HOUR),
        ({"expires": "Mon, 01 Jan 1990 00:00:00 GMT"}, 1.5 * HOUR),
        (
            {"cache_control": "max-age=60", "expires": "Tue, 10 Mar 2026 15:00:00 GMT"},
            1.5 * HOUR,
        ),
    ],
)
def test_no_fetch_comes_before_the_answer_is_stale(headers, expected):
    assert wait(decided(response(304, **headers), jitter=0.0)) >= expected * 0.9
    late = min(max(1.5 * HOUR, expected * 1.1 if expected > 1.5 * HOUR else expected), LONGEST)
    assert wait(decided(response(304, **headers))) == late


def test_a_feed_can_ask_for_longer_intervals():
    reading = Reading(1, Rhythm(ttl=2 * HOUR))
    assert wait(decided(response(body=NEW), reading, jitter=0.0)) == 2 * HOUR


def test_hours_and_days_that_a_feed_skips_are_left_out():
    hours = Reading(1, Rhythm(skip_hours=frozenset({12, 13, 14})))
    assert decided(response(body=NEW), hours).next_fetch_at == NOW.replace(hour=15)
    tuesday = Reading(1, Rhythm(skip_days=frozenset({1})))
    assert decided(response(body=NEW), tuesday).next_fetch_at == datetime(2026, 3, 11, tzinfo=UTC)


def test_a_feed_that_skips_every_hour_is_asked_all_the_same():
    never = Reading(1, Rhythm(skip_hours=frozenset(range(24)), skip_days=frozenset(range(7))))
    assert wait(decided(response(body=NEW), never)) == HOUR / 2


# Trouble


@pytest.mark.parametrize(
    ("result", "reading", "words"),
    [
        (BROKEN, None, "The server at example.org did not answer."),
        (response(body=NEW), ParseError("This is a web page, not a feed."), "This is a web page"),
        (response(404), None, "The server says the feed does not exist (404)."),
        (response(401), None, "The server asks for a password (401)."),
        (response(403), None, "(403)"),
        (response(500), None, "The server has an error of its own (500)."),
        (response(204), None, "The server answered with status 204."),
        (response(418), None, "The server answered with status 418."),
    ],
)
def test_failures_are_told_in_words_and_keep_what_was_known(result, reading, words):
    decision = decided(result, reading)
    assert decision.outcome is Outcome.FAILED
    assert words in decision.error
    assert decision.failures == STATE.failures + 1
    assert not decision.retired
    assert (decision.validators, decision.body_hash) == (STATE.validators, STATE.body_hash)
    assert decision.interval == STATE.interval


def test_failures_in_a_row_wait_twice_as_long_up_to_a_day():
    waits = [wait(decided(BROKEN, state=FeedState(STATE.url, failures=n))) for n in range(10)]
    assert waits[:4] == [10 * MINUTE, 20 * MINUTE, 40 * MINUTE, 80 * MINUTE]
    assert waits[-1] == LONGEST
    assert wait(decided(BROKEN, state=FeedState(STATE.url, failures=10**6))) == LONGEST


@pytest.mark.parametrize("status", [429, 503])
def test_a_throttled_feed_waits_as_long_as_it_is_asked_to(status):
    decision = decided(response(status, retry_after="7200"), jitter=0.0)
    assert decision.outcome is Outcome.THROTTLED
    assert wait(decision) == 2 * HOUR
    assert decision.interval == 1.5 * HOUR
    assert f"({status})" in decision.error


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Tue, 10 Mar 2026 15:00:00 GMT", 3 * HOUR),
        ("10800", 3 * HOUR),
        ("999999999999999999999", LONGEST),
        ("Fri, 01 Jan 2100 00:00:00 GMT", LONGEST),
        ("Mon, 01 Jan 1990 00:00:00 GMT", 36 * MINUTE),
        ("-5", 36 * MINUTE),
        ("soon", 36 * MINUTE),
        ("²", 36 * MINUTE),
        ("", 36 * MINUTE),
    ],
)
def test_retry_after_is_seconds_or_a_date_within_a_day(value, expected):
    assert wait(decided(response(429, retry_after=value), jitter=0.0)) == expected


def test_a_feed_that_is_gone_is_retired_and_asked_again_in_a_month():
    decision = decided(response(410))
    assert (decision.outcome, decision.retired) == (Outcome.GONE, True)
    assert wait(decision) == GONE_RETRY
    assert decision.error == "The server says the feed is gone for good (410)."


def test_not_modified_where_nothing_was_read_is_a_failure_and_asks_afresh():
    never = FeedState(STATE.url, validators=Validators('"a"'))
    decision = decided(response(304), state=never)
    assert decision.outcome is Outcome.FAILED
    assert decision.validators == Validators()


def test_a_body_that_could_not_be_read_is_read_again_next_time():
    fetched = response(body=NEW, etag='"new"')
    decision = decided(fetched, ParseError("This is a web page, not a feed."))
    after = FeedState(STATE.url, decision.validators, decision.body_hash)
    assert needs_parsing(after, fetched)


headers = st.dictionaries(
    st.sampled_from(["cache-control", "expires", "date", "age", "retry-after", "etag"]),
    st.text(max_size=30) | st.integers().map(str),
)
results = st.builds(
    Response,
    url=st.just(STATE.url),
    status=st.integers(100, 599),
    headers=headers,
    body=st.sampled_from([b"", OLD, NEW]),
) | st.just(BROKEN)
readings = st.none() | st.builds(Reading, st.integers(0, 50)) | st.just(ParseError("No feed."))


@given(results, readings, st.floats(0, 1, exclude_max=True), st.integers(0, 1000))
def test_every_fetch_sets_a_next_time_within_reason(result, reading, jitter, failures):
    state = FeedState(STATE.url, failures=failures, body_hash=STATE.body_hash)
    decision = decided(result, reading, state, jitter)
    most = GONE_RETRY if decision.outcome is Outcome.GONE else LONGEST
    assert SHORTEST * 0.9 <= wait(decision) <= most
    assert SHORTEST <= decision.interval <= LONGEST
    assert bool(decision.error) == (decision.failures > 0)
