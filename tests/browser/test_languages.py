"""The language of the interface on a reader's way, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories import make_article, make_edition, make_story, place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def editions(db):
    uk = make_edition("uk", name="United Kingdom", position=1)
    germany = make_edition("de", name="Germany", country="DE", language="de", position=2)
    place(make_story(make_article("Harbour bridge closed")), uk)
    place(make_story(make_article("Hafenbrücke gesperrt", language="de")), germany)


@pytest.mark.parametrize("javascript", [True, False])
def test_another_edition_brings_its_language_which_is_remembered(
    editions, live_server, visit, javascript
):
    page = visit(javascript=javascript).page
    page.goto(live_server.url)
    expect(page.locator("html")).to_have_attribute("lang", "en")

    page.locator(".editions summary").click()
    page.get_by_role("link", name="Deutschland").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("link", name="Schlagzeilen")).to_be_visible()

    page.goto(f"{live_server.url}/latest/")
    expect(page.locator("html")).to_have_attribute("lang", "de")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_language_is_chosen_at_the_foot_and_the_page_stays(
    editions, live_server, visit, javascript
):
    page = visit(javascript=javascript).page
    page.goto(f"{live_server.url}/search/?q=harbour")
    page.get_by_role("link", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("#page-search")).to_have_value("harbour")

    page.goto(f"{live_server.url}/sources/")
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_a_browser_is_answered_in_its_language(editions, live_server, visit):
    page = visit(locale="de-AT").page
    page.goto(live_server.url)
    expect(page.get_by_role("link", name="Hafenbrücke gesperrt", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")


@pytest.mark.parametrize("width", [1280, 390])
def test_headlines_of_other_outlets_stand_on_the_side_that_their_script_begins_on(
    editions, live_server, visit, width
):
    egypt = make_edition("eg", name="Egypt", country="EG", language="ar", position=3)
    reports = ("إغلاق جسر الميناء", "تحويل حركة المرور", "طوابير على المرفأ")
    place(make_story(*(make_article(title, language="ar") for title in reports)), egypt)
    page = visit(width=width).page
    page.goto(f"{live_server.url}/eg/")
    for title in reports[1:]:
        headline = page.get_by_role("link", name=title)
        edges = headline.evaluate(
            "a => [a, a.closest('li')].map((box) => box.getBoundingClientRect().right)"
        )
        assert edges[0] == pytest.approx(edges[1], abs=1)
