"""The page that fetches a feed and shows what happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from kombu import pools

from articles.models import AuditEntry, Feed, FetchTrace
from newsreader.celery import app
from tests.factories import make_feed

NOW = timezone.now()
EXCHANGE = {
    "url": "https://paper.example/feed",
    "line": "GET /feed HTTP/1.1",
    "sent": [["If-None-Match", '"7"']],
    "milliseconds": 41,
    "address": "192.0.2.7",
    "status": 200,
    "received": [["content-type", "text/xml; charset=<script>"]],
    "wire_bytes": 2048,
    "bytes": 4096,
}
FAILED = {
    "url": "https://paper.example/two",
    "line": "GET /two HTTP/1.1",
    "sent": [],
    "milliseconds": 9,
    "error": "There is no host named paper.example.",
}
OUTCOME: dict[str, Any] = {
    "outcome": "new",
    "error": "",
    "entries": 10,
    "new": 3,
    "edited": 1,
    "known": 6,
    "problems": ["One entry has no title."],
    "new_url": "",
    "retired": False,
    "minutes": 30,
    "next_fetch_at": NOW.isoformat(),
}


def address(feed: Feed) -> str:
    return f"/admin/articles/feed/{feed.pk}/fetch/"


def shown(desk, feed: Feed) -> str:
    return " ".join(desk.get(address(feed)).content.decode().replace("\xa0", " ").split())


def test_looking_fetches_nothing(desk):
    feed = make_feed()
    assert "Fetch now" in shown(desk, feed)
    assert not FetchTrace.objects.exists()


def test_asking_queues_the_fetch_and_is_recorded(desk, django_capture_on_commit_callbacks):
    app.control.purge()
    feed = make_feed()
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.post(address(feed)).url == address(feed)
    with app.connection_for_read() as connection, connection.SimpleQueue("fetch") as queue:
        message = queue.get(timeout=5)
        message.ack()
    assert message.headers["task"] == "articles.tasks.trace_feed"
    assert message.payload[0] == [feed.pk]
    assert AuditEntry.objects.get().action == "fetch"
    page = shown(desk, feed)
    assert "It is under way" in page
    assert 'http-equiv="refresh"' in page
    assert 'hx-trigger="load' in page
    assert "Fetch now" not in page


def test_what_happened_is_told_request_by_request(desk):
    feed = make_feed()
    FetchTrace.objects.create(
        feed=feed, asked_at=NOW, finished_at=NOW, exchanges=[EXCHANGE, FAILED], outcome=OUTCOME
    )
    page = shown(desk, feed)
    for words in ("GET /feed HTTP/1.1", "192.0.2.7", "If-None-Match", "2.0 KB", "4.0 KB decoded"):
        assert words in page
    for words in ("41 ms", "There is no host named", "10: 3 new, 1 edited, 6 known", "no title"):
        assert words in page
    assert "charset=&lt;script&gt;" in page
    assert "asked every 30 minutes" in page
    assert 'hx-trigger="load' not in page


def test_a_turn_that_did_not_come_is_told(desk):
    feed = make_feed()
    FetchTrace.objects.create(feed=feed, asked_at=NOW, finished_at=NOW)
    assert "its host must not be asked yet" in shown(desk, feed)


def test_a_fetch_that_was_lost_can_be_asked_for_again(desk):
    feed = make_feed()
    FetchTrace.objects.create(feed=feed, asked_at=NOW - timedelta(minutes=5))
    page = shown(desk, feed)
    assert "It has not ended" in page
    assert "Fetch now" in page


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_does_not_answer_is_told(desk, monkeypatch):
    nowhere = pools.producers[app.connection_for_write("redis://127.0.0.1:1/0")]
    monkeypatch.setattr(app.amqp, "_producer_pool", nowhere)
    page = desk.post(address(make_feed()), follow=True).content.decode()
    assert "the queue does not answer" in page


def test_who_may_only_look_does_not_fetch(sign_in):
    feed = make_feed()
    assert sign_in("view_feed").post(address(feed)).status_code == 403
    assert not FetchTrace.objects.exists()


def test_a_feed_that_is_not_there_is_not_found(desk):
    assert desk.get("/admin/articles/feed/987654/fetch/").status_code == 404
