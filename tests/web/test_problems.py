"""Readers report problems: a small form without script, bounded and without traces."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client

from articles.models import Article, Problem
from articles.pipeline import problems
from tests.factories import make_article, make_story
from tests.web.pages import page

SAID = {"kind": "words", "text": "It was the other bridge.", "contact": "w@example.org"}


@pytest.fixture
def article(uk) -> Article:
    cache.clear()
    article = make_article("Bridge reopens")
    make_story(article, make_article("Bridge open again"))
    article.refresh_from_db()
    return article


def form_of(article: Article) -> str:
    return f"/problem/article/{article.pk}/"


def test_articles_and_stories_link_to_the_form(article, read):
    assert read(article.get_absolute_url()).to(form_of(article))
    story = article.story
    assert read(story.get_absolute_url()).to(f"/problem/story/{story.pk}/")


def test_the_pages_that_link_to_it_set_no_cookie_and_can_be_kept(article, client):
    for address in (article.get_absolute_url(), article.story.get_absolute_url()):
        response = client.get(address, headers={"sec-purpose": "prefetch"})
        assert "csrftoken" not in response.cookies
        assert "public" in response.headers["Cache-Control"]


def test_the_form_names_what_it_is_about_and_is_kept_by_nobody(article, client):
    response = client.get(form_of(article))
    shown = page(response)
    assert "Bridge reopens" in shown.text
    assert "no-store" in response.headers["Cache-Control"]
    assert set(response.cookies) == {"csrftoken"}
    assert 'content="noindex"' in shown.source


def test_a_report_of_an_article_is_stored_with_its_story(article, client):
    response = client.post(form_of(article), SAID)
    assert response["Location"] == "/problem/thanks/"
    assert "Thank you" in client.get(response["Location"]).content.decode()
    made = Problem.objects.get()
    assert (made.kind, made.text, made.contact) == tuple(SAID.values())
    assert (made.article, made.story, made.closed_at) == (article, article.story, None)
    assert not client.session.keys()


def test_a_story_can_be_reported_and_nobody_need_say_who_they_are(article, client):
    client.post(f"/problem/story/{article.story_id}/", {"kind": "copy", "text": "Twice."})
    made = Problem.objects.get()
    assert (made.article, made.story, made.contact) == (None, article.story, "")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"text": ""}, "required"),
        ({"text": "x" * 2001}, "at most 2000"),
        ({"kind": "none"}, "Select a valid choice"),
        ({"contact": "x" * 201}, "at most 200"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(article, client, wrong, words):
    response = client.post(form_of(article), SAID | wrong)
    assert words in response.content.decode()
    assert 'aria-invalid="true"' in response.content.decode()
    assert not Problem.objects.exists()


def test_what_a_program_fills_in_is_dropped_without_a_word(article, client):
    response = client.post(form_of(article), SAID | {"website": "https://spam.example"})
    assert response["Location"] == "/problem/thanks/"
    assert not Problem.objects.exists()


def test_the_field_for_programs_is_hidden_from_people_and_their_tools(article, client):
    shown = client.get(form_of(article)).content.decode()
    trap = re.search(r'<p class="hidden" aria-hidden="true">.*?</p>', shown, re.DOTALL)
    assert trap
    assert 'name="website"' in trap[0]
    assert 'tabindex="-1"' in trap[0]


def test_one_address_sends_only_so_many(article, client):
    for _ in range(problems.FROM_ONE):
        assert client.post(form_of(article), SAID).status_code == 302
    refused = client.post(form_of(article), SAID)
    assert refused.status_code == 429
    assert "Please try again later." in refused.content.decode()
    assert "It was the other bridge." in refused.content.decode()
    assert Problem.objects.count() == problems.FROM_ONE
    assert client.post(form_of(article), SAID, REMOTE_ADDR="203.0.113.9").status_code == 302


def test_everybody_together_sends_only_so_many(article, client, monkeypatch):
    monkeypatch.setattr(problems, "FROM_ALL", 2)
    answers = [
        client.post(form_of(article), SAID, REMOTE_ADDR=f"203.0.113.{number}").status_code
        for number in range(3)
    ]
    assert answers == [302, 302, 429]


def test_it_needs_the_token_of_its_form(article):
    client = Client(enforce_csrf_checks=True)
    assert client.post(form_of(article), SAID).status_code == 403
    shown = client.get(form_of(article)).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)
    assert token
    sent = SAID | {"csrfmiddlewaretoken": token[1]}
    assert client.post(form_of(article), sent).status_code == 302


def test_there_is_no_form_for_what_is_not_there(article, client):
    for address in ("/problem/article/999999/", "/problem/story/999999/"):
        assert client.get(address).status_code == 404
        assert client.post(address, SAID).status_code == 404


def test_nothing_else_than_reading_and_sending_is_allowed(article, client):
    assert client.put(form_of(article)).status_code == 405


def test_markup_in_what_was_sent_does_nothing(article, client):
    response = client.post(form_of(article), {"kind": "x", "text": "</textarea><script>"})
    assert "<script>" not in response.content.decode().split("<main")[1]
