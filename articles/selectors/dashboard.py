"""What the desk's first page tells: how the whole is doing, and where somebody is needed.

Each function takes one query, however much is stored. Spans of time end now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count

from articles.models import Correction, Feed, Problem, feed_states
from articles.selectors.rows import rows

HOURS = 48
DAY_HOURS = 24
COPIES_SPAN = timedelta(days=7)
COPIES_LEAST = 20
"""Articles of the span below which a share tells nothing."""
COPIES_SHARE = 0.5
LISTED = 8
"""Rows of a list that says where to look first."""


@dataclass(frozen=True, slots=True)
class Feeds:
    """How many feeds there are, and how many in each state of `articles.models.feed_states`."""

    all: int
    working: int
    due: int
    late: int
    failing: int
    silent: int
    failing_lately: int
    retired_lately: int


def feeds() -> Feeds:
    states = {
        "working": feed_states.WORKING,
        "due": feed_states.DUE,
        "late": feed_states.LATE,
        "failing": feed_states.FAILING,
        "silent": feed_states.SILENT,
        "failing_lately": feed_states.FAILING_LATELY,
        "retired_lately": feed_states.RETIRED_LATELY,
    }
    counts = {name: Count("pk", filter=state) for name, state in states.items()}
    return Feeds(**Feed.objects.aggregate(all=Count("pk"), **counts))


@dataclass(frozen=True, slots=True)
class Hours:
    """Articles first seen and stories begun in each of the last `HOURS`, the oldest hour first."""

    articles: tuple[int, ...]
    stories: tuple[int, ...]


_HOURS = """
SELECT kind, least(floor(extract(epoch FROM %(now)s - time) / 3600)::int, %(hours)s - 1), count(*)
FROM (
    SELECT 'articles' AS kind, fetched_at AS time FROM articles_article
    WHERE fetched_at > %(now)s - make_interval(hours => %(hours)s) AND fetched_at <= %(now)s
    UNION ALL
    SELECT 'stories', first_at FROM articles_story
    WHERE first_at > %(now)s - make_interval(hours => %(hours)s) AND first_at <= %(now)s
) AS came
GROUP BY 1, 2
"""


def hours(now: datetime) -> Hours:
    counts = {"articles": [0] * HOURS, "stories": [0] * HOURS}
    with connection.cursor() as cursor:
        cursor.execute(_HOURS, {"now": now, "hours": HOURS})
        for kind, ago, count in cursor.fetchall():
            counts[kind][HOURS - 1 - ago] = count
    return Hours(tuple(counts["articles"]), tuple(counts["stories"]))


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits to be grouped in one language."""

    language: str
    waiting: int
    oldest: datetime | None
    """When the first of those was seen that were never grouped; None where all were edited."""
    failures: int
    """Attempts in a row that came to nothing; one that is under way counts as well."""
    set_apart: int
    """Articles that could not be grouped and were given stories of their own."""


_QUEUES = """
SELECT language, coalesce(waiting.count, 0) AS waiting, waiting.oldest,
       coalesce(attempt.failures, 0) AS failures, coalesce(apart.count, 0) AS set_apart
FROM (
    SELECT language, count(*), min(fetched_at) FILTER (WHERE story_id IS NULL) AS oldest
    FROM articles_article WHERE clustered_at IS NULL GROUP BY language
) AS waiting
FULL JOIN (
    SELECT language, count(*) FROM articles_article WHERE grouping_error > '' GROUP BY language
) AS apart USING (language)
LEFT JOIN articles_groupingattempt AS attempt USING (language)
ORDER BY waiting.oldest, language
"""


def queues() -> list[Queue]:
    """Languages in which something waits or was set apart; who waits longest comes first."""
    return rows(Queue, _QUEUES)


@dataclass(frozen=True, slots=True)
class Copying:
    """A source of which much was in another one before."""

    pk: int
    name: str
    articles: int
    copies: int


_COPYING = """
SELECT source.id AS pk, source.name, published.articles, published.copies
FROM articles_source AS source CROSS JOIN LATERAL (
    SELECT count(*) AS articles, count(copy_of_id) AS copies FROM articles_article
    WHERE source_id = source.id AND published_at >= %(since)s
) AS published
WHERE published.articles >= %(least)s
  AND published.copies >= published.articles * %(share)s::float
ORDER BY published.copies::float / published.articles DESC, published.articles DESC, source.id
LIMIT %(listed)s
"""


def copying(now: datetime) -> list[Copying]:
    """The sources that brought mostly copies of late, the worst first."""
    facts = {"least": COPIES_LEAST, "share": COPIES_SHARE, "listed": LISTED}
    return rows(Copying, _COPYING, {"since": now - COPIES_SPAN, **facts})


@dataclass(frozen=True, slots=True)
class Coverage:
    """What an edition is made from, of the last day."""

    pk: int
    name: str
    slug: str
    sources: int
    """Active ones that are not muted."""
    publishing: int
    """Those of them that published anything."""
    failing: int
    """Those of them of which no feed can be read."""
    stories: int
    """Those that more than one outlet reported independently."""


_COVERAGE = """
WITH member AS MATERIALIZED (
    SELECT source.id,
           EXISTS (SELECT FROM articles_article WHERE source_id = source.id
                   AND published_at >= %(since)s) AS publishing,
           (SELECT bool_and(failures > 0) FROM articles_feed
            WHERE source_id = source.id AND active AND retired_at IS NULL) AS failing
    FROM articles_source AS source
    WHERE source.active AND (source.muted_until IS NULL OR source.muted_until <= %(now)s)
), taking_part AS (
    SELECT link.edition_id, count(*) AS sources,
           count(*) FILTER (WHERE member.publishing) AS publishing,
           count(*) FILTER (WHERE member.failing) AS failing
    FROM member JOIN articles_source_editions AS link ON link.source_id = member.id
    GROUP BY 1
), told AS (
    SELECT placement.edition_id, count(*) AS stories
    FROM articles_story AS story
    JOIN articles_storyedition AS placement ON placement.story_id = story.id
    WHERE story.language IN (SELECT language FROM articles_edition)
      AND story.last_at >= %(since)s AND story.independent_count > 1
    GROUP BY 1
)
SELECT edition.id AS pk, edition.name, edition.slug,
       coalesce(sources, 0) AS sources, coalesce(publishing, 0) AS publishing,
       coalesce(failing, 0) AS failing, coalesce(stories, 0) AS stories
FROM articles_edition AS edition
LEFT JOIN taking_part ON taking_part.edition_id = edition.id
LEFT JOIN told ON told.edition_id = edition.id
ORDER BY edition.position, edition.name
"""


def coverage(now: datetime) -> list[Coverage]:
    """All editions, in their order."""
    return rows(Coverage, _COVERAGE, {"now": now, "since": now - timedelta(hours=DAY_HOURS)})


@dataclass(frozen=True, slots=True)
class Totals:
    """Sources, corrections, article pages and readers' reports.

    `added` and `made` are of the last day, then of the day before.
    """

    sources: int
    active: int
    added: int
    added_before: int
    made: int
    made_before: int
    pages: int
    """Article pages that wait to be fetched."""
    oldest_page: datetime | None
    problems: int
    """Reports that nobody has closed."""


_TOTALS = """
SELECT source.*, correction.*, page.*, problem.*
FROM (
    SELECT count(*) AS sources, count(*) FILTER (WHERE active) AS active,
           count(*) FILTER (WHERE added_at >= %(day)s) AS added,
           count(*) FILTER (WHERE added_at >= %(before)s AND added_at < %(day)s) AS added_before
    FROM articles_source
) AS source, (
    SELECT count(*) FILTER (WHERE made_at >= %(day)s) AS made,
           count(*) FILTER (WHERE made_at < %(day)s) AS made_before
    FROM articles_correction WHERE made_at >= %(before)s
) AS correction, (
    SELECT count(*) AS pages, min(made_at) AS oldest_page
    FROM articles_page WHERE state = 'waiting'
) AS page, (
    SELECT count(*) AS problems FROM articles_problem WHERE closed_at IS NULL
) AS problem
"""


def totals(now: datetime) -> Totals:
    day = timedelta(hours=DAY_HOURS)
    (found,) = rows(Totals, _TOTALS, {"day": now - day, "before": now - 2 * day})
    return found


def latest_corrections() -> list[Correction]:
    return list(Correction.objects.select_related("made_by").order_by("-pk")[:LISTED])


def open_problems() -> list[Problem]:
    """The latest reports of readers that nobody has closed."""
    return list(Problem.objects.filter(closed_at=None).order_by("-pk")[:LISTED])
