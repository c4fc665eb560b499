"""Two people who save the same form at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction

from articles.models import AuditEntry, Topic
from tests.admin.test_audit import TOPICS, opened
from tests.factories import make_topic

SECONDS = 30
"""For what takes a moment."""


def is_somebody_waiting() -> bool:
    """Whether a connection to our database waits for a lock of another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        (found,) = cursor.fetchone()
    return bool(found)


@pytest.mark.django_db(transaction=True)
def test_who_comes_second_is_told_however_little_later_that_is(desk, sign_in):
    topic = make_topic("Sport")
    page = f"{TOPICS}{topic.pk}/change/"
    other = sign_in("view_topic", "change_topic")
    sent = {"slug": "sport", "position": 100} | opened(desk, page)
    saved, commit = Event(), Event()

    def save_first() -> int:
        """Save, and stay before the end of the transaction."""
        try:
            with transaction.atomic():
                status: int = other.post(page, sent | {"name": "Games"}).status_code
                saved.set()
                assert commit.wait(SECONDS)
        finally:
            connection.close()
        return status

    def save_second() -> str:
        try:
            return str(desk.post(page, sent | {"name": "Sports"}).content.decode())
        finally:
            connection.close()

    with ThreadPoolExecutor() as threads:
        first = threads.submit(save_first)
        assert saved.wait(SECONDS)
        second = threads.submit(save_second)
        while not (is_somebody_waiting() or second.done()):
            assert not first.done()
        commit.set()

    assert first.result() == 302
    assert "changed this on" in second.result()
    assert Topic.objects.get().name == "Games"
    assert AuditEntry.objects.count() == 1
