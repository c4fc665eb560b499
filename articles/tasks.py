"""Celery's door into the pipeline. Every task may run twice, or be lost: the database knows."""

from __future__ import annotations

import logging
import mmap
import time
from collections.abc import Callable, Iterable
from typing import Any

from celery import Task, shared_task
from celery.signals import worker_init, worker_shutting_down
from celery.worker import WorkController
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from kombu.exceptions import OperationalError

from articles.clustering.embedding import ModelError
from articles.pipeline import (
    digests,
    doubts,
    embeddings,
    followups,
    fronts,
    hosts,
    hubs,
    imports,
    lock,
    problems,
    pushed,
    source_days,
    takedown,
    traces,
    trials,
)
from articles.pipeline.grouping import Grouper, languages_waiting
from articles.pipeline.lock import BusyError
from articles.pipeline.pages import read_waiting
from articles.pipeline.refresh import Summary, refresh_due, refresh_named
from articles.pipeline.settle import Refreshed

logger = logging.getLogger(__name__)

SLICE_SECONDS = 10.0
"""A task gives way after so long and queues its own sequel, so that others have their turn."""
SEQUEL_SECONDS = 30.0
"""A sequel that no process took in so long is dropped: enough others do the same by then."""
HELPER_SECONDS = 3.0
"""A helper is only for a process that has nothing to do now."""
GROUP_EVERY_SECONDS = 3.0
ARRANGE_EVERY_SECONDS = 2.0
"""So often fronts are arranged while stories follow what was decided about sources."""

_grouper = Grouper()
# One byte that the worker shares with its pool processes, which are forked from it: a pool process
# does not hear of a stop by itself before its task is done.
_stopping = mmap.mmap(-1, 1)


@worker_init.connect
def _begin(**_said: object) -> None:
    _stopping[0] = 0


@worker_shutting_down.connect
def _stop(**_said: object) -> None:
    _stopping[0] = 1


def stopping() -> bool:
    """Whether the worker was asked to stop: what can wait is given up, to be done later."""
    return bool(_stopping[0])


@worker_init.connect
def require_model(sender: WorkController, **_: Any) -> None:
    """End a worker that groups at its start if the model that is set cannot be loaded."""
    if "group" not in sender.app.amqp.queues.consume_from:
        return
    try:
        embeddings.encoder()
    except ModelError as error:
        raise SystemExit(f"SEMANTIC_MODEL: {error}") from error


def _slice(seconds: float = SLICE_SECONDS) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: stopping() or time.monotonic() > end


@shared_task
def refresh_due_feeds() -> None:
    """Fetch what is due, for a while; where more is, have other processes help, then go on.

    The messages only wake workers, what is due is in the database. They expire, so that a backlog
    does not become a backlog of messages as well.
    """
    over = _slice()
    summary = refresh_and_group(refresh_due(over, stopping, _call_help))
    if summary.feeds and over() and not stopping():
        _send(refresh_due_feeds, expires=SEQUEL_SECONDS)


def _call_help() -> None:
    _send(refresh_due_feeds, expires=HELPER_SECONDS)


def _send(task: Task[Any, Any], *arguments: object, **options: Any) -> None:
    """Queue a task. Where the queue is away the work goes on: the next tick finds what is left."""
    try:
        task.apply_async(arguments, **options)
    except OperationalError as error:
        logger.warning("%s is left to the next tick: %s", task.name, error)


@shared_task
def refresh_feeds(ids: list[int]) -> None:
    """Fetch these feeds now."""
    refresh_and_group(refresh_named(ids, stopping))


@shared_task
def import_lists() -> None:
    """Read and store lists of feeds, for a while; go on in a new task where more waits."""
    over = _slice()
    if imports.go_on(over) and over() and not stopping():
        _send(import_lists, expires=SEQUEL_SECONDS)


@shared_task
def trace_feed(feed: int) -> None:
    """Fetch a feed that a curator watches now, and keep what happened."""
    refresh_and_group(traces.run(feed, stopping))


@shared_task
def forget_hosts() -> None:
    """Delete what is known of hosts that are asked no more."""
    logger.info("%d hosts forgotten", hosts.forget())


@shared_task
def forget_sessions() -> None:
    """Delete the sessions that have ended."""
    SessionStore.clear_expired()


@shared_task
def purge_taken_down() -> None:
    """Delete for good what was taken down long enough ago."""
    logger.info("%d take-downs deleted for good", takedown.purge())


@shared_task
def forget_problems() -> None:
    """Delete reports of problems that were closed long ago."""
    logger.info("%d reports of problems forgotten", problems.forget())


@shared_task
def forget_imports() -> None:
    """Delete lists of feeds that were imported long ago."""
    logger.info("%d imported lists forgotten", imports.forget())


@shared_task
def forget_days() -> None:
    """Delete what is old of the sources' health."""
    logger.info("%d days of sources forgotten", source_days.forget(timezone.now()))


@shared_task
def ask_hubs() -> None:
    """Ask hubs for what is due, for a while; go on in a new task where more is."""
    over = _slice()
    if hubs.ask_hubs(over) and over() and not stopping():
        _send(ask_hubs, expires=SEQUEL_SECONDS)


@shared_task
def store_pushed() -> None:
    """Store what hubs pushed, for a while; go on in a new task where more waits."""
    over = _slice()
    summary = Summary()
    for stored in pushed.store_waiting(over):
        summary.languages |= stored.languages
    _queue_grouping(summary)
    if over() and not stopping():
        _send(store_pushed, expires=SEQUEL_SECONDS)


@shared_task
def read_pages() -> None:
    """Read article pages for a while, in one process at a time; go on in a new task."""
    over = _slice()
    with lock.alone(lock.READING) as alone:
        if not alone:
            return
        languages = set(read_waiting(over, stopping))
    for language in sorted(languages):
        _send(group_language, language)
    if over() and not stopping():
        _send(read_pages, expires=SEQUEL_SECONDS)


def try_soon() -> None:
    """Have the sources on trial that wait looked at by whoever is free."""
    _send(search_trials)
    _send(group_trials)


def fetch_soon(ids: list[int]) -> None:
    """Have these feeds, which are due, fetched by whoever is free."""
    _send(refresh_feeds, ids)


@shared_task
def search_trials() -> None:
    """Search for the feeds of sources on trial, and hand on what was found."""
    trials.search_waiting(stopping)
    _send(group_trials)


@shared_task
def group_trials() -> None:
    """Compare sources on trial with what is here: where grouping's model is loaded."""
    trials.compare_waiting(stopping)


@shared_task
def forget_trials() -> None:
    """Delete the trials of long ago."""
    logger.info("%d sources on trial forgotten", trials.forget())


@shared_task
def group_waiting() -> None:
    """Have every language grouped that has something waiting: what a crash left behind too."""
    for language in languages_waiting():
        _send(group_language, language)


@shared_task
def group_language(language: str) -> None:
    """Group what waits in one language, for a while; go on in a new task where more does."""
    over = _slice()
    try:
        grouped = _grouper.group(language, over)
    except BusyError:
        logger.info("%s is being grouped by another process", language)
        return
    if grouped:
        fronts.arrange_fronts()
        _send(digest_stories, expires=SEQUEL_SECONDS)
    if over() and not stopping():
        _send(group_language, language)


@shared_task
def follow_sources() -> None:
    """Have stories follow what was decided about sources, for a while, and the front pages."""
    over = _slice()
    followups.end_mutes()
    while not over() and followups.follow(_slice(ARRANGE_EVERY_SECONDS)):
        _send(arrange_fronts)
    if over() and not stopping():
        _send(follow_sources, expires=SEQUEL_SECONDS)


def follow_soon() -> None:
    """Have stories follow what was just decided about sources; at the latest the next tick does."""
    _send(follow_sources)


@shared_task
def arrange_fronts() -> None:
    """Arrange the front pages again: what develops changes as time passes."""
    fronts.arrange_fronts()


@shared_task
def digest_stories() -> None:
    """Tell in short what has changed, for a while; go on in a new task where more waits."""
    over = _slice()
    if digests.digest_waiting(over) and over() and not stopping():
        _send(digest_stories, expires=SEQUEL_SECONDS)


@shared_task
def notice_doubts() -> None:
    """Look for groupings that a curator should see."""
    doubts.notice()


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
        _send(group_language, language)
    summary.languages.clear()
