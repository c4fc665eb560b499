"""Reports of problems: taken from readers within bounds, closed by curators, forgotten in time."""

from __future__ import annotations

import logging
from datetime import timedelta
from hashlib import blake2b

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from articles.models import Problem
from articles.pipeline import audit

logger = logging.getLogger(__name__)

SPAN = timedelta(hours=1)
FROM_ONE = 5
"""Reports that one address may send within `SPAN`."""
FROM_ALL = 200
"""Reports that are taken within `SPAN` from everybody: a queue of more helps nobody."""


class TooManyError(Exception):
    """More reports came than are taken."""


def take(problem: Problem, sender: str | None) -> None:
    """Store a report from an address, which is not stored. Raises `TooManyError`."""
    if not (_within(f"from {sender}", FROM_ONE) and _within("from all", FROM_ALL)):
        raise TooManyError
    problem.save()
    logger.info("problem %d reported: %s", problem.pk, problem.kind)


def close(problem: Problem, answer: str, by: AbstractBaseUser) -> bool:
    """Close a report with what came of it; False where it was closed already."""
    with transaction.atomic():
        row = Problem.objects.select_for_update().get(pk=problem.pk)
        if row.closed_at:
            return False
        row.answer, row.closed_by_id, row.closed_at = answer, by.pk, timezone.now()
        row.save(update_fields=["answer", "closed_by", "closed_at"])
        audit.record(by, "close", row, {"answer": [problem.answer, answer]})
    return True


def reopen(problem: Problem, by: AbstractBaseUser) -> bool:
    """Open a closed report again; False where it is open."""
    with transaction.atomic():
        row = Problem.objects.select_for_update().get(pk=problem.pk)
        if row.closed_at is None:
            return False
        changes = {"closed": [row.closed_at, None]}
        row.closed_by, row.closed_at = None, None
        row.save(update_fields=["closed_by", "closed_at"])
        audit.record(by, "reopen", row, changes)
    return True


def forget() -> int:
    """Delete what was closed more than `RECORDS_DAYS` ago; return how many."""
    past = timezone.now() - timedelta(days=settings.RECORDS_DAYS)
    return Problem.objects.filter(closed_at__lt=past).delete()[0]


def _within(what: str, most: int) -> bool:
    """Count one more of something in the cache; whether that is no more than `most`."""
    key = f"problems:{blake2b(what.encode(), digest_size=16).hexdigest()}"
    if cache.add(key, 1, SPAN.total_seconds()):
        return True
    try:
        return cache.incr(key) <= most
    except ValueError:  # the span has ended just now
        return True
