"""What a story's page tells in short: worked out ahead after the story has changed, and kept.

Grouping does not wait for it, and neither does a reader: until it is done the page says what it
said, or nothing. However many reports a story has, the first and the newest of them are read and no
more. What one outlet alone says is soon worked out, and is when it is read: most stories are such,
and most of them are never read.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from math import log

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Left
from django.utils import timezone

from articles.clustering.background import Background
from articles.clustering.text import stemmer, words
from articles.entries.digest import Language, Told, contrasting, key_points
from articles.models import Article, Digest, Headline, Story
from articles.models.articles import TO_DIGEST
from articles.models.visibility import shown
from articles.pipeline import lock

logger = logging.getLogger(__name__)

PAUSE = timedelta(minutes=1)
"""Between two digests of one story: it is not told anew for each report."""
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
    """A story's key points and the headlines that tell it apart; nothing where none are kept yet.

    One query, of a `story` that was read with its `digest`.
    """
    if story.source_count > 1:
        digest: Digest | None = getattr(story, "digest", None)
        if digest is None:
            return InShort((), ())
        named = {*digest.headlines, *(article for article, _ in digest.points)}
        reports = {article.pk: article for article in _reports(story).filter(pk__in=named)}
    else:
        reports = _read(story)
        digest = _digest(story, reports)
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


def digest_waiting(over: Callable[[], bool] = lambda: False) -> int:
    """Work out the digests that are missing or late, the foremost stories first; how many.

    None while another process does.
    """
    done = 0
    with lock.alone(lock.DIGESTING) as alone:
        while alone and not over() and (story := _next()):
            renew(story)
            done += 1
    return done


def renew(story: Story) -> None:
    """Work out a story's digest and keep it, unless the story changes meanwhile."""
    try:
        digest = _digest(story, _read(story))
    except Exception:
        logger.warning("story %d cannot be told in short until it changes", story.pk)
        _mark(story)  # or the others would wait for it for ever
        raise
    _keep(digest)


def _next() -> Story | None:
    """The foremost story whose digest waits, but for those that had one a moment ago."""
    waiting = Story.objects.filter(TO_DIGEST).exclude(digested_at__gt=timezone.now() - PAUSE)
    told = ("language", "title", "changed_at", "lead__excerpt")
    return waiting.select_related("lead").only(*told).order_by("-rank").first()


def _read(story: Story) -> dict[int, Article]:
    """The first and the newest independent reports in the story's language, by their ids."""
    own = Article.objects.filter(shown(), story=story, copy_of=None, language=story.language)
    first = own.order_by("published_at", "pk").values("pk")[:FIRST]
    newest = own.order_by("-published_at", "-pk").values("pk")[:NEWEST]
    read = _reports(story).filter(pk__in=first.union(newest))
    read = read.annotate(beginning=Left("text", READ)).only(*COLUMNS, "excerpt")
    return {article.pk: article for article in read}


def _digest(story: Story, reports: Mapping[int, Article]) -> Digest:
    told = [_told(article) for article in reports.values()]
    standfirst = f"{story.title}\n{story.lead.excerpt if story.lead else ''}"
    language = _language(story.language)
    points = key_points(told, standfirst, language)
    return Digest(
        story=story,
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


@transaction.atomic
def _keep(digest: Digest) -> None:
    """Store it, unless its story has changed meanwhile."""
    if _mark(digest.story):
        Digest.objects.bulk_create(
            [digest],
            update_conflicts=True,
            unique_fields=["story"],
            update_fields=["points", "headlines"],
        )


def _mark(story: Story) -> int:
    """Let a story wait no more; nothing where it is another by now than was read."""
    read = Story.objects.filter(pk=story.pk, changed_at=story.changed_at)
    return read.update(digested_at=story.changed_at)
