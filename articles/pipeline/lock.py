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

READING = 0x70616765  # "page"
ARRANGING = 0x66726F6E  # "fron"
IMPORTING = 0x696D706F  # "impo"
DOUBTING = 0x646F7562  # "doub"
DIGESTING = 0x64696765  # "dige"
LOCK = 0x6E657773  # "news": the first half of the advisory locks' keys

PATIENCE_SECONDS = 20
"""A batch takes a second or two; a process that fills its window first may take longer."""


class BusyError(Exception):
    """Another process works on this language's stories now."""


def take(language: str) -> datetime:
    """Take a language for this transaction; the database's time. Raises `BusyError` at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s, hashtext(%s)), clock_timestamp()",
            [LOCK, language],
        )
        locked, now = cursor.fetchone()
    if not locked:
        raise BusyError(language)
    return cast(datetime, now)


def wait_for(language: str) -> datetime:
    """Take a language for this transaction once it is free; the database's time then.

    Raises `BusyError` after `PATIENCE_SECONDS`; the transaction is lost by then.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'")
        try:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, language])
        except OperationalError as error:
            raise BusyError(language) from error
        cursor.execute("SELECT clock_timestamp()")
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
