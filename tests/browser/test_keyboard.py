"""Reading by keyboard: single keys, and the focus where one expects it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def front(news, live_server, visit) -> Page:
    page: Page = visit().page
    page.goto(live_server.url)
    return page


def headline(page: Page, number: int):
    return page.locator("main .headline a").nth(number)


def test_a_reader_walks_from_the_front_page_to_a_story_an_article_and_back(front, news):
    front.keyboard.press("j")
    expect(headline(front, 0)).to_be_focused()
    front.keyboard.press("j")
    expect(headline(front, 1)).to_be_focused()
    front.keyboard.press("k")
    expect(headline(front, 0)).to_be_focused()
    front.keyboard.press("s")
    front.wait_for_url(f"**{news.story.get_absolute_url()}")
    settle(front)
    front.keyboard.press("j")
    front.keyboard.press("o")
    front.wait_for_url("**/article/**")
    front.go_back()
    front.wait_for_url(f"**{news.story.get_absolute_url()}")
    settle(front)
    front.keyboard.type("gh")  # without a pause that would make them two keys
    expect(front.locator(".sections [aria-current]")).to_have_text("Top stories")


@pytest.mark.parametrize(("key", "address"), [("l", "/latest/"), ("s", "/sources/")])
def test_g_and_a_letter_go_to_a_page(front, key, address):
    front.keyboard.type(f"g{key}")
    front.wait_for_url(f"**{address}")


def test_a_headline_that_gets_the_focus_is_in_sight(front):
    for _ in range(12):
        front.keyboard.press("j")
    expect(headline(front, 11)).to_be_focused()
    expect(headline(front, 11)).to_be_in_viewport()


def test_the_slash_begins_a_search_and_keys_rest_while_one_types(front):
    front.keyboard.press("/")
    field = front.get_by_role("combobox", name="Search the news")
    expect(field).to_be_focused()
    front.keyboard.type("jog?/s")
    expect(field).to_have_value("jog?/s")
    expect(field).to_be_focused()
    front.keyboard.press("Escape")
    expect(field).not_to_be_focused()


@pytest.mark.parametrize("chord", ["Control+j", "Alt+j", "Meta+j"])
def test_keys_beside_a_modifier_are_the_browsers(front, chord):
    front.keyboard.press(chord)
    expect(headline(front, 0)).not_to_be_focused()


def test_help_opens_over_the_page_and_gives_the_focus_back(front):
    front.keyboard.press("j")
    front.keyboard.press("?")
    dialog = front.get_by_role("dialog", name="Reading by keyboard")
    expect(dialog).to_contain_text("next and previous headline")
    front.keyboard.press("j")
    front.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(headline(front, 0)).to_be_focused()


def test_keys_can_be_switched_off_and_stay_off(front):
    front.get_by_role("contentinfo").get_by_role("link", name="Keyboard").click()
    front.get_by_label("Use these keys").uncheck()
    front.get_by_role("button", name="Close").click()
    expect(front.get_by_role("dialog")).to_have_count(0)
    front.reload()
    settle(front)
    front.keyboard.press("j")
    expect(front.locator("main .headline a:focus")).to_have_count(0)
    front.keyboard.press("?")
    expect(front.get_by_role("dialog")).to_have_count(0)
    front.get_by_role("contentinfo").get_by_role("link", name="Keyboard").click()
    front.get_by_label("Use these keys").check()
    front.keyboard.press("Escape")
    expect(front.get_by_role("dialog")).to_have_count(0)
    front.keyboard.press("j")
    expect(headline(front, 0)).to_be_focused()


def test_escape_closes_the_menu_of_editions(front):
    summary = front.locator(".editions summary")
    summary.click()
    expect(front.get_by_role("link", name="Ireland")).to_be_visible()
    front.keyboard.press("Escape")
    expect(front.get_by_role("link", name="Ireland")).to_be_hidden()
    expect(summary).to_be_focused()


def swap(page: Page, part: str) -> None:
    """Have htmx put `part` into the main part while the first headline has the focus."""
    page.route("**/part/", lambda route: route.fulfill(body=part, content_type="text/html"))
    headline(page, 0).focus()
    page.evaluate('htmx.ajax("GET", "/part/", { target: "main" })')
    expect(page.get_by_text("Fresh news.")).to_be_visible()


def test_a_swap_keeps_the_focus_on_the_link_to_the_same_place(front):
    address = headline(front, 0).get_attribute("href")
    swap(front, f'<p>Fresh news.</p><a href="/">Other</a> <a href="{address}">The same</a>')
    expect(front.get_by_role("link", name="The same")).to_be_focused()


def test_a_swap_that_takes_the_focused_link_away_gives_the_focus_to_the_new_part(front):
    swap(front, '<p>Fresh news.</p><a href="/">Other</a>')
    expect(front.locator("main")).to_be_focused()
