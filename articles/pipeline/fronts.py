"""Arranging the front pages ahead: what needs looking over many stories is no reader's wait.

All editions are arranged at once, by a fixed number of statements that look at the best placed
stories of each edition and topic only: an archive of any size costs the same.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from articles.models import Edition, FrontSlot, StoryEdition
from articles.models.visibility import shown_sql
from articles.pipeline import lock
from articles.ranking.arrangement import (
    DEVELOPING,
    SECTION,
    TOP,
    Candidate,
    Slot,
    arrange,
    big,
    missed,
)

logger = logging.getLogger(__name__)

DEVELOPING_SPAN = timedelta(hours=3)
"""Reports that came within so long show that a story develops."""

CANDIDATES = 60
"""Stories by rank among which an edition's lead and what develops are looked for."""

TOPIC_CANDIDATES = TOP + DEVELOPING + SECTION
"""Enough of a topic for its section, even if the best of them stand elsewhere on the page."""

# A union leaves out what both of its parts have. What is pinned need not be reported there.
_CANDIDATES = """
SELECT edition.id, placed.story_id, placed.topic_id, placed.rank, story.independent_count,
       coalesce(story.pinned_until > now(), false) AND (
           edition.id = ANY(story.pinned_in)
           OR story.pinned_in = '{}' AND story.language = edition.language
       ) AS pinned
FROM articles_edition AS edition
CROSS JOIN LATERAL (
    (
        SELECT story_id, topic_id, rank FROM articles_storyedition
        WHERE edition_id = edition.id
        ORDER BY rank DESC, story_id DESC LIMIT %(candidates)s
    )
    UNION
    SELECT best.*
    FROM articles_topic AS topic
    CROSS JOIN LATERAL (
        SELECT story_id, topic_id, rank FROM articles_storyedition
        WHERE edition_id = edition.id AND topic_id = topic.id
        ORDER BY rank DESC, story_id DESC LIMIT %(topic_candidates)s
    ) AS best
    UNION
    SELECT pinned.id,
           CASE WHEN here.id IS NULL THEN pinned.topic_id ELSE here.topic_id END,
           coalesce(here.rank, pinned.rank)
    FROM articles_story AS pinned
    LEFT JOIN articles_storyedition AS here
        ON here.story_id = pinned.id AND here.edition_id = edition.id
    WHERE pinned.pinned_until > now() AND pinned.hidden_at IS NULL
      AND pinned.merged_into_id IS NULL
      AND (edition.id = ANY(pinned.pinned_in)
           OR pinned.pinned_in = '{}' AND pinned.language = edition.language)
) AS placed
JOIN articles_story AS story ON story.id = placed.story_id AND story.lead_id IS NOT NULL
ORDER BY edition.id, placed.rank DESC, placed.story_id DESC
"""

# Of each story the voices that first reported it within the span; copies are nobody's report.
_GAINED = f"""
SELECT story_id, count(*)
FROM (
    SELECT article.story_id, coalesce(nullif(source.owner, ''), source.slug) AS voice,
           min(article.published_at) AS first_at
    FROM articles_story AS story
    JOIN articles_article AS article ON article.story_id = story.id
    JOIN articles_source AS source ON source.id = article.source_id
    WHERE story.id = ANY(%(stories)s) AND story.last_at > now() - %(span)s
      AND article.copy_of_id IS NULL AND {shown_sql("article.")}
    GROUP BY article.story_id, voice
) AS voices
WHERE first_at > now() - %(span)s
GROUP BY story_id
"""  # noqa: S608 - a statement of ours within another


def arrange_fronts(*, patient: bool = False) -> None:
    """Bring all front pages up to date; left to the other process where one is at it.

    With `patient` that one is waited for: it may not have seen what was decided just now.
    """
    with lock.alone(lock.ARRANGING, patient=patient) as alone:
        if alone:
            with transaction.atomic():
                _store({(edition, slot) for edition, slots in _arranged() for slot in slots})


def _arranged() -> Iterator[tuple[int, list[Slot]]]:
    """The slots of every edition."""
    languages = dict(Edition.objects.values_list("pk", "language"))
    fronts = _candidates()
    present = _present(story.story for front in fronts.values() for story in big(front))
    for edition, language in languages.items():
        own = fronts[edition]
        here = present[edition] | {story.story for story in own}
        yield edition, arrange(own, missed(language, fronts, languages, here))


def _candidates() -> Mapping[int, list[Candidate]]:
    """The stories that may stand on each edition's front, the best first."""
    limits = {"candidates": CANDIDATES, "topic_candidates": TOPIC_CANDIDATES}
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, limits)
        rows = cursor.fetchall()
        stories = list({story for _, story, *_ in rows})
        wanted: dict[str, Any] = {"stories": stories, "span": DEVELOPING_SPAN}
        cursor.execute(_GAINED, wanted)
        gained = dict(cursor.fetchall())
    fronts: dict[int, list[Candidate]] = defaultdict(list)
    for edition, story, topic, rank, independent, pinned in rows:
        candidate = Candidate(story, topic, rank, independent, gained.get(story, 0), pinned)
        fronts[edition].append(candidate)
    return fronts


def _present(stories: Iterator[int]) -> Mapping[int, set[int]]:
    """Which of these stories each edition reports."""
    found: dict[int, set[int]] = defaultdict(set)
    placements = StoryEdition.objects.filter(story__in=set(stories))
    for edition, story in placements.values_list("edition", "story"):
        found[edition].add(story)
    return found


def _store(wanted: set[tuple[int, Slot]]) -> None:
    """Write what changed, and no more: most of a front stays as it is."""
    stored = {_read(slot): slot.pk for slot in FrontSlot.objects.all()}
    gone = [pk for told, pk in stored.items() if told not in wanted]
    FrontSlot.objects.filter(pk__in=gone).delete()
    new = wanted - stored.keys()
    FrontSlot.objects.bulk_create(_row(edition, slot) for edition, slot in new)
    if new or gone:
        logger.info("fronts arranged: %d slots of %d are new", len(new), len(wanted))


def _read(slot: FrontSlot) -> tuple[int, Slot]:
    return slot.edition_id, Slot(
        slot.section, slot.position, slot.story_id, slot.topic_id, slot.gained, slot.elsewhere_id
    )


def _row(edition: int, slot: Slot) -> FrontSlot:
    return FrontSlot(
        edition_id=edition,
        section=slot.section,
        position=slot.position,
        story_id=slot.story,
        topic_id=slot.topic,
        gained=slot.gained,
        elsewhere_id=slot.elsewhere,
    )
