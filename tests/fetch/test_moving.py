"""Feeds that have moved, and feeds that are gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from articles.fetch.decide import GONE_RETRY, Reading, body_hash, decide
from articles.fetch.types import (
    Decision,
    Failure,
    FeedState,
    FetchError,
    Move,
    Outcome,
    Response,
)

START = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OLD, NEW, OTHER = (f"https://{name}.example/feed" for name in ("old", "new", "other"))
STATE = FeedState(OLD, body_hash=body_hash(b"<rss/>"))
BROKEN = FetchError(Failure.TIMEOUT, "It does not answer.")


Answers = list[tuple[timedelta, Response | FetchError]]


def read(permanent_url: str = "") -> Response:
    return Response(permanent_url or OLD, 200, {}, b"<rss>new</rss>", permanent_url)


def unchanged(permanent_url: str = "") -> Response:
    return Response(permanent_url or OLD, 304, {}, b"", permanent_url)


def status(code: int) -> Response:
    return Response(OLD, code, {}, b"")


def after(*answers: tuple[timedelta, Response | FetchError], state: FeedState = STATE) -> Decision:
    """The last of the decisions that follow from answers, each with its time from the start."""
    for time, result in answers:
        reading = Reading() if isinstance(result, Response) and result.status == 200 else None
        decision = decide(state, result, reading, now=START + time, jitter=0.5)
        state = replace(
            state,
            body_hash=decision.body_hash,
            move=decision.move,
            missing_since=decision.missing_since,
            retired=decision.retired,
        )
    return decision


def test_an_address_that_lasts_a_day_and_three_fetches_is_believed():
    answers: Answers = [(0 * DAY, read(NEW)), (HOUR, unchanged(NEW)), (DAY, unchanged(NEW))]
    assert after(*answers[:2]).new_url == ""
    assert after(*answers).new_url == NEW


@pytest.mark.parametrize(
    "answers",
    [
        [(0 * DAY, read(NEW)), (2 * DAY, read(NEW))],
        [(n * HOUR, read(NEW)) for n in range(20)],
        [(0 * DAY, read(NEW)), (DAY, read(OTHER)), (2 * DAY, read(NEW)), (3 * DAY, read(NEW))],
        [(0 * DAY, read(NEW)), (DAY, read(NEW)), (2 * DAY, read()), (3 * DAY, read(NEW))],
        [(0 * DAY, read(NEW)), (DAY, read(NEW)), (2 * DAY, BROKEN)],
        [(n * DAY, read("https://new.example/" + "x" * 2000)) for n in range(4)],
        [(n * DAY, read(OLD)) for n in range(4)],
    ],
    ids=["twice", "one-day", "other-target", "back-again", "no-answer", "too-long", "itself"],
)
def test_one_that_does_not_is_not(answers):
    assert after(*answers).new_url == ""


def test_a_failure_in_between_neither_counts_nor_spoils():
    answers: Answers = [
        (0 * DAY, read(NEW)),
        (HOUR, BROKEN),
        (2 * HOUR, status(503)),
        (DAY, read(NEW)),
    ]
    assert after(*answers).move == Move(NEW, 2, START)
    assert after(*answers, (2 * DAY, read(NEW))).new_url == NEW


def test_a_page_that_is_no_feed_is_never_a_new_address():
    state = replace(STATE, move=Move(NEW, 2, START))
    error = ValueError("This is a web page, not a feed.")
    decision = decide(state, read(NEW), error, now=START + 3 * DAY, jitter=0.5)
    assert (decision.new_url, decision.move) == ("", state.move)


# Gone


def test_a_feed_that_is_missing_for_thirty_days_is_retired():
    answers: Answers = [(day * DAY, status(404)) for day in range(0, 31, 5)]
    assert not after(*answers[:-1]).retired
    gone = after(*answers)
    assert (gone.outcome, gone.retired) == (Outcome.GONE, True)
    assert gone.next_fetch_at == START + 30 * DAY + GONE_RETRY
    assert "30 days" in gone.error


def test_other_troubles_in_between_do_not_make_it_less_missing():
    answers: Answers = [(0 * DAY, status(404)), (9 * DAY, BROKEN), (30 * DAY, status(404))]
    assert after(*answers).retired


def test_a_feed_that_was_read_in_between_is_not_missing():
    answers: Answers = [(0 * DAY, status(404)), (9 * DAY, read()), (30 * DAY, status(404))]
    assert not after(*answers).retired


def test_a_feed_that_fails_otherwise_is_never_retired():
    assert not after(*((day * DAY, BROKEN) for day in range(90))).retired


@pytest.mark.parametrize("result", [status(404), status(500), BROKEN])
def test_a_retired_feed_is_tried_each_month(result):
    retired = after((0 * DAY, status(410)), (GONE_RETRY, result))
    assert retired.retired
    assert retired.next_fetch_at == START + 2 * GONE_RETRY


def test_a_retired_feed_that_can_be_read_again_is_back():
    back = after((0 * DAY, status(410)), (GONE_RETRY, read()))
    assert (back.retired, back.missing_since, back.error) == (False, None, "")
