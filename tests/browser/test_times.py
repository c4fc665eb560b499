"""Times where the reader is: told by the script, in the page's language, and never guessed."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.factories import make_article, make_edition, make_source, make_story, place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WINTER = datetime(2026, 1, 15, 22, 30, tzinfo=UTC)
SUMMER = datetime(2026, 7, 15, 22, 30, tzinfo=UTC)
LATER = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def story(db) -> str:
    """The address of an article of winter and one of summer, half past ten at night in UTC."""
    edition = make_edition("uk", name="United Kingdom")
    lantern = make_source("The Lantern", editions=(edition,))
    for season, moment in (("Winter", WINTER), ("Summer", SUMMER)):
        place(make_story(make_article(season, source=lantern, published_at=moment)), edition)
    return "/source/the-lantern/"


def told(page: Page, season: str) -> Locator:
    """The time under a headline. It is to be waited for: the script tells it after the paint."""
    item = page.locator("article", has=page.get_by_role("heading", name=season))
    return item.locator("time[data-moment]").first


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        ("Europe/Berlin", "15 Jan, 23:30", "16 Jul, 00:30"),
        ("America/New_York", "15 Jan, 17:30", "15 Jul, 18:30"),
        ("Asia/Kolkata", "16 Jan, 04:00", "16 Jul, 04:00"),
        ("UTC", "15 Jan, 22:30", "15 Jul, 22:30"),
    ],
)
def test_a_time_is_that_of_the_readers_zone_in_winter_and_summer(
    story, live_server, visit, zone, winter, summer
):
    page = visit(timezone_id=zone).page
    page.clock.set_fixed_time(LATER)
    page.goto(live_server.url + story)
    expect(told(page, "Winter")).to_have_text(winter)
    expect(told(page, "Summer")).to_have_text(summer)


def test_the_zone_is_named_to_whoever_points_at_a_time(story, live_server, visit):
    page = visit(timezone_id="Europe/Berlin").page
    page.goto(live_server.url + story)
    expect(told(page, "Summer")).to_have_attribute("title", re.compile(r"CEST|GMT\+2"))
    expect(told(page, "Winter")).to_have_attribute("title", re.compile(r"CET|GMT\+1"))


def test_without_javascript_times_are_in_utc_and_say_so(story, live_server, visit):
    page = visit(javascript=False, timezone_id="Asia/Kolkata").page
    page.goto(live_server.url + story)
    expect(told(page, "Winter")).to_contain_text("22:30 UTC")
    newest = page.locator("article time[data-moment]").first
    expect(newest).to_have_attribute("datetime", "2026-07-15T22:30:00+00:00")


def test_the_date_of_the_page_is_the_readers_today(story, live_server, visit):
    page = visit(timezone_id="Asia/Kolkata").page
    page.clock.set_fixed_time(datetime(2026, 7, 15, 22, 30, tzinfo=UTC))
    page.goto(f"{live_server.url}/uk/")
    expect(page.locator("time[data-today]").first).to_have_text("Thursday, 16 July 2026")


def test_who_speaks_no_english_is_told_the_date_as_the_server_writes_it(story, live_server, visit):
    page = visit(locale="de-DE").page
    page.clock.set_fixed_time(WINTER)
    page.goto(f"{live_server.url}/uk/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("time[data-today]").first).to_have_text("Thursday, 15 January 2026")


@pytest.mark.parametrize(
    ("code", "locale", "words"),
    [
        ("de", "de-DE", "vor 5 Stunden"),
        ("fr", "fr-FR", "il y a 5 heures"),
        ("es", "es-ES", "hace 5 horas"),
        ("de", "en-GB", "vor 5 Stunden"),
    ],
)
def test_a_fresh_time_is_told_in_the_pages_language(story, live_server, visit, code, locale, words):
    page = visit(locale=locale).page
    page.clock.set_fixed_time(datetime(2026, 7, 16, 3, 40, tzinfo=UTC))
    page.goto(f"{live_server.url}/language/{code}/?next={story}")
    expect(told(page, "Summer")).to_have_text(words)
