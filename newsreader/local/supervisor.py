"""Starts parts in order, restarts those that die, and stops all in the opposite order."""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from newsreader.local.errors import LocalError
from newsreader.local.process import LARGEST_LOG, Keeper, Part, Process, rotate, tail

MOST_DEATHS = 5
DEATHS_WITHIN = 60.0  # seconds
FIRST_DELAY = 0.5  # seconds, doubled at every death that follows
PAUSE = 0.05


class Deaths:
    """How often a part died lately, and what follows from it. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def delay(self, now: float) -> float | None:
        """Count a death; the seconds to wait before a new start, None where it is hopeless."""
        self._times.append(now)
        while self._times[0] < now - DEATHS_WITHIN:
            self._times.popleft()
        if len(self._times) >= MOST_DEATHS:
            return None
        return float(FIRST_DELAY * 2 ** (len(self._times) - 1))


class Supervised:
    """A part that is kept running: its process, or the time of its next start."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.deaths = Deaths()
        self.process: Process | None = None
        self.next_start = 0.0


class Supervisor:
    """Runs parts until it is left; a context manager.

    inherited: a file descriptor that every process of the stack inherits (see `locks`)
    say: tells the person at the terminal what happened
    is_hurried: whether stopping must be quick rather than polite
    """

    def __init__(
        self,
        inherited: int,
        say: Callable[[str], None],
        is_hurried: Callable[[], bool] = lambda: False,
    ) -> None:
        self._inherited = inherited
        self._say = say
        self._is_hurried = is_hurried
        self._keeper = Keeper(inherited)
        self._tiers: list[list[Supervised]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, *parts: Part) -> None:
        """Start parts together and wait until all are ready; they stop before earlier ones do.

        Raises LocalError, with the end of its log, for a part that ends or takes too long.
        """
        tier = [Supervised(part) for part in parts]
        self._tiers.append(tier)
        for supervised in tier:
            supervised.part.log.parent.mkdir(parents=True, exist_ok=True)
            rotate(supervised.part.log)
            self._launch(supervised)
        for supervised in tier:
            self._await(supervised, tier)

    def check(self) -> None:
        """Restart what died. To be called often; raises LocalError if a part keeps dying."""
        self._check_keeper()
        now = time.monotonic()
        for tier in self._tiers:
            for supervised in tier:
                self._check(supervised, now)

    def stop(self) -> None:
        """Stop everything, last started first; at most the patience of each tier."""
        while self._tiers:
            self._stop([each.process for each in self._tiers[-1] if each.process is not None])
            self._tiers.pop()
        self._keeper.close()

    def processes(self) -> dict[str, int]:
        """The process ids of the parts that run now, by name."""
        everything = [each for tier in self._tiers for each in tier]
        return {each.part.name: each.process.pid for each in everything if each.process}

    def _launch(self, supervised: Supervised) -> None:
        supervised.process = Process(supervised.part, self._keeper, self._inherited)

    def _await(self, supervised: Supervised, tier: list[Supervised]) -> None:
        part = supervised.part
        deadline = time.monotonic() + part.startup
        while reason := part.waits_for():
            for each in tier:
                _require_running(each)
            if time.monotonic() > deadline:
                raise LocalError(f"{part.name} is not ready in time: {reason}.{_log_of(part)}")
            time.sleep(PAUSE)

    def _check(self, supervised: Supervised, now: float) -> None:
        process = supervised.process
        rotate(supervised.part.log, LARGEST_LOG)
        if process is None:
            if now >= supervised.next_start:
                self._launch(supervised)
        elif process.exit_code() is not None:
            self._bury(supervised, process, now)

    def _bury(self, supervised: Supervised, process: Process, now: float) -> None:
        process.finish()
        supervised.process = None
        part, reason = supervised.part, _ending(process)
        delay = supervised.deaths.delay(now)
        if delay is None:
            raise LocalError(f"{part.name} keeps ending: it {reason}.{_log_of(part)}")
        supervised.next_start = now + delay
        self._say(f"{part.name} {reason}; it starts again in {delay:g} s. See {part.log}")

    def _check_keeper(self) -> None:
        if self._keeper.is_alive():
            return
        self._keeper = Keeper(self._inherited)
        for tier in self._tiers:
            for supervised in tier:
                if supervised.process is not None:
                    supervised.process.announce(self._keeper)

    def _stop(self, processes: list[Process]) -> None:
        for process in reversed(processes):
            process.ask_to_stop()
        hurried = False
        asked_at = time.monotonic()
        for process in reversed(processes):
            deadline = asked_at + process.part.patience
            while not process.wait(min(deadline, time.monotonic() + PAUSE)):
                if self._is_hurried() and not hurried:
                    hurried = True
                    for each in processes:
                        each.hurry()
                if time.monotonic() > deadline:
                    self._say(f"{process.part.name} did not stop in time and is killed.")
                    break
            process.finish()


def _require_running(supervised: Supervised) -> None:
    process, part = supervised.process, supervised.part
    if process is not None and process.exit_code() is not None:
        raise LocalError(f"{part.name} {_ending(process)} at its start.{_log_of(part)}")


def _ending(process: Process) -> str:
    code = process.exit_code() or 0
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"stopped with exit code {code}"


def _log_of(part: Part) -> str:
    return f" The end of {part.log}:\n{tail(part.log)}"
