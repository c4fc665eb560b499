"""Grouping: bring the articles that wait into stories, one language at a time.

The windows live in the process that groups; PostgreSQL holds the truth. A batch is one
transaction: it takes the language's advisory lock, brings the window up to date, groups, writes
and commits. Whatever goes wrong, the window is thrown away and filled again from what is stored.
An article with which it goes wrong time and again is set apart: see `attempts`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, connection, transaction
from django.db.models import Min, QuerySet

from articles.clustering.background import Background
from articles.clustering.types import Grouped, Known, Placement
from articles.clustering.window import Window
from articles.models import Article, SimilarLink
from articles.pipeline import attempts, audit, corrections, embeddings, lock, stories
from articles.pipeline.attempts import Attempt
from articles.pipeline.documents import FIELDS, document
from articles.pipeline.lock import BusyError

logger = logging.getLogger(__name__)

BATCH = 500
"""Articles grouped in one transaction."""

BACKGROUND = 20_000
"""So many articles from before the window teach how common words are."""

LATE = timedelta(days=1)
"""The window holds articles this much longer than a story may grow, for those that are late."""

SET_APART = "Grouping failed again and again with this article, in the end by itself: see the log."


@dataclass(frozen=True, slots=True)
class Days:
    """The days among which a batch is grouped."""

    since: datetime
    until: datetime
    before: datetime | None = None
    """The batch takes only what was published before; None for one of the days of now."""


def days_around(first: datetime, now: datetime) -> Days:
    """The days for a batch whose earliest article is of `first`."""
    span = timedelta(days=settings.STORY_WINDOW_DAYS)
    horizon = now - span
    if first >= horizon:
        return Days(horizon - LATE, now)
    # From the archive: the window around its own days, for this batch only.
    return Days(first - span, min(first + 2 * span, now), min(first + span, horizon))


class StoryNumbers:
    """Story ids taken from the database's own sequence, some at a time."""

    def __init__(self) -> None:
        self._free: list[int] = []

    def __call__(self) -> int:
        if not self._free:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence('articles_story', 'id'))"
                    " FROM generate_series(1, %s)",
                    [BATCH],
                )
                self._free = sorted((row[0] for row in cursor.fetchall()), reverse=True)
        return self._free.pop()


@dataclass(slots=True)
class _Live:
    """A window and how far it follows the database."""

    window: Window
    synced_to: datetime | None
    """The latest grouping or correction that the window has seen."""


class Grouper:
    """The windows of one process."""

    def __init__(self) -> None:
        self._live: dict[str, _Live] = {}

    def group(self, language: str, stop: Callable[[], bool] = lambda: False) -> int:
        """Group all that waits in `language`, batch by batch; return how many were grouped.

        Raises `BusyError` where another process is at it; that one will see what waits.
        """
        total = 0
        while not stop() and (done := self._commit(language)):
            total += done
        return total

    def _commit(self, language: str) -> int:
        """One batch, stored. A window that held what is deleted by now is filled again, once."""
        known = language in self._live
        attempt = attempts.begin(language, BATCH)
        if attempt is None:
            return 0
        try:
            with transaction.atomic():
                return self._attempt(language, attempt)
        except BusyError:
            self._live.pop(language, None)
            attempts.was_not_made(language)
            raise
        except IntegrityError:
            self._live.pop(language, None)
            if not known:
                raise
            logger.warning("the window of %s held what is gone; filling it again", language)
            return self._commit(language)
        except BaseException:
            # What the window took in was not stored.
            self._live.pop(language, None)
            raise

    def _attempt(self, language: str, attempt: Attempt) -> int:
        if not attempt.size:
            return _set_apart(language, attempt.first)
        if attempt.size == 1:
            logger.warning("grouping fails in %s: article %d by itself", language, attempt.first)
        return self._batch(language, attempt.size)

    def _batch(self, language: str, size: int) -> int:
        now = lock.take(language)
        waiting = _waiting(language)
        first = waiting.aggregate(first=Min("published_at"))["first"]
        if first is None:
            return 0
        days = days_around(first, now)
        if days.before is None:
            live = self._follow(language, days.since, now)
        else:
            waiting = waiting.filter(published_at__lt=days.before)
            live = _live(language, days.since, days.until)
        documents = [
            document(row, outlet)
            for outlet, *row in waiting.order_by("published_at", "id").values_list(
                "source__name", *FIELDS
            )[:size]
        ]
        if model := embeddings.encoder(language):
            documents = embeddings.with_vectors(documents, model)
        grouped = live.window.group(documents)
        stories.apply(language, grouped, now)
        attempts.succeed(language)
        live.synced_to = now
        logger.info("grouped %d articles in %s", len(documents), language)
        return len(documents)

    def _follow(self, language: str, since: datetime, now: datetime) -> _Live:
        """The live window, without what has grown old; a new one if others changed its stories."""
        live = self._live.get(language)
        if live is None or live.synced_to != _latest_change(language):
            live = self._live[language] = _live(language, since, now)
        live.window.forget(since.timestamp())
        return live


def ask_again(article: int, by: AbstractBaseUser) -> bool:
    """Have an article grouped anew; False for one that is withheld."""
    with transaction.atomic():
        row = (
            Article.objects.filter(pk=article, withheld="").defer("text", "html", "search").first()
        )
        if row is None:
            return False
        Article.objects.filter(pk=article).update(clustered_at=None, grouping_error="")
        audit.record(by, "regroup", row, {})
    return True


def languages_waiting() -> list[str]:
    """Languages that have articles to group."""
    return list(
        Article.objects.filter(clustered_at=None)
        .order_by("language")
        .values_list("language", flat=True)
        .distinct()
    )


def _waiting(language: str) -> QuerySet[Article]:
    return Article.objects.filter(language=language, clustered_at=None)


def _set_apart(language: str, pk: int) -> int:
    """Give an article that cannot be grouped a story of its own, and keep it out of windows."""
    now = lock.take(language)
    attempts.begin_anew(language)
    if not _waiting(language).filter(pk=pk).exists():
        return 1  # another process was quicker
    stories.apply(language, Grouped((Placement(pk, StoryNumbers()()),), {pk: ()}), now)
    Article.objects.filter(pk=pk).update(grouping_error=SET_APART)
    logger.error("article %d is kept out of grouping in %s: %s", pk, language, SET_APART)
    return 1


def _live(language: str, since: datetime, until: datetime) -> _Live:
    window = filled(language, since, until, StoryNumbers())
    return _Live(window, _latest_change(language))


def filled(
    language: str,
    since: datetime,
    until: datetime,
    new_story: Callable[[], int],
    also: Iterable[Known] = (),
) -> Window:
    """A window with what is stored of these days and is grouped, and `also` what is not stored."""
    window = Window(language, background=_background(language, since), new_story=new_story)
    grouped = Article.objects.filter(
        language=language,
        published_at__range=(since, until),
        story__isnull=False,  # those too that were edited since: they may keep their stories
        grouping_error="",
    )
    window.hold(corrections.decisions(language, since, until))
    window.seed(chain(_known(language, grouped), also))
    window.retell(_listing_edited(language))
    logger.info("filled the window of %s with %d articles", language, len(window))
    return window


def _latest_change(language: str) -> datetime | None:
    """When articles were last grouped, or a curator last corrected what came of it."""
    grouped = (
        Article.objects.filter(language=language, clustered_at__isnull=False)
        .order_by("-clustered_at")
        .values_list("clustered_at", flat=True)
        .first()
    )
    corrected = corrections.latest_change(language)
    return max((time for time in (grouped, corrected) if time), default=None)


def _known(language: str, articles: QuerySet[Article]) -> Iterator[Known]:
    model = embeddings.encoder(language)
    stored = embeddings.STORED if model else ()
    columns = ("story_id", "copy_of_id", "clustered_at", "source__name", *FIELDS, *stored)
    rows = articles.order_by("published_at", "id").values_list(*columns)
    for story, copy_of, grouped_at, outlet, *fields in rows.iterator(chunk_size=2000):
        known = document(fields[: len(FIELDS)], outlet)
        if model:
            known = embeddings.restored(known, model, *fields[len(FIELDS) :])
        yield Known(known, story, copy_of, edited=grouped_at is None)


def _listing_edited(language: str) -> QuerySet[SimilarLink, int]:
    """The articles that list one that was edited and waits, as it was before."""
    edited = Article.objects.filter(language=language, clustered_at=None, story__isnull=False)
    return SimilarLink.objects.filter(similar__in=edited).values_list("article", flat=True)


def _background(language: str, before: datetime) -> Background:
    """How common words were before the window."""
    rows = (
        Article.objects.filter(language=language, published_at__lt=before, grouping_error="")
        .order_by("-published_at", "-id")
        .values_list("title", "excerpt")[:BACKGROUND]
    )
    return Background.from_texts(language, (f"{title}\n{excerpt}" for title, excerpt in rows))
