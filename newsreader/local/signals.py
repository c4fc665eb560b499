"""Ctrl-C, SIGTERM and the closing of a terminal ask to stop; Ctrl-C after that asks to hurry."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self


class StopSignals:
    """Receives the requests to stop while it is entered; of the main thread only."""

    def __init__(self) -> None:
        self._asked = False
        self._hurried = False
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
        return self._hurried

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """Raise KeyboardInterrupt in the block at the first request, which may be over already."""
        self._interrupts = True
        try:
            if self._asked:
                raise KeyboardInterrupt
            yield
        finally:
            self._interrupts = False

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        # A second SIGTERM says nothing new: make and timeout(1) each send one of their own.
        self._hurried |= self._asked and number == signal.SIGINT
        self._asked = True
        if self._interrupts:
            # Once: what follows is the orderly stop, which a second request only hurries.
            self._interrupts = False
            raise KeyboardInterrupt
