"""The tasks, run by a real Celery worker that talks to the real queue."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from articles import tasks
from articles.models import Article, Feed, Story
from newsreader.celery import app
from tests.factories import make_article, make_feed
from tests.pipeline.feeds import rss
from tests.pipeline.worker import eventually, working

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.stack]


@pytest.fixture(scope="module")
def worker(
    worker_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[subprocess.Popen[bytes]]:
    """One worker for both queues, on the database of the tests."""
    app.control.purge()
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    with working(worker_environment, log) as process:
        yield process


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
