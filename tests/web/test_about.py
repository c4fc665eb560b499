"""What the site says about itself."""

from __future__ import annotations

import pytest

from articles.selectors.status import Extent
from articles.web.about import cookies
from tests.factories import make_article, make_feed, make_source, make_story
from tests.web.pages import Page

QUERIES = 8


def number(page: Page, of: str) -> str:
    """A number in the list at the top."""
    return page.source.partition(f"<dt>{of}</dt><dd>")[2].partition("</dd>")[0]


def test_it_tells_how_much_is_read_and_kept(uk, read):
    source = make_source()
    make_feed(source)
    make_feed(source, active=False)
    make_feed(make_source(active=False))
    make_story(make_article(source=source), make_article(source=source))
    page = read("/about/")
    assert [number(page, of) for of in ("Sources read", "Feeds fetched")] == ["1", "1"]
    assert [number(page, of) for of in ("Articles kept", "Stories formed")] == ["2", "1"]


def test_large_numbers_are_written_to_be_read(uk, read, monkeypatch):
    large = Extent(sources=1200, feeds=3, articles=1_234_567, stories=4)
    monkeypatch.setattr("articles.web.about.extent", lambda: large)
    assert number(read("/about/"), "Articles kept") == "1,234,567"


def test_every_cookie_that_a_reader_gets_is_told(uk, client):
    story = make_story(make_article(), make_article())
    for address in (
        "/uk/",
        story.get_absolute_url(),
        "/edition/uk/",
        "/language/de/",
        "/appearance/?theme=dark&density=compact",
    ):
        client.get(address)
    assert set(client.cookies) == {cookie.name for cookie in cookies()}


def test_it_tells_how_long_each_cookie_is_kept(uk, read, client):
    client.get("/edition/uk/")
    kept = client.cookies["edition"]["max-age"] // 86_400
    text = read("/about/").text
    assert f"edition the edition that you chose {kept} days" in text


@pytest.mark.parametrize(
    ("address", "words", "href"),
    [
        ("mailto:desk@news.example", "desk@news.example", "mailto:desk@news.example"),
        ("https://news.example/contact", "https://news.example/contact", None),
    ],
)
def test_whoever_runs_it_can_be_reached(uk, read, settings, address, words, href):
    settings.CONTACT_ADDRESS = address
    assert read("/about/").link(words).href == (href or address)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "desk at news.example"])
def test_an_address_that_is_none_is_no_link(uk, read, settings, address):
    settings.CONTACT_ADDRESS = address
    page = read("/about/")
    assert address in page.text
    assert not page.to(address)


def test_without_an_address_none_is_made_up(uk, read, settings):
    settings.CONTACT_ADDRESS = ""
    assert "write to whoever runs this site." in read("/about/").text


def test_publishers_learn_how_they_are_asked(uk, read, settings):
    text = read("/about/").text
    assert settings.FETCH.user_agent in text
    assert "robots.txt allows the robot Newsreader" in text


def test_it_leads_to_ranking_and_sources_and_every_page_leads_to_it(uk, read):
    page = read("/about/")
    assert page.to("/about/ranking/")
    assert page.to("/sources/")
    assert read("/latest/").link("About").href == "/about/"


def test_it_takes_few_queries(uk, queries):
    make_article()
    assert queries("/about/") <= QUERIES
