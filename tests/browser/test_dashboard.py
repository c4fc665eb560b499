"""The desk's first page in a real browser: on a phone, in the dark, by keyboard, without script."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import axe
from tests.factories import make_article, make_edition, make_feed, make_source, make_story

__all__ = ["axe"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


RUN = """
async () => (await axe.run(".dashboard")).violations.flatMap(({ id, nodes }) =>
  nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any.map((a) => a.message)}`))
"""


@pytest.fixture
def much(db) -> None:
    """Something in every panel."""
    source = make_source("Echo", editions=(make_edition("uk", name="United Kingdom"),))
    now = timezone.now()
    make_feed(source, failures=2, last_fetch_at=now, last_success_at=now, last_error="Silent.")
    original = make_article("Harbour flooded", feed=make_feed())
    make_story(original)
    for number in range(20):
        make_article(f"Harbour flooded {number}", source=source, copy_of=original)
    make_article("Hafen", language="de", fetched_at=now - timedelta(hours=2))


def sign_in(page: Page, live_server) -> Page:
    User.objects.create_superuser("curator", password="a long secret")
    page.goto(f"{live_server.url}/admin/")
    page.fill("[name=username]", "curator")
    page.fill("[name=password]", "a long secret")
    page.click("button[type=submit]")
    expect(page.locator(".dashboard")).to_be_visible()
    page.wait_for_load_state()
    return page


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_panels(much, live_server, visit, axe, width, scheme):
    page = sign_in(visit(width, color_scheme=scheme).page, live_server)
    page.evaluate(axe)
    assert page.evaluate(RUN) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_number_leads_to_its_list_by_keyboard(much, live_server, visit):
    page = sign_in(visit(390).page, live_server)
    page.get_by_role("link", name="Failing").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#result_list")).to_contain_text("Silent.")


def test_the_hours_of_a_chart_open_by_keyboard(much, live_server, visit):
    page = sign_in(visit().page, live_server)
    table = page.get_by_role("table", name="Articles an hour")
    expect(table).to_be_hidden()
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(table.get_by_role("row")).to_have_count(49)


def test_the_desk_can_be_read_and_left_without_a_script(much, live_server, visit):
    page = sign_in(visit(javascript=False).page, live_server)
    page.get_by_role("link", name="Echo").click()
    expect(page.locator("#result_list")).to_contain_text("Harbour flooded 7")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="You are signed out.")).to_be_visible()
    page.goto(f"{live_server.url}/admin/")
    expect(page.locator("[name=password]")).to_be_visible()
