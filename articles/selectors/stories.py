"""A story, and the stories next to it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from articles.models import Story
from articles.models.visibility import shown_sql
from articles.selectors.teasers import Told

SIMILAR_STORIES = 6
# A large story's newest reports say best what is near to it now.
REPORTS_ASKED = 40

# Written by hand: putting these together would take longer than running them.
_SURVIVOR = "coalesce(articles_story.merged_into_id, articles_story.id)"
_OF_SURVIVOR = f"FROM articles_article AS article WHERE article.story_id = {_SURVIVOR}"
_TELLS = RawSQL(  # noqa: S611 - text of ours
    f"(EXISTS (SELECT {_OF_SURVIVOR} AND {shown_sql('article.')})"
    f" OR NOT EXISTS (SELECT {_OF_SURVIVOR}))",
    (),
    BooleanField(),
)
_SIMILAR = """
SELECT story.id, story.title, story.language, story.first_at, story.last_at,
       story.article_count, story.source_count, story.independent_count, outlet.name
FROM (
    SELECT other.story_id AS id, max(link.score) AS best
    FROM articles_similarlink AS link
    JOIN articles_article AS other ON other.id = link.similar_id
    WHERE other.story_id <> %(story)s AND link.article_id = ANY (ARRAY(
        SELECT id FROM articles_article WHERE story_id = %(story)s
        ORDER BY published_at DESC LIMIT %(reports)s
    ))
    GROUP BY other.story_id
) AS near
JOIN articles_story AS story ON story.id = near.id
JOIN articles_article AS lead ON lead.id = story.lead_id
JOIN articles_source AS outlet ON outlet.id = lead.source_id
WHERE story.hidden_at IS NULL
ORDER BY near.best DESC, story.id
LIMIT %(stories)s
"""


@dataclass(frozen=True, slots=True)
class Near:
    """A story beside another: what a list shows of it, and the outlet of its lead."""

    story: Told
    outlet: str


def hidden() -> QuerySet[Story, int]:
    """The ids of the stories that are shown nowhere: few, and there is an index of them."""
    return Story.objects.filter(hidden_at__isnull=False).order_by().values_list("pk", flat=True)


def story(pk: int) -> Story:
    """A story with its lead, topic, digest and, where it was merged, its survivor.

    Raises `Story.DoesNotExist`, also where none of the articles that it has is shown, and where
    all of them were taken down. One query.
    """
    found = (
        Story.objects.filter(_TELLS)
        .select_related("topic", "merged_into", "lead__source", "digest")
        .defer("lead__text", "lead__html", "lead__search")
        .get(pk=pk)
    )
    if _is_taken_down(found):
        raise Story.DoesNotExist
    return found


def is_taken_down(pk: int) -> bool:
    """Whether all that a story, or its survivor, told was taken down. One query."""
    return any(map(_is_taken_down, Story.objects.select_related("merged_into").filter(pk=pk)))


def _is_taken_down(story: Story) -> bool:
    """The title goes with the last article that was taken down."""
    survivor = story.merged_into or story
    return not survivor.title and survivor.lead_id is None


def similar_stories(story: Story) -> tuple[Near, ...]:
    """The stories that the similar news of this story's reports lead to, the nearest first.

    One query.
    """
    asked = {"story": story.pk, "reports": REPORTS_ASKED, "stories": SIMILAR_STORIES}
    with connection.cursor() as cursor:
        cursor.execute(_SIMILAR, asked)
        return tuple(Near(Told(*told), outlet) for *told, outlet in cursor.fetchall())
