"""Deciding at the desk how a story is shown: its headline, pins and hiding."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Correction, Story
from articles.pipeline import stories
from tests.factories import make_article, make_edition, make_source, make_story

STORIES = "/admin/articles/story/"
LOG = "/admin/articles/correction/"
WAYS = ("headline", "pin", "hide")


@pytest.fixture
def flood(db) -> Story:
    source = make_source(editions=(make_edition("uk"),))
    story = make_story(
        make_article("Harbour flooded", source=source), make_article("Pumps for the harbour")
    )
    stories.derive([story.pk])
    return story


def at(story: Story, way: str) -> str:
    return f"{STORIES}{story.pk}/{way}/"


def text(response) -> str:
    return str(response.content, "utf-8")


def tomorrow() -> str:
    return f"{timezone.now() + timedelta(days=1):%Y-%m-%dT%H:%M}"


def test_a_headline_is_edited_and_given_back_and_the_original_stays_in_view(desk, flood):
    assert at(flood, "headline") in text(desk.get(f"{STORIES}{flood.pk}/change/"))
    asked = text(desk.get(at(flood, "headline")))
    assert "The publisher&#x27;s headline: Harbour flooded" in asked
    assert "Back to the publisher" not in asked

    sent = {"headline": "The harbour is under water", "note": "Plainer"}
    answer = text(desk.post(at(flood, "headline"), sent, follow=True))
    flood.refresh_from_db()
    assert flood.title == "The harbour is under water"
    assert "headline by editors" in answer
    assert "Headed “Harbour flooded” “The harbour is under water”." in answer
    assert "The publisher&#x27;s headline: Harbour flooded" in text(desk.get(at(flood, "headline")))

    desk.post(at(flood, "headline"), {"other": "yes", "note": ""})
    flood.refresh_from_db()
    assert flood.title == "Harbour flooded"
    assert list(Correction.objects.values_list("note", flat=True)) == ["", "Plainer"]


def test_a_story_is_pinned_in_editions_until_a_time_and_unpinned(desk, flood):
    uk = make_edition("wales")
    desk.post(at(flood, "pin"), {"until": tomorrow(), "editions": [uk.pk], "note": ""})
    flood.refresh_from_db()
    assert flood.pinned_until
    assert flood.pinned_in == [uk.pk]
    page = text(desk.get(f"{STORIES}{flood.pk}/change/"))
    assert "pinned until" in page
    assert "WALES" in page
    assert text(desk.get(f"{STORIES}?shown=pinned")).count("pinned until") == 1
    assert "checked" in text(desk.get(at(flood, "pin")))

    desk.post(at(flood, "pin"), {"other": "yes", "note": ""})
    flood.refresh_from_db()
    assert flood.pinned_until is None


def test_a_hidden_story_can_be_found_and_shown_again(desk, flood, client):
    desk.post(at(flood, "hide"), {"reason": "An advertisement", "note": "Seen twice"})
    assert client.get(flood.get_absolute_url()).status_code == 410
    assert "Harbour flooded" in text(desk.get(f"{STORIES}?shown=hidden"))
    assert "Harbour flooded" not in text(desk.get(f"{STORIES}?shown=pinned"))
    assert "An advertisement" in text(desk.get(f"{STORIES}{flood.pk}/change/"))

    desk.post(at(flood, "hide"), {"other": "yes", "note": ""})
    assert client.get(flood.get_absolute_url()).status_code == 200


def test_each_decision_is_undone_from_the_log(desk, flood, client):
    desk.post(at(flood, "headline"), {"headline": "Under water", "note": ""})
    desk.post(at(flood, "pin"), {"until": tomorrow(), "note": ""})
    desk.post(at(flood, "hide"), {"reason": "An advertisement", "note": ""})
    assert Correction.objects.count() == 3
    for made in Correction.objects.all():
        assert "is then shown as it was decided before" in text(desk.get(f"{LOG}{made.pk}/undo/"))
        assert "Undone." in text(desk.post(f"{LOG}{made.pk}/undo/", follow=True))
    flood.refresh_from_db()
    assert (flood.title, flood.pinned_until, flood.hidden_at) == ("Harbour flooded", None, None)


@pytest.mark.parametrize(
    ("way", "sent", "words"),
    [
        ("headline", {"headline": " "}, "This field is required."),
        ("headline", {"headline": "x" * 501}, "at most 500"),
        ("pin", {"until": "soon"}, "Enter a valid date/time."),
        ("pin", {"until": "2020-01-01T10:00"}, "That time has passed."),
        ("pin", {"until": "2099-01-01T10:00", "editions": [999]}, "Select a valid choice"),
        ("hide", {"reason": ""}, "This field is required."),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(desk, flood, way, sent, words):
    assert words in text(desk.post(at(flood, way), sent))
    assert not Correction.objects.exists()


@pytest.mark.parametrize("way", WAYS)
def test_asking_changes_nothing(desk, flood, way):
    sent = {"headline": "Other", "until": tomorrow(), "reason": "x", "other": "yes"}
    assert desk.get(at(flood, way), sent).status_code == 200
    assert not Correction.objects.exists()


@pytest.mark.parametrize("way", WAYS)
def test_only_who_may_correct_stories_decides_and_with_the_token(
    sign_in, flood, way, client, admin_user
):
    assert client.get(at(flood, way))["Location"].startswith("/admin/login/")
    sent = {"headline": "Other", "until": tomorrow(), "reason": "x"}
    assert sign_in("view_story").post(at(flood, way), sent).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    assert strict.post(at(flood, way), sent).status_code == 403
    assert not Correction.objects.exists()
    sign_in("view_story", "change_story").post(at(flood, way), sent)
    assert Correction.objects.count() == 1


def test_markup_in_what_curators_write_does_nothing(desk, flood, client):
    desk.post(at(flood, "headline"), {"headline": "<script>alert(1)</script>", "note": ""})
    flood.refresh_from_db()
    assert "<script>alert(1)" not in text(client.get(flood.get_absolute_url()))
    assert "<script>alert(1)" not in text(desk.get(f"{STORIES}{flood.pk}/change/"))
    desk.post(at(flood, "hide"), {"reason": "<script>alert(2)</script>", "note": ""})
    assert "<script>alert(2)" not in text(client.get(flood.get_absolute_url()))
