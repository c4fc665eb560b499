"""A curator's way through the desk, in a real browser: its policy lets the theme work."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import User
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page, expect

from articles.models import Correction, Feed, Story
from articles.pipeline import corrections, imports
from tests.factories import make_article, make_edition, make_feed, make_source, make_story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = b"""<opml><body>
<outline text="The Crier" xmlUrl="https://crier.example/rss" htmlUrl="https://crier.example"/>
<outline text="Inside" xmlUrl="http://10.0.0.1/rss"/>
</body></opml>"""


@pytest.fixture
def desk(live_server, visit):
    """The desk's first page, signed in."""
    User.objects.create_superuser("curator", password="a long secret")
    page = visit().page
    page.goto(f"{live_server.url}/admin/")
    page.fill("[name=username]", "curator")
    page.fill("[name=password]", "a long secret")
    page.click("button[type=submit]")
    expect(page.locator("#link-articles-feed")).to_be_visible()
    return page


def open_list(desk: Page, model: str) -> None:
    """From the menu. Its scripts show how many rows are chosen, and what can be done with them."""
    desk.locator(f"#link-articles-{model}").click()
    desk.wait_for_url(f"**/admin/articles/{model}/")


def test_a_curator_pauses_a_feed(desk):
    make_feed(make_source("The Lantern"))
    open_list(desk, "feed")
    desk.locator("#result_list input.action-select").check()
    desk.locator("select[name=action]").select_option("pause")
    desk.get_by_role("button", name="Run").click()
    expect(desk.get_by_text("1 feed paused")).to_be_visible()
    expect(desk.locator("#result_list").get_by_text("Paused")).to_be_visible()


def test_a_curator_imports_a_list(desk):
    make_edition("uk", name="United Kingdom")
    desk.locator("#link-articles-source").click()
    desk.get_by_role("link", name="Import", exact=True).click()
    file = {"name": "list.opml", "mimeType": "text/x-opml", "buffer": LIST}
    desk.locator("input[type=file]").set_input_files(files=[file])
    desk.get_by_role("button", name="Read the list").click()
    expect(desk.get_by_text("The list is being read.")).to_be_visible()
    imports.go_on(lambda: False)  # as a worker does
    expect(desk.get_by_text("10.0.0.1 is a private address")).to_be_visible()
    assert not Feed.objects.exists()
    desk.get_by_role("button", name="Import", exact=True).click()
    expect(desk.get_by_text("being stored")).to_be_visible()
    imports.go_on(lambda: False)
    expect(desk.get_by_text("Feeds that were never fetched")).to_be_visible()
    assert Feed.objects.get().url == "https://crier.example/rss"


def _corrected(story: Story) -> Correction:
    curator = User.objects.get()
    return corrections.keep_apart([story, make_story(make_article("Rovers win"))], curator)


def test_a_curator_splits_a_story_and_undoes_it(desk, live_server):
    story = make_story(make_article("Harbour flooded"), make_article("Rovers lift the cup"))
    desk.goto(f"{live_server.url}/admin/articles/story/{story.pk}/change/")
    desk.get_by_role("link", name="Split or move articles").click()
    desk.get_by_label("Rovers lift the cup").check()
    desk.get_by_role("button", name="Continue").click()
    expect(desk.get_by_text("and make a new story?")).to_be_visible()
    desk.get_by_label("Why (for the log)").fill("Two events")
    desk.get_by_role("button", name="Split").click()
    expect(desk.get_by_text("Split 1 report from “Harbour flooded”.")).to_be_visible()
    expect(desk.get_by_role("heading", name="Rovers lift the cup")).to_be_visible()

    desk.goto(f"{live_server.url}{story.get_absolute_url()}")
    expect(desk.get_by_text("Rovers lift the cup")).to_have_count(0)

    desk.goto(f"{live_server.url}/admin/articles/correction/")
    desk.get_by_role("link", name="Split 1 report").click()
    desk.get_by_role("link", name="Undo").click()
    desk.get_by_role("button", name="Undo").click()
    expect(desk.get_by_text("Undone: 1 article went back.")).to_be_visible()
    assert story.articles.count() == 2


def test_a_curator_merges_stories(desk, live_server):
    for title in ("Harbour flooded", "Harbour under water"):
        make_story(make_article(title))
    open_list(desk, "story")
    boxes = desk.locator("#result_list input.action-select")
    expect(boxes).to_have_count(2)
    for box in boxes.all():
        box.check()
    desk.locator("select[name=action]").select_option("merge")
    desk.get_by_role("button", name="Run").click()
    expect(desk.get_by_text("Make one story of these?")).to_be_visible()
    desk.get_by_role("button", name="Merge").click()
    expect(desk.get_by_text("Merged “Harbour under water” into “Harbour flooded”.")).to_be_visible()


def test_every_page_opens_without_a_complaint(desk, live_server):
    article = make_article(feed=make_feed(make_source(editions=(make_edition("uk"),))))
    story = make_story(article)
    pages = {
        "source": article.source_id,
        "feed": article.feed_id,
        "article": article.pk,
        "story": story.pk,
        "correction": _corrected(story).pk,
    }
    for model, key in pages.items():
        for page in ("", f"{key}/change/"):
            desk.goto(f"{live_server.url}/admin/articles/{model}/{page}")
            expect(desk.locator("#content-main, #content")).not_to_have_count(0)


def test_a_curator_sets_up_a_second_factor_and_signs_in_with_it(desk, live_server, visit):
    desk.goto(f"{live_server.url}/admin/account/second-factor/")
    desk.fill("[name=password]", "a long secret")
    desk.get_by_role("button", name="Continue").click()
    expect(desk.get_by_role("img", name="QR code")).to_be_visible()
    desk.fill("[name=code]", shown_by(TOTPDevice.objects.get()))
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    code = desk.locator("#content li code").first.inner_text()

    phone = visit(390, javascript=False).page
    phone.goto(f"{live_server.url}/admin/articles/feed/")
    phone.fill("[name=username]", "curator")
    phone.fill("[name=password]", "a long secret")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", name="Second factor")).to_be_visible()
    phone.fill("[name=code]", code)
    phone.keyboard.press("Enter")
    expect(phone.locator("#changelist")).to_be_visible()


def shown_by(device: TOTPDevice) -> str:
    """The code on the phone."""
    clock = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    clock.time = time.time()
    return f"{clock.token():06d}"
