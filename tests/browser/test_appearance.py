"""Theme and density in a browser: at once with a script, after a page without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from articles.web.appearance import PAPER

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def paper(page: Page) -> str:
    """The colour that the page is drawn on, as #rrggbb."""
    colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    numbers = colour.removeprefix("rgb(").removesuffix(")").split(",")
    return "#" + "".join(f"{int(number):02x}" for number in numbers)


def browser_paper(page: Page) -> str:
    """The colour that the browser is told to draw its own parts in."""
    return str(
        page.evaluate(
            """[...document.querySelectorAll("meta[name=theme-color]")]
            .find((meta) => matchMedia(meta.media).matches).content"""
        )
    )


@pytest.mark.parametrize("javascript", [True, False])
def test_a_reader_chooses_the_dark_theme_and_it_is_remembered(news, live_server, visit, javascript):
    page = visit(javascript=javascript).page
    page.goto(f"{live_server.url}/latest/")
    assert paper(page) == PAPER["light"]
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.wait_for_load_state("networkidle")
    assert page.url == f"{live_server.url}/latest/"
    page.goto(live_server.url)
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert paper(page) == PAPER["dark"]


def test_the_choice_overrides_the_system_and_can_be_taken_back(news, live_server, visit):
    page = visit().page
    page.emulate_media(color_scheme="dark")
    page.goto(live_server.url)
    assert (paper(page), browser_paper(page)) == (PAPER["dark"], PAPER["dark"])
    page.get_by_role("button", name="Light").click()
    assert (paper(page), browser_paper(page)) == (PAPER["light"], PAPER["light"])
    page.get_by_role("button", name="As the system").click()
    assert (paper(page), browser_paper(page)) == (PAPER["dark"], PAPER["dark"])


def test_compact_pages_show_more(news, live_server, visit):
    page = visit().page
    page.goto(live_server.url)
    height = "document.documentElement.scrollHeight"
    roomy = page.evaluate(height)
    page.get_by_role("button", name="Compact").click()
    assert page.evaluate(height) < 0.9 * roomy


def test_print_is_black_on_white_whatever_the_theme(news, live_server, visit):
    page = visit().page
    page.goto(live_server.url)
    page.get_by_role("button", name="Dark").click()
    page.emulate_media(media="print")
    assert paper(page) == "#ffffff"
    expect(page.get_by_label("Search the news")).to_be_hidden()
    expect(page.get_by_role("button", name="Dark")).to_be_hidden()
