"""Feeds out: what they say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from django.utils import timezone

from articles.models import Edition, Installation, Story
from articles.pipeline import fronts
from articles.selectors.syndication import ENTRIES_A_PAGE
from tests.factories import (
    make_article,
    make_edition,
    make_headline,
    make_source,
    make_story,
    make_topic,
    place,
)
from tests.web.feed_rules import LANGUAGE, all_of, atom, json_feed, links, text

QUERIES = 6
NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


@pytest.fixture
def addresses(uk) -> list[str]:
    """An address of every kind of feed, with something in each."""
    lead = make_article(
        "Bridge closed",
        source=make_source("The Lantern", editions=(uk,), language="en"),
        authors=["Ada Field"],
        categories=["Transport"],
        enclosures=[
            {
                "url": "https://a.example/1.mp3",
                "media_type": "audio/mpeg",
                "length": 7,
                "duration": 750,
            },
            {"url": "https://a.example/2", "media_type": "a film", "length": None},
        ],
        image_url="https://i.example/1.jpg",
        published_at=NOON,
    )
    other = make_article("Bridge shut to traffic", published_at=NOON - timedelta(hours=1))
    make_article("Bridge closed", copy_of=lead, published_at=NOON)
    story, topic = make_story(lead, other), make_topic("World")
    place(story, uk, topic=topic)
    return [
        "/uk/feed",
        "/uk/world/feed",
        f"/story/{story.pk}/feed",
        "/source/the-lantern/feed",
        "/latest/feed",
        "/search/feed?q=bridge",
    ]


def in_format(address: str, kind: str) -> str:
    return address.replace("/feed", f"/feed.{kind}")


@pytest.fixture
def feed(client):
    """The bytes at an address."""

    def reading(address: str, **headers: str) -> bytes:
        response = client.get(address, headers=headers)
        assert response.status_code == 200, response.status_code
        content: bytes = response.content
        return content

    return reading


def titles(body: bytes) -> list[str]:
    return [text(entry, "title") for entry in all_of(atom(body), "entry")]


def test_every_atom_feed_keeps_the_rules_and_feedparser_reads_it(addresses, feed):
    for address in addresses:
        body = feed(in_format(address, "atom"))
        root, read = atom(body), feedparser.parse(body)
        assert not read.bozo, address
        assert read.version == "atom10"
        assert [entry.title for entry in read.entries] == titles(body)
        assert all_of(root, "entry"), address


def test_every_json_feed_has_the_entries_of_its_twin(addresses, feed):
    for address in addresses:
        said = json_feed(feed(in_format(address, "json")))
        twin = atom(feed(in_format(address, "atom")))
        entries = all_of(twin, "entry")
        assert [item["id"] for item in said["items"]] == [text(entry, "id") for entry in entries]
        assert [item["title"] for item in said["items"]] == [text(e, "title") for e in entries]


def test_the_entries_of_a_front_are_stories_that_list_who_else_reports(addresses, feed):
    (entry,) = all_of(atom(feed("/uk/feed.atom")), "entry")
    assert text(entry, "title") == "Bridge closed"
    assert text(all_of(entry, "author")[0], "name") == "The Lantern"
    assert links(entry, "alternate")[0].startswith("http://testserver/story/")
    assert links(entry, "via")[0].startswith("https://paper.example/")
    content = text(entry, "content")
    assert "Bridge shut to traffic" in content
    assert 'href="https://paper.example/' in content
    assert "2 outlets, 2 independent reports" in content


def test_a_story_was_published_with_its_first_report_and_updated_with_its_last(addresses, feed):
    (entry,) = all_of(atom(feed("/uk/feed.atom")), "entry")
    assert text(entry, "published") == "2026-03-09T11:00:00Z"
    assert text(entry, "updated") == "2026-03-09T12:00:00Z"


def test_an_article_is_credited_signed_and_brings_its_media(addresses, feed):
    (entry,) = all_of(atom(feed("/source/the-lantern/feed.atom")), "entry")
    author = all_of(entry, "author")[0]
    assert (text(author, "name"), text(author, "uri")) == (
        "The Lantern",
        "http://testserver/source/the-lantern/",
    )
    assert text(all_of(entry, "contributor")[0], "name") == "Ada Field"
    assert [each.get("term") for each in all_of(entry, "category")] == ["Transport"]
    assert links(entry, "enclosure") == ["https://a.example/1.mp3", "https://a.example/2"]
    (lasting,) = entry.iter("{http://search.yahoo.com/mrss/}content")
    assert lasting.attrib == {
        "url": "https://a.example/1.mp3", "type": "audio/mpeg", "fileSize": "7", "duration": "750",
    }  # fmt: skip
    assert text(entry, "summary") == "What is known about this: Bridge closed."
    (item,) = json_feed(feed("/source/the-lantern/feed.json"))["items"]
    first, second = item["attachments"]
    assert (first["size_in_bytes"], first["duration_in_seconds"]) == (7, 750)
    assert "duration_in_seconds" not in second
    assert item["external_url"].startswith("https://paper.example/")
    assert item["image"] == "https://i.example/1.jpg"


def test_the_reports_of_a_story_come_without_copies(addresses, feed):
    assert titles(feed(addresses[2] + ".atom")) == ["Bridge closed", "Bridge shut to traffic"]


def test_an_article_is_updated_when_its_headline_or_its_publisher_says_so(uk, feed):
    article = make_article(published_at=NOON, updated_at=NOON + timedelta(hours=1))
    (entry,) = all_of(atom(feed("/latest/feed.atom")), "entry")
    assert text(entry, "updated") == "2026-03-09T13:00:00Z"
    make_headline(article, "Bridge to reopen", replaced_at=NOON + timedelta(hours=2))
    (entry,) = all_of(atom(feed("/latest/feed.atom")), "entry")
    assert text(entry, "updated") == "2026-03-09T14:00:00Z"


def test_ids_depend_neither_on_the_host_nor_on_the_title(addresses, feed, settings, client):
    def ids() -> list[str]:
        root = atom(client.get("/uk/feed.atom").content)
        return [text(each, "id") for each in (root, *all_of(root, "entry"))]

    before = ids()
    assert all(each.startswith("urn:uuid:") for each in before)
    settings.PUBLIC_URL = "https://elsewhere.example"
    assert "https://elsewhere.example/" in client.get("/uk/feed.atom").content.decode()
    assert ids() == before


def test_another_installation_has_other_ids(addresses, feed):
    before = text(atom(feed("/uk/feed.atom")), "id")
    Installation.objects.all().delete()
    assert text(atom(feed("/uk/feed.atom")), "id") != before


def test_addresses_are_those_of_the_public_site(addresses, feed, settings):
    settings.PUBLIC_URL = "https://news.example.org"
    root = atom(feed("/uk/world/feed.atom"))
    assert links(root, "self") == ["https://news.example.org/uk/world/feed.atom"]
    assert links(root, "alternate") == ["https://news.example.org/uk/world/"]


def test_languages_are_told_for_the_feed_and_for_each_entry(uk, feed):
    make_article("Deutscher Bericht", language="de")
    root = atom(feed("/latest/feed.atom"))
    assert LANGUAGE not in root.attrib
    assert [entry.get(LANGUAGE) for entry in all_of(root, "entry")] == ["de"]
    make_edition("de", language="de", country="DE")
    assert atom(feed("/de/feed.atom")).get(LANGUAGE) == "de"


def test_pages_of_a_feed_lead_through_all_of_it_once(uk, feed):
    source = make_source("The Paper")
    total = 2 * ENTRIES_A_PAGE + 1
    for number in range(total):
        make_article(f"Report {number:03}", source=source, published_at=NOON)
    seen, address = [], "/latest/feed.atom?language=en"
    while address:
        root = atom(feed(address))
        seen += [text(entry, "title") for entry in all_of(root, "entry")]
        assert links(root, "first") == ["http://testserver/latest/feed.atom?language=en"]
        address = next(iter(links(root, "next")), "")
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == total


def test_pages_of_a_front_lead_through_all_its_stories(uk, feed):
    source = make_source("The Paper")
    for number in range(ENTRIES_A_PAGE + 1):
        place(make_story(make_article(f"Story {number}", source=source)), uk, rank=number)
    first = json_feed(feed("/uk/feed.json"))
    second = json_feed(feed(first["next_url"]))
    assert len({item["title"] for item in (*first["items"], *second["items"])}) == 31
    assert "next_url" not in second


def test_a_feed_without_entries_is_a_feed(uk: Edition, feed):
    root = atom(feed("/uk/feed.atom"))
    assert feed("/uk/feed.atom") == feed("/uk/feed.atom")
    assert not all_of(root, "entry")


def test_a_search_finds_the_newest_in_the_language_asked_for(uk, feed):
    make_article("Bridge reopens", published_at=NOON)
    make_article("Bridge closed again", published_at=NOON + timedelta(hours=1))
    make_article("Brücke Bridge", language="de", published_at=NOON)
    assert titles(feed("/search/feed.atom?q=bridge&language=en")) == [
        "Bridge closed again",
        "Bridge reopens",
    ]
    assert len(titles(feed("/search/feed.atom?q=bridge"))) == 3


def test_a_search_by_operators_is_a_feed_with_pages(uk, feed):
    lantern = make_source("Lantern", editions=(uk,))
    for number in range(ENTRIES_A_PAGE + 1):
        make_article(
            f"Bridge {number}", source=lantern, published_at=NOON + timedelta(hours=number)
        )
    make_article("Bridge elsewhere")
    first = json_feed(feed("/search/feed.json?q=bridge source:lantern"))
    assert len(first["items"]) == ENTRIES_A_PAGE
    second = json_feed(feed(first["next_url"]))
    assert [item["title"] for item in second["items"]] == ["Bridge 0"]
    assert "next_url" not in second


def test_markup_in_what_a_publisher_says_stays_text(uk, feed):
    lead = make_article("<b>1 < 2</b> & “so”", excerpt="<script>alert(1)</script>")
    place(make_story(lead, make_article("<i>Other</i>")), uk)
    (entry,) = all_of(atom(feed("/uk/feed.atom")), "entry")
    assert text(entry, "title") == "<b>1 < 2</b> & “so”"
    content = text(entry, "content")
    assert "&lt;script&gt;" in content
    assert "<script" not in content
    assert "&lt;i&gt;Other&lt;/i&gt;" in content


def test_the_number_of_queries_is_small_and_does_not_grow(addresses, uk, queries):
    queries("/uk/feed.atom")  # the first ever asked for names the installation
    counted = {a: queries(in_format(a, "atom")) for a in addresses}
    source = make_source("The Lamp", editions=(uk,))
    for _ in range(5):
        place(make_story(make_article(source=source), make_article("Another bridge")), uk)
    for address, count in counted.items():
        assert queries(in_format(address, "atom")) <= count <= QUERIES, address


def test_what_is_pinned_to_a_front_leads_its_feed_and_is_there_once(addresses, uk, feed):
    until = timezone.now() + timedelta(hours=1)
    low = make_story(make_article("Ferries go again"), pinned_until=until)
    elsewhere = make_story(make_article("Tunnel planned"), pinned_until=until, pinned_in=[uk.pk])
    for rank in range(40):
        place(make_story(make_article(f"Report {rank}")), uk, rank=2.0 + rank)
    place(low, uk, rank=0.5)
    fronts.arrange_fronts()
    told = [item["title"] for item in json_feed(feed("/uk/feed.json"))["items"]]
    assert set(told[:2]) == {"Ferries go again", "Tunnel planned"}
    assert told.count(elsewhere.title) == told.count(low.title) == 1
    assert told[2] == "Report 39"
    Story.objects.filter(pk=low.pk).update(pinned_until=timezone.now() - timedelta(hours=1))
    assert b"Ferries go again" not in feed("/uk/feed.json")
