"""The newest articles that meet criteria: the work is bounded however large the archive is.

Which way is short depends on how common the words are together, which neither we nor the planner
know. So all ways are parts of one statement, which PostgreSQL runs one after the other until there
are enough: first the newest articles are looked through, of which a common question matches many;
then the index of words is asked for stretches of time, each some times as long as all before it.
However rare the words, no more than some times what is wanted is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from articles.models.visibility import shown_sql
from articles.selectors import keyset
from articles.selectors.criteria import Criteria
from articles.selectors.words import Words

CANDIDATES = 200
"""The newest matches are weighed, no more: a common word matches half of an archive."""
CHECKED = 600
"""Articles with all words that are looked through for a phrase, or for what is left out."""
RECENT = 4000
"""Articles that are looked through before the index of words is asked."""
MARKED_SOURCES = 20
"""Of more sources the index is not asked: among so many an article in few is of one of them."""

SPAN = 32
"""Days of a span, as `article_search_marked` counts them."""
EPOCH = date(1970, 1, 1)
EARLIEST = datetime(1, 1, 1, tzinfo=UTC)

_COLUMNS = "id, published_at, story_id, copy_of_id, search, language, source_id, topic_id, withheld"
_ORDER = "ORDER BY published_at DESC, id DESC"
_REACH = "(published_at, id) < (%(until)s, %(until_id)s) AND published_at >= %(since)s"

_LOOK_THROUGH = f"""
(SELECT * FROM (
    SELECT {_COLUMNS} FROM articles_article WHERE {_REACH} {_ORDER} LIMIT %(recent)s
) AS newest WHERE {{conditions}} {_ORDER} LIMIT %(most)s)
"""  # noqa: S608 - names of our own columns

# Sums are in no index, so that only the index of words can be used.
_ASK_INDEX = f"""
(SELECT {_COLUMNS} FROM articles_article
WHERE article_search_marked(search, source_id, topic_id, published_at) @@ ({{marked}})
    AND (published_at + interval '0', id) < (
        SELECT published_at, id FROM articles_article WHERE {_REACH}
        {_ORDER} OFFSET %(recent)s - 1 LIMIT 1
    )
    AND published_at + interval '0' >= %(since)s
    AND {{conditions}}
ORDER BY published_at + interval '0' DESC, id DESC LIMIT %(most)s)
"""  # noqa: S608
# Read once for a statement; they are few.
_OF_SHOWN_STORY = """
coalesce(story_id, 0) <> ALL(ARRAY(SELECT id FROM articles_story WHERE hidden_at IS NOT NULL))
"""
_BEFORE_ALL = "published_at + interval '0' < %(rest)s"

_LIST = f"""
(SELECT {_COLUMNS} FROM articles_article WHERE {_REACH} AND {{conditions}} {_ORDER})
"""  # noqa: S608

# A `Match`, and whether it is one.
_MATCHES = """
SELECT id, published_at, story_id, copy_of_id, {weight}, {exact}
FROM ({ways} LIMIT %(most)s) AS near
"""


@dataclass(frozen=True, slots=True)
class Match:
    """An article that meets the criteria."""

    pk: int
    published_at: datetime
    story: int | None
    original: int | None
    """What it is a copy of."""
    weight: float
    """How well its words match (`ts_rank`); 0 where none are asked for."""


@dataclass(frozen=True, slots=True)
class Matches:
    """The newest matches, at most `CANDIDATES`, and the cursor of older ones: empty if none are."""

    items: tuple[Match, ...]
    older: str = ""


def newest(criteria: Criteria, until: str = "") -> Matches:
    """The newest articles that meet the criteria, before the cursor `until`. One query.

    Raises `CursorError`.
    """
    if not criteria.possible:
        return Matches(())
    sql, parameters = _statement(criteria, until)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        near = [(Match(*row[:5]), row[5]) for row in cursor.fetchall()]
    looked_at = near[: parameters["most"] - 1]
    found = [match for match, matches in looked_at if matches]
    if len(found) > CANDIDATES or len(near) > len(looked_at):
        last = found[CANDIDATES - 1] if len(found) >= CANDIDATES else looked_at[-1][0]
        return Matches(tuple(found[:CANDIDATES]), keyset.by_time(last.published_at, last.pk))
    return Matches(tuple(found))


def _statement(criteria: Criteria, until: str) -> tuple[str, dict[str, Any]]:
    words = Words(criteria.query, criteria.reading)
    reach = _reach(criteria, until)
    ways = Ways(criteria, words, reach["until"].date())
    found, left_out = words.sql("found"), words.sql("left_out")
    exact = [f"search @@ {found}"] * bool(words.found)
    exact += [f"NOT search @@ {left_out}"] * bool(words.left_out)
    sql = _MATCHES.format(
        weight=f"ts_rank(search, {found})" if words.found else "0.0",
        exact=" AND ".join(exact) or "true",
        ways=" UNION ALL ".join(ways.sql()),
    )
    most = CANDIDATES if words.are_plain else CHECKED
    fixed = {"recent": RECENT, "most": most + 1}
    return sql, fixed | reach | words.parameters() | ways.parameters


def _reach(criteria: Criteria, until: str) -> dict[str, Any]:
    """The time that is searched, and the id up to which at its end."""
    # A publisher's clock may be a little ahead of ours.
    end = timezone.now() + timedelta(days=1), keyset.LARGEST_ID
    if until:
        end = min(end, keyset.read_time(until))
    if criteria.before:
        end = min(end, (criteria.before, 0))
    return {"until": end[0], "until_id": end[1], "since": criteria.since or EARLIEST}


class Ways:
    """The parts of the statement, the shortest first, and their `parameters`."""

    def __init__(self, criteria: Criteria, words: Words, last: date) -> None:
        self.criteria = criteria
        self.last = last
        self.parameters: dict[str, Any] = {}
        # Phrases as the words in them, wherever they stand: so the index alone decides.
        found = words.sql("found")
        self.loose = f"regexp_replace({found}::text, '<(-|[0-9]+)>', '&', 'g')::tsquery"
        self.marks = list(self._marks())
        self.words = bool(words.found)

    def sql(self) -> Iterator[str]:
        if not (self.words or self.marks):
            yield _LIST.format(conditions=self._conditions(indexed=True))
            return
        # A question of nothing but words that are too common for the index finds nothing.
        telling = [f"numnode({self.loose}) > 0"] * self.words
        conditions = " AND ".join((*telling, self._conditions()))
        looked = [f"search @@ {self.loose}"] * self.words
        yield _LOOK_THROUGH.format(conditions=" AND ".join((*looked, conditions)))
        asked = [self.loose] * self.words + self.marks
        first = ((self.criteria.since or EARLIEST).date() - EPOCH).days
        for place, (newest_day, stretch) in enumerate(stretches((self.last - EPOCH).days)):
            # The first is asked in any case: a union has two parts.
            if place and newest_day < first:
                return
            if stretch:
                self.parameters[f"stretch_{place}"] = stretch
                marked = " && ".join((*asked, f"%(stretch_{place})s::tsquery"))
                yield _ASK_INDEX.format(marked=marked, conditions=conditions)
            else:
                self.parameters["rest"] = _end(newest_day)
                rest = f"{conditions} AND {_BEFORE_ALL}"
                yield _ASK_INDEX.format(marked=" && ".join(asked), conditions=rest)

    def _marks(self) -> Iterator[str]:
        """What else the index is asked for."""
        kept = {"source": self.criteria.sources.kept, "topic": self.criteria.topics.kept}
        for name, pks in kept.items():
            if pks is not None and len(pks) <= MARKED_SOURCES:
                self.parameters[f"{name}_marks"] = any_of(name, pks)
                yield f"%({name}_marks)s::tsquery"

    def _conditions(self, *, indexed: bool = False) -> str:
        """What else must hold. Unless it is to be `indexed`, no index can be used for it."""
        criteria = self.criteria
        languages, number = ("language", "") if indexed else ("language || ''", " + 0")
        wanted = {
            "languages": (f"{languages} = ANY(%(languages)s)", criteria.languages),
            "other_languages": ("language <> ALL(%(other_languages)s)", criteria.other_languages),
            "sources": (f"source_id{number} = ANY(%(sources)s)", criteria.sources.kept),
            "other_sources": ("source_id <> ALL(%(other_sources)s)", criteria.sources.dropped),
            "topics": (f"topic_id{number} = ANY(%(topics)s)", criteria.topics.kept),
            "other_topics": (
                "coalesce(topic_id, 0) <> ALL(%(other_topics)s)",
                criteria.topics.dropped,
            ),
        }
        used = {name: each for name, each in wanted.items() if each[1]}
        self.parameters |= {name: list(values or ()) for name, (_, values) in used.items()}
        asked = (condition for condition, _ in used.values())
        return " AND ".join((shown_sql(""), _OF_SHOWN_STORY, *asked))


def stretches(last: int) -> Iterator[tuple[int, str]]:
    """Ever longer stretches of time, going back from the day `last`, counted from 1970.

    Each is its newest day and a query of its marks; at last all time before, without any.
    """
    span = (last - 8) // SPAN
    yield last, any_of("day", range(last, last - 2, -1))
    yield last - 2, any_of("day", range(last - 2, last - 9, -1))
    if days := range(last - 9, span * SPAN - 1, -1):
        yield last - 9, any_of("day", days)
    yield span * SPAN - 1, any_of("span", range(span - 1, span - 4, -1))
    yield (span - 3) * SPAN - 1, any_of("span", range(span - 4, span - 16, -1))
    yield (span - 15) * SPAN - 1, ""


def any_of(name: str, numbers: Iterable[int]) -> str:
    """A query of marks, of which one is enough."""
    return " | ".join(f"'{name} {number}'" for number in numbers)


def _end(day: int) -> datetime:
    """The end of a day counted from 1970, or the earliest time there is."""
    ordinal = max(EPOCH.toordinal() + day + 1, 1)
    return datetime.combine(date.fromordinal(ordinal), time.min, UTC)
