"""Feeds out: how they are asked for."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime, timedelta

import pytest

from articles.models import Story
from tests.factories import make_article, make_source, make_story, place

NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
ASKED = ("/uk/feed.atom", "/uk/feed.json", "/latest/feed.atom", "/search/feed.json?q=bridge")


@pytest.fixture
def story(uk) -> Story:
    source = make_source("The Lantern")
    article = make_article(source=source, published_at=NOON, fetched_at=NOON + timedelta(hours=1))
    story = make_story(article)
    place(story, uk)
    return story


@pytest.fixture(autouse=True)
def _made_anew_and_compared(settings) -> None:
    settings.PAGE_CACHE_SECONDS = 1e-9


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an hour pass for the pages."""
    now = time.time()
    monkeypatch.setattr("articles.web.delivery.time.time", lambda: now + 3600)


@pytest.mark.parametrize("address", ASKED)
def test_an_unchanged_feed_is_not_sent_again(story, client, address, monkeypatch):
    first = client.get(address)
    later(monkeypatch)
    for header in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        again = client.get(address, headers=header)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]


@pytest.mark.parametrize("address", ASKED)
def test_a_changed_feed_is_sent_whole(story, uk, client, address, monkeypatch):
    first = client.get(address)
    later(monkeypatch)
    place(make_story(make_article("Bridge closed again")), uk)
    for header in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        again = client.get(address, headers=header)
        assert again.status_code == 200
        assert b"Bridge closed again" in again.content


@pytest.mark.parametrize("address", ASKED)
@pytest.mark.parametrize("age", [timedelta(0), timedelta(days=300)])
def test_a_feed_that_lost_an_entry_is_sent_whole(story, uk, client, address, age, monkeypatch):
    source = make_source(editions=(uk,))
    lost = make_article("Bridge closed again", source=source, published_at=NOON - age)
    place(make_story(lost), uk)
    first = client.get(address)
    assert b"Bridge closed again" in first.content
    lost.delete()
    later(monkeypatch)
    again = client.get(address, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert again.status_code == 200
    assert b"Bridge closed again" not in again.content


@pytest.mark.parametrize("address", ASKED)
def test_a_feed_is_the_same_for_whoever_asks(story, client, address):
    plain = client.get(address)
    client.cookies["edition"], client.cookies["language"] = "de", "fr"
    other = client.get(address, headers={"Accept-Language": "es"})
    assert other.content == plain.content
    assert plain.headers["Vary"] == "Accept-Encoding"
    assert not plain.cookies
    assert plain.headers["Cache-Control"].startswith("public, max-age=")


def test_a_feed_is_sent_compressed_to_whoever_can_read_that(story, client):
    answer = client.get("/uk/feed.atom", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(answer.content) == client.get("/uk/feed.atom").content


def test_each_format_says_what_it_is(story, client):
    kinds = {"atom": "application/atom+xml; charset=utf-8", "json": "application/feed+json"}
    for kind, media_type in kinds.items():
        assert client.get(f"/uk/feed.{kind}").headers["Content-Type"] == media_type
    assert client.get("/uk/feed.rss").status_code == 404


def test_asking_for_the_head_alone_says_all_but_the_feed(story, client):
    whole, head = client.get("/uk/feed.atom"), client.head("/uk/feed.atom")
    assert head.content == b""
    assert head.headers["ETag"] == whole.headers["ETag"]
    assert head.headers["Last-Modified"] == whole.headers["Last-Modified"]
    assert client.post("/uk/feed.atom").status_code == 405


def test_the_feed_of_a_story_keeps_its_address_whatever_the_story_is_called(story, client):
    answer = client.get(f"{story.get_absolute_url()}feed.atom")
    assert (answer.status_code, answer.url) == (301, f"/story/{story.pk}/feed.atom")


def test_the_feed_of_a_merged_story_leads_to_that_of_its_survivor(story, client):
    merged = make_story(merged_into=story)
    answer = client.get(f"/story/{merged.pk}/feed.json")
    assert (answer.status_code, answer.url) == (301, f"/story/{story.pk}/feed.json")


@pytest.mark.parametrize(
    "address",
    [
        "/xx/feed.atom",
        "/uk/unknown/feed.atom",
        "/story/99/feed.atom",
        "/source/nobody/feed.atom",
        "/latest/feed.atom?language=english",
        "/latest/feed.atom?after=x",
        "/uk/feed.atom?after=x",
        "/search/feed.atom",
        "/search/feed.atom?q=-bridge",
    ],
)
def test_what_is_not_there_is_not_found(uk, client, address):
    assert client.get(address).status_code == 404


def test_search_engines_are_asked_to_leave_searches_alone(story, client):
    assert client.get("/search/feed.atom?q=bridge").headers["X-Robots-Tag"] == "noindex"
