"""Writing what grouping found: placements, similar news, and what follows for each story.

Everything on a story is derived from its articles by set-based statements whose number does not
depend on how many articles or stories a batch touched.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from articles.clustering.types import Grouped, Placement, Similar
from articles.models import SIMILAR_LIMIT, Article, Story
from articles.models.visibility import shown_sql
from articles.ranking import formula
from articles.ranking.formula import Strength

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

_SHOWN = shown_sql("article.")

# All that stories are derived from, read once.
_REPORT = f"""
report AS MATERIALIZED (
    SELECT id, story_id, source_id, topic_id, copy_of_id, published_at,
           8 * (copy_of_id IS NOT NULL)::int + 4 * (url = '')::int
           + 2 * (excerpt = '')::int + (image_url = '')::int AS lacks
    FROM articles_article AS article
    WHERE story_id = ANY(%(stories)s) AND {_SHOWN}
)"""  # noqa: S608 - a statement of ours within another

# What ranks stories, everywhere (`edition_id` is null) and in each edition by its own sources:
# `articles.ranking.formula` has the arithmetic once more, in Python. Outlets of one owner are one
# voice; copies are nobody's report. A voice counts as its source weighs, of an owner's sources the
# one that weighs most; one that weighs nothing has no say in when a story was reported.
_MEASURED = """
SELECT *,
       (ln(greatest(weighed, %(least)s))
        + %(speed_weight)s * ln(greatest(weighed_early, 1))
        + %(breadth_weight)s * ln(greatest(countries, 1))) / ln(2.0::float8) AS strength,
       extract(epoch FROM middle_at) / extract(epoch FROM %(half_life)s) AS freshness
FROM (
    SELECT story_id, edition_id,
           count(*) AS independent,
           count(*) FILTER (WHERE fast) AS early,
           count(DISTINCT country) AS countries,
           sum(weight) AS weighed,
           coalesce(sum(weight) FILTER (WHERE fast), 0) AS weighed_early,
           CASE WHEN count(*) FILTER (WHERE weight > 0) > 1
                THEN percentile_disc(0.5) WITHIN GROUP (ORDER BY last_at) FILTER (WHERE weight > 0)
                ELSE coalesce(min(first_at) FILTER (WHERE weight > 0), min(first_at))
           END AS middle_at
    FROM (
        SELECT *, first_at <= min(first_at) OVER (PARTITION BY story_id, edition_id)
                              + %(speed_window)s AS fast
        FROM (
            SELECT report.story_id, scope.edition_id,
                   coalesce(nullif(source.owner, ''), source.slug) AS name,
                   max({weight}) AS weight,
                   min(report.published_at) AS first_at,
                   max(report.published_at) AS last_at,
                   (array_agg(nullif(source.country, '')
                              ORDER BY report.published_at, report.id))[1] AS country
            FROM report
            JOIN articles_source AS source ON source.id = report.source_id
            JOIN {scope} AS scope ON scope.source_id = source.id
            WHERE report.copy_of_id IS NULL
            GROUP BY 1, 2, 3
        ) AS voice
    ) AS timed
    GROUP BY story_id, edition_id
) AS counted"""
# Two queries of the same kind, as the planner knows how many rows each of them has.
_HERE = "articles_source_editions"
_EVERYWHERE = "(SELECT id AS source_id, NULL::bigint AS edition_id FROM articles_source)"


def _measured(weight: str = "source.weight") -> str:
    here = _MEASURED.format(scope=_HERE, weight=weight)
    everywhere = _MEASURED.format(scope=_EVERYWHERE, weight=weight)
    return f"{_REPORT}, here AS ({here}\n), everywhere AS ({everywhere}\n)"


# What curators decided on how a story is shown: of each kind the newest decision in force, on the
# story itself or on one that went into it.
_DECIDE = """
WITH told AS (
    SELECT id, id AS target FROM unnest(%(stories)s::bigint[]) AS id
    UNION ALL
    SELECT former.id, former.merged_into_id FROM articles_story AS former
    WHERE former.merged_into_id = ANY(%(stories)s)
      AND NOT EXISTS (SELECT FROM articles_article WHERE story_id = former.id)
), newest AS (
    SELECT DISTINCT ON (told.target, decision.kind)
           told.target, decision.kind, decision.made_at, decision.details -> 'after' AS told
    FROM told
    JOIN articles_correction AS decision ON decision.story_id = told.id
    WHERE decision.undone_at IS NULL AND decision.kind IN ('title', 'pin', 'hide')
    ORDER BY told.target, decision.kind, decision.id DESC
), decided AS (
    SELECT story.id,
           coalesce(title.told ->> 'title', '') AS edited_title,
           (pin.told ->> 'until')::timestamptz AS pinned_until,
           ARRAY(SELECT value::bigint
                 FROM jsonb_array_elements_text(pin.told -> 'editions')) AS pinned_in,
           CASE WHEN hide.told ->> 'reason' <> '' THEN hide.made_at END AS hidden_at,
           coalesce(hide.told ->> 'reason', '') AS hidden_reason
    FROM articles_story AS story
    LEFT JOIN newest AS title ON title.target = story.id AND title.kind = 'title'
    LEFT JOIN newest AS pin ON pin.target = story.id AND pin.kind = 'pin'
    LEFT JOIN newest AS hide ON hide.target = story.id AND hide.kind = 'hide'
    WHERE story.id = ANY(%(stories)s)
)
UPDATE articles_story AS story
SET edited_title = decided.edited_title,
    pinned_until = decided.pinned_until,
    pinned_in = decided.pinned_in,
    hidden_at = decided.hidden_at,
    hidden_reason = decided.hidden_reason
FROM decided
WHERE story.id = decided.id AND story.id = ANY(%(stories)s)
  AND (story.edited_title, story.pinned_until, story.pinned_in, story.hidden_at,
       story.hidden_reason)
      IS DISTINCT FROM
      (decided.edited_title, decided.pinned_until, decided.pinned_in, decided.hidden_at,
       decided.hidden_reason)
"""

# The lead represents its story: an original before a copy, one that tells something before a bare
# headline, one with a picture, and of those the first to report. A story of copies alone (their
# originals are in another one) ranks by when it began. One of which no article is shown has nothing
# to show: it keeps its name, for the day on which its articles are shown again.
#
# An edition's front goes by its own sources' strength in part, and in part by everybody's. Of a
# story that they only copied they have none. What is hidden has no place.
_DERIVE = f"""
WITH {_measured()}, lead AS (
    SELECT DISTINCT ON (story_id) story_id, id
    FROM report
    ORDER BY story_id, lacks, published_at, id
), derived AS (
    SELECT story_id,
           count(*) AS articles,
           count(DISTINCT source_id) AS sources,
           min(published_at) AS first_at,
           max(published_at) AS last_at,
           mode() WITHIN GROUP (ORDER BY topic_id) AS topic_id
    FROM report
    GROUP BY story_id
), updated AS (
    UPDATE articles_story AS story
    SET article_count = derived.articles,
        source_count = derived.sources,
        independent_count = coalesce(everywhere.independent, 0),
        first_at = derived.first_at,
        last_at = derived.last_at,
        changed_at = CASE
            WHEN %(retold)s
                OR (story.article_count, story.source_count, story.independent_count,
                    story.first_at, story.last_at, story.lead_id, story.title)
                    IS DISTINCT FROM
                    (derived.articles, derived.sources, coalesce(everywhere.independent, 0),
                     derived.first_at, derived.last_at, article.id,
                     coalesce(nullif(story.edited_title, ''), article.title))
            THEN now() ELSE story.changed_at
        END,
        topic_id = derived.topic_id,
        lead_id = article.id,
        title = coalesce(nullif(story.edited_title, ''), article.title),
        rank = coalesce(
            everywhere.freshness + everywhere.strength,
            extract(epoch FROM derived.first_at) / extract(epoch FROM %(half_life)s)
        ),
        merged_into_id = NULL
    FROM derived
    JOIN lead USING (story_id)
    JOIN articles_article AS article ON article.id = lead.id
    LEFT JOIN everywhere ON everywhere.story_id = derived.story_id
    WHERE story.id = derived.story_id
    RETURNING story.id, story.rank, story.hidden_at, everywhere.strength
), vanished AS (
    UPDATE articles_story AS story
    SET article_count = 0, source_count = 0, independent_count = 0, lead_id = NULL,
        changed_at = now()
    WHERE story.id = ANY(%(stories)s) AND story.lead_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM derived WHERE story_id = story.id)
      AND EXISTS (SELECT FROM articles_article WHERE story_id = story.id)
), reported AS (
    SELECT report.story_id, member.edition_id,
           mode() WITHIN GROUP (ORDER BY report.topic_id) AS topic_id
    FROM report
    JOIN articles_source_editions AS member ON member.source_id = report.source_id
    GROUP BY report.story_id, member.edition_id
), wanted AS (
    SELECT reported.story_id, reported.edition_id, reported.topic_id,
           updated.rank + %(here_weight)s
               * (coalesce(here.strength, 0) - coalesce(updated.strength, 0)) AS rank
    FROM reported
    JOIN updated ON updated.id = reported.story_id AND updated.hidden_at IS NULL
    LEFT JOIN here USING (story_id, edition_id)
), stored AS MATERIALIZED (
    SELECT * FROM articles_storyedition WHERE story_id = ANY(%(stories)s)
), placed AS (
    INSERT INTO articles_storyedition (story_id, edition_id, topic_id, rank)
    SELECT wanted.* FROM wanted
    LEFT JOIN stored USING (story_id, edition_id)
    WHERE stored.id IS NULL
       OR (stored.topic_id, stored.rank) IS DISTINCT FROM (wanted.topic_id, wanted.rank)
    ON CONFLICT (story_id, edition_id) DO UPDATE
    SET topic_id = excluded.topic_id, rank = excluded.rank
)
DELETE FROM articles_storyedition AS placement
WHERE placement.story_id = ANY(%(stories)s)
  AND NOT EXISTS (
      SELECT FROM wanted
      WHERE wanted.story_id = placement.story_id AND wanted.edition_id = placement.edition_id
  )
"""  # noqa: S608 - a statement of ours within another

_SELECT_INPUTS = """
SELECT edition_id, middle_at, independent, early, countries,
       weighed - independent, weighed_early - early
FROM (SELECT * FROM everywhere UNION ALL SELECT * FROM here) AS measured
"""
_SUPPOSED = "CASE WHEN source.id = %(source)s THEN %(weight)s ELSE source.weight END"
_INPUTS = f"WITH {_measured()} {_SELECT_INPUTS}"
_SUPPOSED_INPUTS = f"WITH {_measured(_SUPPOSED)} {_SELECT_INPUTS}"

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


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a story's rank is made of: when its middle voice last reported, and its strength."""

    middle_at: datetime
    strength: Strength


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
    _redirect_emptied(before)
    derive({*stories, *before.values()})


def derive(stories: Collection[int], *, retold: bool = True) -> None:
    """Bring all that stories take from their articles up to date: counts, lead, rank, fronts.

    And what curators decided on them, which goes along where a story goes into another. Where no
    article says anything new (not `retold`), only those are told in short again whose articles are
    others than before.
    """
    parameters = _parameters(stories) | {"retold": retold}
    with connection.cursor() as cursor:
        cursor.execute(f"{_DECIDE};{_DERIVE}", parameters)  # one round trip


@dataclass(frozen=True, slots=True)
class Supposed:
    """A source as if it had another weight."""

    source: int
    weight: float


def inputs(story: int, supposed: Supposed | None = None) -> dict[int | None, Inputs]:
    """What a story's rank is made of, by the id of each edition, and everywhere (None).

    Empty for a story that has only copies.
    """
    parameters = _parameters([story])
    if supposed:
        parameters |= {"source": supposed.source, "weight": supposed.weight}
    with connection.cursor() as cursor:
        cursor.execute(_SUPPOSED_INPUTS if supposed else _INPUTS, parameters)
        return {
            edition: Inputs(middle, Strength(*counts))
            for edition, middle, *counts in cursor.fetchall()
        }


def _parameters(stories: Collection[int]) -> dict[str, Any]:
    return {
        "stories": sorted(stories),
        "half_life": formula.HALF_LIFE,
        "speed_window": formula.SPEED_WINDOW,
        "speed_weight": formula.SPEED_WEIGHT,
        "breadth_weight": formula.BREADTH_WEIGHT,
        "here_weight": formula.HERE_WEIGHT,
        "least": formula.LEAST,
    }


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
