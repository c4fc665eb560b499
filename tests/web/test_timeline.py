"""The bars of a story's timeline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.selectors.coverage import Cell
from articles.web.timeline import HEIGHT, MOST_BARS, timeline

START = datetime(2026, 11, 20, 22, tzinfo=UTC)
HOURS = st.lists(st.tuples(st.integers(0, 40_000), st.booleans(), st.integers(1, 30)), max_size=20)


def cell(hours: int, count: int = 1, *, copy: bool = False) -> Cell:
    hour = START + timedelta(hours=hours)
    return Cell(hour, "GB", "en", copy, [hour] * count)


def test_reports_of_one_hour_are_not_drawn():
    assert timeline([]) is None
    assert timeline([cell(0, 5), cell(0, copy=True)]) is None


def test_bars_stand_where_their_hour_is_and_copies_on_top():
    found = timeline([cell(0, 2), cell(3, 1), cell(3, 3, copy=True)])
    assert found
    first, last = found.bars
    assert (first.x, last.x) == (0, 30)
    assert (first.count, last.count) == (2, 4)
    assert (first.tall, last.tall, last.solid) == (HEIGHT / 2, HEIGHT, HEIGHT / 4)
    assert (last.top, last.solid_top) == (0, 0.75 * HEIGHT)
    assert found.has_copies


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (MOST_BARS - 1, "Reports per hour"),
        (MOST_BARS, "Reports per day"),
        (24 * (MOST_BARS - 2), "Reports per day"),
        (24 * MOST_BARS, "Reports per week"),
        (24 * 7 * (MOST_BARS + 1), "Reports in every 2 weeks"),
    ],
)
def test_a_longer_story_is_drawn_in_longer_spans(hours, words):
    found = timeline([cell(0), cell(hours)])
    assert found
    assert found.words == words


def test_days_begin_at_midnight_and_weeks_on_mondays():
    days = timeline([cell(0), cell(100)])
    weeks = timeline([cell(0), cell(24 * 100)])
    assert days
    assert weeks
    assert days.bars[0].since == datetime(2026, 11, 20, tzinfo=UTC)
    assert weeks.bars[0].since == datetime(2026, 11, 16, tzinfo=UTC)


@given(HOURS)
def test_every_report_is_in_one_bar_of_few_and_within_the_drawing(rows):
    cells = [cell(hours, count, copy=copy) for hours, copy, count in rows]
    found = timeline(cells)
    if found is None:
        assert len({each.hour for each in cells}) < 2
        return
    assert sum(bar.count for bar in found.bars) == sum(count for *_, count in rows)
    assert sum(bar.copies for bar in found.bars) == sum(count for _, copy, count in rows if copy)
    assert len(found.bars) <= MOST_BARS
    for bar in found.bars:
        assert 0 <= bar.solid <= bar.tall <= HEIGHT
        assert 0 <= bar.x < found.width <= 10 * MOST_BARS
