"""Noticing groupings that are doubtful, ahead of the curators who look at them.

One pass looks at the best ranked stories of the last days, in a number of statements that does not
depend on how many there are. What is no longer doubtful goes from the queue by itself; what a
curator settled stays settled until the story has grown by half.
"""

from __future__ import annotations

import logging
import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from articles.clustering import doubts as rules
from articles.clustering.doubts import Pairs
from articles.models import Doubt, Held
from articles.models.visibility import shown_sql
from articles.pipeline import audit, lock
from articles.ranking import formula

logger = logging.getLogger(__name__)

Kind = Doubt.Kind

SPAN = timedelta(days=4)
"""Stories whose news is older are no longer in front of many."""
STORIES = 3_000
"""Stories that are looked at, the best ranked first."""
ARTICLES = 60_000
"""Links are read of so many articles at most."""

ONE_OUTLET = 4
"""So many articles of one outlet alone are doubtful as a story."""
LARGE = 60
MIXED_LEAST = 6
"""Topics are compared where so many articles have one."""
MIXED_SHARE = 0.6
"""A story is mixed if its commonest topic has a smaller share."""
LONG = timedelta(days=5)
KEPT = timedelta(days=30)
"""What was settled is remembered so long after its last sight."""
GROWN = 1.5

_STORIES = """
SELECT id, article_count, source_count, first_at, last_at, hidden_at
FROM articles_story
WHERE rank > %(rank)s AND article_count > 1 AND last_at > %(since)s AND merged_into_id IS NULL
ORDER BY rank DESC, id DESC LIMIT %(most)s
"""

# Of each story: articles that have a topic, those of the commonest one, and how many topics.
_TOPICS = f"""
SELECT story_id, sum(count)::int, max(count)::int, count(*)::int
FROM (
    SELECT story_id, topic_id, count(*) AS count FROM articles_article
    WHERE story_id = ANY(%(stories)s) AND topic_id IS NOT NULL AND copy_of_id IS NULL
      AND {shown_sql("")}
    GROUP BY story_id, topic_id
) AS counted
GROUP BY story_id
"""  # noqa: S608 - a condition of ours

_REPORTS = f"""
SELECT id, story_id FROM articles_article
WHERE story_id = ANY(%(stories)s) AND copy_of_id IS NULL AND {shown_sql("")}
ORDER BY id DESC LIMIT %(most)s
"""  # noqa: S608

_LINKS = """
SELECT link.article_id, link.similar_id, link.score,
       abs(extract(epoch FROM one.published_at - other.published_at))::float8 / 86400
FROM articles_similarlink AS link
JOIN articles_article AS one ON one.id = link.article_id
JOIN articles_article AS other ON other.id = link.similar_id
WHERE link.article_id = ANY(%(articles)s) AND link.similar_id = ANY(%(articles)s)
  AND NOT link.from_archive
"""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A story as a pass sees it."""

    pk: int
    articles: int
    outlets: int
    first_at: datetime
    last_at: datetime
    hidden_at: datetime | None

    def audience(self, now: datetime) -> float:
        """How many may look at it: more of what many outlets report, half as many a day later."""
        days = max((now - self.last_at) / timedelta(days=1), 0.0)
        return math.log2(1 + self.articles) * math.exp2(-days)


@dataclass(frozen=True, slots=True)
class _Found:
    """A doubt on a story, or on it and another."""

    kind: Kind
    story: int
    strength: float
    measured: int
    part: tuple[int, ...] = ()
    other: int | None = None


def notice() -> int:
    """Bring the queue up to date; how many doubts are open. One process at a time does it."""
    with lock.alone(lock.DOUBTING) as alone:
        if not alone:
            return 0
        with transaction.atomic():
            now = timezone.now()
            seen = _stories(now)
            found = [*_plain(seen), *_by_links(seen)]
            _store(found, seen, now)
            count = Doubt.objects.filter(settled_at=None).count()
    logger.info("%d groupings are doubtful, of %d stories", count, len(seen))
    return count


def settle(doubts: Collection[Doubt], by: AbstractBaseUser, note: str = "") -> int:
    """A curator finds that these groupings are fine: how many were open until now."""
    with transaction.atomic():
        wanted = Doubt.objects.filter(pk__in=[doubt.pk for doubt in doubts], settled_at=None)
        rows = list(wanted.select_for_update(of=("self",)).select_related("story"))
        wanted.update(settled_at=timezone.now(), settled_by=by.pk, settled_articles=F("articles"))
        audit.record_all(
            by, "settle", [audit.Change(row, {"settled": [False, True]}) for row in rows], note
        )
    return len(rows)


def reopen(doubt: Doubt, by: AbstractBaseUser) -> None:
    """Put a doubt back into the queue that was settled by mistake."""
    with transaction.atomic():
        Doubt.objects.filter(pk=doubt.pk).update(settled_at=None, settled_by=None)
        audit.record(by, "reopen", doubt, {"settled": [True, False]})


# -- looking


def _stories(now: datetime) -> Mapping[int, _Seen]:
    since = now - SPAN
    rank = since.timestamp() / formula.HALF_LIFE.total_seconds()
    rows = _rows(_STORIES, rank=rank, since=since, most=STORIES)
    return {row[0]: _Seen(*row) for row in rows}


def _plain(seen: Mapping[int, _Seen]) -> Iterator[_Found]:
    """What counts and times tell. One query."""
    for story in seen.values():
        if story.hidden_at:
            if story.last_at > story.hidden_at:
                yield _Found(Kind.HIDDEN, story.pk, 1.0, story.articles)
            continue
        if story.outlets == 1 and story.articles >= ONE_OUTLET:
            strength = story.articles / (story.articles + ONE_OUTLET)
            yield _Found(Kind.OUTLET, story.pk, strength, story.articles)
        if story.articles >= LARGE:
            strength = story.articles / (story.articles + LARGE)
            yield _Found(Kind.LARGE, story.pk, strength, story.articles)
        if (span := story.last_at - story.first_at) >= LONG:
            yield _Found(Kind.LONG, story.pk, span / (span + LONG), span.days)
    shown = [story.pk for story in seen.values() if not story.hidden_at]
    for pk, told, commonest, topics in _rows(_TOPICS, stories=shown):
        if told >= MIXED_LEAST and commonest < MIXED_SHARE * told:
            yield _Found(Kind.MIXED, pk, 1 - commonest / told, topics)


def _by_links(seen: Mapping[int, _Seen]) -> Iterator[_Found]:
    """What likenesses tell, inside of stories and between them. Three queries."""
    shown = [story.pk for story in seen.values() if not story.hidden_at]
    story_of = dict(_rows(_REPORTS, stories=shown, most=ARTICLES))
    alike = rules.pairs(_rows(_LINKS, articles=list(story_of)))
    within: dict[int, dict[tuple[int, int], float]] = defaultdict(dict)
    across: dict[tuple[int, int], list[float]] = defaultdict(list)
    for (one, other), value in alike.items():
        first, second = sorted((story_of[one], story_of[other]))
        if first == second:
            within[first][one, other] = value
        else:
            across[first, second].append(value)
    reports: dict[int, list[int]] = defaultdict(list)
    for article, story in story_of.items():
        reports[story].append(article)
    decided = _decided(story_of)
    for story, articles in reports.items():
        if len(articles) > 1 and (story, story) not in decided:
            yield from _inside(story, articles, within[story])
    yield from _between(across, reports, decided)


def _inside(story: int, articles: Sequence[int], alike: Pairs) -> Iterator[_Found]:
    if parted := rules.parted(articles, alike):
        kind = Kind.WEAK if len(parted.part) == 1 else Kind.CHAIN
        percent = round(100 * parted.linkage)
        yield _Found(kind, story, parted.strength, percent, parted.part)


def _between(
    across: Mapping[tuple[int, int], Sequence[float]],
    reports: Mapping[int, Sequence[int]],
    decided: Collection[tuple[int, int]],
) -> Iterator[_Found]:
    for (one, other), likenesses in across.items():
        share = rules.joining((len(reports[one]), len(reports[other])), likenesses)
        if share >= rules.NEARLY and (one, other) not in decided:
            yield _Found(Kind.NEAR, one, share, round(100 * share), other=other)


def _decided(story_of: Mapping[int, int]) -> set[tuple[int, int]]:
    """The stories that curators' decisions hold apart or, twice the same one, together."""
    held = Held.objects.filter(
        Q(one__in=story_of), Q(other__in=story_of), correction__undone_at=None
    ).values_list("one", "other")
    pairs = (sorted((story_of[one], story_of[other])) for one, other in held)
    return {(first, second) for first, second in pairs}


def _rows(sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


# -- storing


def _store(found: Sequence[_Found], seen: Mapping[int, _Seen], now: datetime) -> None:
    """Write what was found, open again what has grown, and drop what is doubtful no more."""
    rows = [_doubt(each, seen, now) for each in found]
    Doubt.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["kind", "story", "other"],
        update_fields=["strength", "urgency", "part", "measured", "articles"],
    )
    grown = Q(articles__gte=GROWN * F("settled_articles"))
    Doubt.objects.filter(grown, settled_at__isnull=False).update(
        settled_at=None, settled_by=None, noticed_at=now
    )
    known = {(each.kind, each.story, each.other) for each in found}
    gone = [
        pk
        for pk, *key in Doubt.objects.filter(settled_at=None).values_list(
            "pk", "kind", "story", "other"
        )
        if tuple(key) not in known
    ]
    Doubt.objects.filter(Q(pk__in=gone) | Q(settled_at__lt=now - KEPT)).delete()


def _doubt(found: _Found, seen: Mapping[int, _Seen], now: datetime) -> Doubt:
    stories = [seen[pk] for pk in (found.story, found.other) if pk is not None]
    return Doubt(
        kind=found.kind,
        story_id=found.story,
        other_id=found.other,
        strength=found.strength,
        urgency=found.strength * max(story.audience(now) for story in stories),
        part=list(found.part),
        measured=found.measured,
        articles=sum(story.articles for story in stories),
        noticed_at=now,
    )
