"""What crawlers and other readers are given to find their way: robots.txt, sitemaps, OPML."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.robotparser import RobotFileParser
from xml.etree.ElementTree import Element, fromstring

import pytest
from django.db import connection
from django.utils import timezone

from articles.models import Story
from articles.pipeline.outlines import read_opml
from articles.selectors import sitemaps
from articles.syndication import sitemap
from articles.syndication.sitemap import NAMESPACE, NEWS
from tests.factories import (
    make_article,
    make_edition,
    make_feed,
    make_source,
    make_story,
    make_topic,
    place,
)

QUERIES = 2
NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


@pytest.fixture
def document(client):
    """The root of the XML at an address."""

    def reading(address: str) -> Element:
        response = client.get(address)
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/xml; charset=utf-8"
        return fromstring(response.content)

    return reading


def told(*, outlets: int = 2, **fields) -> Story:
    return make_story(*(make_article(published_at=NOON) for _ in range(outlets)), **fields)


def addresses(root: Element) -> list[str]:
    found = [loc.text or "" for loc in root.iter(f"{{{NAMESPACE}}}loc")]
    assert all(each.startswith("http://testserver/") for each in found)
    return [each.removeprefix("http://testserver") for each in found]


def test_the_index_names_every_sitemap_and_each_can_be_read(uk, document):
    story = told()
    portion = f"/sitemap-stories-{story.pk // sitemaps.SPAN}.xml"
    named = addresses(document("/sitemap.xml"))
    assert named == ["/sitemap-pages.xml", "/sitemap-news.xml", portion]
    assert addresses(document(portion)) == [story.get_absolute_url()]
    for each in named:
        assert document(each).tag == f"{{{NAMESPACE}}}urlset"


def test_a_portion_is_a_span_of_ids_and_changed_with_its_last_report(uk, document):
    first, last = told(pk=sitemaps.SPAN - 1), told(pk=sitemaps.SPAN)
    root = document("/sitemap.xml")
    assert addresses(root)[2:] == ["/sitemap-stories-0.xml", "/sitemap-stories-1.xml"]
    changed = [each.text for each in root.iter(f"{{{NAMESPACE}}}lastmod")]
    assert changed == ["2026-03-09T12:00:00Z"] * 2
    assert addresses(document("/sitemap-stories-0.xml")) == [first.get_absolute_url()]
    assert addresses(document("/sitemap-stories-1.xml")) == [last.get_absolute_url()]


def test_stories_of_one_outlet_and_articles_are_not_in_it(uk, document, client):
    told(outlets=1)
    assert len(addresses(document("/sitemap.xml"))) == 2
    assert client.get("/sitemap-stories-0.xml").status_code == 404


def test_fronts_topics_and_sources_are_in_it(uk, document):
    make_edition("ie")
    make_source("The Lantern")
    world = make_topic("World")
    make_topic("Sport")
    place(told(), uk, topic=world)
    found = addresses(document("/sitemap-pages.xml"))
    assert {"/uk/", "/uk/world/", "/ie/", "/latest/", "/sources/", "/source/the-lantern/"} <= {
        *found
    }
    assert not {"/uk/sport/", "/ie/world/"} & {*found}


def test_the_news_sitemap_has_the_stories_of_two_days(uk, document):
    now = timezone.now()
    fresh = told(title="Bridge & river", first_at=now - timedelta(hours=47), last_at=now)
    told(title="Old", first_at=now - timedelta(hours=49), last_at=now)
    told(title="Lone", outlets=1, first_at=now, last_at=now)
    root = document("/sitemap-news.xml")
    assert addresses(root) == [fresh.get_absolute_url()]
    assert [each.text for each in root.iter(f"{{{NEWS}}}title")] == ["Bridge & river"]
    assert [each.text for each in root.iter(f"{{{NEWS}}}language")] == ["en"]


def test_the_news_sitemap_is_bounded(uk, document, monkeypatch):
    monkeypatch.setattr(sitemap, "MOST_NEWS", 2)
    now = timezone.now()
    for _ in range(3):
        told(first_at=now, last_at=now)
    assert len(addresses(document("/sitemap-news.xml"))) == 2


def test_an_unchanged_sitemap_is_not_sent_again(uk, client):
    told()
    first = client.get("/sitemap.xml")
    again = client.get("/sitemap.xml", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_the_number_of_queries_is_fixed(uk, queries):
    story = told()
    for address in (
        "/sitemap.xml",
        "/sitemap-pages.xml",
        "/sitemap-news.xml",
        f"/sitemap-stories-{story.pk // sitemaps.SPAN}.xml",
        "/sources/feeds.opml",
    ):
        assert queries(address) <= QUERIES
    assert queries("/robots.txt") == 0


def test_portions_are_found_by_an_index(uk):
    first, *_ = [told() for _ in range(3)]
    Story.objects.bulk_create(Story(title="Alone", source_count=1) for _ in range(500))
    portion = sitemaps.several().filter(pk__gte=first.pk, pk__lt=first.pk + sitemaps.SPAN)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE articles_story")
        cursor.execute("SET LOCAL enable_seqscan = off")
        for found in (sitemaps.several().values("pk"), portion):
            assert "story_of_several" in found.order_by("pk").explain()


def test_robots_are_led_to_the_sitemap_and_kept_from_answers(client, settings):
    settings.PUBLIC_URL = "https://news.example.org"
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").content.decode().splitlines())
    assert rules.site_maps() == ["https://news.example.org/sitemap.xml"]
    for kept in (
        "/search/?q=x",
        "/edition/uk/",
        "/language/de/",
        "/admin/",
        "/appearance/?theme=dark",
    ):
        assert not rules.can_fetch("any", kept)
    for free in ("/", "/uk/", "/story/1/bridge/", "/latest/feed.atom"):
        assert rules.can_fetch("any", free)


def test_the_list_of_feeds_can_be_imported_again(uk, client):
    lantern = make_source(
        "The Lantern", editions=(uk,), home_url="https://lantern.example/", language="en"
    )
    make_feed(lantern, url="https://lantern.example/w", title="World & more", topic=make_topic())
    make_feed(lantern, url="https://lantern.example/all")
    make_feed(lantern, url="https://lantern.example/paused", active=False)
    make_feed(make_source("Elsewhere"), url="https://elsewhere.example/")
    response = client.get("/sources/feeds.opml?edition=uk")
    assert response.headers["Content-Type"] == "text/x-opml"
    read = read_opml(response.getvalue())
    assert [(each.url, each.title, each.home_url, each.folders) for each in read] == [
        ("https://lantern.example/w", "World & more", "https://lantern.example/", ("World",)),
        ("https://lantern.example/all", "The Lantern", "https://lantern.example/", ()),
    ]
    everything = read_opml(client.get("/sources/feeds.opml").getvalue())
    assert "https://elsewhere.example/" in {each.url for each in everything}


def test_the_list_tells_nothing_but_what_a_reader_needs(uk, client):
    feed = make_feed(make_source("The Lantern", owner="Secret Holdings"), last_error="Broken pipe")
    said = client.get("/sources/feeds.opml").getvalue().decode()
    assert feed.url in said
    assert "Secret Holdings" not in said
    assert "Broken pipe" not in said


def test_there_is_no_list_of_an_edition_that_is_not_there(uk, client):
    assert client.get("/sources/feeds.opml?edition=xx").status_code == 404
