"""Theme and density in a browser: at once with a script, after a page without."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest
from django.http import HttpResponse
from playwright.sync_api import Page, expect

from articles.web import appearance
from articles.web.appearance import PAPER
from articles.web.choices import remember
from tests.browser.conftest import PATIENT
from tests.pipeline.worker import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


# The colour that the browser is told to draw its own parts in.
TOLD = """
(paper) => [...document.querySelectorAll("meta[name=theme-color]")]
  .find((meta) => matchMedia(meta.media).matches).content === paper
"""


def expect_paper(page: Page, paper: str) -> None:
    """Wait until the page is drawn on this colour, #rrggbb."""
    red, green, blue = bytes.fromhex(paper.removeprefix("#"))
    expect(page.locator("html")).to_have_css("background-color", f"rgb({red}, {green}, {blue})")


def expect_theme(page: Page, theme: str) -> None:
    """Wait until the page and what the browser draws around it have this theme."""
    expect_paper(page, PAPER[theme])
    page.wait_for_function(TOLD, arg=PAPER[theme])


@pytest.mark.parametrize("javascript", [True, False])
def test_a_reader_chooses_the_dark_theme_and_it_is_remembered(news, live_server, visit, javascript):
    page = visit(javascript=javascript).page
    page.goto(f"{live_server.url}/latest/")
    expect_paper(page, PAPER["light"])
    with page.expect_response("**/appearance/**"):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page).to_have_url(f"{live_server.url}/latest/")
    page.goto(live_server.url)
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    expect_paper(page, PAPER["dark"])


def test_a_choice_is_remembered_though_the_page_is_left_at_once(
    news, live_server, visit, monkeypatch
):
    left = Event()

    def late(*given: Any) -> HttpResponse:
        left.wait(PATIENT / 1000)
        return remember(*given)

    monkeypatch.setattr(appearance, "remember", late)
    page = visit().page
    page.goto(live_server.url)
    with page.expect_request("**/appearance/**"):
        page.get_by_role("button", name="Dark").click()
    page.goto(f"{live_server.url}/latest/")
    left.set()
    eventually(lambda: "theme" in {cookie.get("name") for cookie in page.context.cookies()})
    page.reload()
    expect_theme(page, "dark")


def test_a_choice_that_cannot_be_remembered_is_shown(news, live_server, visit):
    opened = visit()
    page = opened.page
    page.goto(live_server.url)
    page.route("**/appearance/**", lambda route: route.abort())
    with page.expect_console_message(), page.expect_event("pageerror"):
        page.get_by_role("button", name="Dark").click()
    expect_theme(page, "dark")
    expect(page).to_have_url(f"{live_server.url}/")
    opened.complaints.clear()


def test_the_choice_overrides_the_system_and_can_be_taken_back(news, live_server, visit):
    page = visit().page
    page.emulate_media(color_scheme="dark")
    page.goto(live_server.url)
    expect_theme(page, "dark")
    page.get_by_role("button", name="Light").click()
    expect_theme(page, "light")
    page.get_by_role("button", name="As the system").click()
    expect_theme(page, "dark")


def test_compact_pages_show_more(news, live_server, visit):
    page = visit().page
    page.goto(live_server.url)
    height = "document.documentElement.scrollHeight"
    roomy = page.evaluate(height)
    page.get_by_role("button", name="Compact").click()
    page.wait_for_function(f"(roomy) => {height} < 0.9 * roomy", arg=roomy)


def test_print_is_black_on_white_whatever_the_theme(news, live_server, visit):
    page = visit().page
    page.goto(live_server.url)
    page.get_by_role("button", name="Dark").click()
    page.emulate_media(media="print")
    expect_paper(page, "#ffffff")
    expect(page.get_by_label("Search the news")).to_be_hidden()
    expect(page.get_by_role("button", name="Dark")).to_be_hidden()
