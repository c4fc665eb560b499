"""Feeds at the desk: their health, and what a curator can do about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from kombu import pools

from articles.fetch.pace import host_of
from articles.models import Feed, Host
from newsreader.celery import app
from tests.factories import make_feed, make_source, make_subscription

LIST = "/admin/articles/feed/"
NOW = timezone.now()


@pytest.fixture
def feeds(db) -> dict[str, Feed]:
    """One feed in each state of health."""
    fetched: dict[str, Any] = {"last_fetch_at": NOW, "last_success_at": NOW}
    silent = make_source("Silent", active=False)
    return {
        "well": make_feed(**fetched),
        "failing": make_feed(last_fetch_at=NOW, failures=3, last_error="It does not answer."),
        "notice": make_feed(notice="Two entries have no title.", **fetched),
        "never": make_feed(),
        "paused": make_feed(active=False, **fetched),
        "silent": make_feed(silent, **fetched),
        "retired": make_feed(retired_at=NOW, failures=9, **fetched),
    }


def test_a_feed_of_a_host_at_rest_is_not_called_due(desk, db):
    feed = make_feed(next_fetch_at=NOW, last_fetch_at=NOW)
    resting = timezone.now() + timedelta(hours=2, minutes=30)
    Host.objects.create(name=host_of(feed.url), next_request_at=resting)
    assert "2\xa0hours from now" in desk.get(LIST).content.decode()


def listed(desk, health: str) -> set[str]:
    response = desk.get(LIST, {"health": health})
    return {feed.url for feed in response.context["cl"].result_list}


@pytest.mark.parametrize(
    ("health", "found"),
    [
        ("well", {"well"}),
        ("failing", {"failing"}),
        ("notice", {"notice"}),
        ("never", {"never"}),
        ("paused", {"paused", "silent"}),
        ("retired", {"retired"}),
        ("nonsense", {"well", "failing", "notice", "never", "paused", "silent", "retired"}),
    ],
)
def test_feeds_are_found_by_their_health(desk, feeds, health, found):
    assert listed(desk, health) == {feeds[name].url for name in found}


def test_the_list_says_in_words_what_is_wrong(desk, feeds):
    page = desk.get(LIST).content.decode()
    assert "It does not answer." in page
    assert "Two entries have no title." in page
    assert "never" in page


def test_the_list_says_when_a_feed_is_fetched_next(desk, db):
    due = timezone.now() + timedelta(hours=2, minutes=30)
    make_feed(next_fetch_at=due, last_fetch_at=NOW)
    assert "2\xa0hours from now" in desk.get(LIST).content.decode()


def test_the_list_says_how_a_feed_is_asked(desk, db):
    make_feed(
        interval=timedelta(hours=3),
        last_fetch_at=NOW,
        fetches=8,
        not_modified=6,
        bytes_saved=3_500_000,
    )
    page = desk.get(LIST).content.decode().replace("\xa0", " ")
    for words in ("3 hours", "75%", "3.3 MB"):
        assert words in page


def act(desk: Client, action: str, *feeds: Feed) -> str:
    sent = {"action": action, "_selected_action": [feed.pk for feed in feeds]}
    return desk.post(LIST, sent, follow=True).content.decode()


def test_fetch_now_queues_the_feeds(desk, feeds):
    app.control.purge()
    page = act(desk, "fetch_now", feeds["failing"], feeds["retired"])
    assert "2 feeds will be fetched in a moment" in page
    with app.connection_for_read() as connection, connection.SimpleQueue("fetch") as queue:
        message = queue.get(timeout=5)
        message.ack()
    assert message.headers["task"] == "articles.tasks.refresh_feeds"
    [[ids]] = message.payload[:1]
    assert set(ids) == {feeds["failing"].pk, feeds["retired"].pk}


def test_fetch_now_says_so_when_the_queue_does_not_answer(desk, feeds, monkeypatch):
    nowhere = pools.producers[app.connection_for_write("redis://127.0.0.1:1/0")]
    monkeypatch.setattr(app.amqp, "_producer_pool", nowhere)
    page = act(desk, "fetch_now", feeds["well"])
    assert "the queue does not answer" in page


def test_paused_feeds_are_not_due(desk, feeds):
    page = act(desk, "pause", feeds["well"], feeds["paused"])
    assert "1 feed paused" in page
    assert not Feed.objects.get(pk=feeds["well"].pk).active


def test_resumed_feeds_are_due_at_once(desk, feeds):
    Feed.objects.update(next_fetch_at=NOW + timedelta(days=1))
    page = act(desk, "resume", feeds["paused"], feeds["retired"], feeds["well"])
    assert "2 feeds resumed" in page
    due = set(Feed.objects.due())
    assert due == {feeds["paused"], feeds["retired"]}


def test_resuming_a_feed_of_an_inactive_source_says_that_it_stays(desk, feeds):
    assert "1 feed of a source that is not active" in act(desk, "resume", feeds["silent"])


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://10.0.0.1/rss", "private"),
        ("https://me:secret@paper.example/rss", "user name or password"),
    ],
)
def test_an_address_that_may_not_be_fetched_is_refused_with_the_reason(desk, url, reason):
    source = make_source()
    sent = {"source": source.pk, "url": url, "active": "on"}
    assert reason in desk.post(f"{LIST}add/", sent).content.decode()
    assert not Feed.objects.exists()


def test_a_good_address_is_kept(desk):
    source = make_source()
    sent = {"source": source.pk, "url": "https://paper.example/rss", "active": "on"}
    assert desk.post(f"{LIST}add/", sent).status_code == 302
    assert Feed.objects.get().source == source


def test_a_feed_with_a_new_address_starts_over(desk, db):
    feed = make_feed(etag='"1"', retired_at=NOW, failures=9, last_error="Gone for good.")
    Feed.objects.update(next_fetch_at=NOW + timedelta(days=30))
    sent = {"source": feed.source_id, "url": "https://paper.example/new", "active": "on"}
    assert desk.post(f"{LIST}{feed.pk}/change/", sent).status_code == 302
    feed.refresh_from_db()
    assert (feed.url, feed.etag, feed.retired_at) == ("https://paper.example/new", "", None)
    assert (feed.failures, feed.last_error) == (0, "")
    assert list(Feed.objects.due()) == [feed]


def test_a_feed_with_another_title_goes_on_as_it_was(desk, db):
    feed = make_feed(etag='"1"', failures=2)
    sent = {"source": feed.source_id, "url": feed.url, "title": "The Lantern", "active": "on"}
    assert desk.post(f"{LIST}{feed.pk}/change/", sent).status_code == 302
    feed.refresh_from_db()
    assert (feed.title, feed.etag, feed.failures) == ("The Lantern", '"1"', 2)


def test_the_page_of_a_feed_tells_its_health(desk, feeds):
    page = desk.get(f"{LIST}{feeds['failing'].pk}/change/").content.decode()
    assert "Failing" in page
    assert "It does not answer." in page


AGREED: dict[str, Any] = {"state": "active", "lease_until": NOW + timedelta(days=8)}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"error": "The hub answered with status 503."},
            'hub.example/: <span lang="en">The hub answered with',
        ),
        (AGREED, "It has not pushed anything yet"),
        (AGREED | {"last_push_at": NOW}, "The feed is asked once a day."),
        (AGREED | {"last_push_at": NOW, "missed_at": NOW}, "but not all there was"),
        ({"state": "denied", "error": "The hub denies the subscription"}, "The hub denies"),
        ({"state": "ended"}, "No longer asked of https://hub.example/."),
    ],
)
def test_the_page_of_a_feed_tells_whether_it_is_pushed(desk, settings, fields, words):
    settings.PUBLIC_URL = "https://news.example.org"
    feed = make_feed()
    make_subscription(feed, **fields)
    assert words in desk.get(f"{LIST}{feed.pk}/change/").content.decode()


def test_the_page_of_a_feed_tells_why_it_is_not_pushed(desk, settings):
    page = f"{LIST}{make_feed().pk}/change/"
    assert "has no PUBLIC_URL" in desk.get(page).content.decode()
    settings.PUBLIC_URL = "https://news.example.org"
    assert "It names no hub." in desk.get(page).content.decode()
