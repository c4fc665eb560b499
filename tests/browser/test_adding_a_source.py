"""A curator adds a source in a real browser: pastes, watches, looks at the dry run, keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from articles.fetch.addresses import networks
from articles.models import Article, Source, Trial
from articles.pipeline import fronts, trials
from articles.pipeline.grouping import Grouper
from articles.pipeline.refresh import never, refresh_named
from articles.selectors.trials import kept
from tests.clustering.news import BRIDGE, LONELY
from tests.factories import make_article, make_edition, make_source
from tests.fetch.publisher import Server, serving
from tests.pipeline.trial_sites import feed, home

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NOW = timezone.now()


@pytest.fixture
def lantern(settings) -> Iterator[Server]:
    settings.FETCH = replace(settings.FETCH, allow_networks=networks(["127.0.0.0/8"]))
    news = ((BRIDGE[1], NOW - timedelta(hours=1)), (LONELY, NOW - timedelta(hours=2)))
    with serving({"/": home("/feed"), "/feed": feed(*news)}) as server:
        yield server


@pytest.fixture
def here() -> None:
    """An edition, and a story that the publisher's report belongs to."""
    uk = make_edition("uk", name="United Kingdom")
    make_article(BRIDGE[0], excerpt="", source=make_source("The Crier", editions=(uk,)))
    Grouper().group("en")


def signed_in(page: Page, site: str) -> Page:
    User.objects.create_superuser("curator", password="a long secret")
    page.goto(f"{site}/admin/articles/source/")
    page.fill("[name=username]", "curator")
    page.fill("[name=password]", "a long secret")
    page.click("button[type=submit]")
    page.wait_for_url("**/admin/articles/source/")  # the menu of its actions opens by then
    return page


def paste(page: Page, address: str) -> None:
    if page.viewport_size and page.viewport_size["width"] < 1024:
        page.get_by_text("more_horiz").click()  # the menu of a list's actions
    page.get_by_role("link", name="Add a source").click()
    page.get_by_label("Address").fill(address)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Looking for feeds")).to_be_visible()


def bring(trial: Trial) -> None:
    """What the workers do once it is kept."""
    list(refresh_named([made.pk for made in kept(trial)]))
    Grouper().group("en")
    fronts.arrange_fronts()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_source_is_added(live_server, visit, lantern, here, width):
    page = signed_in(visit(width).page, live_server.url)
    paste(page, lantern.url("/"))
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    trials.search_waiting(never)
    expect(page.get_by_text("is compared with what is here")).to_be_visible()
    trials.compare_waiting(never)

    expect(page.get_by_role("heading", name="Dry run")).to_be_visible()
    expect(page.get_by_role("heading", name=BRIDGE[1])).to_be_visible()  # as readers see it
    expect(page.get_by_text("It would join a story:")).to_be_visible()
    expect(page.get_by_text("It would begin a story of its own.")).to_be_visible()
    assert not Source.objects.filter(name="The Lantern").exists()
    assert Article.objects.count() == 1

    expect(page.get_by_label("United Kingdom")).to_be_checked()
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("The feed is to be fetched.")).to_be_visible()
    bring(Trial.objects.get())
    expect(page.get_by_text("Its news is on the front page of United Kingdom:")).to_be_visible()
    page.goto(f"{live_server.url}/uk/")
    expect(page.get_by_text(LONELY).first).to_be_visible()


def test_a_source_is_added_without_script(live_server, visit, lantern, here):
    page = signed_in(visit(390, javascript=False).page, live_server.url)
    page.goto(f"{live_server.url}/admin/")
    page.locator("#content").get_by_role("link", name="Add a source").first.click()
    page.get_by_label("Address").fill(lantern.url("/feed"))
    page.get_by_role("button", name="Look for feeds").click()
    expect(page.get_by_text("Looking for feeds")).to_be_visible()
    trials.search_waiting(never)
    trials.compare_waiting(never)
    expect(page.get_by_role("heading", name="Dry run")).to_be_visible()  # by itself
    expect(page.get_by_role("heading", name=BRIDGE[1])).to_be_visible()
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("The feed is to be fetched.")).to_be_visible()
    bring(Trial.objects.get())
    expect(page.get_by_text("Its news is on the front page of United Kingdom:")).to_be_visible()


def test_a_search_is_cancelled(live_server, visit, lantern):
    page = signed_in(visit().page, live_server.url)
    paste(page, lantern.url("/"))
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("nothing of it was kept")).to_be_visible()
    assert not Trial.objects.exists()


def test_a_bad_address_gets_its_reason(live_server, visit):
    page = signed_in(visit().page, live_server.url)
    paste(page, "http://10.0.0.1/feed")
    trials.search_waiting(never)
    expect(page.get_by_text("10.0.0.1 is a private address")).to_be_visible()
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_label("Address")).to_have_value("http://10.0.0.1/feed")
