"""`/`: which edition a reader gets, and how that is remembered."""

from __future__ import annotations

import pytest

from articles.models import Edition
from articles.web.editions import choose
from tests.factories import make_article, make_edition, make_story, place

EDITIONS = [
    Edition(slug="uk", language="en", country="GB"),
    Edition(slug="us", language="en", country="US"),
    Edition(slug="de", language="de", country="DE"),
]


@pytest.mark.parametrize(
    ("cookie", "accept_language", "expected"),
    [
        ("", "", "uk"),
        ("us", "de", "us"),
        ("gone", "de", "de"),
        ("", "en", "uk"),
        ("", "en-US", "us"),
        ("", "en-AU,en;q=0.9", "uk"),
        ("", "fr, de-AT;q=0.8, en;q=0.5", "de"),
        ("", "de;q=0, en;q=0.5", "uk"),
        ("", "tlh", "uk"),
        ("", ";;;=,", "uk"),
        ("", "*", "uk"),
    ],
)
def test_the_cookie_wins_then_the_language_then_the_default(cookie, accept_language, expected):
    chosen = choose(EDITIONS, cookie=cookie, accept_language=accept_language, default="uk")
    assert chosen is not None
    assert chosen.slug == expected


def test_without_the_default_edition_the_first_one_is_chosen():
    chosen = choose(EDITIONS, cookie="", accept_language="", default="gone")
    assert chosen is EDITIONS[0]


@pytest.fixture
def two(uk):
    us = make_edition("us", name="United States", country="US", position=2)
    place(make_story(make_article("British event")), uk)
    place(make_story(make_article("American event")), us)


def test_home_is_the_front_page_of_the_default_edition(two, read):
    home = read("/")
    assert "British event" in home.text
    assert {"rel": "canonical", "href": "http://testserver/uk/"} in home.all("link")


def test_home_follows_the_readers_language_and_region(two, read):
    assert "American event" in read("/", accept_language="en-US").text


def test_home_differs_by_reader_so_caches_must_not_mix_readers(two, client):
    varies = {name.strip() for name in client.get("/").headers["Vary"].split(",")}
    assert {"Accept-Language", "Cookie"} <= varies


def test_choosing_an_edition_shows_it_and_is_remembered(two, client, read):
    response = client.get("/edition/us/")
    assert response.status_code == 302
    assert response.headers["Location"] == "/us/"
    cookie = response.cookies["edition"]
    assert cookie["samesite"] == "Lax"
    assert cookie["httponly"]
    assert "American event" in read("/").text


def test_reading_another_edition_once_is_not_a_choice(two, client, read):
    read("/us/")
    assert "British event" in read("/").text


def test_the_menu_offers_every_edition_and_marks_the_present_one(two, read):
    front = read("/us/")
    assert front.link("United Kingdom").href == "/edition/uk/"
    assert front.link("United States").attributes["aria-current"] == "true"


def test_a_choice_may_lead_back_to_an_own_page(two, client):
    assert client.get("/edition/us/?next=/latest/").headers["Location"] == "/latest/"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "x"],
)
def test_a_choice_never_leads_elsewhere(two, client, target):
    response = client.get("/edition/us/", {"next": target})
    assert response.headers["Location"] == "/us/"


def test_an_unknown_edition_cannot_be_chosen(two, client):
    response = client.get("/edition/atlantis/")
    assert response.status_code == 404
    assert "edition" not in response.cookies


def test_without_any_edition_home_says_what_to_do(db, read):
    assert "Load the default sources" in read("/").text
