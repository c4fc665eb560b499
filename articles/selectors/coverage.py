"""A story's coverage: its reports in order of time, all or some, and what they have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Q, QuerySet
from django.db.models.functions import TruncHour
from django.db.models.lookups import IsNull

from articles.models import Article, Story
from articles.models.visibility import shown
from articles.selectors import keyset
from articles.selectors.keyset import Page
from articles.selectors.listing import (
    COPIES_LIMIT,
    Report,
    headline_changes,
    listed,
    one_a_source,
)

REPORTS_A_PAGE = 40
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

    def articles(self, path: str = "") -> Q:
        """The condition that an article, or the one that `path` leads to, is among them."""
        wanted = Q()
        if self.independent:
            wanted &= Q((f"{path}copy_of", None))
        if self.country is not None:
            wanted &= Q((f"{path}source__country", self.country))
        if self.language is not None:
            wanted &= Q((f"{path}language", self.language))
        return wanted


@dataclass(frozen=True, slots=True)
class Cell:
    """Reports of one hour that have all of this in common."""

    hour: datetime
    country: str
    language: str
    copy: bool
    times: Sequence[datetime]
    """When each was published."""


def profile(story: Story) -> tuple[Cell, ...]:
    """What a story's reports are, counted together where they are alike, in order of time.

    One query; no more cells than there are reports.
    """
    rows = (
        Article.objects.filter(shown(), story=story)
        .order_by()
        .values_list(
            TruncHour("published_at", tzinfo=UTC),
            "source__country",
            "language",
            IsNull(F("copy_of"), False),
        )
        .annotate(times=ArrayAgg("published_at"))
    )
    return tuple(sorted((Cell(*row) for row in rows), key=lambda cell: cell.hour))


def coverage(story: Story, choice: Choice, after: str = "") -> Page[Report]:
    """One page of the chosen reports, the earliest first unless asked, copies folded.

    A copy stands for itself only where what it copies is not among them. Each report has the
    number of its former headlines in `headline_changes`.

    Raises `CursorError`. One query.
    """
    page = _page(story, choice, after).values("pk")[: REPORTS_A_PAGE + 1]
    copies = Article.objects.filter(shown(), choice.articles(), copy_of__in=page).values("pk")
    found = listed().filter(pk__in=page.union(copies[:COPIES_LIMIT], all=True))
    rows = list(found.annotate(headline_changes=headline_changes()).order_by(*_order(False)))
    known = {article.pk for article in rows}
    under: dict[int | None, list[Article]] = defaultdict(list)
    for article in rows:
        under[article.copy_of_id if article.copy_of_id in known else None].append(article)
    reports = (
        Report(article, one_a_source(under[article.pk], {article.source_id}))
        for article in (reversed(under[None]) if choice.newest_first else under[None])
    )
    return keyset.page(
        reports,
        REPORTS_A_PAGE,
        lambda report: keyset.by_time(report.article.published_at, report.article.pk),
    )


def _page(story: Story, choice: Choice, after: str) -> QuerySet[Article]:
    """The reports that follow a cursor, in the order asked for."""
    original = shown("copy_of__") & choice.articles("copy_of__")
    under = Q(original, copy_of__story=story, copy_of__isnull=False)
    reports = Article.objects.filter(shown(), choice.articles(), ~under, story=story)
    if after:
        reports = reports.filter(_following(after, choice.newest_first))
    return reports.order_by(*_order(choice.newest_first))


def headlines(story: Story, after: str = "") -> Page[Article]:
    """One page of a story's headlines, the earliest first, with `former_headlines` fetched.

    Raises `CursorError`. Two queries.
    """
    reports = listed().filter(story=story).prefetch_related("former_headlines")
    if after:
        reports = reports.filter(_following(after, newest_first=False))
    return keyset.page(
        reports.order_by(*_order(False))[: HEADLINES_A_PAGE + 1],
        HEADLINES_A_PAGE,
        lambda article: keyset.by_time(article.published_at, article.pk),
    )


def _order(newest_first: bool) -> tuple[str, str]:
    return ("-published_at", "-pk") if newest_first else ("published_at", "pk")


def _following(after: str, newest_first: bool) -> Q:
    """What comes after a cursor. Raises `CursorError`."""
    moment, pk = keyset.read_time(after)
    if newest_first:
        return (Q(published_at__lt=moment) | Q(pk__lt=pk)) & Q(published_at__lte=moment)
    return (Q(published_at__gt=moment) | Q(pk__gt=pk)) & Q(published_at__gte=moment)
