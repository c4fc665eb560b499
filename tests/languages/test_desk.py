"""The curators' desk in the language of its curator."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.factories import make_article, make_feed, make_source, make_story


@pytest.fixture
def desk(admin_client):
    """The desk in German, with a feed that fails."""
    admin_client.cookies["language"] = "de"
    make_feed(make_source("The Lantern"), last_fetch_at=timezone.now(), failures=3, last_error="No")
    return admin_client


def test_the_desk_names_models_fields_and_its_own_columns(desk):
    shown = desk.get("/admin/articles/feed/").content.decode()
    assert '<html lang="de"' in shown
    for words in ("Zustand", "nächster Abruf", "was nicht stimmt", "Jetzt abrufen"):
        assert words in shown
    assert "Feeds" in desk.get("/admin/").content.decode()


def test_what_a_fetch_recorded_is_marked_as_english(desk):
    assert '<span lang="en">No</span>' in desk.get("/admin/articles/feed/").content.decode()


def test_a_state_keeps_its_colour_in_each_language(desk):
    german = desk.get("/admin/articles/feed/").content.decode()
    desk.cookies["language"] = "en"
    english = desk.get("/admin/articles/feed/").content.decode()
    colour = "bg-red-100"
    assert "Schlägt fehl" in german
    assert "Failing" in english
    assert english.count(colour) == german.count(colour) >= 1


def test_what_an_action_did_is_told_in_the_curators_language(desk):
    feed = make_feed(make_source("Ledger"))
    answer = desk.post(
        "/admin/articles/feed/",
        {"action": "pause", "_selected_action": [feed.pk]},
        follow=True,
    )
    assert "1 Feed pausiert; was er gebracht hat, bleibt." in answer.content.decode()


def test_what_is_refused_is_refused_in_the_curators_language(desk):
    story = make_story(make_article("Bridge closed"))
    answer = desk.post(
        "/admin/articles/story/", {"action": "merge", "_selected_action": [story.pk]}, follow=True
    )
    assert "Choose" not in answer.content.decode()
    assert "2 bis 20 verschiedene" in answer.content.decode()


def test_a_story_is_split_in_the_curators_language(desk):
    story = make_story(make_article("Bridge closed"), make_article("Rovers win"))
    shown = desk.get(f"/admin/articles/story/{story.pk}/correct/").content.decode()
    assert "Artikel, die nicht hierher gehören" in shown
