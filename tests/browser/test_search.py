"""Searching in a real browser: suggestions, the form, the way back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settle
from tests.factories import make_article, make_edition, make_source, make_story, place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def news(db):
    uk = make_edition("uk", name="United Kingdom")
    ferry = make_article("Ferries return to the harbour", source=make_source("Ferry Post"))
    place(make_story(ferry), uk)
    place(make_story(make_article("Votes are counted")), uk)


def test_suggestions_are_walked_by_keyboard_and_back_leads_to_the_page_before(
    news, live_server, visit
):
    page = visit().page
    page.goto(f"{live_server.url}/latest/")
    box = page.get_by_role("combobox", name="Search the news")
    settle(page)
    place_before = box.bounding_box()
    box.fill("ferr")  # at once: what is suggested for its beginning is never seen
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(options).to_have_text(["Ferry Post Source", "Ferries return to the harbour Story"])
    assert box.bounding_box() == place_before
    expect(box).to_have_attribute("aria-expanded", "true")

    for key, chosen in [("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", None)]:
        box.press(key)
        marked = page.locator(".suggestions [aria-selected=true]")
        expect(marked).to_have_count(0 if chosen is None else 1)
        if chosen is not None:
            active = options.nth(chosen).get_attribute("id")
            expect(box).to_have_attribute("aria-activedescendant", active or "")
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(box).to_have_value("ferr")

    box.press_sequentially("i")
    expect(options).to_have_count(1)
    box.press("ArrowDown")
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ferries return to the harbour")
    page.go_back()
    expect(page).to_have_url(f"{live_server.url}/latest/")


def test_enter_without_a_choice_searches_for_what_was_typed(news, live_server, visit):
    page = visit().page
    page.goto(live_server.url)
    box = page.get_by_label("Search the news")
    box.fill("ferry")
    expect(page.get_by_role("option").first).to_be_visible()
    box.press("Enter")
    expect(page.locator("mark")).not_to_have_count(0)
    expect(page).to_have_url(f"{live_server.url}/search/?q=ferry")


def test_a_suggestion_is_chosen_by_pressing_it(news, live_server, visit):
    page = visit(width=390).page
    page.goto(live_server.url)
    page.get_by_label("Search the news").fill("vote")
    page.get_by_role("option", name="Votes are counted").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votes are counted")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_form_filters_and_a_chip_takes_the_filter_away(news, live_server, visit, javascript):
    page = visit(javascript=javascript).page
    page.goto(f"{live_server.url}/search/")
    page.locator("#page-search").fill("ferry")
    page.get_by_label("Published").select_option("Past week")
    page.get_by_label("Order").select_option("Newest first")
    page.locator(".search-form button").click()
    expect(page).to_have_url(f"{live_server.url}/search/?q=ferry+after%3A7d&sort=time")
    expect(page.get_by_label("Published")).to_have_value("7d")
    page.get_by_role("link", name="Take away").click()
    expect(page).to_have_url(f"{live_server.url}/search/?q=ferry&sort=time")
    expect(page.locator("mark")).not_to_have_count(0)
