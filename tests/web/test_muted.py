"""Nothing of a muted source, and no withheld article, is on any page, feed or list for machines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article, Edition, Source, Story
from articles.pipeline import followups, fronts, stories
from articles.selectors import sitemaps
from tests.factories import (
    link,
    make_article,
    make_edition,
    make_feed,
    make_source,
    make_story,
    make_topic,
)

NOW = timezone.now()
DAY = timedelta(days=1)
LOUD, HUSHED = "Zeppelin Zoo", "zeppelin"
"""What the article says that is not to be seen, and a word of it that no other article has."""


@pytest.fixture
def article(db) -> Article:
    """An article that leads a story told by another source too, with a copy elsewhere."""
    uk, topic = make_edition("uk", name="United Kingdom"), make_topic("World")
    source = make_source("Hushed Herald", editions=(uk,), home_url="https://hushed.example")
    make_feed(source, url="https://hushed.example/feed")
    loud = make_article(
        f"{LOUD} opens", source=source, topic=topic, published_at=NOW - DAY, excerpt=LOUD
    )
    other = make_article("The park opens", source=make_source("Daily", editions=(uk,)), topic=topic)
    third = make_article("Gates open", source=make_source("Weekly", editions=(uk,)), topic=topic)
    copied = make_article("The park", source=make_source("Mirror", editions=(uk,)), copy_of=loud)
    alone = make_article(f"{LOUD} alone", source=source, topic=topic, excerpt=LOUD)
    link(other, loud)
    link(third, alone)
    for story in (make_story(loud, other, third, copied), make_story(alone)):
        stories.derive([story.pk])
    fronts.arrange_fronts()
    return Article.objects.get(pk=loud.pk)


def hush(how: str, article: Article) -> None:
    """Mute the source, or block a word of both of its articles."""
    if how == "muted":
        followups.mute([article.source_id], DAY)
    else:
        Source.objects.filter(pk=article.source_id).update(blocked_words=[HUSHED])
        followups.ask([article.source_id])
    followups.follow()
    fronts.arrange_fronts()


def addresses(article: Article) -> list[str]:
    """Every kind of page that has articles or stories on it, and is there for anybody."""
    story = Story.objects.get(articles=article)
    other = Article.objects.get(title="The park opens")
    third = Article.objects.get(title="Gates open")
    copied = Article.objects.get(title="The park")
    told = story.get_absolute_url()
    return [
        *("/uk/", "/uk/world/", "/uk/feed.atom", "/uk/feed.json", "/uk/world/feed.atom"),
        *("/latest/", "/latest/?edition=uk", "/latest/?language=all"),
        *("/latest/feed.atom", "/latest/feed.json?edition=uk"),
        *("/search/?q=zeppelin", "/search/?q=opens", "/search/?q=opens&as=articles"),
        *("/search/feed.atom?q=opens", "/search/suggest/?q=Zepp", "/search/?q=edition:uk"),
        *("/search/suggest/?q=Hushed", "/search/?q=zepelin", "/sources/", "/sources/feeds.opml"),
        *(told, f"{told}?independent=1", f"{told}headlines/", f"/story/{story.pk}/feed.atom"),
        *(f"{told}why/{other.pk}/", f"{told}why/{copied.pk}/"),
        *(other.get_absolute_url(), copied.get_absolute_url()),
        *(third.get_absolute_url(), f"/about/ranking/?story={story.pk}"),
        *("/source/mirror/", "/sitemap.xml", "/sitemap-pages.xml", "/sitemap-news.xml"),
        # By their own numbers: ids do not begin anew with every test.
        *(f"/sitemap-stories-{number}.xml" for number, _ in sitemaps.portions()),
    ]


def seen(client: Client, address: str) -> bool:
    """Whether anything of it is on the page, beside what the reader has typed."""
    response = client.get(address, follow=True)
    assert response.status_code == 200, address
    text = response.getvalue().decode()
    return any(each in text for each in ("Zeppelin Zoo", "zeppelin-zoo", "Hushed"))


def own(article: Article) -> list[str]:
    """The addresses of what is hushed itself."""
    alone = Article.objects.get(title__endswith="alone")
    story = Story.objects.get(articles=alone)
    return [
        *(article.get_absolute_url(), f"/article/{article.pk}/", alone.get_absolute_url()),
        *(
            story.get_absolute_url(),
            f"/story/{story.pk}/feed.atom",
            f"/about/ranking/?story={story.pk}",
        ),
        f"{story.get_absolute_url()}why/{alone.pk}/",
    ]


PUBLISHER = ["/source/hushed-herald/", "/source/hushed-herald/feed.atom"]


@pytest.mark.parametrize("how", ["muted", "blocked"])
def test_it_is_on_no_page_of_others_and_has_none_of_its_own(client, article, how):
    before = {address for address in addresses(article) if seen(client, address)}
    assert {"/uk/", "/latest/", "/search/?q=opens", "/sources/"} <= before
    gone = own(article)
    assert {client.get(address, follow=True).status_code for address in gone} == {200}
    hush(how, article)
    article.refresh_from_db()
    named = {"/sources/", "/sources/feeds.opml", "/sitemap-pages.xml", "/search/suggest/?q=Hushed"}
    named |= {"/source/mirror/"}  # whose copies are whose
    told = {address for address in addresses(article) if seen(client, address)}
    assert told <= (set() if how == "muted" else named)
    assert {client.get(address).status_code for address in gone} == {404}
    publisher = [client.get(address).status_code for address in PUBLISHER]
    assert publisher == ([404, 404] if how == "muted" else [200, 200])
    assert not any(LOUD in client.get(address).content.decode() for address in PUBLISHER)


def test_it_is_back_on_all_of_them_when_the_muting_is_over(client, article):
    before = {address for address in addresses(article) if seen(client, address)}
    hush("muted", article)
    Source.objects.filter(pk=article.source_id).update(muted_until=NOW)
    followups.end_mutes()
    followups.follow()
    fronts.arrange_fronts()
    article.refresh_from_db()
    after = {address for address in addresses(article) if seen(client, address)}
    assert after == before


def test_copies_of_what_is_hushed_stand_for_themselves(client, article):
    hush("muted", article)
    story = Story.objects.get(pk=article.story_id)
    assert (story.article_count, story.independent_count) == (3, 2)
    page = client.get(story.get_absolute_url(), follow=True).content.decode()
    assert "Mirror" in page


def test_lists_show_nothing_of_it_before_stories_follow(client, article):
    Source.objects.filter(pk=article.source_id).update(muted_until=NOW + DAY)
    for address in ("/latest/", "/latest/?edition=uk", "/search/?q=zeppelin", "/latest/feed.atom"):
        assert not seen(client, address), address


def test_a_page_of_an_edition_goes_on_behind_what_is_withheld(client, article):
    edition = Edition.objects.get()
    source = make_source("Long", editions=(edition,))
    for number in range(70):
        make_article(f"Note {number}", source=source, published_at=NOW - number * DAY / 100,
                     withheld="blocked word: note" if number < 65 else "")  # fmt: skip
    assert "Note 69" in client.get("/latest/?edition=uk").content.decode()
