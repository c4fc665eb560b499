"""What can go wrong, told in words for the person at the terminal."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LocalError(Exception):
    """A reason why the application cannot run here; its text says what to do about it."""


@contextmanager
def writing_to(data_dir: Path) -> Iterator[None]:
    """Turn an OSError in the block into a LocalError that says what is wrong with the folder."""
    try:
        yield
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
        raise LocalError(
            f"The data directory {data_dir} cannot be written: {reason}."
            " Choose another with --data-dir."
        ) from error
