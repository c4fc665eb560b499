"""One of each kind of page, on news that fills them all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from pytest_httpserver import HTTPServer

from articles.models import Article, Edition, Story
from articles.pipeline.fronts import arrange_fronts
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

STORIES = 30
EVENTS = (
    "Harbour bridge closed after divers find cracks",
    "Orchard growers count the cost of a late frost",
    "Night trains return to the northern line",
    "Council votes to reopen the city baths",
    "Ferry crews end their strike after talks",
    "Observatory finds a comet beyond the ice giants",
)
ARABIC = "إغلاق الجسر بعد العثور على تشققات"


@dataclass(frozen=True, slots=True)
class News:
    """An edition with a full front page, and the story and article that it leads with."""

    edition: Edition
    story: Story
    article: Article

    @property
    def addresses(self) -> dict[str, str]:
        """The address of each kind of page, and one of none."""
        return {**self.found, "not found": "/no/such/page/"}

    @property
    def found(self) -> dict[str, str]:
        """The address of each kind of page; whoever adds a kind adds it here."""
        story, article = self.story, self.article
        return {
            "front": "/",
            "topic": f"/{self.edition.slug}/world/",
            "story": story.get_absolute_url(),
            "why": f"{story.get_absolute_url()}why/{article.pk}/",
            "article": article.get_absolute_url(),
            "right-to-left": Article.objects.get(title=ARABIC).get_absolute_url(),
            "latest": "/latest/",
            "latest of an edition": f"/latest/?edition={self.edition.slug}",
            "headlines": f"{story.get_absolute_url()}headlines/",
            "sources": "/sources/",
            "source": article.source.get_absolute_url(),
            "search": "/search/?q=bridge",
            "search without hits": "/search/?q=xylophone",
            "search without words": "/search/",
            "ranking": f"/about/ranking/?story={story.pk}",
            "problem": f"/problem/article/{article.pk}/",
            "about": "/about/",
            "keyboard": "/about/keyboard/",
        }


def make_news(publisher: HTTPServer) -> News:
    """Thirty stories of four outlets, most with a picture; one told in Arabic."""
    edition = make_edition("uk", name="United Kingdom", position=1)
    make_edition("ireland", name="Ireland", country="IE", position=2)
    world = make_topic("World")
    sources = [
        make_source(name, editions=(edition,), home_url="https://paper.example/")
        for name in ("The Lantern", "Ledger", "Gazette", "Echo")
    ]
    for source in sources:
        make_feed(source, last_fetch_at=timezone.now(), last_success_at=timezone.now())
    picture = publisher.url_for("/bridge.svg")
    stories = [
        _make_story(f"{EVENTS[n % len(EVENTS)]}, day {n}" if n else EVENTS[0], n, sources, picture)
        for n in range(STORIES)
    ]
    for number, story in enumerate(stories):
        place(story, edition, rank=100.0 - number, topic=world if number % 2 else None)
    lead = stories[0].lead
    assert lead is not None
    make_headline(lead, "Harbour bridge may close")
    arabic = make_article(ARABIC, language="ar", source=sources[1], excerpt=ARABIC)
    place(make_story(arabic), edition, rank=98.5, topic=world)
    link(lead, *Article.objects.exclude(story=stories[0])[:3])
    arrange_fronts()
    return News(edition, stories[0], lead)


def _make_story(title: str, number: int, sources: list, picture: str) -> Story:  # type: ignore[type-arg]
    when = timezone.now() - timedelta(hours=number, minutes=10)
    lead = make_article(
        title,
        source=sources[number % len(sources)],
        excerpt=f"{title}: what is known so far, and what those who were there have to say. " * 2,
        image_url=picture if number % 3 == 0 else "",
        published_at=when,
        clustered_at=when,
        archive_searched_at=when,
    )
    others = [
        make_article(f"{title}: {words}", source=source, published_at=when + timedelta(minutes=9))
        for words, source in zip(
            ("what we know", "in pictures"), sources[number % 2 :], strict=False
        )
    ]
    copy = make_article(title, copy_of=lead, source=sources[(number + 3) % len(sources)])
    return make_story(lead, *others, copy)
