"""A story's coverage: its reports in order of time, all or some, and what they have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Prefetch, Q

from articles.models import Article, Headline, Story
from articles.models.visibility import shown_sql
from articles.selectors import keyset
from articles.selectors.keyset import Page
from articles.selectors.listing import HEADLINE_CHANGES, HEADLINES, listed
from articles.selectors.teasers import LINE, Line, Report, line, one_an_outlet

REPORTS_A_PAGE = 40
COPIES_A_PAGE = 400
HEADLINES_A_PAGE = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """Which reports of a story are asked for, and in which order."""

    independent: bool = False
    """No copies, neither by themselves nor under what they copy."""
    country: str | None = None
    """A source's country; empty for those of which it is not known, None for all."""
    language: str | None = None
    newest_first: bool = False

    @property
    def everything(self) -> bool:
        return not self.independent and self.country is None and self.language is None


@dataclass(frozen=True, slots=True)
class Cell:
    """Reports of one hour that have all of this in common."""

    hour: datetime
    country: str
    language: str
    copy: bool
    times: Sequence[datetime]
    """When each was published."""


# Written by hand: putting these together would take longer than running them.
_PROFILE = f"""
SELECT date_trunc('hour', article.published_at, 'UTC'), source.country, article.language,
       article.copy_of_id IS NOT NULL, array_agg(article.published_at)
FROM articles_article AS article
JOIN articles_source AS source ON source.id = article.source_id
WHERE article.story_id = %s AND {shown_sql("article.")}
GROUP BY 1, 2, 3, 4
ORDER BY 1
"""  # noqa: S608 - text of ours


def _among(article: str, source: str) -> str:
    """The condition that an article is shown, and among those that are chosen."""
    return f"""
        {shown_sql(f"{article}.")} AND NOT (%(independent)s AND {article}.copy_of_id IS NOT NULL)
        AND coalesce({source}.country = %(country)s, true)
        AND coalesce({article}.language = %(language)s, true)
    """


def _coverage(follows: str, order: str) -> str:
    """A page of reports and all of their copies."""
    return f"""
WITH page AS (
    SELECT article.id
    FROM articles_article AS article
    JOIN articles_source AS source ON source.id = article.source_id
    WHERE article.story_id = %(story)s AND {_among("article", "source")}
      AND NOT EXISTS (
          SELECT FROM articles_article AS original
          JOIN articles_source AS origin ON origin.id = original.source_id
          WHERE original.id = article.copy_of_id AND original.story_id = %(story)s
            AND {_among("original", "origin")}
      )
      AND (%(pk)s::bigint IS NULL
           OR (article.published_at, article.id) {follows} (%(moment)s::timestamptz, %(pk)s))
    ORDER BY article.published_at {order}, article.id {order}
    LIMIT %(reports)s
), listed AS (
    SELECT id, NULL::bigint AS copies FROM page
    UNION ALL (
        SELECT copy.id, copy.copy_of_id
        FROM articles_article AS copy
        JOIN articles_source AS source ON source.id = copy.source_id
        WHERE copy.copy_of_id IN (SELECT id FROM page) AND {_among("copy", "source")}
        LIMIT %(copies)s
    )
)
SELECT listed.copies, {LINE}, (SELECT count(*) FROM articles_headline WHERE article_id = article.id)
FROM listed
JOIN articles_article AS article ON article.id = listed.id
JOIN articles_source AS source ON source.id = article.source_id
ORDER BY listed.copies IS NOT NULL, article.published_at {order}, article.id {order}
"""  # noqa: S608 - text of ours


_OLDEST_FIRST, _NEWEST_FIRST = _coverage(">", "ASC"), _coverage("<", "DESC")


def profile(story: Story) -> tuple[Cell, ...]:
    """What a story's reports are, counted together where they are alike, in order of time.

    One query; no more cells than there are reports.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PROFILE, [story.pk])
        return tuple(Cell(*row) for row in cursor.fetchall())


def coverage(story: Story, choice: Choice, after: str = "") -> Page[Report]:
    """One page of the chosen reports, the earliest first unless asked, copies folded.

    A copy stands for itself only where what it copies is not among them.

    Raises `CursorError`. One query.
    """
    moment, pk = keyset.read_time(after) if after else (None, None)
    asked = {
        "story": story.pk,
        "independent": choice.independent,
        "country": choice.country,
        "language": choice.language,
        "moment": moment,
        "pk": pk,
        "reports": REPORTS_A_PAGE + 1,
        "copies": COPIES_A_PAGE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST_FIRST if choice.newest_first else _OLDEST_FIRST, asked)
        rows = [(original, line(row)) for original, *row in cursor.fetchall()]
    return keyset.page(
        _folded(rows),
        REPORTS_A_PAGE,
        lambda report: keyset.by_time(report.article.published_at, report.article.pk),
    )


def _folded(rows: Sequence[tuple[int | None, Line]]) -> Iterator[Report]:
    """Reports with their copies; each row has the id of what it is listed under."""
    copies: dict[int | None, list[Line]] = defaultdict(list)
    for original, article in sorted(rows, key=lambda row: (row[1].published_at, row[1].pk)):
        copies[original].append(article)
    for original, article in rows:
        if original is None:
            yield Report(article, one_an_outlet(copies[article.pk], {article.source.slug}))


def headlines(story: Story, after: str = "") -> Page[Article]:
    """One page of a story's headlines, the earliest first.

    Each report has its last former headlines in `last_headlines`, at most `HEADLINES`, and their
    number in `headline_changes`. Raises `CursorError`. Two queries.
    """
    last = Headline.objects.all()[:HEADLINES]
    former = Prefetch("former_headlines", last, to_attr="last_headlines")
    reports = listed().filter(story=story).prefetch_related(former)
    reports = reports.annotate(headline_changes=HEADLINE_CHANGES)
    if after:
        moment, pk = keyset.read_time(after)
        later = Q(published_at__gt=moment) | Q(pk__gt=pk)
        reports = reports.filter(later, published_at__gte=moment)
    return keyset.page(
        reports.order_by("published_at", "pk")[: HEADLINES_A_PAGE + 1],
        HEADLINES_A_PAGE,
        lambda article: keyset.by_time(article.published_at, article.pk),
    )
