"""Feeds that move, feeds that are gone, and what they leave in the database."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Feed
from articles.pipeline.refresh import refresh_due, refresh_named
from tests.factories import make_feed
from tests.pipeline.feeds import rss

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def moved(publisher) -> Feed:
    """A feed that answers at another address for good, seen there twice, first a day ago."""
    publisher.expect_request("/old").respond_with_data(
        "", status=301, headers={"Location": publisher.url_for("/new")}
    )
    publisher.expect_request("/new").respond_with_data(rss("Bridge reopens"))
    return make_feed(
        url=publisher.url_for("/old"),
        permanent_url=publisher.url_for("/new"),
        moved_count=2,
        moved_since=timezone.now() - DAY,
    )


def refresh(feed: Feed) -> None:
    list(refresh_named([feed.pk]))
    feed.refresh_from_db()


def test_a_move_that_lasts_changes_the_address(moved, publisher, caplog):
    with caplog.at_level(logging.INFO, "articles"):
        refresh(moved)
    assert moved.url == publisher.url_for("/new")
    assert (moved.permanent_url, moved.moved_count, moved.moved_since) == ("", 0, None)
    assert "moved for good" in caplog.text

    refresh(moved)
    assert [request.path for request, _ in publisher.log] == ["/old", "/new", "/new"]


def test_a_move_that_is_new_is_only_noted(moved, publisher):
    Feed.objects.update(moved_count=1)
    refresh(moved)
    assert moved.url == publisher.url_for("/old")
    assert (moved.permanent_url, moved.moved_count) == (publisher.url_for("/new"), 2)


def test_a_feed_that_moved_to_where_another_is_becomes_a_duplicate(moved, publisher, caplog):
    known = make_feed(url=publisher.url_for("/new"), next_fetch_at=timezone.now() + DAY)
    refresh(moved)
    assert moved.retired_at
    assert f"{known.url}, which is fetched as a feed of its own" in moved.last_error
    assert moved.next_fetch_at > timezone.now() + 29 * DAY
    assert moved.last_error in caplog.text

    since = moved.retired_at
    refresh(moved)
    assert moved.retired_at == since  # at the next monthly attempt it is one still

    known.delete()
    refresh(moved)
    assert (moved.retired_at, moved.last_error) == (None, "")
    assert moved.url == publisher.url_for("/new")


def test_a_feed_that_moved_to_another_spelling_of_one_there_is_becomes_a_duplicate(
    moved, publisher
):
    known = make_feed(
        url=publisher.url_for("/new/?utm_source=list"), next_fetch_at=timezone.now() + DAY
    )
    refresh(moved)
    assert moved.retired_at
    assert known.url in moved.last_error


def test_a_new_feed_that_leads_to_one_there_is_already_is_a_duplicate_at_once(publisher):
    publisher.expect_request("/alias").respond_with_data(
        "", status=308, headers={"Location": publisher.url_for("/new")}
    )
    publisher.expect_request("/new").respond_with_data(rss("Bridge reopens"))
    known = make_feed(url=publisher.url_for("/new"), next_fetch_at=timezone.now() + DAY)
    alias = make_feed(url=publisher.url_for("/alias"))
    refresh(alias)
    assert alias.retired_at
    assert f"{known.url}, which is fetched as a feed of its own" in alias.last_error
    assert alias.url == publisher.url_for("/alias")


def test_a_new_feed_that_leads_elsewhere_is_only_noted(publisher):
    publisher.expect_request("/alias").respond_with_data(
        "", status=308, headers={"Location": publisher.url_for("/new")}
    )
    publisher.expect_request("/new").respond_with_data(rss("Bridge reopens"))
    alias = make_feed(url=publisher.url_for("/alias"))
    refresh(alias)
    assert alias.retired_at is None
    assert alias.permanent_url == publisher.url_for("/new")


def test_a_retired_feed_is_due_once_its_month_is_over(publisher):
    publisher.expect_request("/feed").respond_with_data("gone", status=410)
    feed = make_feed(url=publisher.url_for("/feed"))
    refresh(feed)
    retired_at = feed.retired_at
    assert retired_at
    assert list(refresh_due()) == []

    Feed.objects.update(next_fetch_at=timezone.now())
    assert len(list(refresh_due())) == 1

    feed.refresh_from_db()
    assert feed.retired_at == retired_at
    assert feed.next_fetch_at > timezone.now() + 29 * DAY


def test_since_when_a_feed_is_missing_is_kept(publisher):
    publisher.expect_request("/feed").respond_with_data("no", status=404)
    feed = make_feed(url=publisher.url_for("/feed"))
    refresh(feed)
    since = feed.missing_since
    refresh(feed)
    assert (feed.missing_since, feed.retired_at) == (since, None)

    Feed.objects.update(missing_since=timezone.now() - 30 * DAY)
    refresh(feed)
    assert feed.retired_at
    assert "30 days" in feed.last_error


def test_rhythm_and_statistics_are_kept_over_a_304(publisher):
    items = "".join(
        f"<item><title>Item {hours}</title><link>https://a.example/{hours}</link><pubDate>"
        f"{timezone.now() - timedelta(hours=hours):%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for hours in (2, 4, 6, 8)
    )
    body = (
        '<rss version="2.0"><channel><title>T</title><ttl>180</ttl>'
        f"<skipDays><day>Sunday</day></skipDays>{items}</channel></rss>"
    )
    tag = {"ETag": '"1"'}
    publisher.expect_ordered_request("/feed").respond_with_data(body, headers=tag)
    publisher.expect_ordered_request("/feed").respond_with_data("", status=304, headers=tag)
    feed = make_feed(url=publisher.url_for("/feed"))
    refresh(feed)
    refresh(feed)
    assert (feed.ttl, feed.skip_days) == (timedelta(hours=3), [6])
    assert feed.entry_gap
    assert abs(feed.entry_gap - timedelta(hours=2)) < timedelta(seconds=2)
    assert feed.interval == feed.entry_gap / 2
    assert feed.next_fetch_at >= timezone.now() + timedelta(hours=2.9)
    assert (feed.fetches, feed.not_modified) == (2, 1)
    assert feed.bytes_received == feed.bytes_saved == feed.last_size == len(body.encode())
