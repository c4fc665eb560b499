"""What curators decide on stories, in a real browser, seen at once on the public pages."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from articles.models import Article, Doubt, SimilarLink, Story
from articles.pipeline import doubts, stories
from tests.factories import make_article, make_edition, make_source, make_story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def flood() -> Story:
    """A flood, with a report of something else that barely belongs."""
    source = make_source("The Lantern", editions=(make_edition("uk", name="United Kingdom"),))
    lead = make_article("Harbour flooded after the storm", source=source)
    other = make_article("Storm floods the harbour")
    stray = make_article("Rovers lift the cup")
    SimilarLink.objects.create(article=lead, similar=other, score=0.8, position=0)
    SimilarLink.objects.create(article=stray, similar=lead, score=0.11, position=0)
    story = make_story(lead, other, stray)
    stories.derive([story.pk])
    doubts.notice()
    return story


@pytest.fixture
def desk(live_server, visit, flood):
    """The desk on a phone, signed in; what follows is done by the keyboard."""
    User.objects.create_superuser("curator", password="a long secret")
    page = visit(width=390).page
    page.goto(f"{live_server.url}/admin/")
    page.fill("[name=username]", "curator")
    page.fill("[name=password]", "a long secret")
    page.press("[name=password]", "Enter")
    expect(page.locator(".dashboard")).to_be_visible()
    return page


def press(page: Page, name: str) -> None:
    """A button, by the keyboard."""
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def test_a_part_that_may_not_belong_is_split_off_from_the_queue(desk, live_server, flood):
    desk.goto(f"{live_server.url}/admin/articles/doubt/")
    desk.get_by_role("link", name="Harbour flooded after the storm").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_label("Rovers lift the cup")).to_be_checked()
    expect(desk.get_by_label("Storm floods the harbour")).not_to_be_checked()
    press(desk, "Split off what is ticked")
    expect(desk.get_by_text("and make a new story?")).to_be_visible()
    press(desk, "Split")
    expect(desk.get_by_text("Split 1 report from").first).to_be_visible()
    assert Article.objects.get(title="Rovers lift the cup").story != flood
    desk.goto(live_server.url + flood.get_absolute_url())
    expect(desk.get_by_text("Rovers lift the cup")).to_have_count(0)


def test_what_is_fine_leaves_the_queue(desk, live_server):
    desk.goto(f"{live_server.url}/admin/articles/doubt/{Doubt.objects.get().pk}/change/")
    press(desk, "This is fine")
    expect(desk.get_by_text("1 grouping is fine")).to_be_visible()
    expect(desk.get_by_role("link", name="Harbour flooded")).to_have_count(0)


def test_a_story_is_headed_and_hidden_and_readers_are_told_so(desk, live_server, flood):
    public = live_server.url + flood.get_absolute_url()
    change = f"{live_server.url}/admin/articles/story/{flood.pk}"
    desk.goto(f"{change}/headline/")
    desk.locator("[name=headline]").fill("The harbour is under water")
    press(desk, "Save")
    expect(desk.get_by_text("Headed “Harbour flooded").first).to_be_visible()
    desk.goto(public)
    expect(desk.get_by_role("heading", name="The harbour is under water")).to_be_visible()
    expect(desk.get_by_text("Headline by our editors.")).to_be_visible()
    desk.goto(f"{change}/hide/")
    desk.locator("[name=reason]").fill("It was an exercise.")
    press(desk, "Hide")
    expect(desk.get_by_text("Hid “The harbour").first).to_be_visible()
    answer = desk.request.get(public)
    assert answer.status == 410
    assert "It was an exercise." in answer.text()
