"""What `up` tells the person at the terminal: notes, and one calm line on how things stand."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import Protocol, TextIO

ERASE_LINE = "\r\x1b[2K"
LEAST_INTERVAL = 60.0  # seconds between two lines in a log


class Status(Protocol):
    """The numbers of the line: feeds due, fetched and failing; articles and stories stored."""

    @property
    def due(self) -> int: ...
    @property
    def fetched(self) -> int: ...
    @property
    def failed(self) -> int: ...
    @property
    def articles(self) -> int: ...
    @property
    def stories(self) -> int: ...


def summary(status: Status) -> str:
    """The line itself."""
    return (
        f"Feeds: {status.due:,} due, {status.fetched:,} fetched, {status.failed:,} failed"
        f" · {status.articles:,} articles · {status.stories:,} stories"
    )


class Display:
    """Notes, and below them a line that is refreshed in place.

    Where the stream is no terminal, the line is printed when it changed, at most once a minute.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._line = ""
        self._printed_at = -LEAST_INTERVAL

    def note(self, text: str) -> None:
        if self._line and self._stream.isatty():
            self._stream.write(ERASE_LINE)
        self._stream.write(f"{text}\n")
        if self._line and self._stream.isatty():
            self._draw()
        self._stream.flush()

    def show(self, line: str) -> None:
        """Let the line say something else."""
        if line == self._line:
            return
        if self._stream.isatty():
            self._line = line
            self._draw()
        elif self._clock() - self._printed_at >= LEAST_INTERVAL:
            self._line = line
            self._printed_at = self._clock()
            self._stream.write(f"{line}\n")
        self._stream.flush()

    def end(self) -> None:
        """Leave the line where it is; what follows begins below."""
        if self._line and self._stream.isatty():
            self._stream.write("\n")
        self._line = ""

    def _draw(self) -> None:
        # A line that wraps could not be erased.
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(f"{ERASE_LINE}{self._line[:width]}")
