"""A reader's way through the pages, in a real browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Article
from tests.browser.conftest import settle
from tests.factories import (
    link,
    make_article,
    make_edition,
    make_headline,
    make_source,
    make_story,
    make_topic,
    place,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEADLINE = "Harbour bridge closed after divers find cracks"
WIDTHS = [1280, 390]


@pytest.fixture
def news(publisher):
    """A story of three outlets and a copy in one edition, another story in the other."""
    uk = make_edition("uk", name="United Kingdom", position=1)
    ireland = make_edition("ireland", name="Ireland", country="IE", position=2)
    now = timezone.now()
    bridge = make_article(
        HEADLINE,
        source=make_source("The Lantern", editions=(uk,)),
        url=publisher.url_for("/bridge"),
        image_url=publisher.url_for("/bridge.svg"),
        published_at=now - timedelta(hours=5),
        clustered_at=now,
        archive_searched_at=now,
    )
    ferry = make_article("Ferries run while the bridge is shut", source=make_source("Ledger"))
    queue = make_article("Commuters queue for first ferries", source=make_source("Gazette"))
    copy = make_article("Harbour bridge closed", copy_of=bridge, source=make_source("Echo"))
    election = make_article("Votes are counted in Galway")
    world = make_topic("World")
    place(make_story(bridge, ferry, queue, copy, topic=world), uk, topic=world)
    place(make_story(election), ireland)
    link(bridge, ferry, election)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_reader_goes_from_the_front_page_to_the_publisher(
    news, publisher, live_server, visit, javascript
):
    page = visit(javascript=javascript).page
    page.goto(live_server.url)
    expect(page.get_by_text("4 outlets, 3 independent reports")).to_be_visible()

    page.get_by_role("link", name="Full coverage").click()
    expect(page.get_by_role("heading", name="Coverage in order of time")).to_be_visible()
    page.get_by_text("also in Echo").click()
    expect(page.get_by_role("link", name="Echo")).to_be_visible()

    page.locator(".timeline").get_by_role("link", name=HEADLINE, exact=True).click()
    expect(page.get_by_role("heading", name="Similar news")).to_be_visible()

    page.locator(".onward").get_by_role("link", name="Read more »").click()
    expect(page.get_by_role("heading", name="Bridge closed, in full")).to_be_visible()
    assert page.url == publisher.url_for("/bridge")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_reader_changes_the_edition_and_it_is_remembered(news, live_server, visit, javascript):
    page = visit(javascript=javascript).page
    page.goto(live_server.url)
    page.locator(".editions summary").click()
    page.get_by_role("link", name="Ireland").click()
    expect(page.get_by_role("link", name="Votes are counted in Galway", exact=True)).to_be_visible()
    page.goto(live_server.url)
    expect(page.get_by_role("link", name="Votes are counted in Galway", exact=True)).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_reader_asks_why_a_report_is_in_a_story_and_goes_back(
    news, live_server, visit, javascript
):
    page = visit(javascript=javascript).page
    page.goto(live_server.url)
    page.get_by_role("link", name="Full coverage").click()
    expect(page.get_by_role("heading", name="Coverage in order of time")).to_be_visible()
    story = page.url

    page.get_by_role("link", name="Why here? Ferries run while the bridge is shut").click()
    expect(page.get_by_role("heading", name="Its closest match")).to_be_visible()
    expect(page.locator(".shared")).to_contain_text("%")

    page.get_by_role("link", name="Back to the story").click()
    expect(page.get_by_role("heading", name="Coverage in order of time")).to_be_visible()
    expect(page).to_have_url(story)


def test_a_changed_headline_leads_to_the_former_ones_unfolded(news, live_server, visit):
    make_headline(Article.objects.get(title=HEADLINE), "Harbour bridge may close")
    page = visit().page
    page.goto(live_server.url)
    page.get_by_role("link", name="Full coverage").click()
    page.get_by_role("link", name="Headline changed once").click()
    expect(page.get_by_text("Harbour bridge may close")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_reader_searches(news, live_server, visit, javascript):
    page = visit(javascript=javascript).page
    page.goto(live_server.url)
    page.get_by_label("Search the news").fill("ferry")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("mark").first).to_have_text(re.compile("ferr", re.IGNORECASE))
    page.get_by_role("link", name="Ferries run while the bridge is shut", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Ferries run while the bridge is shut"
    )


def test_a_reader_gets_by_with_the_keyboard(news, live_server, visit):
    page = visit().page
    page.goto(live_server.url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the news")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=HEADLINE, exact=True)).to_be_focused()


def test_times_are_told_in_words_with_javascript_and_in_utc_without(news, live_server, visit):
    improved, plain = visit().page, visit(javascript=False).page
    for page in (improved, plain):
        page.goto(live_server.url)
    expect(improved.locator("time[data-moment]").first).to_have_text("5 hours ago")
    expect(plain.locator("time[data-moment]").first).to_contain_text("UTC")


def test_times_of_another_year_name_it(db, live_server, visit):
    make_article("An old one", published_at=datetime(2020, 3, 9, 14, 5, tzinfo=UTC))
    page = visit().page
    page.goto(f"{live_server.url}/latest/")
    expect(page.locator(".item time[data-moment]")).to_contain_text("Mar 2020")


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_window(news, live_server, visit, width):
    page = visit(width).page
    for address in ("/", "/latest/", "/sources/", "/search/?q=bridge", "/source/the-lantern/"):
        page.goto(live_server.url + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    for way in (["Full coverage"], [HEADLINE], ["Full coverage", "Why here?"]):
        page.goto(live_server.url)
        for link_name in way:
            with page.expect_navigation():
                page.get_by_role("link", name=link_name).first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_text_does_not_move_when_a_picture_arrives(news, publisher, live_server, visit):
    page = visit().page
    page.goto(live_server.url)
    settle(page)
    with_picture = page.locator(".excerpt").first.bounding_box()
    page.route("**/bridge.svg", lambda route: route.fulfill(status=200, body=""))
    page.reload()
    settle(page)
    assert page.locator(".excerpt").first.bounding_box() == with_picture
