"""The directory of sources and the page of one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.fetch.pace import host_of
from articles.models import Host
from articles.selectors.sources import SOURCES_A_PAGE
from tests.factories import (
    make_article,
    make_edition,
    make_feed,
    make_source,
    make_subscription,
)

QUERIES = 8


def test_sources_are_grouped_by_edition_and_those_without_one_come_last(uk, read):
    us = make_edition("us", name="United States", position=2)
    make_source("Western Post", editions=(us,))
    make_source("Northern Ledger", editions=(uk,))
    make_source("Atlantic Review", editions=(uk, us))
    make_source("Alone", editions=())
    text = read("/sources/").text
    text = text[text.index("Every publisher") :]
    order = ["Atlantic Review", "Northern Ledger", "Western Post", "In no edition", "Alone"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert text.count("Atlantic Review") == 2


def test_one_edition_alone_can_be_asked_for(uk, read):
    make_source("Northern Ledger", editions=(uk,))
    make_source("Alone")
    text = read("/sources/?edition=uk").text
    assert "Northern Ledger" in text
    assert "Alone" not in text


def test_health_is_told_in_words(uk, read):
    now = timezone.now()
    source = make_source("The Lantern", editions=(uk,))
    make_feed(source, last_fetch_at=now, failures=3, last_error="The server answered 503.")
    make_feed(source, last_fetch_at=now, last_success_at=now)
    make_feed(source)
    make_feed(source, last_fetch_at=now, retired_at=now, last_error="Gone for good (410).")
    make_feed(source, last_fetch_at=now, notice="One entry had no title.")
    make_feed(source, last_fetch_at=now, problems="One entry was left out.")
    make_feed(source, active=False)
    assert "2 feeds work Last read" in read("/sources/").text
    assert "Works." in read(source.get_absolute_url()).text
    for address in ("/sources/", source.get_absolute_url()):
        text = read(address).text
        assert "The server answered 503." in text
        assert "Waiting for its first fetch." in text
        assert "Gone for good (410)." in text
        assert "Works. One entry had no title." in text
        assert "Works in part: One entry was left out." in text
        assert "Checked about every 30 minutes" in text
        assert "Paused." in text


def test_the_next_check_is_not_before_the_host_may_be_asked(uk, read):
    now = timezone.now()
    source = make_source("The Lantern", editions=(uk,))
    feed = make_feed(source, last_fetch_at=now, next_fetch_at=now)
    assert "next check in a moment" in read("/sources/").text
    resting = now + timedelta(hours=2, minutes=1)
    Host.objects.create(name=host_of(feed.url), next_request_at=resting)
    for address in ("/sources/", source.get_absolute_url()):
        assert "next check in 2 hours" in read(address).text.replace("\xa0", " ")


def test_pages_follow_until_every_source_was_shown(uk, read):
    for number in range(SOURCES_A_PAGE + 1):
        make_source(f"Source {number:03}", editions=(uk,))
    first = read("/sources/")
    assert "Page 1 of 2" in first.text
    second = read(f"/sources/{first.link('Next page').href}")
    assert f"Source {SOURCES_A_PAGE:03}" in second.text
    assert second.link("Previous page").href == "?page=1"


@pytest.mark.parametrize(
    "page", ["0", "-1", "3", "x", "1.5", "99999999999999999999", "0000012", "", "²"]
)
def test_a_page_that_is_none_is_not_found(uk, client, page):
    make_source()
    assert client.get("/sources/", {"page": page}).status_code == 404


def test_an_unknown_edition_is_not_found(uk, client):
    assert client.get("/sources/?edition=atlantis").status_code == 404


def test_without_sources_it_says_what_to_do(uk, read):
    assert "Load the default sources or import" in read("/sources/").text


def test_a_source_shows_its_home_page_and_its_articles_the_newest_first(uk, read):
    source = make_source("The Lantern", home_url="https://www.lantern.example/", editions=(uk,))
    now = timezone.now()
    make_article("First", source=source, published_at=now.replace(year=2020))
    make_article("Second", source=source, published_at=now)
    make_article("Another's")
    page = read("/source/the-lantern/")
    assert page.link("lantern.example").href == "https://www.lantern.example/"
    assert page.text.index("Second") < page.text.index("First")
    assert "Another's" not in page.text


def test_a_source_without_articles_says_what_comes_next(uk, read):
    make_source("The Lantern")
    assert "appear here as soon as" in read("/source/the-lantern/").text


def test_an_inactive_source_says_so(uk, read):
    make_source("The Lantern", active=False)
    assert "no longer fetched" in read("/source/the-lantern/").text


def test_the_feeds_of_an_inactive_source_are_paused(uk, read):
    now = timezone.now()
    source = make_source("The Lantern", active=False, editions=(uk,))
    make_feed(source, last_fetch_at=now, last_success_at=now)
    for address in ("/sources/", source.get_absolute_url()):
        text = read(address).text
        assert "Paused." in text
        assert "work" not in text
        assert "check" not in text


def test_a_feed_that_is_pushed_says_so(uk, read, settings):
    settings.PUBLIC_URL = "https://news.example.org"
    now = timezone.now()
    agreed = {"state": "active", "lease_until": now + timedelta(days=1)}
    source = make_source("The Lantern")
    make_subscription(make_feed(source), **agreed, last_push_at=now)
    assert "Pushes its news to us" in read("/source/the-lantern/").text

    quiet = make_source("The Whisper")
    make_subscription(make_feed(quiet), **agreed)
    assert "Pushes" not in read("/source/the-whisper/").text


def test_an_unknown_source_is_not_found(uk, client):
    assert client.get("/source/nobody/").status_code == 404
    make_source("The Lantern")
    assert client.get("/source/the-lantern/?after=x").status_code == 404


def test_the_number_of_queries_does_not_grow(uk, queries, settings):
    settings.PUBLIC_URL = "https://news.example.org"
    source = make_source("The Lantern", editions=(uk,))
    make_subscription(make_feed(source))
    make_article(source=source)
    few = [queries("/sources/"), queries("/source/the-lantern/")]
    for _ in range(8):
        make_feed(make_source(editions=(uk,)))
        make_subscription(make_feed(source))
        make_article(source=source)
    assert [queries("/sources/"), queries("/source/the-lantern/")] == few
    assert max(few) <= QUERIES
