"""Refreshes go on when PostgreSQL ends their connection, and give way when they are to stop."""

from __future__ import annotations

import logging
import threading

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from werkzeug import Request, Response

from articles import tasks
from articles.models import Article, Feed, Host
from articles.pipeline import steady
from articles.pipeline.refresh import refresh_due
from newsreader.celery import app
from tests.factories import make_feed
from tests.pipeline.feeds import rss
from tests.pipeline.worker import PATIENCE, eventually, working

pytestmark = pytest.mark.django_db(transaction=True)


def end_connections() -> None:
    """What a restart of the server does to everybody connected."""
    with psycopg.connect(conninfo()) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def conninfo() -> str:
    known = connection.get_connection_params()
    names = ("dbname", "host", "port", "user", "password")
    return psycopg.conninfo.make_conninfo(**{name: known[name] for name in names if name in known})


def test_a_refresh_outlives_its_connection(publisher, caplog):
    def answer(_request: Request) -> Response:
        end_connections()
        return Response(rss("Bridge reopens"))

    publisher.expect_request("/feed").respond_with_handler(answer)
    feed = make_feed(url=publisher.url_for("/feed"))

    with caplog.at_level(logging.WARNING, "articles"):
        assert len(list(refresh_due())) == 1

    feed.refresh_from_db()
    assert "connecting to the database again" in caplog.text
    assert Article.objects.count() == 1
    assert (feed.claimed_until, feed.fetches) == (None, 1)


def test_a_database_that_stays_away_is_an_error(monkeypatch):
    monkeypatch.setattr(steady, "PATIENCE", 0.0)
    monkeypatch.setattr(steady, "PAUSE", 0.01)

    def work() -> None:
        connection.ensure_connection()
        end_connections()
        connection.cursor().execute("SELECT 1")

    with pytest.raises(OperationalError):
        steady.steadily(work)
    connection.close()


def test_what_is_wrong_with_the_statement_itself_is_not_repeated():
    tried = []

    def work() -> None:
        tried.append(1)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 1")
            cursor.execute("SELECT pg_sleep(1)")

    with pytest.raises(OperationalError):
        steady.steadily(work)
    assert len(tried) == 1


def test_a_refresh_that_is_to_stop_gives_up_what_is_under_way(publisher):
    asked, silent = threading.Event(), threading.Event()

    def wait(_request: Request) -> Response:
        asked.set()
        silent.wait(PATIENCE)
        return Response("late")

    publisher.expect_request("/silent").respond_with_handler(wait)
    feed = make_feed(url=publisher.url_for("/silent"))
    try:
        assert list(refresh_due(stop=asked.is_set)) == []
    finally:
        silent.set()
    feed.refresh_from_db()
    assert (feed.claimed_until, feed.attempts, feed.failures, feed.outcome) == (None, 0, 0, "")
    assert Feed.objects.due().exists()


@pytest.mark.stack
def test_a_worker_that_is_asked_to_stop_does_not_wait_for_slow_publishers(
    worker_environment, tmp_path, publisher
):
    app.control.purge()
    asked, silent = threading.Event(), threading.Event()

    def wait(_request: Request) -> Response:
        asked.set()
        silent.wait(PATIENCE * 2)
        return Response("late")

    publisher.expect_request("/silent").respond_with_handler(wait)
    feed = make_feed(url=publisher.url_for("/silent"))
    with working(worker_environment, tmp_path / "worker.log") as worker:
        tasks.refresh_due_feeds.delay()
        eventually(asked.is_set)
        worker.terminate()
        worker.wait(PATIENCE)
        silent.set()
    feed.refresh_from_db()
    # Had it waited for the end of the fetch, it would have told its failure.
    assert (feed.claimed_until, feed.attempts, feed.outcome) == (None, 0, "")
    assert Host.objects.count() == 1
