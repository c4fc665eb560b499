"""One writer of a language's stories at a time: an advisory lock that ends with its transaction.

And one reader of article pages, one process that arranges front pages, one that adds feeds, one
that looks for doubts, one that works out digests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import cast

from django.db import OperationalError, connection
from django.utils.translation import gettext_lazy as _

READING = 0x70616765  # "page"
ARRANGING = 0x66726F6E  # "fron"
IMPORTING = 0x696D706F  # "impo"
DOUBTING = 0x646F7562  # "doub"
DIGESTING = 0x64696765  # "dige"
# The first halves of the keys of a language's locks.
LOCK = 0x6E657773  # "news"
GROUPING = 0x67726F75  # "grou": held beside the other by who groups

PATIENCE_SECONDS = 20
"""A batch takes a second or two; a process that fills its window first may take longer."""
BUSY = _("Grouping is at work on these stories. Try again in a minute.")
"""What a curator is told whose patience it was."""

# One round trip; of locks that the transaction takes later nothing is said.
_WAIT = """
SET LOCAL lock_timeout = %s;
SELECT pg_advisory_xact_lock(%s, hashtext(%s));
SET LOCAL lock_timeout TO DEFAULT;
SELECT clock_timestamp()
"""


class BusyError(Exception):
    """Another process works on this language's stories now."""


def take(language: str) -> datetime:
    """Take a language for this transaction, to group it; the database's time then.

    Raises `BusyError` at once where another process groups it: that one will see what waits. All
    others hold it for a moment, and are waited for as by `wait_for`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [GROUPING, language])
        if not cursor.fetchone()[0]:
            raise BusyError(language)
    return wait_for(language)


def wait_for(language: str) -> datetime:
    """Take a language for this transaction once it is free; the database's time then.

    Who comes first has it first. Raises `BusyError` after `PATIENCE_SECONDS`; the transaction is
    lost by then.
    """
    with connection.cursor() as cursor:
        try:
            cursor.execute(_WAIT, [f"{PATIENCE_SECONDS}s", LOCK, language])
        except OperationalError as error:
            raise BusyError(language) from error
        while cursor.nextset():  # the last one tells the time
            continue
        return cast(datetime, cursor.fetchone()[0])


def wait_for_feeds() -> None:
    """Be the only one that adds lists of feeds, until the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORTING])


@contextmanager
def alone(key: int, *, patient: bool = False) -> Iterator[bool]:
    """Whether this process is the only one in such a block; it is until the block ends.

    Who is `patient` waits until it is.
    The lock is the connection's, not a transaction's: the network may be used inside.
    """
    with connection.cursor() as cursor:
        if patient:
            cursor.execute("SELECT pg_advisory_lock(%s)", [key])
            locked = True
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
            locked = bool(cursor.fetchone()[0])
    try:
        yield locked
    finally:
        if locked:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
