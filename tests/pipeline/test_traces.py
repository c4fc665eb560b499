"""Fetching a feed while a curator looks on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from articles import tasks
from articles.models import Article, Feed, FetchTrace
from articles.pipeline import traces
from tests.factories import make_feed
from tests.pipeline.feeds import rss
from tests.pipeline.worker import eventually, working

pytestmark = pytest.mark.django_db(transaction=True)


def traced(feed: Feed) -> FetchTrace:
    traces.ask(feed)
    list(traces.run(feed.pk, lambda: False))
    return FetchTrace.objects.get(feed=feed)


def test_every_request_is_kept_with_what_was_sent_and_answered(publisher):
    body = rss("Bridge reopens")
    publisher.expect_request("/old").respond_with_data(
        "", status=302, headers={"Location": publisher.url_for("/new")}
    )
    publisher.expect_request("/new").respond_with_data(
        body, headers={"ETag": '"1"', "Set-Cookie": "secret=1"}
    )
    feed = make_feed(url=publisher.url_for("/old"))
    trace = traced(feed)
    first, second = trace.exchanges
    assert (first["status"], second["status"]) == (302, 200)
    assert first["line"] == "GET /old HTTP/1.1"
    assert dict(first["received"])["location"] == publisher.url_for("/new")
    assert second["url"] == publisher.url_for("/new")
    assert second["address"] in {"127.0.0.1", "::1"}
    assert second["bytes"] == len(body.encode())
    assert dict(second["sent"])["User-Agent"].startswith("Newsreader/")
    assert "secret" not in str(trace.exchanges)
    assert trace.finished_at
    assert trace.outcome["new"] == trace.outcome["entries"] == Article.objects.count() > 0


def test_conditions_that_were_sent_are_kept_and_what_came_of_them(publisher):
    publisher.expect_request("/feed").respond_with_data("", status=304)
    feed = make_feed(url=publisher.url_for("/feed"), etag='"7"', body_hash=b"x" * 16)
    trace = traced(feed)
    assert dict(trace.exchanges[0]["sent"])["If-None-Match"] == '"7"'
    assert (trace.outcome["outcome"], trace.outcome["entries"]) == ("unchanged", None)
    assert trace.outcome["next_fetch_at"] == Feed.objects.get().next_fetch_at.isoformat()


def test_a_request_that_fails_is_kept_with_the_reason(publisher):
    feed = make_feed(url="http://127.0.0.1:9/feed")
    trace = traced(feed)
    [exchange] = trace.exchanges
    assert exchange["error"]
    assert "status" not in exchange
    assert trace.outcome["error"] == exchange["error"] == Feed.objects.get().last_error


def test_entries_that_were_known_are_counted_apart(publisher):
    publisher.expect_request("/feed").respond_with_data(rss("Bridge reopens"))
    feed = make_feed(url=publisher.url_for("/feed"))
    traced(feed)
    Feed.objects.update(body_hash=b"", etag="")
    trace = traced(feed)
    assert (trace.outcome["new"], trace.outcome["known"]) == (0, trace.outcome["entries"])


def test_a_feed_that_another_worker_has_is_said_to_wait(publisher):
    lease = timezone.now() + timedelta(minutes=5)
    feed = make_feed(url=publisher.url_for("/feed"), claimed_until=lease)
    trace = traced(feed)
    assert trace.finished_at
    assert (trace.exchanges, trace.outcome) == ([], {})


def test_another_fetch_replaces_the_trace(publisher):
    publisher.expect_request("/feed").respond_with_data(rss("Bridge reopens"))
    feed = make_feed(url=publisher.url_for("/feed"))
    traced(feed)
    traces.ask(feed)
    trace = FetchTrace.objects.get()
    assert (trace.exchanges, trace.outcome, trace.finished_at) == ([], {}, None)


@pytest.mark.stack
def test_a_worker_fetches_what_a_curator_watches(worker_environment, tmp_path, publisher):
    publisher.expect_request("/feed").respond_with_data(rss("Bridge reopens"))
    feed = make_feed(url=publisher.url_for("/feed"))
    traces.ask(feed)
    with working(worker_environment, tmp_path / "worker.log"):
        tasks.trace_feed.delay(feed.pk)
        eventually(lambda: FetchTrace.objects.get().finished_at is not None)
    assert FetchTrace.objects.get().exchanges[0]["status"] == 200
