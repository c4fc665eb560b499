"""The tasks, run by a real Celery worker that talks to the real queue."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from articles import tasks
from articles.models import Article, Digest, Feed, Page, Source, Story
from articles.pipeline import page_queue
from newsreader.celery import app
from tests.article_pages import article_page
from tests.factories import make_article, make_feed, make_source, make_story
from tests.pipeline.feeds import rss
from tests.pipeline.worker import eventually, working

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.stack]


@pytest.fixture
def worker(
    transactional_db: None, worker_environment: dict[str, str], tmp_path: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker for all queues that has ended when the tables are emptied.

    One that still works then disputes their locks with the test, and either may lose.
    """
    app.control.purge()
    with working(worker_environment, tmp_path / "worker.log") as process:
        yield process


def test_a_worker_fetches_what_is_due_groups_what_it_brought_and_digests_it(worker, publisher):
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
    eventually(Digest.objects.exists)
    assert not Feed.objects.exclude(claimed_until=None).exists()


def test_a_worker_reads_article_pages_and_groups_by_them(worker, publisher):
    report = "The council voted on Monday to close the old bridge for a whole year."
    publisher.expect_request("/robots.txt").respond_with_data("", status=404)
    publisher.expect_request("/bridge").respond_with_data(
        article_page("Bridge closes", report, report.replace("year", "decade")),
        content_type="text/html",
    )
    article = make_article("Bridge closes", url=publisher.url_for("/bridge"), excerpt="")
    page_queue.want({article.pk: article.url})

    tasks.read_pages.delay()

    eventually(lambda: Article.objects.exclude(clustered_at=None).exists())
    article.refresh_from_db()
    assert article.text.startswith(report)
    assert Page.objects.get().state == Page.State.READ


def test_pages_have_a_queue_of_their_own():
    routed = {name: app.amqp.router.route({}, name)["queue"].name for name in app.tasks}
    assert routed["articles.tasks.read_pages"] == "pages"
    assert routed["articles.tasks.refresh_due_feeds"] == "fetch"
    assert routed["articles.tasks.group_language"] == "group"
    assert routed["articles.tasks.arrange_fronts"] == "group"


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


def test_a_worker_has_stories_follow_a_source_whose_muting_is_over(worker):
    source = make_source(muted_until=timezone.now() - timedelta(seconds=1))
    story = make_story(make_article(source=source), article_count=0)

    tasks.follow_sources.delay()

    eventually(lambda: Story.objects.get(pk=story.pk).article_count == 1)
    assert Source.objects.get().muted_until is None
