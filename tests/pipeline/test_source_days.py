"""A source's health, day by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from articles.models import SourceDay
from articles.pipeline import source_days
from articles.pipeline.refresh import refresh_named
from tests.factories import make_feed, make_source
from tests.pipeline.feeds import rss

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


def kept() -> set[tuple[int, int, int]]:
    return set(SourceDay.objects.values_list("source_id", "fetches", "failures"))


@pytest.mark.django_db(transaction=True)
def test_every_fetch_is_counted_with_its_source(publisher):
    source = make_source()
    publisher.expect_request("/one").respond_with_data(rss("Bridge reopens"))
    publisher.expect_request("/two").respond_with_data("No.", status=500)
    feeds = [make_feed(source, url=publisher.url_for(path)).pk for path in ("/one", "/two")]
    assert len(list(refresh_named(feeds))) == 2
    assert kept() == {(source.pk, 2, 1)}
    assert SourceDay.objects.get().day == timezone.now().astimezone(UTC).date()


@pytest.mark.django_db
def test_fetches_of_one_day_add_up(django_assert_num_queries):
    one, other = make_source().pk, make_source().pk
    with django_assert_num_queries(1):
        source_days.count([(one, NOON, False), (one, NOON, True), (other, NOON, False)])
    source_days.count([(one, NOON + timedelta(hours=11), False)])
    assert kept() == {(one, 3, 1), (other, 1, 0)}
    source_days.count([(one, NOON + timedelta(hours=12), True)])
    assert SourceDay.objects.filter(source=one).count() == 2


@pytest.mark.django_db
def test_a_source_that_was_deleted_meanwhile_counts_for_nothing():
    source_days.count([(987654321, NOON, False)])
    assert not SourceDay.objects.exists()


@pytest.mark.django_db
def test_old_days_are_forgotten():
    source = make_source().pk
    for days in (0, source_days.DAYS - 1, source_days.DAYS, 200):
        source_days.count([(source, NOON - timedelta(days=days), False)])
    assert source_days.forget(NOON) == 2
    assert SourceDay.objects.count() == 2
