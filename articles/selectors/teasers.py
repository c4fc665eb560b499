"""Stories as front pages show them large."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from articles.models import Topic
from articles.models.addresses import address, address_by_slug, slug_of
from articles.models.visibility import shown_sql

OTHER_HEADLINES = 3
# More than are shown, because some of them come from one source.
OTHER_CANDIDATES = 4 * OTHER_HEADLINES
COPIES = 50


@dataclass(frozen=True, slots=True)
class Outlet:
    """Of a source what stands beside its articles."""

    name: str
    slug: str

    def get_absolute_url(self) -> str:
        return address_by_slug("source", self.slug)


@dataclass(frozen=True, slots=True)
class Line:
    """Of an article what a list shows. Pages have dozens: models would cost several times."""

    pk: int
    title: str
    language: str
    published_at: datetime
    url: str
    source: Outlet
    excerpt: str = ""
    image_url: str = ""
    headline_changes: int = 0
    """How many former headlines it has, where that is asked."""

    def get_absolute_url(self) -> str:
        return address("article", self.pk, slug_of(self.title))


LINE = """
    article.id, article.title, article.language, article.published_at, article.url,
    source.name, source.slug, article.excerpt, article.image_url
"""
"""The columns of a line, of the tables `article` and `source`."""


def line(row: Sequence[Any]) -> Line:
    """What a row of these columns says, and of the number of former headlines behind them."""
    pk, title, language, published_at, url, outlet, slug, *more = row
    return Line(pk, title, language, published_at, url, Outlet(outlet, slug), *more)


@dataclass(frozen=True, slots=True)
class Report:
    """An article with the copies of it, one an outlet, the earliest first."""

    article: Line
    copies: tuple[Line, ...] = ()


def one_an_outlet(articles: Iterable[Line], seen: Collection[str]) -> tuple[Line, ...]:
    """The first article of each outlet whose slug is not in `seen`, in the order given."""
    first: dict[str, Line] = {}
    for article in articles:
        first.setdefault(article.source.slug, article)
    return tuple(article for slug, article in first.items() if slug not in seen)


@dataclass(frozen=True, slots=True)
class Told:
    """Of a story what a front page shows."""

    pk: int
    title: str
    language: str
    first_at: datetime | None
    last_at: datetime | None
    article_count: int
    source_count: int
    independent_count: int
    edited_title: str = ""
    """The headline that curators gave it, which is its title then; mostly empty."""

    def get_absolute_url(self) -> str:
        return address("story", self.pk, slug_of(self.title))


@dataclass(frozen=True, slots=True)
class Teaser:
    """A story as a front page shows it large."""

    story: Told
    lead: Line
    topic: Topic | None
    others: tuple[Line, ...] = ()
    """Independent reports of other sources, the newest first; at most `OTHER_HEADLINES`."""
    copies: tuple[Line, ...] = ()
    """Copies of the lead, one a source, the earliest first."""


# Written by hand: putting this query together would take longer than running it.
_QUERY = f"""
SELECT
    story.id, story.title, story.language, story.first_at, story.last_at,
    story.article_count, story.source_count, story.independent_count, story.edited_title,
    lead.id, lead.title, lead.language, lead.published_at, lead.url,
    lead_source.name, lead_source.slug, lead.excerpt, lead.image_url,
    topic.id, topic.slug, topic.name,
    CASE WHEN story.id = ANY(%(with_others)s) THEN (
        SELECT json_agg(json_build_array(
            other.id, other.title, other.language, other.published_at, other.url,
            source.name, source.slug
        ) ORDER BY other.published_at DESC, other.id DESC)
        FROM (
            SELECT id, title, language, published_at, url, source_id
            FROM articles_article
            WHERE story_id = story.id AND copy_of_id IS NULL AND source_id <> lead.source_id
                AND {shown_sql("")}
            ORDER BY published_at DESC
            LIMIT %(others)s
        ) AS other
        JOIN articles_source AS source ON source.id = other.source_id
    ) END,
    (
        SELECT json_agg(json_build_array(
            copy.id, copy.title, copy.language, copy.published_at, copy.url,
            source.name, source.slug
        ) ORDER BY copy.published_at, copy.id)
        FROM (
            SELECT id, title, language, published_at, url, source_id
            FROM articles_article
            WHERE copy_of_id = lead.id AND source_id <> lead.source_id AND {shown_sql("")}
            ORDER BY published_at, id
            LIMIT %(copies)s
        ) AS copy
        JOIN articles_source AS source ON source.id = copy.source_id
    )
FROM articles_story AS story
JOIN articles_article AS lead ON lead.id = story.lead_id
JOIN articles_source AS lead_source ON lead_source.id = lead.source_id
LEFT JOIN articles_topic AS topic ON topic.id = story.topic_id
WHERE story.id = ANY(%(stories)s)
"""  # noqa: S608 - text of ours


def teasers(
    stories: Iterable[int], with_others: Collection[int] | None = None
) -> dict[int, Teaser]:
    """These stories that have a lead, by their ids, in their order. One query.

    `with_others` are those whose other headlines are shown; all, if it is left out.
    """
    wanted = list(stories)
    if not wanted:
        return {}
    words: dict[str, list[int] | int] = {
        "stories": wanted,
        "with_others": wanted if with_others is None else list(with_others),
        "others": OTHER_CANDIDATES,
        "copies": COPIES,
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, words)
        found = {row[0]: _teaser(row) for row in cursor.fetchall()}
    return {pk: found[pk] for pk in wanted if pk in found}


def _teaser(row: Sequence[Any]) -> Teaser:
    """What a row of the query says."""
    topic_pk, topic_slug, topic, others, copies = row[18:]
    return Teaser(
        Told(*row[:9]),
        line(row[9:18]),
        Topic(pk=topic_pk, slug=topic_slug, name=topic) if topic_pk else None,
        tuple(_lines(others))[:OTHER_HEADLINES],
        tuple(_lines(copies)),
    )


def _lines(rows: Iterable[Sequence[Any]] | None) -> Iterator[Line]:
    """The first article of each source."""
    seen = set()
    for pk, title, language, published_at, url, outlet, slug in rows or ():
        if slug not in seen:
            seen.add(slug)
            time = datetime.fromisoformat(published_at)
            yield Line(pk, title, language, time, url, Outlet(outlet, slug))
