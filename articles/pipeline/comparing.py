"""Two stories, or the parts of one, beside each other: what curators see before they decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from django.db.models import Q, QuerySet

from articles.clustering.types import Document, Known
from articles.clustering.window import Window
from articles.models import Article, Story
from articles.pipeline.surfaces import forms

SHOWN = 60
"""Reports of a column at most, the newest."""
WORDS = 12
SLIGHT = 0.2
"""A word that tells less than this share of what the strongest of its column does is not named."""


@dataclass(frozen=True, slots=True)
class Column:
    """Reports that may belong together, the earliest first."""

    story: Story
    reports: Sequence[Article]
    words: Sequence[str]
    """Words of their headlines that the other column has not, the most telling first."""
    chosen: bool = False
    """Whether its reports are those that may go."""
    cut: bool = False
    """Whether it has earlier reports that are not shown."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Columns beside each other: of two stories, or of one and a part of it."""

    columns: tuple[Column, ...]
    shared: Sequence[str]
    """Words of headlines that both have, the most telling first."""


def stories(one: Story, other: Story) -> Comparison:
    """Two stories beside each other. Two queries."""
    return _compared([(story, _reports(story), False) for story in (one, other)])


def parts(story: Story, part: Collection[int]) -> Comparison:
    """The reports of a story, those of `part` with their copies by themselves. Three queries."""
    reports = _reports(story)
    going = reports.filter(Q(pk__in=part) | Q(copy_of__in=part))
    if not going:
        return _compared([(story, reports, False)])
    rest = reports.exclude(pk__in=[report.pk for report in going])
    return _compared([(story, going, True), (story, rest, False)])


def _reports(story: Story) -> QuerySet[Article]:
    return (
        Article.objects.filter(story=story)
        .select_related("source")
        .only("title", "language", "published_at", "copy_of", "story", "source__name")
        .order_by("-published_at", "-pk")
    )


def _compared(sides: Iterable[tuple[Story, QuerySet[Article], bool]]) -> Comparison:
    read = [(story, list(reports[: SHOWN + 1]), chosen) for story, reports, chosen in sides]
    weights = [_weights(reports) for _, reports, _ in read]
    shared = set(weights[0]).intersection(*weights[1:]) if len(weights) > 1 else set()
    written = forms(read[0][0].language, (each.title for _, reports, _ in read for each in reports))

    def told(weight: Mapping[str, float], stems: Collection[str]) -> list[str]:
        least = SLIGHT * max(weight.values(), default=0.0)
        best = sorted(stems, key=lambda stem: (-weight[stem], stem))[:WORDS]
        return [written.get(stem, stem) for stem in best if weight[stem] >= least]

    columns = tuple(
        Column(
            story,
            reports[SHOWN - 1 :: -1],
            told(weight, weight.keys() - shared),
            chosen,
            cut=len(reports) > SHOWN,
        )
        for (story, reports, chosen), weight in zip(read, weights, strict=True)
    )
    return Comparison(columns, told(weights[0], shared))


def _weights(reports: Sequence[Article]) -> dict[str, float]:
    """The word stems of headlines, by how much each tells in all of them: rare words more."""
    found: dict[str, float] = defaultdict(float)
    if not reports:
        return found
    window = Window(reports[0].language, new_story=count(1).__next__)
    documents = [
        Document(report.pk, report.title, "", report.source_id, report.published_at.timestamp())
        for report in reports
    ]
    window.seed(Known(each, story=0) for each in documents)
    for each in documents:
        for stem, weight in window.explain(each.id, each.id):
            found[stem] += weight
    return found
