"""What is new on the page of the newest articles, and pictures that do not arrive."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import settle
from tests.factories import make_article, make_edition, make_source

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HALF_A_MINUTE = 30_000


@pytest.fixture
def latest(live_server, visit) -> Page:
    """The page of the newest articles, whose clock can be moved on."""
    make_edition("uk")
    make_article("The first report")
    page: Page = visit().page
    page.clock.install()
    page.goto(f"{live_server.url}/latest/")
    settle(page)
    return page


@pytest.fixture
def asked(latest) -> list[str]:
    """What the page has asked for news of since it was opened."""
    found: list[str] = []

    def note(request: Request) -> None:
        if "/latest/since/" in request.url:
            found.append(request.url)

    latest.on("request", note)
    return found


def test_new_articles_are_told_beside_what_is_read_and_shown_when_asked_for(latest):
    headline = latest.get_by_role("link", name="The first report", exact=True)
    place = headline.bounding_box()
    make_article("The second report")
    latest.clock.run_for(HALF_A_MINUTE)
    told = latest.get_by_role("status").get_by_role("link")
    expect(told).to_have_text("1 new article: show it")
    assert headline.bounding_box() == place

    make_article("The third report")
    latest.clock.run_for(HALF_A_MINUTE)
    expect(told).to_have_text("2 new articles: show them")

    told.click()
    expect(latest.get_by_role("link", name="The third report", exact=True)).to_be_visible()
    expect(told).to_have_count(0)


def test_a_reader_who_was_at_the_news_of_new_articles_stays_there(latest):
    make_article()
    latest.clock.run_for(HALF_A_MINUTE)
    told = latest.get_by_role("status").get_by_role("link")
    told.focus()
    make_article()
    latest.clock.run_for(HALF_A_MINUTE)
    expect(told).to_contain_text("2 new articles")
    expect(told).to_be_focused()


def test_a_reader_pauses_it_and_that_is_remembered(latest, asked):
    pause = latest.get_by_role("button", name="Pause updates")
    expect(pause).to_have_attribute("aria-pressed", "false")
    pause.click()
    latest.reload()
    settle(latest)
    expect(pause).to_have_attribute("aria-pressed", "true")
    asked.clear()
    latest.clock.run_for(3 * HALF_A_MINUTE)
    with latest.expect_response("**/latest/since/**"):
        pause.click()
    assert len(asked) == 1, "and none before"
    expect(pause).to_have_attribute("aria-pressed", "false")


def test_a_tab_that_nobody_sees_asks_for_nothing(latest, asked):
    hide = "Object.defineProperty(document, 'hidden', {value: true, configurable: true})"
    latest.evaluate(hide)
    latest.clock.run_for(3 * HALF_A_MINUTE)
    with latest.expect_response("**/latest/since/**"):
        latest.evaluate("delete document.hidden")
        latest.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert len(asked) == 1, "and none before"


def test_without_a_script_the_page_is_reloaded_by_a_link(live_server, visit):
    make_article("The first report")
    page = visit(javascript=False).page
    page.goto(f"{live_server.url}/latest/")
    expect(page.get_by_role("button", name="Pause updates")).to_have_count(0)
    make_article("The second report")
    page.get_by_role("link", name="Reload").click()
    expect(page.get_by_role("link", name="The second report", exact=True)).to_be_visible()


def test_a_picture_that_does_not_arrive_leaves_its_space_and_its_outlets_name(
    publisher, live_server, visit
):
    source = make_source("The Lantern")
    make_article(source=source, image_url=publisher.url_for("/bridge.svg"))
    page = visit().page
    page.goto(f"{live_server.url}/source/the-lantern/")
    picture = page.locator(".picture")
    page.wait_for_function("document.querySelector('.picture img').naturalWidth > 0")
    settle(page)
    space = picture.bounding_box()
    expect(picture).not_to_have_class("picture is-missing")
    page.route("**/bridge.svg", lambda route: route.fulfill(status=200, body=""))
    page.reload()
    settle(page)
    expect(picture).to_have_class("picture is-missing")
    assert picture.bounding_box() == space
    shown = picture.evaluate("element => getComputedStyle(element, '::after').content")
    assert "The Lantern" in shown
