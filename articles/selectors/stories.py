"""A story's page: its coverage in order of time, and the stories next to it."""

from __future__ import annotations

from django.db.models import Max, Q, QuerySet

from articles.models import Article, SimilarLink, Story
from articles.selectors import keyset
from articles.selectors.keyset import Page
from articles.selectors.listing import Report, fold, headline_changes, listed, prefixed

REPORTS_A_PAGE = 40
SIMILAR_STORIES = 6
# A large story's newest reports say best what is near to it now.
REPORTS_ASKED = 40


def story(pk: int) -> Story:
    """A story with its lead, topic and, where it was merged, its survivor.

    Raises `Story.DoesNotExist`. One query.
    """
    return (
        Story.objects.select_related("topic", "merged_into", "lead__source", "digest")
        .defer("lead__text", "lead__html", "lead__search")
        .get(pk=pk)
    )


def coverage(story: Story, after: str = "") -> Page[Report]:
    """One page of a story's reports, the earliest first, copies folded under what they copy.

    Each report has the number of its former headlines in `headline_changes`.

    Raises `CursorError`. Two queries.
    """
    reports = _reports(story).annotate(headline_changes=headline_changes())
    if after:
        moment, pk = keyset.read_time(after)
        reports = reports.filter(
            Q(published_at__gt=moment) | Q(pk__gt=pk), published_at__gte=moment
        )
    shown = keyset.page(
        reports.order_by("published_at", "pk")[: REPORTS_A_PAGE + 1],
        REPORTS_A_PAGE,
        lambda report: keyset.by_time(report.published_at, report.pk),
    )
    return Page(fold(shown.items), shown.after)


def _reports(story: Story) -> QuerySet[Article]:
    """A copy stands for itself only where what it copies is not in the story."""
    return listed().filter(Q(copy_of=None) | ~Q(copy_of__story=story), story=story)


def similar_stories(story: Story) -> tuple[Story, ...]:
    """The stories that the similar news of this story's reports lead to, the nearest first.

    Two queries.
    """
    newest = Article.objects.filter(story=story).order_by("-published_at").values("pk")
    near = (
        SimilarLink.objects.filter(article__in=newest[:REPORTS_ASKED])
        .filter(similar__story__isnull=False)
        .exclude(similar__story=story)
        .values_list("similar__story")
        .annotate(best=Max("score"))
        .order_by("-best", "similar__story")
    )
    order = [pk for pk, _ in near[:SIMILAR_STORIES]]
    found = (
        Story.objects.select_related("lead__source")
        .only(
            "title",
            "language",
            "last_at",
            "article_count",
            "source_count",
            "independent_count",
            *prefixed("lead"),
        )
        .filter(lead__isnull=False)
        .in_bulk(order)
    )
    return tuple(found[pk] for pk in order if pk in found)
