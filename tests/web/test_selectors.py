"""What the selectors promise beyond the pages: cursors that survive an address, and the status."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from articles.models import Article, Source, Story
from articles.selectors import Status, status
from articles.selectors.keyset import (
    LARGEST_ID,
    CursorError,
    by_rank,
    by_time,
    page,
    read_rank,
    read_time,
)
from tests.factories import make_article, make_feed, make_source, make_story

IDS = st.integers(0, LARGEST_ID)


@given(st.datetimes(timezones=st.just(UTC)), IDS)
def test_a_cursor_into_time_reads_back_as_it_was(moment: datetime, pk: int):
    assert read_time(by_time(moment, pk)) == (moment, pk)


@given(st.floats(allow_nan=False, allow_infinity=False), IDS)
def test_a_cursor_into_ranks_reads_back_as_it_was(rank: float, pk: int):
    assert read_rank(by_rank(rank, pk)) == (rank, pk)


@given(st.text())
def test_other_text_is_refused_or_read_but_never_breaks(text: str):
    for read in (read_time, read_rank):
        try:
            _, pk = read(text)
        except CursorError:
            continue
        assert 0 <= pk <= LARGEST_ID


def test_a_page_knows_whether_more_follows():
    assert page([3, 2, 1], 2, str).after == "2"
    assert page([3, 2], 2, str).after == ""
    assert page([], 2, str).items == ()


@pytest.mark.parametrize("title", ["Bridge reopens", "إغلاق جسر", "Été à l’œuvre", "", "?/#%&"])
def test_an_address_is_what_its_pattern_makes_of_it(title: str):
    article, story = Article(pk=7, title=title), Story(pk=8, title=title)
    assert article.get_absolute_url() == reverse("article", args=[7, article.slug])
    assert story.get_absolute_url() == reverse("story", args=[8, story.slug])
    source = Source(slug="the-paper_1")
    assert source.get_absolute_url() == reverse("source", args=["the-paper_1"])


@pytest.mark.django_db
def test_status_counts_what_is_due_fetched_failing_and_stored():
    now = timezone.now()
    later, earlier = now + timedelta(hours=1), now - timedelta(hours=2)
    make_feed(next_fetch_at=now - timedelta(minutes=1))
    make_feed(next_fetch_at=later, last_fetch_at=now)
    make_feed(next_fetch_at=later, last_fetch_at=earlier, failures=2)
    make_feed(make_source(active=False), failures=2)
    make_story(make_article(), make_article())
    assert status() == Status(due=1, fetched=1, failed=1, articles=2, stories=1)
