"""The tasks, run by a real Celery worker that talks to the real queue."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as site

from articles import tasks
from articles.models import Article, Feed, Story
from newsreader.celery import app
from tests.factories import make_article, make_feed
from tests.pipeline.feeds import rss

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.stack]

PATIENCE = 30.0


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def worker(
    worker_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[subprocess.Popen[bytes]]:
    """One worker for both queues, on the database of the tests."""
    app.control.purge()
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    command = (sys.executable, "-m", "celery", "--app", "newsreader", "worker")
    options = ("--queues", "fetch,group", "--concurrency", "1", "--loglevel", "INFO")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *options], cwd=site.BASE_DIR, env=worker_environment, stderr=output
        )
    try:
        eventually(lambda: bool(app.control.ping(timeout=0.5)))
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def test_a_worker_fetches_what_is_due_and_groups_what_it_brought(worker, publisher):
    publisher.expect_request("/one").respond_with_data(
        rss("Flood in Harlow Vale forces 300 people from their homes", home="https://a.example")
    )
    publisher.expect_request("/two").respond_with_data(
        rss("Harlow Vale flood: 300 people forced from homes", home="https://b.example")
    )
    for path in ("/one", "/two"):
        make_feed(url=publisher.url_for(path))

    tasks.refresh_due_feeds.delay()

    eventually(lambda: Article.objects.exclude(clustered_at=None).count() == 2)
    assert Story.objects.get().article_count == 2
    assert not Feed.objects.exclude(claimed_until=None).exists()


def test_a_task_delivered_twice_does_its_work_once(worker, publisher):
    publisher.expect_request("/one").respond_with_data(rss("Bridge reopens"))
    feed = make_feed(url=publisher.url_for("/one"))

    for _ in range(3):
        tasks.refresh_feeds.delay([feed.pk])
        tasks.group_waiting.delay()

    eventually(lambda: Article.objects.exclude(clustered_at=None).count() == 1)
    assert Story.objects.count() == 1


def test_what_a_killed_worker_left_is_grouped_by_the_next_tick(worker):
    make_article(title="Bridge reopens", language="en")

    tasks.group_waiting.delay()

    eventually(lambda: not Article.objects.filter(clustered_at=None).exists())
