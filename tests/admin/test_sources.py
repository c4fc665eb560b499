"""Sources, editions and topics at the desk."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Edition, Feed, Source
from tests.factories import make_article, make_edition, make_feed, make_source, make_topic

SOURCES = "/admin/articles/source/"


def form(source: Source, *feeds: Feed, **changes: str) -> dict[str, object]:
    """What a browser sends when the source's page is saved."""
    sent: dict[str, object] = {
        "name": source.name,
        "slug": source.slug,
        "home_url": source.home_url,
        "country": "GB",
        "language": "en",
        "active": "on",
        "weight": "1",
        "feeds-TOTAL_FORMS": str(len(feeds)),
        "feeds-INITIAL_FORMS": str(sum(feed.pk is not None for feed in feeds)),
    }
    for number, feed in enumerate(feeds):
        sent |= {
            f"feeds-{number}-id": feed.pk or "",
            f"feeds-{number}-source": source.pk,
            f"feeds-{number}-url": feed.url,
            f"feeds-{number}-topic": feed.topic_id or "",
            f"feeds-{number}-active": "on",
        }
    return sent | changes


def test_the_list_counts_feeds_and_those_that_fail(desk):
    source = make_source("The Crier", editions=(make_edition("uk", name="United Kingdom"),))
    make_feed(source)
    make_feed(source, failures=2)
    [listed] = desk.get(SOURCES).context["cl"].result_list
    assert (listed.feed_count, listed.failing_count) == (2, 1)
    assert "United Kingdom" in desk.get(SOURCES).content.decode()


def test_sources_are_found_by_name_and_edition(desk):
    edition = make_edition("uk")
    make_source("The Crier", editions=(edition,))
    make_source("Other")
    found = desk.get(SOURCES, {"q": "crier", "editions__id__exact": edition.pk})
    assert [source.name for source in found.context["cl"].result_list] == ["The Crier"]


def test_feeds_are_kept_with_their_source(desk):
    source, topic = make_source("The Crier"), make_topic("World")
    old = make_feed(source)
    old.topic = topic
    new = Feed(source=source, url="https://crier.example/new")
    response = desk.post(f"{SOURCES}{source.pk}/change/", form(source, old, new, name="The Call"))
    assert response.status_code == 302
    source.refresh_from_db()
    assert source.name == "The Call"
    assert set(source.feeds.values_list("url", "topic")) == {(old.url, topic.pk), (new.url, None)}


def test_a_feed_that_may_not_be_fetched_is_refused_beside_its_source(desk):
    source = make_source("The Crier")
    new = Feed(source=source, url="http://192.168.1.1/rss")
    response = desk.post(f"{SOURCES}{source.pk}/change/", form(source, new))
    assert "private address" in response.content.decode()
    assert not Feed.objects.exists()


@pytest.mark.parametrize(
    "slug", ["latest", "search", "sources", "source", "admin", "healthz", "websub"]
)
def test_an_edition_cannot_take_the_address_of_another_page(desk, slug):
    sent = {"name": "Latest", "slug": slug, "country": "GB", "language": "en", "position": "1"}
    response = desk.post("/admin/articles/edition/add/", sent)
    assert "address of another page" in response.content.decode()
    assert not Edition.objects.exists()


def test_an_edition_is_added(desk):
    sent = {"name": "Wales", "slug": "wales", "country": "GB", "language": "cy", "position": "1"}
    assert desk.post("/admin/articles/edition/add/", sent).status_code == 302
    assert Edition.objects.get().name == "Wales"


def test_codes_in_the_wrong_form_are_refused(desk):
    sent = {"name": "W", "slug": "w", "country": "gb", "language": "EN", "position": "1"}
    page = desk.post("/admin/articles/edition/add/", sent).content.decode()
    assert "Two capital letters" in page
    assert "Two small letters" in page


def test_a_source_that_has_published_is_not_deleted_and_the_page_says_what_to_do(desk):
    source = make_source("The Crier")
    make_article("Bridge reopens", source=source)
    page = f"{SOURCES}{source.pk}/delete/"
    with CaptureQueriesContext(connection) as asked:
        said = desk.get(page).content.decode()
    assert "the articles of The Crier: mute it, or make it inactive" in said
    assert not any("Bridge reopens" in each["sql"] or '"text"' in each["sql"] for each in asked)
    desk.post(page, {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [source.pk], "post": "yes"}
    assert "mute it, or make it inactive" in desk.post(SOURCES, chosen).content.decode()
    assert Source.objects.get() == source


def test_a_source_that_brought_nothing_is_deleted_with_its_feeds(desk):
    feed = make_feed()
    desk.post(f"{SOURCES}{feed.source_id}/delete/", {"post": "yes"})
    assert not Source.objects.exists()
    assert not Feed.objects.exists()


def test_the_list_of_editions_counts_their_sources(desk):
    make_source("The Lantern", editions=(make_edition("uk", name="United Kingdom"),))
    page = desk.get("/admin/articles/edition/").content.decode()
    assert re.search(r'class="[^"]*field-counted[^"]*"[^>]*>\s*1\s*<', page)
