"""What pages say to machines: structured data, previews, where their feeds are."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from articles.models import Story
from tests.factories import make_article, make_feed, make_source, make_story, make_topic, place
from tests.web.pages import Page

NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
HOSTILE = "</script><script>alert(1)</script><!-- & “quoted”"


@pytest.fixture
def story(uk) -> Story:
    lantern = make_source("The Lantern", editions=(uk,), home_url="https://lantern.example/")
    lead = make_article(
        "Bridge closed",
        source=lantern,
        published_at=NOON,
        authors=["Ada Field"],
        image_url="https://i.example/1.jpg",
    )
    later = make_article("Bridge shut", published_at=NOON + timedelta(hours=1))
    story = make_story(lead, later)
    place(story, uk, topic=make_topic("World"))
    return story


def data(page: Page) -> dict[str, Any]:
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.source)
    said: dict[str, Any] = json.loads(block)
    assert said["@context"] == "https://schema.org"
    assert said["name"]
    assert said["url"].startswith("http://testserver/")
    steps = said["breadcrumb"]["itemListElement"]
    assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))
    assert steps[0]["item"] == "http://testserver/"
    assert steps[-1]["item"] == said["url"]
    return said


def listed(said: dict[str, Any]) -> list[dict[str, Any]]:
    assert said["mainEntity"]["@type"] == "ItemList"
    members: list[dict[str, Any]] = said["mainEntity"]["itemListElement"]
    assert [member["position"] for member in members] == list(range(1, len(members) + 1))
    return members


def properties(page: Page) -> dict[str, str]:
    return {
        meta.get("property") or meta.get("name", ""): meta.get("content", "")
        for meta in page.all("meta")
    }


def named(page: Page, rel: str) -> list[str]:
    return [link["href"] for link in page.all("link") if link.get("rel") == rel]


def test_a_front_lists_its_stories(story, read):
    for address, steps in (("/uk/", 2), ("/uk/world/", 3)):
        said = data(read(address))
        assert said["@type"] == "CollectionPage"
        assert len(said["breadcrumb"]["itemListElement"]) == steps
        assert [member["url"] for member in listed(said)] == [
            f"http://testserver{story.get_absolute_url()}"
        ]


def test_a_story_lists_the_articles_of_their_publishers(story, read):
    said = data(read(story.get_absolute_url()))
    first, second = (member["item"] for member in listed(said))
    assert (said["datePublished"], said["dateModified"]) == (
        "2026-03-09T12:00:00+00:00",
        "2026-03-09T13:00:00+00:00",
    )
    assert first["@type"] == "NewsArticle"
    assert first["headline"] == "Bridge closed"
    assert first["url"].startswith("https://paper.example/")
    assert first["publisher"]["name"] == "The Lantern"
    assert second["headline"] == "Bridge shut"


def test_an_article_is_called_its_publishers_not_ours(story, read):
    article = story.lead
    assert article is not None
    said = data(read(article.get_absolute_url()))
    about = said["mainEntity"]
    assert (said["@type"], about["@type"]) == ("WebPage", "NewsArticle")
    assert said["isBasedOn"] == about["url"] == article.url
    assert about["publisher"]["name"] == "The Lantern"
    assert about["author"] == [{"@type": "Person", "name": "Ada Field"}]
    assert about["datePublished"] == "2026-03-09T12:00:00+00:00"


def test_a_source_is_a_news_organisation_with_a_home_of_its_own(story, read):
    said = data(read("/source/the-lantern/"))
    assert said["about"]["@type"] == "NewsMediaOrganization"
    assert said["about"]["sameAs"] == "https://lantern.example/"
    assert len(listed(said)) == 1


def test_no_headline_gets_out_of_the_data(uk, read):
    articles = [make_article(HOSTILE, excerpt=HOSTILE) for _ in range(2)]
    story = make_story(*articles, title=HOSTILE)
    place(story, uk)
    for address in ("/uk/", story.get_absolute_url(), articles[0].get_absolute_url()):
        page = read(address)
        assert "alert(1)</script>" not in page.source
        assert HOSTILE in json.dumps(data(page), ensure_ascii=False).replace('\\"', '"')
        assert page.all("script").count({}) == 1  # what asks for ours


def test_where_a_page_is_shared_it_shows_title_address_and_picture(story, read):
    said = properties(read(story.get_absolute_url()))
    assert said["og:title"] == "Bridge closed"
    assert said["og:url"] == f"http://testserver{story.get_absolute_url()}"
    assert said["og:image"] == "https://i.example/1.jpg"
    assert said["twitter:card"] == "summary_large_image"
    plain = properties(read("/uk/"))
    assert plain["og:image"].startswith("http://testserver/static/icons/")
    assert plain["og:description"] == plain["description"]


def test_addresses_for_machines_are_those_of_the_public_site(story, read, settings):
    settings.PUBLIC_URL = "https://news.example.org"
    page = read("/uk/")
    assert named(page, "canonical") == ["https://news.example.org/uk/"]
    assert properties(page)["og:url"] == "https://news.example.org/uk/"


def test_pages_that_repeat_others_are_not_for_search_engines(story, uk, read):
    lone = make_story(make_article("Lone report"))
    place(lone, uk)
    assert story.lead is not None
    for address in (lone.get_absolute_url(), story.lead.get_absolute_url()):
        assert properties(read(address))["robots"] == "noindex"
    for address in ("/uk/", story.get_absolute_url(), "/source/the-lantern/", "/latest/"):
        assert "robots" not in properties(read(address))


@pytest.mark.parametrize(
    "address",
    [
        "/uk/",
        "/uk/world/",
        "story",
        "/source/the-lantern/",
        "/latest/",
        "/latest/?edition=uk",
        "/search/?q=bridge",
    ],
)
def test_a_page_tells_where_its_feeds_are_and_readers_can_follow(story, client, read, address):
    page = read(story.get_absolute_url() if address == "story" else address)
    alternates = [link for link in page.all("link") if link.get("rel") == "alternate"]
    kinds = {link["type"]: link["href"] for link in alternates}
    assert set(kinds) == {"application/atom+xml", "application/feed+json"}
    for kind, href in kinds.items():
        assert client.get(href).headers["Content-Type"].startswith(kind)
    assert page.link("Follow by feed").href == kinds["application/atom+xml"]


def test_the_sources_page_offers_its_feeds_as_a_list(story, client, read):
    make_feed(make_source("The Lamp"))
    page = read("/sources/")
    assert named(page, "outline") == ["/sources/feeds.opml"]
    assert client.get(page.link("The feeds of these sources").href).status_code == 200
    assert named(read("/sources/?edition=uk"), "outline") == ["/sources/feeds.opml?edition=uk"]
