"""Pages without what makes them comfortable: no script, no styles, no motion, no colours."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def unstyled(news, live_server, visit) -> Page:
    """The front page as a browser shows it that knows no stylesheets."""
    page: Page = visit().page
    page.route("**/*.css", lambda route: route.fulfill(body="", content_type="text/css"))
    page.goto(live_server.url)
    return page


def test_without_styles_a_page_reads_in_its_order(unstyled, news):
    words = unstyled.locator("body").inner_text()
    order = ["Skip to the news", "Newsreader", "Top stories", news.story.title]
    places = [words.index(part) for part in [*order, "belong to the publishers"]]
    assert places == sorted(places)


def test_without_styles_a_reader_gets_everywhere(unstyled, news):
    unstyled.get_by_role("link", name="Full coverage").first.click()
    expect(unstyled.get_by_role("heading", level=1)).to_have_text(news.story.title)
    unstyled.get_by_role("link", name="Latest").first.click()
    expect(unstyled.get_by_role("heading", level=1)).to_have_text("Latest")
    unstyled.get_by_label("Search the news").fill("frost")
    unstyled.get_by_role("button", name="Search").click()
    expect(unstyled.locator("mark").first).to_be_visible()


def test_without_a_script_every_page_says_all_it_says_with_one(news, live_server, visit):
    plain = visit(javascript=False).page
    for name, address in news.found.items():
        plain.goto(live_server.url + address)
        assert plain.locator("main").inner_text().strip(), name
        expect(plain.get_by_role("heading", level=1)).to_be_visible()


def test_without_a_script_the_keys_are_a_page_that_says_they_need_one(news, live_server, visit):
    page = visit(javascript=False).page
    page.goto(live_server.url)
    page.get_by_role("link", name="Keyboard").click()
    expect(page.get_by_role("heading", name="Reading by keyboard")).to_be_visible()
    expect(page.get_by_text("They need JavaScript.")).to_be_visible()
    expect(page.get_by_label("Use these keys")).to_be_hidden()


def test_no_page_makes_the_console_complain(news, live_server, visit):
    opened = visit()
    for name, address in news.found.items():
        opened.page.goto(live_server.url + address)
        opened.page.wait_for_load_state("networkidle")
        assert opened.complaints == [], name


def test_who_wants_no_motion_gets_none(news, live_server, visit):
    page = visit().page
    page.emulate_media(reduced_motion="reduce")
    page.goto(live_server.url)
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_the_pressed_choice_is_told_apart_where_the_system_chooses_colours(
    news, live_server, visit
):
    page = visit().page
    page.emulate_media(forced_colors="active")
    page.goto(live_server.url)
    colours = [
        page.get_by_role("button", name=name).evaluate("(e) => getComputedStyle(e).backgroundColor")
        for name in ("Comfortable", "Compact")
    ]
    assert colours[0] != colours[1]
