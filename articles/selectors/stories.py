"""A story, and the stories next to it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from articles.models import Article, SimilarLink, Story
from articles.models.visibility import shown

SIMILAR_STORIES = 6
# A large story's newest reports say best what is near to it now.
REPORTS_ASKED = 40

_COLUMNS = (
    "id",
    "title",
    "language",
    "last_at",
    "article_count",
    "source_count",
    "independent_count",
)
_SHOWN = tuple(f"similar__story__{column}" for column in _COLUMNS)


@dataclass(frozen=True, slots=True)
class Near:
    """A story beside another: what a list shows of it, and the outlet of its lead."""

    story: Story
    outlet: str


def hidden() -> QuerySet[Story, int]:
    """The ids of the stories that are shown nowhere: few, and there is an index of them."""
    return Story.objects.filter(hidden_at__isnull=False).order_by().values_list("pk", flat=True)


# The title goes with the last article that was taken down.
_TAKEN_DOWN = Q(merged_into=None, title="", lead=None) | Q(
    merged_into__isnull=False, merged_into__title="", merged_into__lead=None
)


def story(pk: int) -> Story:
    """A story with its lead, topic, digest and, where it was merged, its survivor.

    Raises `Story.DoesNotExist`, also where none of the articles that it has is shown, and where
    all of them were taken down. One query.
    """
    survivor = Coalesce("merged_into", "pk")
    told = Exists(Article.objects.filter(shown(), story=OuterRef("survivor")))
    empty = ~Exists(Article.objects.filter(story=OuterRef("survivor")))
    return (
        Story.objects.alias(survivor=survivor)
        .filter(told | empty)
        .exclude(_TAKEN_DOWN)
        .select_related("topic", "merged_into", "lead__source", "digest")
        .defer("lead__text", "lead__html", "lead__search")
        .get(pk=pk)
    )


def is_taken_down(pk: int) -> bool:
    """Whether all that a story, or its survivor, told was taken down. One query."""
    return Story.objects.filter(_TAKEN_DOWN, pk=pk).exists()


def similar_stories(story: Story) -> tuple[Near, ...]:
    """The stories that the similar news of this story's reports lead to, the nearest first.

    One query.
    """
    newest = Article.objects.filter(story=story).order_by("-published_at").values("pk")
    near = (
        SimilarLink.objects.filter(article__in=newest[:REPORTS_ASKED])
        .filter(similar__story__lead__isnull=False, similar__story__hidden_at=None)
        .exclude(similar__story=story)
        .values_list("similar__story__lead__source__name", *_SHOWN)
        .annotate(best=Max("score"))
        .order_by("-best", "similar__story")
    )
    return tuple(
        Near(Story(**dict(zip(_COLUMNS, columns, strict=True))), outlet)
        for outlet, *columns, _best in near[:SIMILAR_STORIES]
    )
