"""Ctrl-C, SIGTERM and the closing of a terminal: the first asks to stop, the second to hurry."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self


class StopSignals:
    """Counts the requests to stop while it is entered; of the main thread only."""

    def __init__(self) -> None:
        self._count = 0
        self._interrupts = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        numbers = [signal.SIGINT, signal.SIGTERM]
        # nohup(1) asks us to outlive the terminal.
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            numbers.append(signal.SIGHUP)
        self._before = {number: signal.signal(number, self._arrived) for number in numbers}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def is_hurried(self) -> bool:
        return self._count > 1

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """Raise KeyboardInterrupt in the block at the first request, which may be over already."""
        self._interrupts = True
        try:
            if self._count:
                raise KeyboardInterrupt
            yield
        finally:
            self._interrupts = False

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        self._count += 1
        if self._interrupts:
            # Once: what follows is the orderly stop, which a second request only hurries.
            self._interrupts = False
            raise KeyboardInterrupt
