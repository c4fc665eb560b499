"""Importing lists in the background: read and checked, then, once a curator wants it, stored.

The truth is in the database: a list is a row with its state and a lease, and every outline or line
of it a row that is stored or not. A batch is one transaction, so a worker that dies loses a batch
at most, and the next one goes on where it was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from types import ModuleType
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.db.models import Count
from django.utils import timezone

from articles.fetch.door import Door
from articles.fetch.types import FetchError
from articles.models import Edition, Import, ImportRow
from articles.pipeline import audit, lock, opml, rows, table_import, turns
from articles.pipeline.outlines import ListError, decoded
from articles.pipeline.steady import steadily

logger = logging.getLogger(__name__)

ACCEPT = "text/x-opml, text/csv;q=0.9, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
PATIENCE = 30.0
"""Seconds that a list may wait for the turns of its hosts; somebody waits for the answer."""
LEASE = timedelta(minutes=2)
"""Longer than it takes to read the largest list, or to store a batch."""
BATCH = 500
FORGET_AT_ONCE = 5_000
"""Rows that one transaction deletes."""
MOST_ATTEMPTS = 3
"""Workers may die with a list that does not come on, before it is given up."""

Person = User | None
State, Format = Import.State, Import.Format

_CLAIM = """
UPDATE articles_import
SET claimed_until = statement_timestamp() + %(lease)s, attempts = attempts + 1
WHERE id = (
    SELECT id FROM articles_import
    WHERE state IN ('reading', 'storing')
      AND (claimed_until IS NULL OR claimed_until < statement_timestamp())
      AND (%(only)s::bigint IS NULL OR id = %(only)s)
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id
"""


class LostError(Exception):
    """Another worker has the list by now."""


def start(
    by: Person, edition: Edition, name: str, body: bytes | None = None, *, at_once: bool = False
) -> Import:
    """Take a list in, to be read: `body`, or without one what is found at the address `name`.

    It is stored once somebody has confirmed that, or `at_once`.
    """
    with transaction.atomic():
        work = Import.objects.create(
            by=by,
            edition=edition,
            name=name[:2000],
            fetched=body is None,
            body=body or b"",
            at_once=at_once,
        )
        audit.record(by, "import", work)
    return work


def run(by: Person, edition: Edition, name: str, body: bytes | None = None) -> Import:
    """Take a list in and store it now, without asking; `Import.state` says how it went."""
    work = start(by, edition, name, body, at_once=True)
    go_on(lambda: False, only=work.pk)
    work.refresh_from_db()
    return work


def confirm(work: Import, by: Person) -> bool:
    """Have a list that was checked stored; False where somebody decided on it before."""
    return _decided(work, State.STORING, by, "confirm")


def drop(work: Import, by: Person) -> bool:
    """Have a list that was checked forgotten; False where somebody decided on it before."""
    return _decided(work, State.DROPPED, by, "drop")


def go_on(over: Callable[[], bool], only: int | None = None) -> int:
    """Work on what waits, until `over`; return how many lists were worked on."""
    count = 0
    while not over() and (work := _claim(only)):
        count += 1
        with suppress(LostError):
            _work(work, over)
    return count


def tally(work: Import) -> dict[ImportRow.Outcome, int]:
    """How many rows of a list there are of each outcome. One query."""
    found = work.rows.order_by().values_list("outcome").annotate(count=Count("*"))
    counts = dict(found)
    return {outcome: counts.get(outcome.value, 0) for outcome in ImportRow.Outcome}


def fetch_list(url: str) -> bytes:
    """The list at an address, asked for at its host's turn. Raises ListError.

    Not to be called inside a transaction: see `turns.get`.
    """
    try:
        with Door(settings.FETCH) as door:
            response = turns.get(door, url, seconds=PATIENCE, accept=ACCEPT)
    except FetchError as error:
        raise ListError(str(error)) from error
    if response.status != HTTPStatus.OK:
        raise ListError(f"{url} answered with the status {response.status}.")
    return response.body


def forget() -> int:
    """Delete lists of more than `RECORDS_DAYS` ago that nobody works on, with their rows; how many.

    What became of their feeds stays, and so does what the audit log tells.
    """
    past = timezone.now() - timedelta(days=settings.RECORDS_DAYS)
    old = Import.objects.filter(made_at__lt=past).exclude(state__in=(State.READING, State.STORING))
    for work in old:
        while rows_of_it := list(work.rows.values_list("pk", flat=True)[:FORGET_AT_ONCE]):
            ImportRow.objects.filter(pk__in=rows_of_it).delete()
        work.delete()
    return len(old)


@transaction.atomic
def _decided(work: Import, state: Import.State, by: Person, action: str) -> bool:
    decided = Import.objects.filter(pk=work.pk, state=State.CHECKED).update(
        state=state, finished_at=timezone.now() if state == State.DROPPED else None
    )
    if decided:
        audit.record(by, action, work)
    return bool(decided)


def _claim(only: int | None) -> Import | None:
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {"lease": LEASE, "only": only}
        cursor.execute(_CLAIM, parameters)
        found = cursor.fetchone()
    return Import.objects.select_related("edition", "by").get(pk=found[0]) if found else None


def _work(work: Import, over: Callable[[], bool]) -> None:
    if work.attempts > MOST_ATTEMPTS:
        _end(work, State.FAILED, "The program that worked on it ended before it was done.")
        return
    try:
        if work.state == State.READING:
            _read(work)
        while work.state == State.STORING and not over():
            steadily(lambda: _store(work))
    except ListError as error:
        logger.warning("import of %s: %s", work.name, error)
        _end(work, State.FAILED, str(error))
        return
    _keep(work, claimed_until=None, attempts=0)


def _read(work: Import) -> None:
    """Understand the list, and say of every row what would become of it."""
    body = fetch_list(work.name) if work.fetched else bytes(work.body)
    work.format = Format.OPML if decoded(body).lstrip().startswith("<") else Format.CSV
    checked = _reader(work).check(work, body)
    if not checked:
        raise ListError("The list names no feed.")
    work.state = State.STORING if work.at_once else State.CHECKED
    with transaction.atomic():
        _keep(
            work,
            **{name: getattr(work, name) for name in ("format", "state", "notice")},
            body=b"",
            new_sources=work.new_sources,
            new_topics=work.new_topics,
        )
        ImportRow.objects.bulk_create(checked, batch_size=2000)


def _store(work: Import) -> None:
    with transaction.atomic():
        until = timezone.now() + LEASE
        _keep(work, claimed_until=until, attempts=0)
        batch = list(work.rows.filter(stored=False)[:BATCH])
        _store_rows(work, batch)
    work.claimed_until = until
    if len(batch) < BATCH:
        _end(work, State.DONE)


def _store_rows(work: Import, batch: Sequence[ImportRow]) -> None:
    """Store a batch; what cannot be stored of one row must not cost the others theirs."""
    if not batch:
        return
    try:
        with transaction.atomic():
            lock.wait_for_feeds()
            _reader(work).store(work, batch)
    except DatabaseError as error:
        if not connection.is_usable():
            raise
        if len(batch) > 1:
            half = len(batch) // 2
            _store_rows(work, _afresh(work, batch[:half]))
            _store_rows(work, _afresh(work, batch[half:]))
            return
        logger.exception("import of %s: row %d could not be stored", work.name, batch[0].number)
        batch[0].outcome = ImportRow.Outcome.REFUSED
        batch[0].reason = f"It could not be stored: {type(error).__name__}."
        batch[0].feed_id = None
    columns = ("id", "outcome", "reason", "feed_id")
    rows.update(
        ImportRow,
        [{name: getattr(row, name) for name in columns} | {"stored": True} for row in batch],
    )


def _afresh(work: Import, batch: Sequence[ImportRow]) -> list[ImportRow]:
    """Rows as they are stored: an attempt that failed has changed them in memory."""
    return list(work.rows.filter(pk__in=[row.pk for row in batch]))


def _end(work: Import, state: Import.State, error: str = "") -> None:
    with transaction.atomic():
        _keep(work, state=state, error=error, body=b"", finished_at=timezone.now())
        counts = {outcome.value: count for outcome, count in tally(work).items() if count}
        audit.record(work.by, "import", work, {"state": state.value, **counts}, error)
    work.state = state


def _keep(work: Import, **values: Any) -> None:
    """Write to a list that is ours. Raises LostError where it is not any more."""
    ours = Import.objects.filter(pk=work.pk, claimed_until=work.claimed_until)
    if not ours.update(**values):
        raise LostError(work.name)


def _reader(work: Import) -> ModuleType:
    """Who reads and stores lists of this format."""
    return opml if work.format == Format.OPML else table_import
