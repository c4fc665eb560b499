"""Choosing among a story's reports."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Story
from articles.selectors.coverage import REPORTS_A_PAGE
from articles.web.visits import STORIES_COOKIE, Visit, write_stories
from tests.factories import make_article, make_source, make_story
from tests.web.pages import Page


@pytest.fixture
def flood(uk) -> Story:
    """Four reports an hour apart and two copies: of Britain, Germany and nobody knows where."""
    now = timezone.now()
    outlets = (
        ("Lantern", "GB", "en"),
        ("Ledger", "GB", "en"),
        ("Kurier", "DE", "de"),
        ("Nowhere", "", "en"),
    )
    reports = [
        make_article(
            f"{name} reports",
            source=make_source(name, country=country),
            language=language,
            published_at=now - timedelta(hours=9 - number),
        )
        for number, (name, country, language) in enumerate(outlets)
    ]
    copies = [
        make_article(
            f"{name} copies",
            source=make_source(name, country=country),
            copy_of=reports[0],
            published_at=now,
        )
        for name, country in (("Echo", "GB"), ("Abbild", "DE"))
    ]
    return make_story(*reports, *copies)


def shown(page: Page) -> list[str]:
    """The headlines of the coverage, in order."""
    start = page.source.index('id="coverage"')
    coverage = Page(page.source[start : page.source.index("</section>", start)])
    return [link.text for link in coverage.links if link.href.startswith("/article/")]


def test_every_report_is_shown_with_the_copies_under_it(flood, read):
    page = read(flood.get_absolute_url())
    assert shown(page) == [
        "Lantern reports", "Echo copies", "Abbild copies", "Ledger reports", "Kurier reports",
        "Nowhere reports",
    ]  # fmt: skip


def test_choices_say_how_many_reports_they_leave(flood, read):
    text = read(flood.get_absolute_url()).text
    assert "All 6 Without copies 4" in text
    assert "All 6 United Kingdom 3 Germany 2 Not known 1" in text
    assert "All 6 English 5 German 1" in text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("only=independent", ["Lantern", "Ledger", "Kurier", "Nowhere"]),
        ("country=GB", ["Lantern", "Echo", "Ledger"]),
        ("country=unknown", ["Nowhere"]),
        ("country=DE", ["Kurier", "Abbild"]),
        ("country=DE&only=independent", ["Kurier"]),
        ("language=de", ["Kurier"]),
        ("language=en&country=DE", ["Abbild"]),
        ("country=FR", []),
        ("country=&only=&order=", ["Lantern", "Echo", "Abbild", "Ledger", "Kurier", "Nowhere"]),
        ("order=newest", ["Nowhere", "Kurier", "Ledger", "Lantern", "Echo", "Abbild"]),
        ("order=newest&only=independent&country=GB", ["Ledger", "Lantern"]),
    ],
)  # fmt: skip
def test_only_what_is_asked_for_is_shown(flood, read, query, expected):
    page = read(f"{flood.get_absolute_url()}?{query}")
    assert [text.partition(" ")[0] for text in shown(page)] == expected


def test_choices_can_be_combined_and_cleared_by_links(flood, read):
    address = flood.get_absolute_url()
    german = read(address).link("Germany")
    assert german.href == f"{address}?country=DE#coverage"
    both = read(german.href).link("Without copies")
    assert both.href == f"{address}?only=independent&country=DE#coverage"
    page = read(both.href)
    assert "1 of 6 reports is shown." in page.text
    assert page.link("Show all").href == f"{address}#coverage"
    choices = [link for link in page.links if link.attributes.get("id", "").startswith("choice")]
    current = [link.text for link in choices if "aria-current" in link.attributes]
    assert current == ["Without copies 1", "Germany 1", "All 1", "Oldest first"]


def test_nothing_is_cleared_where_nothing_was_chosen(flood, read):
    for query in ("", "?order=newest"):
        page = read(f"{flood.get_absolute_url()}{query}")
        assert "All reports are shown." in page.text
        assert not page.has_link("Show all")


def test_the_unfiltered_page_is_the_canonical_one(flood, read):
    page = read(f"{flood.get_absolute_url()}?country=DE")
    canonical = [link["href"] for link in page.all("link") if link.get("rel") == "canonical"]
    assert [href.endswith(flood.get_absolute_url()) for href in canonical] == [True]


def test_it_says_so_where_nothing_is_of_that_kind(flood, read):
    text = read(f"{flood.get_absolute_url()}?country=FR").text
    assert "No report of this story is of that kind." in text
    assert "0 of 6 reports are shown." in text


@pytest.mark.parametrize(
    "query",
    ["only=x", "country=gb", "country=GBR", "language=EN", "order=x", "country=%00", "language=٣٣"],
)
def test_a_choice_that_no_page_offers_is_not_found(flood, client, query):
    assert client.get(f"{flood.get_absolute_url()}?{query}").status_code == 404


def test_a_story_of_one_kind_offers_nothing_but_the_order(uk, read):
    story = make_story(make_article(), make_article())
    text = read(story.get_absolute_url()).text
    assert "Oldest first" in text
    assert "Countries" not in text
    assert "Without copies" not in text


def test_a_story_of_one_report_offers_nothing(uk, read):
    assert "Oldest first" not in read(make_story(make_article()).get_absolute_url()).text


@pytest.mark.parametrize("order", ["", "&order=newest"])
def test_pages_of_a_choice_go_on_with_it_until_each_report_was_shown_once(uk, read, order):
    now = timezone.now()
    british, german = make_source(country="GB"), make_source(country="DE")
    reports = [
        make_article(f"{number:03} reports", source=british, published_at=now)
        for number in range(REPORTS_A_PAGE + 3)
    ]
    others = [make_article("Other reports", source=german) for _ in range(3)]
    story = make_story(*reports, *others)
    first = read(f"{story.get_absolute_url()}?country=GB{order}")
    second = read(f"{story.get_absolute_url()}{first.link('More coverage').href}")
    seen = shown(first) + shown(second)
    assert seen == sorted((report.title for report in reports), reverse=bool(order))
    assert not second.has_link("More coverage")


def test_what_came_since_the_reader_was_here_is_counted_and_marked(flood, client):
    address = flood.get_absolute_url()
    assert "New</span>" not in client.get(address).content.decode()
    seen = int(time.time()) - 7 * 3600 - 1800
    client.cookies[STORIES_COOKIE] = write_stories({flood.pk: Visit(0, seen)})
    again = client.get(address).content.decode()
    assert "4 new since you were here" in again  # two of them are copies
    assert again.count("New</span>") == 2
