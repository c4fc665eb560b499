"""Our own product subscribes to our own feeds: found from a page, fetched through the one door."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from articles.fetch.addresses import networks
from articles.models import Article
from articles.pipeline.discovery import discover
from articles.pipeline.refresh import refresh_named
from tests.factories import make_article, make_edition, make_feed, make_source, make_story, place

NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_a_front_page_is_followed_from_its_address_alone(live_server, settings):
    settings.FETCH = replace(settings.FETCH, allow_networks=networks(["127.0.0.0/8"]))
    uk = make_edition("uk")
    told = make_article("Bridge closed", source=make_source("The Lantern"), published_at=NOON)
    place(make_story(told, make_article("Bridge shut", published_at=NOON)), uk)
    address = live_server.url.replace("localhost", "127.0.0.1")

    found = discover(f"{address}/uk/")
    assert [feed.url for feed in found.feeds] == [f"{address}/uk/feed.atom"], found
    feed = make_feed(make_source("Ourselves"), url=found.feeds[0].url)
    list(refresh_named([feed.pk]))

    feed.refresh_from_db()
    read = Article.objects.get(feed=feed)
    assert (feed.last_error, feed.problems) == ("", "")
    assert read.title == "Bridge closed"
    assert read.url.startswith(f"{address}/story/")
    assert read.published_at == NOON
    assert read.authors == ["The Lantern"]
