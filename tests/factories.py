"""Rows for tests: every field has a plain default, what matters to a test is said in it."""

from __future__ import annotations

from hashlib import blake2b
from itertools import count
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from articles.entries.hashing import title_key
from articles.models import (
    Article,
    Edition,
    Feed,
    Headline,
    SimilarLink,
    Source,
    Story,
    StoryEdition,
    Subscription,
    Topic,
)

_numbers = count(1)


def make_edition(slug: str = "uk", **fields: Any) -> Edition:
    defaults = {"name": slug.upper(), "country": "GB", "language": "en"}
    return Edition.objects.create(slug=slug, **defaults | fields)


def make_topic(name: str = "World", **fields: Any) -> Topic:
    return Topic.objects.create(**{"name": name, "slug": slugify(name)} | fields)


def make_source(name: str = "", *, editions: tuple[Edition, ...] = (), **fields: Any) -> Source:
    name = name or f"Paper {next(_numbers)}"
    source = Source.objects.create(**{"name": name, "slug": slugify(name)} | fields)
    source.editions.set(editions)
    return source


def make_feed(source: Source | None = None, **fields: Any) -> Feed:
    fields.setdefault("url", f"https://paper{next(_numbers)}.example/feed")
    return Feed.objects.create(source=source or make_source(), **fields)


def make_subscription(feed: Feed, **fields: Any) -> Subscription:
    fields = {"hub": "https://hub.example/", "topic": feed.url} | fields
    return Subscription.objects.create(feed=feed, **fields)


def make_article(title: str = "Bridge reopens", **fields: Any) -> Article:
    """An article of a source of its own unless told."""
    number = next(_numbers)
    source = fields.pop("source", None) or make_source()
    url = fields.setdefault("url", f"https://paper.example/{number}")
    defaults: dict[str, Any] = {
        "guid": str(number),
        "guid_hash": _hash(str(number)),
        "url_hash": _hash(url) if url else None,
        "title_key": title_key(title),
        "excerpt": f"What is known about this: {title}.",
        "language": "en",
        "content_hash": _hash(title),
        "published_at": timezone.now(),
    }
    return Article.objects.create(source=source, title=title, **defaults | fields)


def make_headline(article: Article, title: str, **fields: Any) -> Headline:
    """A headline that the article had before."""
    fields.setdefault("replaced_at", timezone.now())
    return Headline.objects.create(
        article=article, title=title, title_key=title_key(title), **fields
    )


def make_story(*articles: Article, **fields: Any) -> Story:
    """A story of these articles, the first of them leading."""
    lead = articles[0] if articles else None
    times = [article.published_at for article in articles] or [timezone.now()]
    defaults: dict[str, Any] = {
        "language": lead.language if lead else "en",
        "title": lead.title if lead else "Bridge reopens",
        "lead": lead,
        "first_at": min(times),
        "last_at": max(times),
        "article_count": len(articles),
        "source_count": len({article.source_id for article in articles}),
        "independent_count": len({a.source_id for a in articles if a.copy_of_id is None}),
    }
    story = Story.objects.create(**defaults | fields)
    Article.objects.filter(pk__in=[article.pk for article in articles]).update(story=story)
    return story


def place(story: Story, edition: Edition, rank: float = 1.0, topic: Topic | None = None) -> None:
    """Put a story on the front page of an edition."""
    StoryEdition.objects.create(story=story, edition=edition, rank=rank, topic=topic)


def link(article: Article, *similar: Article) -> None:
    """The similar news of an article, the most similar first."""
    for position, other in enumerate(similar):
        SimilarLink.objects.create(
            article=article, similar=other, position=position, score=0.9 - position / 20
        )


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()
