"""Stories as front pages show them in few lines: where they are arranged, and by rank.

A page has dozens of them. They come in one query without models, as templates read fast; it is
written by hand, for to put it together would take longer than to run it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.db import connection

from articles.models import Edition, Topic
from articles.models.addresses import address, address_by_slug, slug_of
from articles.selectors import keyset, places

STORIES_A_PAGE = 30
RANKED = ""
"""The section of stories that stand by rank alone."""


class Brief(NamedTuple):
    """A story in few lines."""

    story: int
    address: str
    articles: int
    sources: int
    independent: int
    first_at: datetime | None
    lead_address: str
    title: str
    """The headline of the lead, or the one that curators gave the story."""
    edited: bool
    language: str
    published_at: datetime
    outlet: str
    outlet_address: str
    gained: int
    """Independent reports of the last hours, where the story is shown as developing."""
    elsewhere: Edition | None
    """The edition where the story is big, of one that is not reported here."""


class Row(NamedTuple):
    """What the query tells of one story."""

    section: str
    topic: int | None
    rank: float
    story: int
    gained: int
    elsewhere: int | None
    story_title: str
    edited_title: str
    first_at: datetime | None
    articles: int
    sources: int
    independent: int
    lead: int
    title: str
    language: str
    published_at: datetime
    outlet: str
    slug: str


@dataclass(frozen=True, slots=True)
class Briefs:
    """Briefs by where they stand: section, and the id of a topic. after: the cursor of `RANKED`."""

    places: Mapping[tuple[str, int | None], tuple[Brief, ...]]
    after: str

    def at(self, section: str, topic: int | None = None) -> tuple[Brief, ...]:
        return self.places.get((section, topic), ())


# What is arranged, in the columns of `_BY_RANK`.
_SLOTS = """
SELECT section, topic_id, -position::float AS rank, story_id, gained, elsewhere_id
FROM articles_frontslot
WHERE edition_id = %(edition)s
UNION ALL
"""
_BY_RANK = """(
SELECT '' AS section, NULL AS topic_id, placed.rank, placed.story_id, 0 AS gained,
    NULL AS elsewhere_id
FROM articles_storyedition AS placed
JOIN articles_story AS story ON story.id = placed.story_id
WHERE placed.edition_id = %(edition)s AND story.lead_id IS NOT NULL
"""
_OF_TOPIC = "AND placed.topic_id = %(topic)s"
_UNSLOTTED = """AND NOT EXISTS (
    SELECT FROM articles_frontslot AS slot
    WHERE slot.edition_id = %(edition)s AND slot.story_id = placed.story_id
)"""
# The first condition bounds the walk along the index, the second orders equal ranks.
_AFTER = """AND placed.rank <= %(rank)s
AND (placed.rank < %(rank)s OR placed.story_id < %(story)s)"""
_END = "ORDER BY placed.rank DESC, placed.story_id DESC LIMIT %(limit)s)"
_TELL = """
SELECT placed.*, story.title, story.edited_title, story.first_at,
    story.article_count, story.source_count, story.independent_count,
    lead.id, lead.title, lead.language, lead.published_at, source.name, source.slug
FROM placed
JOIN articles_story AS story ON story.id = placed.story_id
    AND story.merged_into_id IS NULL AND story.hidden_at IS NULL
JOIN articles_article AS lead ON lead.id = story.lead_id
JOIN articles_source AS source ON source.id = lead.source_id
ORDER BY placed.section, placed.topic_id, placed.rank DESC, placed.story_id DESC
"""


def arranged(edition: Edition) -> Briefs:
    """The first page of an edition: what was arranged, and the best by rank besides. One query."""
    return _briefs([_SLOTS, _BY_RANK, _UNSLOTTED], {"edition": edition.pk})


def by_rank(
    edition: Edition, topic: Topic | None = None, after: str = "", *, unslotted: bool = False
) -> Briefs:
    """One page of stories, the best first; all, or those that are not arranged. One query.

    Raises `CursorError`.
    """
    clauses, values = [_BY_RANK], {"edition": edition.pk}
    if topic:
        clauses.append(_OF_TOPIC)
        values["topic"] = topic.pk
    elif unslotted:
        clauses.append(_UNSLOTTED)
    if not after:
        return _briefs(clauses, values)
    rank, story = keyset.read_rank(after)
    return _briefs([*clauses, _AFTER], {**values, "rank": rank, "story": story})


def _briefs(clauses: Iterable[str], values: Mapping[str, float]) -> Briefs:
    query = "\n".join(("WITH placed AS (", *clauses, _END, ")", _TELL))
    with connection.cursor() as cursor:
        cursor.execute(query, {**values, "limit": STORIES_A_PAGE + 1})
        rows = map(Row._make, cursor.fetchall())
    editions: dict[int | None, Edition] = {each.pk: each for each in places.editions()}
    place = attrgetter("section", "topic")
    found = {where: tuple(placed) for where, placed in groupby(rows, place)}
    ranked = keyset.page(
        found.pop((RANKED, None), ()),
        STORIES_A_PAGE,
        lambda row: keyset.by_rank(row.rank, row.story),
    )
    found[RANKED, None] = ranked.items
    briefs = {where: tuple(_brief(row, editions) for row in rows) for where, rows in found.items()}
    return Briefs(briefs, ranked.after)


def _brief(row: Row, editions: Mapping[int | None, Edition]) -> Brief:
    return Brief(
        story=row.story,
        address=address("story", row.story, slug_of(row.story_title)),
        articles=row.articles,
        sources=row.sources,
        independent=row.independent,
        first_at=row.first_at,
        lead_address=address("article", row.lead, slug_of(row.title)),
        title=row.edited_title or row.title,
        edited=bool(row.edited_title),
        language=row.language,
        published_at=row.published_at,
        outlet=row.outlet,
        outlet_address=address_by_slug("source", row.slug),
        gained=row.gained,
        elsewhere=editions.get(row.elsewhere),
    )
