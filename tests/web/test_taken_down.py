"""After a take-down no public address tells of the article; its own says that it is gone."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from articles.models import Article, Edition, Folded, Story
from articles.models.addresses import slug_of
from articles.pipeline import digests, fronts, takedown
from articles.pipeline import stories as storing
from articles.pipeline.takedown import Request
from articles.selectors import latest
from articles.selectors.sitemaps import SPAN
from tests.factories import (
    link,
    make_article,
    make_feed,
    make_headline,
    make_source,
    make_story,
    make_topic,
)

WORD = "Zebulon"
"""Stands in all that the article says, and nowhere else."""

SENTENCES = (
    f"Zebulon Winter was seen at the harbour on Tuesday evening by {WORD} himself and two others.",
    f"The police of {WORD} asked 300 people for help in finding out what became of the boats.",
    f"Nobody in {WORD} had an explanation for the fire, said the mayor, Anna Kessel, on Monday.",
)
HEADLINE = f"{WORD} Winter named in harbour fire inquiry"


@pytest.fixture
def editor(db) -> User:
    return User.objects.create_user("editor")


@pytest.fixture
def gone(uk: Edition) -> Article:
    """The lead of a story, with a copy, former headlines, similar news, and all that shows it."""
    world = make_topic("World")
    source = make_source("Herald", editions=(uk,), home_url="https://herald.example/")
    make_feed(source)
    now = timezone.now()
    lead = make_article(
        HEADLINE,
        source=source,
        topic=world,
        excerpt=SENTENCES[0],
        text=" ".join(SENTENCES),
        image_url="https://herald.example/zebulon.jpg",
        authors=[f"{WORD} Writer"],
        categories=[WORD],
        published_at=now - timedelta(hours=3),
        clustered_at=now,
    )
    make_headline(lead, f"{WORD} in trouble")
    others = [
        make_article(
            f"Harbour fire inquiry begins {number}",
            source=make_source(editions=(uk,)),
            topic=world,
            published_at=now - timedelta(hours=2 - number),
            clustered_at=now,
        )
        for number in range(2)
    ]
    story = make_story(lead, *others)
    outside = make_article("Insurers count the harbour's loss", clustered_at=now)
    make_story(outside)
    link(outside, lead)
    link(lead, outside)
    Folded.objects.create(former=987_654, article=lead)
    storing.derive(Story.objects.values_list("pk", flat=True))
    fronts.arrange_fronts()
    story.refresh_from_db()
    digests.digest_waiting()
    return Article.objects.select_related("story", "source").get(pk=lead.pk)


def patterns(entries) -> Iterator[URLPattern]:
    for entry in entries:
        if isinstance(entry, URLPattern):
            yield entry
        elif str(entry.pattern) != "admin/":
            yield from patterns(entry.url_patterns)


def addresses(gone: Article, story: Story) -> set[str]:
    """Every public address that could tell of the article, one for each pattern at least."""
    feeds = [
        f"/{path}feed.{kind}"
        for kind in ("atom", "json")
        for path in (*("uk/", "uk/world/", "latest/", f"story/{story.pk}/", "source/herald/"),)
    ]
    asked = [
        *("/", "/uk/", "/uk/world/", "/latest/", "/latest/?edition=uk", "/latest/?language=all"),
        *("/sources/", "/source/herald/", "/about/", "/about/ranking/", "/about/keyboard/"),
        f"/about/ranking/?story={story.pk}",
        *("/sitemap.xml", "/sitemap-pages.xml", "/sitemap-news.xml"),
        f"/sitemap-stories-{story.pk // SPAN}.xml",
        *("/sources/feeds.opml", "/uk/?after=", "/latest/feed.atom?edition=uk"),
        f"/search/feed.atom?q={WORD}",
        f"/search/feed.json?q={WORD}",
        "/search/?q=harbour+fire&as=stories&language=all",
        "/search/?q=source%3Aherald&language=all",
        "/search/suggest/?q=harb",
        story.get_absolute_url(),
        f"/story/{story.pk}/",
        f"{story.get_absolute_url()}headlines/",
        f"{story.get_absolute_url()}?order=newest",
        f"/article/{gone.pk}/",
        gone.get_absolute_url(),
        "/article/987654/",
        f"/story/{story.pk}/x/why/{gone.pk}/",
        f"/problem/article/{gone.pk}/",
        f"/problem/story/{story.pk}/",
        "/problem/thanks/",
    ]
    others = Article.objects.exclude(pk=gone.pk)
    asked += [other.get_absolute_url() for other in others]
    asked += [
        reverse("why", args=[pk, slug_of(title), other])
        for other, pk, title in others.values_list("pk", "story", "story__title")
    ]
    return {*asked, *feeds}


def told(client: Client, address: str) -> str:
    """All that an answer tells, headers included; wherever it leads to on the way."""
    response = client.get(address, follow=True)
    ways = " ".join(url for url, _status in response.redirect_chain)
    body = response.getvalue()
    if response.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    # A page repeats the address that it is asked at, and the words that are sought.
    said = f"{ways}\n{response.headers}\n{body.decode()}".replace(quote(address), "")
    return re.sub(rf"(q=|search:|Search: |value=\"){WORD}", "", said)


def test_before_it_is_taken_down_the_article_is_told_of_at_each_kind_of_address(gone, client):
    telling = {a for a in addresses(gone, gone.story) if WORD.lower() in told(client, a).lower()}
    assert {
        *("/", "/uk/", "/uk/world/", "/latest/", "/source/herald/", "/sitemap-news.xml"),
        *("/uk/feed.atom", "/latest/feed.json", "/source/herald/feed.atom"),
        *(f"/story/{gone.story_id}/feed.json", f"/search/feed.atom?q={WORD}"),
        *(gone.get_absolute_url(), gone.story.get_absolute_url(), "/article/987654/"),
        f"{gone.story.get_absolute_url()}headlines/",
        Article.objects.get(title__startswith="Insurers").get_absolute_url(),
    } <= telling


def test_every_pattern_of_a_public_page_is_among_the_addresses_that_are_walked(gone):
    """A page that is added later must be walked too."""
    resolver = get_resolver()
    walked = {
        resolver.resolve(address.partition("?")[0]).route for address in addresses(gone, gone.story)
    }
    all_routes = {str(pattern.pattern) for pattern in patterns(resolver.url_patterns)}
    silent = {
        *("healthz", "robots.txt", "websub/<slug:token>/", "edition/<slug:slug>/", "appearance/"),
        *("language/<slug:code>/", "styleguide/", "manifest.webmanifest", "latest/since/"),
        "story/<int:pk>/<str:slug>/feed.<format:kind>",  # leads to the one without a title
    }
    assert all_routes - walked == silent


def test_afterwards_no_address_tells_of_it(gone, client, editor):
    before = addresses(gone, gone.story)
    takedown.take_down([gone.pk], Request("Privacy", "Z. Winter"), editor)
    story = Story.objects.get(pk=gone.story_id)
    for address in {*before, *addresses(gone, story)}:
        said = told(client, address).lower()
        assert WORD.lower() not in said, (address, said[max(0, said.find(WORD.lower()) - 200) :])


def test_its_address_says_in_calm_words_that_it_is_gone(gone, client, editor):
    takedown.take_down([gone.pk], Request("Privacy", "Z. Winter"), editor)
    for address in (gone.get_absolute_url(), f"/article/{gone.pk}/", "/article/987654/"):
        response = client.get(address)
        assert response.status_code == 410
        assert "The editors took this article down." in response.content.decode()
        assert "noindex" in response.content.decode()


def test_the_address_of_a_story_that_lost_its_only_article_is_gone_too(uk, client, editor):
    lone = make_article(HEADLINE, source=make_source(editions=(uk,)))
    story = make_story(lone)
    merged = Story.objects.create(language="en", title=f"Older {WORD}", merged_into=story)
    storing.derive([story.pk])
    takedown.take_down([lone.pk], Request("Privacy", "Z. Winter"), editor)
    for address in (
        story.get_absolute_url(),
        merged.get_absolute_url(),
        f"{story.get_absolute_url()}headlines/",
        f"/about/ranking/?story={story.pk}",
        f"/story/{story.pk}/feed.atom",
        f"/story/{story.pk}/feed.json",
    ):
        response = client.get(address)
        assert response.status_code == 410, address
        assert WORD not in response.content.decode()


def test_a_question_finds_neither_it_nor_a_word_of_it(gone, client, editor):
    ask = f"/search/?q={quote('zebulan')}&language=all"
    assert WORD.lower() in client.get(ask, follow=True).content.decode().lower()
    takedown.take_down([gone.pk], Request("Privacy", "Z. Winter"), editor)
    assert WORD.lower() not in client.get(ask, follow=True).content.decode().lower()
    found = client.get(f"/search/?q={WORD}&language=all", follow=True).content.decode()
    assert "Winter named" not in found


def test_what_came_since_does_not_count_it(gone, client, editor):
    mark = latest.mark([Article.objects.get(title="Harbour fire inquiry begins 0")])
    newest = make_article("Newest")
    assert latest.arrived(latest.Choice(), mark) >= 1
    before = latest.arrived(latest.Choice(), mark)
    takedown.take_down([newest.pk], Request("Privacy", "Z. Winter"), editor)
    assert latest.arrived(latest.Choice(), mark) == before - 1


def test_it_is_back_everywhere_once_that_is_undone(gone, client, editor):
    made = takedown.take_down([gone.pk], Request("Privacy", "Z. Winter"), editor)
    takedown.undo(made, editor)
    for address in (gone.get_absolute_url(), f"/story/{gone.story_id}/", "/latest/", "/uk/"):
        assert HEADLINE in client.get(address, follow=True).content.decode()
