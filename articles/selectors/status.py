"""How the whole is doing, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, models
from django.db.models import Count
from django.utils import timezone

from articles.models import Article, Edition, Feed, Source, Story

COUNTED_EXACTLY = 100_000
"""Rows. A longer table is estimated: counting it would take longer than a status line is worth."""


@dataclass(frozen=True, slots=True)
class Status:
    """Feeds due now, fetched within the hour and failing; articles and stories stored."""

    due: int
    fetched: int
    failed: int
    articles: int
    stories: int


def status() -> Status:
    """The state of now, in at most seven queries."""
    hour_ago = timezone.now() - timedelta(hours=1)
    return Status(
        due=Feed.objects.due().count(),
        fetched=Feed.objects.filter(last_fetch_at__gte=hour_ago).count(),
        failed=Feed.objects.working().filter(failures__gt=0).count(),
        articles=_size(Article),
        stories=_size(Story),
    )


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is read and kept."""

    sources: int
    feeds: int
    articles: int
    stories: int


def extent() -> Extent:
    """Working sources and feeds; articles and stories, estimated where there are many.

    At most six queries.
    """
    return Extent(
        sources=Source.objects.filter(active=True).count(),
        feeds=Feed.objects.working().count(),
        articles=_size(Article),
        stories=_size(Story),
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """An edition's working feeds: how many, how many were asked, and how many could be read."""

    feeds: int
    asked: int
    read: int

    @property
    def fails(self) -> bool:
        """Each was asked, and none could be read."""
        return self.asked == self.feeds > 0 == self.read


def reading(edition: Edition) -> Reading:
    """How far an edition's feeds were ever read; one query."""
    feeds = Feed.objects.working().filter(source__editions=edition)
    counts = feeds.aggregate(
        feeds=Count("pk"), asked=Count("last_fetch_at"), read=Count("last_success_at")
    )
    return Reading(**counts)


def _size(model: type[models.Model]) -> int:
    estimate = _estimate(model)
    return estimate if estimate > COUNTED_EXACTLY else model._default_manager.count()


def _estimate(model: type[models.Model]) -> int:
    """Rows as PostgreSQL's statistics have them; -1 for a table that was never analysed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)",
            [connection.ops.quote_name(model._meta.db_table)],
        )
        row: tuple[int] | None = cursor.fetchone()
    return row[0] if row else -1
