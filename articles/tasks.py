"""Celery's door into the pipeline. Every task may run twice, or be lost: the database knows."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable

from celery import shared_task

from articles.pipeline.grouping import Grouper, languages_waiting
from articles.pipeline.lock import BusyError
from articles.pipeline.refresh import Refreshed, Summary, refresh_due, refresh_named

logger = logging.getLogger(__name__)

SLICE_SECONDS = 10.0
"""A task gives way after so long and queues its own sequel, so that a worker can stop soon."""
GROUP_EVERY_SECONDS = 3.0

_grouper = Grouper()


def _slice() -> Callable[[], bool]:
    end = time.monotonic() + SLICE_SECONDS
    return lambda: time.monotonic() > end


@shared_task
def refresh_due_feeds() -> None:
    """Fetch what is due, for a while; go on in a new task where more is."""
    over = _slice()
    if refresh_and_group(refresh_due(over)).feeds and over():
        refresh_due_feeds.delay()


@shared_task
def refresh_feeds(ids: list[int]) -> None:
    """Fetch these feeds now."""
    refresh_and_group(refresh_named(ids))


@shared_task
def group_waiting() -> None:
    """Have every language grouped that has something waiting: what a crash left behind too."""
    for language in languages_waiting():
        group_language.delay(language)


@shared_task
def group_language(language: str) -> None:
    """Group what waits in one language, for a while; go on in a new task where more does."""
    over = _slice()
    try:
        _grouper.group(language, over)
    except BusyError:
        logger.info("%s is being grouped by another process", language)
        return
    if over():
        group_language.delay(language)


def refresh_and_group(refreshing: Iterable[Refreshed]) -> Summary:
    """Drive a refresh and have its new articles grouped while it still goes on."""
    summary = Summary()
    last = time.monotonic()
    for refreshed in refreshing:
        summary.add(refreshed)
        if summary.languages and time.monotonic() - last > GROUP_EVERY_SECONDS:
            last = time.monotonic()
            _queue_grouping(summary)
    _queue_grouping(summary)
    return summary


def _queue_grouping(summary: Summary) -> None:
    for language in sorted(summary.languages):
        group_language.delay(language)
    summary.languages.clear()
