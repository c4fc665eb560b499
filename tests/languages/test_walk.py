"""Every page in every language: it says which one it is in, and keeps to it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from articles.models import Article, Edition
from tests.factories import (
    link,
    make_article,
    make_edition,
    make_feed,
    make_headline,
    make_source,
    make_story,
    make_topic,
    place,
)
from tests.web.pages import Page, page

LANGUAGES = ["en", "de", "fr", "es"]
HEADLINE = "خطة جديدة لإنقاذ الميناء"
"""Articles are in none of the languages of the interface, so that its words stand out."""
ENGLISH = re.compile(
    r"\b(the|and|of|with|from|this|that|here|there|are|latest|read|more|full|ago|"
    r"stories|reports?|headlines?|coverage|published|keyboard|search|works|new|show)\b",
    re.IGNORECASE,
)


@pytest.fixture
def news(db) -> dict[str, str]:
    """An address of every page, with something on each."""
    now = timezone.now()
    edition = make_edition("eg", name="Egypt", country="EG", language="ar")
    paper = make_source("النيل", slug="nile", editions=(edition,), language="ar")
    make_feed(paper, url="https://x.test/", last_fetch_at=now, last_success_at=now, fetches=5)
    make_feed(paper, url="https://y.test/")
    first, second, copy = (_article(HEADLINE, now, source=paper) for _ in range(3))
    copy.copy_of = first
    copy.save()
    make_headline(first, HEADLINE)
    world = make_topic("World")
    story = make_story(first, second, copy, topic=world)
    place(story, edition, topic=world)
    place(make_story(_article(HEADLINE, now)), edition)
    link(first, second)
    return {
        "home": "/",
        "front": "/eg/",
        "topic": "/eg/world/",
        "latest": "/latest/",
        "story": story.get_absolute_url(),
        "why": f"{story.get_absolute_url()}why/{second.pk}/",
        "article": first.get_absolute_url(),
        "sources": "/sources/",
        "source": "/source/nile/",
        "search": "/search/?q=مرحبا",
        "nothing to search": "/search/",
        "missing": "/nowhere/",
        "headlines": f"{story.get_absolute_url()}headlines/",
        "about": "/about/",
        "ranking": f"/about/ranking/?story={story.pk}",
        "keyboard": "/about/keyboard/",
    }


def _article(title: str, now: datetime, **fields: Any) -> Article:
    source = fields.pop("source", None) or make_source(f"صحيفة {title[:3]}", slug="paper")
    return make_article(
        title,
        source=source,
        language="ar",
        excerpt=title * 4,
        text=f"{title}. " * 9,
        clustered_at=now,
        archive_searched_at=now,
        url="",
        **fields,
    )


PAGES = [
    *("home", "front", "topic", "latest", "story", "why", "article", "sources", "source"),
    *("search", "nothing to search", "missing", "headlines", "about"),
    *("ranking", "keyboard"),
]


def words_of_the_interface(shown: Page) -> str:
    """What a page says in its own language: not what is marked as being in another."""
    body = shown.source.partition("<body")[2]
    inside = re.sub(r"(?s)<(script|kbd|code)\b.*?</\1>", " ", body)
    foreign = re.sub(r'(?s)<(\w+)[^>]*? lang="[^"]*"[^>]*>.*?</\1>', " ", inside)
    return re.sub(r"<[^>]+>|https?://\S+", " ", foreign)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_its_language_and_keeps_to_it(news, client, name, language):
    client.cookies["language"] = language
    response = client.get(news[name])
    shown = page(response)
    assert shown.all("html")[0]["lang"] == language == response.headers["Content-Language"]
    assert shown.all("html")[0]["dir"] == "ltr"
    english = ENGLISH.findall(words_of_the_interface(shown))
    assert bool(english) == (language == "en"), english


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_browser_is_answered_in_the_language_that_it_asks_for(news, client, language):
    response = client.get("/latest/", headers={"accept-language": f"{language}-XX, it;q=0.5"})
    assert page(response).all("html")[0]["lang"] == language


@pytest.mark.parametrize(
    ("language", "own", "topic"),
    [("en", "Egypt", "World"), ("de", "Ägypten", "Welt"), ("es", "Egipto", "Mundo")],
)
def test_editions_and_topics_are_named_in_the_language_of_the_page(
    news, client, language, own, topic
):
    client.cookies["language"] = language
    text = page(client.get("/eg/world/")).text
    assert own in text
    assert topic in text


def test_the_menu_names_every_edition_in_its_own_language(news, client):
    make_edition("de", name="Germany", country="DE", language="de")
    shown = page(client.get("/latest/"))
    assert shown.link("Deutschland").attributes["lang"] == "de"
    assert Edition.objects.filter(name="Germany").exists()
    assert not shown.has_link("Germany")
