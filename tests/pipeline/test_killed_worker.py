"""A worker that is killed while it groups."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import connection, transaction
from django.utils import timezone

from articles import tasks
from articles.models import Article, SimilarLink, Story
from newsreader.celery import app
from tests.clustering.news import BRIDGE, CUP, VOLCANO
from tests.factories import make_article
from tests.pipeline.worker import eventually, kill, working

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.stack]

EVENTS = (BRIDGE, VOLCANO, CUP)


def waits_for_links() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks"
            " WHERE relation = 'articles_similarlink'::regclass AND NOT granted"
        )
        return bool(cursor.fetchone()[0])


def grouped_by_asking() -> bool:
    """Ask as beat does: the database may still believe that the killed worker is grouping."""
    tasks.group_waiting.delay()
    return not Article.objects.filter(clustered_at=None).exists()


def test_it_leaves_nothing_behind_and_the_next_stores_everything_once(worker_environment, tmp_path):
    app.control.purge()
    for event in EVENTS:
        for hour, title in enumerate(event):
            published = timezone.now() - timedelta(hours=hour)
            make_article(title, language="en", published_at=published, excerpt="")

    with working(worker_environment, tmp_path / "first.log") as first, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE articles_similarlink IN SHARE ROW EXCLUSIVE MODE")
        tasks.group_waiting.delay()
        eventually(waits_for_links)  # articles are placed by now, their links are to follow
        kill(first)
    assert not Story.objects.exists()

    with working(worker_environment, tmp_path / "second.log"):
        eventually(grouped_by_asking)
    found = {
        frozenset(story.articles.values_list("title", flat=True)) for story in Story.objects.all()
    }
    assert found == {frozenset(event) for event in EVENTS}
    links = list(SimilarLink.objects.values_list("article__title", "similar__title"))
    assert sorted(links) == sorted(pair for event in EVENTS for pair in permutations(event, 2))
