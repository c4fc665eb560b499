"""Which pages there are, for sitemaps: in bounded portions, each found by an index.

A portion of stories is a span of ids, so that it keeps the stories it has. Stories of one outlet
are left out: their pages say no more than the article that they lead to.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BigIntegerField,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
)

from articles.models import Edition, Source, Story, StoryEdition, Topic
from articles.models.visibility import unmuted
from articles.selectors.stories import hidden

SPAN = 5_000
"""Ids in a portion of stories."""
SOURCES = 20_000
NEWS_AGE = timedelta(days=2)


def several() -> QuerySet[Story]:
    """Stories that more than one outlet tells, but those that are hidden."""
    return Story.objects.filter(source_count__gte=2).exclude(pk__in=hidden())


def portions() -> list[tuple[int, datetime]]:
    """The numbers of the portions of stories, each with its last report. One query."""
    number = ExpressionWrapper(F("pk") / SPAN, output_field=BigIntegerField())
    counted = several().order_by().annotate(portion=number).values("portion")
    return list(
        counted.annotate(changed=Max("last_at"))
        .order_by("portion")
        .values_list("portion", "changed")
    )


def stories(portion: int) -> list[Story]:
    """The stories of a portion, at most `SPAN`. One query."""
    span = several().filter(pk__gte=portion * SPAN, pk__lt=(portion + 1) * SPAN)
    return list(span.only("title", "last_at").order_by("pk"))


def news(now: datetime, most: int) -> list[Story]:
    """The stories that began within `NEWS_AGE`, the newest first, `most` at most. One query.

    Of the languages that there are editions in: by language and time there is an index.
    """
    since = now - NEWS_AGE
    languages = Edition.objects.order_by().values("language")
    recent = several().filter(language__in=languages, last_at__gte=since, first_at__gte=since)
    return list(recent.only("title", "language", "first_at").order_by("-first_at", "-pk")[:most])


def fronts() -> list[tuple[str, list[str]]]:
    """Each edition's slug with those of the topics that have stories in it. One query."""
    placed = StoryEdition.objects.filter(edition=OuterRef(OuterRef("pk")), topic=OuterRef("pk"))
    best = placed.order_by("-rank", "-story_id").values("rank")[:1]
    topics = Topic.objects.alias(best=Subquery(best)).filter(best__isnull=False).values("slug")
    return list(
        Edition.objects.annotate(topics=ArraySubquery(topics)).values_list("slug", "topics")
    )


def sources() -> list[Source]:
    """All sources, `SOURCES` at most. One query."""
    return list(Source.objects.filter(unmuted()).only("slug").order_by("pk")[:SOURCES])
