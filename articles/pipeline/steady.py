"""Going on where the connection to the database breaks: PostgreSQL may be restarted under us."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

logger = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds that the database may be away."""
PAUSE = 0.25

Result = TypeVar("Result")


def steadily(work: Callable[[], Result]) -> Result:
    """Do `work`, and again on a new connection where the old one broke.

    It must be whole transactions that do no harm when they are repeated: whether the last commit
    before a break went through is not known. Raises the database's error where it stays away.
    """
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block or connection.is_usable() or time.monotonic() > end:
                raise
            logger.warning("connecting to the database again: %s", " ".join(str(error).split()))
            connection.close()
            time.sleep(PAUSE)
