"""Choosing among a story's reports, as a reader does it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from articles.models import Story
from tests.browser.conftest import Visit
from tests.factories import make_article, make_source, make_story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visiting = Callable[..., Visit]


@pytest.fixture
def story() -> Story:
    outlets = {"Lantern": "GB", "Ledger": "GB", "Kurier": "DE"}
    return make_story(
        *(
            make_article(f"{name} on the bridge", source=make_source(name, country=country))
            for name, country in outlets.items()
        )
    )


def test_a_choice_changes_the_list_alone_and_keeps_the_focus(
    story: Story, live_server: LiveServer, visit: Visiting
):
    address = f"{live_server.url}{story.get_absolute_url()}"
    page = visit().page
    page.goto(address)
    page.evaluate("document.querySelector('h1').dataset.kept = 'yes'")
    page.get_by_role("link", name="Germany").press("Enter")
    coverage = page.locator("#coverage")
    expect(coverage.get_by_role("heading", level=4)).to_have_text(["Kurier on the bridge"])
    expect(page).to_have_url(f"{address}?country=DE")
    expect(page.get_by_role("link", name="Germany")).to_be_focused()
    expect(page.locator("h1[data-kept]")).to_be_visible()

    page.get_by_role("link", name="Show all").press("Enter")
    expect(coverage.get_by_role("heading", level=4)).to_have_count(3)
    expect(page.get_by_text("All reports are shown.")).to_be_focused()
    page.go_back()
    expect(coverage.get_by_role("heading", level=4)).to_have_count(1)


def test_a_choice_works_without_script(story: Story, live_server: LiveServer, visit: Visiting):
    page = visit(javascript=False).page
    page.goto(f"{live_server.url}{story.get_absolute_url()}")
    page.get_by_role("link", name="Germany").click()
    expect(page.locator("#coverage h4")).to_have_text(["Kurier on the bridge"])
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("#coverage h4")).to_have_count(3)


def test_the_table_of_reports_opens_by_keyboard(
    story: Story, live_server: LiveServer, visit: Visiting
):
    earlier = story.articles.first()
    assert earlier
    earlier.published_at = earlier.published_at.replace(year=earlier.published_at.year - 1)
    earlier.save()
    page = visit(width=390).page
    page.goto(f"{live_server.url}{story.get_absolute_url()}")
    expect(page.get_by_role("table")).to_be_hidden()
    page.get_by_text("Show as a table").press("Enter")
    expect(page.get_by_role("row")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
