"""How often a feed is worth asking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from articles.fetch.decide import Reading, body_hash, decide
from articles.fetch.rhythm import LONGEST, SHORTEST, Rhythm, observed
from articles.fetch.types import FeedState, Response

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
BODY = b"<rss/>"


def ago(*hours: float) -> list[datetime | None]:
    return [NOW - hour * HOUR for hour in hours]


@pytest.mark.parametrize(
    ("claims", "gap"),
    [
        (ago(1, 2, 3, 4, 5, 6), HOUR),
        (ago(3, 1, 2), HOUR),
        (ago(0, 2), 2 * HOUR),
        (ago(1, 1.5, 2, 2.5, 9000, 9001), 0.5 * HOUR),  # what is kept from long ago is no sign
        ([*ago(1, 2, 3, 4), None, None], HOUR),
        ([*ago(1, 2, 3, 4), NOW + DAY], HOUR),
        (ago(*range(500)), HOUR),
        (ago(1, 1, 1, 1), None),
        (ago(1), None),
        ([None], None),
        ([], None),
    ],
)
def test_the_gap_is_that_between_the_newest_entries(claims, gap):
    assert observed(claims, NOW)[0] == gap


def test_the_newest_entry_is_known_even_if_it_is_the_only_one():
    assert observed(ago(5), NOW) == (None, NOW - 5 * HOUR)
    assert observed([NOW + DAY, None], NOW) == (None, None)


def interval(gap: timedelta, quiet: timedelta) -> timedelta | None:
    return Rhythm(gap=gap, newest=NOW - quiet).interval(NOW)


def test_a_feed_is_asked_twice_between_two_entries():
    assert interval(2 * HOUR, MINUTE) == HOUR


def test_a_feed_that_falls_silent_is_asked_less_and_less():
    silences = [HOUR, 8 * HOUR, 2 * DAY, 30 * DAY]
    intervals = [interval(HOUR, quiet) for quiet in silences]
    assert intervals == [0.5 * HOUR, HOUR, 6 * HOUR, LONGEST]


def test_the_interval_stays_between_five_minutes_and_a_day():
    assert interval(timedelta(seconds=10), MINUTE) == SHORTEST == 5 * MINUTE
    assert interval(400 * DAY, MINUTE) == LONGEST == DAY


def test_a_feed_without_dates_has_no_rhythm_of_its_own():
    assert Rhythm(newest=NOW).interval(NOW) is None
    assert Rhythm().interval(NOW) is None


@pytest.mark.parametrize(
    ("base", "asked"),
    [
        (None, 6 * HOUR),
        (datetime(2000, 1, 1, 0, 0, tzinfo=UTC), 6 * HOUR),  # at 0, 6, 12 and 18 o'clock
        (datetime(2000, 1, 1, 2, 0, tzinfo=UTC), 2 * HOUR),
        (datetime(1901, 1, 1, 5, 30, tzinfo=UTC), 5.5 * HOUR),
        (datetime(2030, 1, 1, 3, 0, tzinfo=UTC), 3 * HOUR),
    ],
)
def test_update_periods_are_counted_from_their_base(base, asked):
    assert Rhythm(ttl=6 * HOUR, update_base=base).asked(NOW) == asked


def test_a_base_without_a_period_means_nothing():
    assert Rhythm(update_base=NOW).asked(NOW) == timedelta(0)


# What was learnt from the feed holds at every answer


def state(rhythm: Rhythm, **fields: object) -> FeedState:
    given = {"body_hash": body_hash(BODY), "interval": 3 * HOUR, "rhythm": rhythm, **fields}
    return FeedState("https://paper.example/feed", **given)  # type: ignore[arg-type]


def answer(status: int, body: bytes = b"") -> Response:
    return Response("https://paper.example/feed", status, {}, body)


@pytest.mark.parametrize(
    "result", [answer(304), answer(200, BODY), answer(500)], ids=["304", "same", "500"]
)
@pytest.mark.parametrize(
    ("rhythm", "soonest"),
    [
        (Rhythm(ttl=8 * HOUR, gap=HOUR, newest=NOW), NOW),
        (Rhythm(skip_hours=frozenset(range(12, 23))), NOW.replace(hour=23)),
        (Rhythm(skip_days=frozenset({1})), datetime(2026, 3, 11, tzinfo=UTC)),
    ],
    ids=["ttl", "hours", "days"],
)
def test_it_holds_until_the_feed_is_read_again(result, rhythm, soonest):
    decision = decide(state(rhythm), result, None, now=NOW, jitter=0.0)
    assert decision.rhythm == rhythm
    assert decision.next_fetch_at >= soonest
    if not decision.error:
        assert decision.next_fetch_at >= NOW + (rhythm.ttl or timedelta(0))


def test_a_304_is_followed_by_the_interval_that_suits_the_entries():
    rhythm = Rhythm(gap=2 * HOUR, newest=NOW - HOUR)
    decision = decide(state(rhythm), answer(304), None, now=NOW, jitter=1.0)
    assert (decision.interval, decision.next_fetch_at) == (HOUR, NOW + HOUR)


def test_what_is_read_anew_replaces_what_was_known():
    rhythm = Rhythm(gap=4 * HOUR, newest=NOW)
    reading = Reading(new_entries=1, rhythm=rhythm)
    old = state(Rhythm(ttl=DAY, gap=MINUTE, newest=NOW))
    decision = decide(old, answer(200, b"<rss>new</rss>"), reading, now=NOW, jitter=1.0)
    assert decision.rhythm == rhythm
    assert decision.next_fetch_at == NOW + 2 * HOUR
