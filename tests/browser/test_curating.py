"""Whole lives at the desk, from the first click to the last, seen on the public pages.

A source, with a real worker between the desk and its publisher; and a correction, which lasts
while many more reports arrive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from articles.fetch.addresses import networks
from articles.models import Article
from articles.pipeline.grouping import Grouper
from newsreader.celery import app
from tests.browser.test_desk import open_list
from tests.clustering.news import BRIDGE, LONELY
from tests.factories import make_article, make_edition, make_source
from tests.fetch.publisher import Server, serving
from tests.pipeline import conftest as pipeline
from tests.pipeline.trial_sites import feed, home
from tests.pipeline.worker import eventually, working

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

worker_environment = pipeline.worker_environment

FLOOD = (
    "Flood in Harlow Vale forces 300 people from their homes",
    "Hundreds flee homes as Harlow Vale flood rises",
    "Harlow Vale flood: rescuers take 300 people from homes",
    "Harlow Vale homes emptied as flood forces 300 people out",
)
INSURERS = ("Harlow Vale flood: what insurers say", "Insurers count Harlow Vale flood")
MORE = 1000


@pytest.fixture
def desk(live_server, visit) -> Page:
    """The desk, signed in."""
    User.objects.create_superuser("curator", password="a long secret")
    page: Page = visit().page
    page.goto(f"{live_server.url}/admin/")
    page.fill("[name=username]", "curator")
    page.fill("[name=password]", "a long secret")
    page.press("[name=password]", "Enter")
    expect(page.locator("#link-articles-source")).to_be_visible()
    return page


@pytest.fixture
def lantern(settings) -> Iterator[Server]:
    """A publisher, of whom nothing is here yet."""
    settings.FETCH = replace(settings.FETCH, allow_networks=networks(["127.0.0.0/8"]))
    now = timezone.now()
    news = ((BRIDGE[1], now - timedelta(hours=1)), (LONELY, now - timedelta(hours=2)))
    with serving({"/": home("/feed"), "/feed": feed(*news)}) as server:
        yield server


@pytest.fixture
def worker(worker_environment: dict[str, str], tmp_path: Path) -> Iterator[None]:
    app.control.purge()
    with working(worker_environment, tmp_path / "worker.log"):
        yield


def mute(desk: Page, source: str) -> None:
    open_list(desk, "source")
    desk.locator("#result_list tr", has_text=source).locator("input.action-select").check()
    desk.locator("select[name=action]").select_option("mute_for_a_day")
    desk.get_by_role("button", name="Run").click()
    expect(desk.get_by_text("Nothing of them is shown until then")).to_be_visible()
    desk.get_by_role("button", name="Mute for a day").click()
    expect(desk.get_by_text("1 source changed")).to_be_visible()


@pytest.mark.stack
def test_a_source_is_added_read_and_muted(live_server, desk, visit, lantern, worker):
    uk = make_edition("uk", name="United Kingdom")
    make_article(BRIDGE[0], excerpt="", source=make_source("The Crier", editions=(uk,)))
    Grouper().group("en")
    reader: Page = visit().page

    def on_the_front_page(words: str) -> bool:
        reader.goto(f"{live_server.url}/uk/")
        return reader.get_by_text(words).count() > 0

    desk.goto(f"{live_server.url}/admin/articles/trial/add/")
    desk.get_by_label("Address").fill(lantern.url("/"))
    desk.get_by_role("button", name="Look for feeds").click()
    expect(desk.get_by_role("heading", name="Dry run")).to_be_visible()
    expect(desk.get_by_text("It would join a story:")).to_be_visible()
    assert not on_the_front_page(LONELY)
    assert not on_the_front_page("The Lantern")

    desk.get_by_role("button", name="Keep").click()
    told = desk.get_by_text("Its news is on the front page of United Kingdom:")
    expect(told).to_be_visible()
    assert on_the_front_page(LONELY)
    assert on_the_front_page("The Lantern")

    mute(desk, "The Lantern")
    eventually(lambda: not on_the_front_page(LONELY))
    eventually(lambda: not on_the_front_page("The Lantern"))
    assert on_the_front_page(BRIDGE[0])  # what others tell stays


def reports(titles: tuple[str, ...]) -> None:
    for hour, title in enumerate(titles):
        published = timezone.now() - timedelta(hours=10 - hour)
        make_article(title, excerpt="", published_at=published)


def arrive(grouper: Grouper, count: int) -> None:
    """Later reports, like those of either part."""
    source, now = make_source(), timezone.now()
    titles = (*FLOOD, *INSURERS)
    for number in range(count):
        title = f"{titles[number % len(titles)]} {number}"
        published = now - timedelta(hours=1, seconds=number)
        make_article(title, excerpt="", source=source, published_at=published)
    while grouper.group("en"):
        pass
    assert not Article.objects.filter(clustered_at=None).exists()


def coverage(page: Page, site: str, titles: tuple[str, ...]) -> set[str]:
    """The public pages of the stories that the pages of these reports lead to."""
    found = set()
    for title in titles:
        page.goto(site + Article.objects.get(title=title).get_absolute_url())
        page.get_by_role("link", name="Full coverage").click()
        page.wait_for_url("**/story/**")
        found.add(page.url)
    return found


def split(desk: Page, titles: tuple[str, ...]) -> None:
    """From the page of a story."""
    desk.get_by_role("link", name="Split or move articles").click()
    for title in titles:
        desk.get_by_label(title).check()
    desk.get_by_role("button", name="Continue").click()
    expect(desk.get_by_text("and make a new story?")).to_be_visible()
    desk.get_by_role("button", name="Split").click()
    expect(desk.get_by_text(f"Split {len(titles)} reports from").first).to_be_visible()


def undo(desk: Page) -> None:
    """What was corrected last."""
    desk.locator("#link-articles-correction").click()
    desk.get_by_role("link", name="Split 2 reports").click()
    desk.get_by_role("link", name="Undo").click()
    desk.get_by_role("button", name="Undo").click()
    expect(desk.get_by_text(re.compile(r"Undone: \d+ articles went back"))).to_be_visible()


def test_a_split_outlasts_a_thousand_more_reports_until_it_is_undone(live_server, desk, visit):
    grouper, reader = Grouper(), visit().page
    reports((*FLOOD, *INSURERS))
    grouper.group("en")
    (wrong,) = coverage(reader, live_server.url, (*FLOOD, *INSURERS))

    story = Article.objects.get(title=FLOOD[0]).story_id
    desk.goto(f"{live_server.url}/admin/articles/story/{story}/change/")
    split(desk, INSURERS)
    (part,) = coverage(reader, live_server.url, INSURERS)
    assert coverage(reader, live_server.url, FLOOD) == {wrong} != {part}

    arrive(grouper, MORE)
    assert coverage(reader, live_server.url, FLOOD) == {wrong}
    assert coverage(reader, live_server.url, INSURERS) == {part}

    undo(desk)
    assert coverage(reader, live_server.url, (*FLOOD, *INSURERS)) == {wrong}
    reader.goto(part)
    assert reader.url == wrong  # an address that was given away leads on
