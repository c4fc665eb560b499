"""Writing what grouping found: placements, similar news, and what follows for each story.

Everything on a story is derived from its articles by set-based statements whose number does not
depend on how many articles or stories a batch touched.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from articles.clustering.types import Grouped, Placement, Similar
from articles.models import SIMILAR_LIMIT, Article, Story

HALF_LIFE_HOURS = 8.0
"""A story must double its independent reports every so many hours to keep its place."""

_PLACE = """
UPDATE articles_article AS article
SET story_id = placed.story, copy_of_id = placed.original, clustered_at = %s,
    grouping_error = ''
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS placed (id, story, original)
WHERE article.id = placed.id
"""

# Most of a list stays when an article enters it: only what changed is written.
_LINK = """
WITH link AS (
    SELECT * FROM unnest(%(articles)s::bigint[], %(others)s::bigint[], %(scores)s::float8[],
                         %(positions)s::int[]) AS link (article, other, score, position)
), gone AS (
    DELETE FROM articles_similarlink AS stored
    WHERE stored.article_id = ANY(%(lists)s) AND NOT stored.from_archive
      AND NOT EXISTS (
          SELECT FROM link
          WHERE link.article = stored.article_id AND link.other = stored.similar_id
      )
)
INSERT INTO articles_similarlink AS stored
    (article_id, similar_id, score, position, from_archive)
SELECT article, other, score, position, false FROM link
ON CONFLICT (article_id, similar_id) DO UPDATE
SET score = excluded.score, position = excluded.position, from_archive = false
WHERE (stored.score, stored.position, stored.from_archive)
    IS DISTINCT FROM (excluded.score, excluded.position, false)
"""

# Earlier coverage from the archive fills what the window left free, after it.
_REORDER = """
WITH ordered AS (
    SELECT id, row_number() OVER (
        PARTITION BY article_id ORDER BY from_archive, position, id
    ) - 1 AS place
    FROM articles_similarlink
    WHERE article_id IN (
        SELECT article_id FROM articles_similarlink
        WHERE article_id = ANY(%(articles)s) AND from_archive
    )
), surplus AS (
    DELETE FROM articles_similarlink AS link USING ordered
    WHERE link.id = ordered.id AND ordered.place >= %(limit)s
)
UPDATE articles_similarlink AS link SET position = ordered.place
FROM ordered
WHERE link.id = ordered.id AND ordered.place < %(limit)s AND link.position <> ordered.place
"""

# Outlets of one owner are one voice: what they report counts as one independent report.
# The lead represents its story: an original before a copy, one that tells something before a bare
# headline, one with a picture, and of those the first to report.
_DERIVE = """
WITH report AS (
    SELECT article.id, article.story_id, article.source_id, article.topic_id, article.title,
           article.published_at, article.copy_of_id IS NULL AS independent,
           coalesce(nullif(source.owner, ''), source.slug) AS voice,
           row_number() OVER (
               PARTITION BY article.story_id
               ORDER BY article.copy_of_id IS NOT NULL, article.url = '', article.excerpt = '',
                        article.image_url = '', article.published_at, article.id
           ) AS place
    FROM articles_article AS article
    JOIN articles_source AS source ON source.id = article.source_id
    WHERE article.story_id = ANY(%(stories)s)
), derived AS (
    SELECT story_id,
           count(*) AS articles,
           count(DISTINCT source_id) AS sources,
           count(DISTINCT voice) FILTER (WHERE independent) AS independent,
           min(published_at) AS first_at,
           max(published_at) AS last_at,
           mode() WITHIN GROUP (ORDER BY topic_id) AS topic_id,
           max(id) FILTER (WHERE place = 1) AS lead_id,
           max(title) FILTER (WHERE place = 1) AS title,
           extract(epoch FROM percentile_disc(0.75) WITHIN GROUP (ORDER BY published_at))
               / 3600 / %(half_life)s AS freshness
    FROM report
    GROUP BY story_id
)
UPDATE articles_story AS story
SET article_count = derived.articles,
    source_count = derived.sources,
    independent_count = derived.independent,
    first_at = derived.first_at,
    last_at = derived.last_at,
    changed_at = now(),
    topic_id = derived.topic_id,
    lead_id = derived.lead_id,
    title = derived.title,
    rank = derived.freshness + log(2, greatest(derived.independent, 1)),
    merged_into_id = NULL
FROM derived
WHERE story.id = derived.story_id
"""

# An edition ranks a story by its own sources' independent reports, and by half by everybody's.
# `freshness` is the story's rank without its own strength: what is left is when it was reported.
_PLACE_ON_FRONTS = """
WITH reported AS (
    SELECT article.story_id, member.edition_id,
           mode() WITHIN GROUP (ORDER BY article.topic_id) AS topic_id,
           count(DISTINCT coalesce(nullif(source.owner, ''), source.slug))
               FILTER (WHERE article.copy_of_id IS NULL) AS independent
    FROM articles_article AS article
    JOIN articles_source AS source ON source.id = article.source_id
    JOIN articles_source_editions AS member ON member.source_id = article.source_id
    WHERE article.story_id = ANY(%(stories)s)
    GROUP BY article.story_id, member.edition_id
), placed AS (
    INSERT INTO articles_storyedition (story_id, edition_id, topic_id, rank)
    SELECT story.id, reported.edition_id, reported.topic_id,
           story.rank - 0.5 * log(2, greatest(story.independent_count, 1))
               + 0.5 * log(2, greatest(reported.independent, 1))
    FROM reported
    JOIN articles_story AS story ON story.id = reported.story_id
    ON CONFLICT (story_id, edition_id) DO UPDATE
    SET topic_id = excluded.topic_id, rank = excluded.rank
)
DELETE FROM articles_storyedition AS placement
WHERE placement.story_id = ANY(%(stories)s)
  AND NOT EXISTS (
      SELECT FROM reported
      WHERE reported.story_id = placement.story_id
        AND reported.edition_id = placement.edition_id
  )
"""

# A story that lost its last article leads to where most of its articles went, and so do the
# stories that led to it.
_REDIRECT_EMPTIED = """
WITH emptied AS (
    SELECT moved.story AS id, mode() WITHIN GROUP (ORDER BY article.story_id) AS target
    FROM unnest(%s::bigint[], %s::bigint[]) AS moved (article, story)
    JOIN articles_article AS article ON article.id = moved.article
    WHERE NOT EXISTS (SELECT FROM articles_article WHERE story_id = moved.story)
    GROUP BY moved.story
)
UPDATE articles_story AS story
SET merged_into_id = emptied.target,
    article_count = 0, source_count = 0, independent_count = 0
FROM emptied
WHERE story.id = emptied.id OR story.merged_into_id = emptied.id
"""


def apply(language: str, grouped: Grouped, now: datetime) -> None:
    """Store one batch's grouping; call it inside the transaction that holds the language."""
    before = _stories_before([placement.article for placement in grouped.placements])
    placed = sorted({placement.story for placement in grouped.placements})
    Story.objects.bulk_create(
        (Story(id=story, language=language) for story in placed), ignore_conflicts=True
    )
    _place(grouped.placements, now)
    _link(grouped.similar)
    follow(before, placed)


def follow(before: Mapping[int, int], stories: Collection[int]) -> None:
    """Bring stories up to date after articles moved: `before` gives the story each was in."""
    derive({*stories, *before.values()})
    _redirect_emptied(before)


def derive(stories: Collection[int]) -> None:
    """Bring all that stories take from their articles up to date: counts, lead, rank, fronts."""
    parameters: dict[str, Any] = {"stories": sorted(stories), "half_life": HALF_LIFE_HOURS}
    with connection.cursor() as cursor:
        cursor.execute(_DERIVE, parameters)
        cursor.execute(_PLACE_ON_FRONTS, parameters)


def _stories_before(articles: Sequence[int]) -> dict[int, int]:
    """The story of each of these articles that has one."""
    grouped = Article.objects.filter(pk__in=articles, story__isnull=False)
    return dict(grouped.values_list("pk", "story_id"))


def _place(placements: Sequence[Placement], now: datetime) -> None:
    columns = (
        [placement.article for placement in placements],
        [placement.story for placement in placements],
        [placement.copy_of for placement in placements],
    )
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, [now, *columns])


def _link(similar: Mapping[int, Sequence[Similar]]) -> None:
    """Replace the lists of these articles."""
    rows = [
        (article, link.article, link.score, position)
        for article, links in similar.items()
        for position, link in enumerate(links)
    ]
    columns = {
        name: [row[at] for row in rows]
        for at, name in enumerate(("articles", "others", "scores", "positions"))
    }
    lists = list(similar)
    with connection.cursor() as cursor:
        cursor.execute(_LINK, {"lists": lists, **columns})
        cursor.execute(_REORDER, {"articles": lists, "limit": SIMILAR_LIMIT})


def _redirect_emptied(before: Mapping[int, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_REDIRECT_EMPTIED, [list(before), list(before.values())])
