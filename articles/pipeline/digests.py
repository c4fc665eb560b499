"""What a story's page tells in short: worked out when it is first read after a change, and kept.

Most stories are never read, so grouping does not wait for it. However many reports a story has, the
first and the newest of them are read and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import log

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Left

from articles.clustering.background import Background
from articles.clustering.text import stemmer, words
from articles.entries.digest import Language, Told, contrasting, key_points
from articles.models import Article, Digest, Headline, Story
from articles.models.visibility import shown

FIRST = NEWEST = 20
"""Independent reports that are read."""
READ = 4000
"""Characters of a report's text that are read."""

COLUMNS = (
    "title",
    "url",
    "language",
    "published_at",
    "story_id",
    "source__name",
    "source__slug",
    "source__owner",
)


@dataclass(frozen=True, slots=True)
class KeyPoint:
    """A sentence of a report, verbatim, and the report."""

    sentence: str
    article: Article


@dataclass(frozen=True, slots=True)
class InShort:
    """What a story's page tells in short, both in order of time."""

    points: tuple[KeyPoint, ...]
    headlines: tuple[Article, ...]
    """Reports with headlines that differ; `first_headline` is what each had first, or None."""


def in_short(story: Story) -> InShort:
    """A story's key points and the headlines that tell it apart.

    One query where they are kept, of a `story` that was read with its `digest`; else two.
    """
    digest: Digest | None = getattr(story, "digest", None)
    if digest is not None and digest.changed_at == story.changed_at:
        named = {*digest.headlines, *(article for article, _ in digest.points)}
        reports = {article.pk: article for article in _reports(story).filter(pk__in=named)}
    else:
        reports = {article.pk: article for article in _read(story)}
        digest = _digest(story, reports)
        _keep(digest)
    return InShort(
        tuple(KeyPoint(said, reports[pk]) for pk, said in digest.points if pk in reports),
        tuple(reports[pk] for pk in digest.headlines if pk in reports),
    )


def _reports(story: Story) -> QuerySet[Article]:
    former = Headline.objects.filter(article=OuterRef("pk")).order_by("replaced_at", "pk")
    return (
        Article.objects.filter(shown(), story=story)
        .select_related("source")
        .only(*COLUMNS)
        .annotate(first_headline=Subquery(former.values("title")[:1]))
    )


def _read(story: Story) -> QuerySet[Article]:
    """The first and the newest independent reports in the story's language."""
    own = Article.objects.filter(shown(), story=story, copy_of=None, language=story.language)
    first = own.order_by("published_at", "pk").values("pk")[:FIRST]
    newest = own.order_by("-published_at", "-pk").values("pk")[:NEWEST]
    read = _reports(story).filter(pk__in=first.union(newest))
    return read.annotate(beginning=Left("text", READ)).only(*COLUMNS, "excerpt")


def _digest(story: Story, reports: Mapping[int, Article]) -> Digest:
    told = [_told(article) for article in reports.values()]
    standfirst = f"{story.title}\n{story.lead.excerpt if story.lead else ''}"
    language = _language(story.language)
    points = key_points(told, standfirst, language)
    return Digest(
        story=story,
        changed_at=story.changed_at,
        points=[(point.report, point.sentence) for point in points],
        headlines=list(contrasting(told, language)),
    )


def _told(article: Article) -> Told:
    """A report as it is read: its text, or the excerpt where the feed gave no more."""
    read = vars(article)
    text: str = read["beginning"] or article.excerpt
    if len(text) == READ:
        text = text[: text.rfind(" ")]  # what was cut may look like the end of a sentence
    return Told(
        article.pk,
        article.source.owner or article.source.slug,
        article.published_at.timestamp(),
        article.title,
        text,
        edited=read["first_headline"] is not None,
    )


@cache
def _language(code: str) -> Language:
    background = Background.shipped(code)
    stem = stemmer(code)
    return Language(
        code,
        terms=lambda text: map(stem, words(text)),
        information=lambda word: -log(background.rate(word)),
    )


def _keep(digest: Digest) -> None:
    """Store it; of two that are worked out at one time the later stays."""
    Digest.objects.bulk_create(
        [digest],
        update_conflicts=True,
        unique_fields=["story"],
        update_fields=["changed_at", "points", "headlines"],
    )
