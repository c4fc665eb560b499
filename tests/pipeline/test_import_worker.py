"""An import whose worker is killed: the next one ends it, and stores nothing twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from articles import tasks
from articles.models import Feed, Import, ImportRow, Listing
from articles.pipeline import imports
from articles.syndication import opml
from newsreader.celery import app
from tests.factories import make_edition
from tests.pipeline.worker import eventually, kill, working

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.stack]

FEEDS = 2 * imports.BATCH + 20


def waits_for_listings() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks"
            " WHERE relation = 'articles_listing'::regclass AND NOT granted"
        )
        return bool(cursor.fetchone()[0])


def done(work: Import) -> bool:
    work.refresh_from_db()
    return work.state == Import.State.DONE


def test_a_killed_worker_loses_a_batch_and_the_next_one_goes_on(worker_environment, tmp_path):
    app.control.purge()
    listed = (opml.Subscription(f"https://p{n}.example/rss", f"Paper {n}") for n in range(FEEDS))
    body = b"".join(opml.write("Ours", listed))
    work = imports.start(None, make_edition("uk"), "list.opml", body, at_once=True)

    with working(worker_environment, tmp_path / "first.log") as first, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE articles_listing IN SHARE ROW EXCLUSIVE MODE")
        tasks.import_lists.delay()
        eventually(waits_for_listings)  # its feeds are stored by now, but not for good
        kill(first)
    assert not Feed.objects.exists()
    assert work.rows.count() == FEEDS

    Import.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))  # its lease ends
    with working(worker_environment, tmp_path / "second.log"):
        tasks.import_lists.delay()
        eventually(lambda: done(work))
    assert Feed.objects.count() == Listing.objects.count() == FEEDS
    assert work.rows.filter(stored=True, outcome=ImportRow.Outcome.NEW).count() == FEEDS
