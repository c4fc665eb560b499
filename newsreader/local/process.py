"""Child processes, each in a group of its own, none of which outlives this process.

Two nets, because a process killed with SIGKILL cannot clean up: the keeper (`keeper.py`) ends every
group when this process is gone, on every system; and on Linux the kernel signals each child at its
parent's death (PR_SET_PDEATHSIG, prctl(2)), in case the keeper was killed as well.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from newsreader.local import keeper
from newsreader.local.account import LIBC, Account

PR_SET_PDEATHSIG = 1  # linux/prctl.h
LARGEST_LOG = 10_000_000  # bytes
TAIL_BYTES = 4_000
TAIL_LINES = 12
PAUSE = 0.02


def nothing() -> str:
    """What a part waits for that is ready as soon as it runs."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One long-running program of the stack.

    waits_for is asked what the part still waits for, in words, until it answers "";
    startup is how long that may take, in seconds.
    patience is the time in seconds between stop_signal and SIGKILL.
    """

    name: str
    argv: Sequence[str | Path]
    log: Path
    folder: Path
    environ: Mapping[str, str] | None = None
    account: Account = field(default_factory=Account)
    stop_signal: signal.Signals = signal.SIGTERM
    hurry_signal: signal.Signals = signal.SIGKILL
    patience: float = 10.0
    startup: float = 180.0
    waits_for: Callable[[], str] = nothing


class Keeper:
    """The helper process that ends the groups it was told of once this process is gone."""

    def __init__(self, inherited: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", keeper.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=(inherited,),
            cwd="/",
        )

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def started(self, group: int, stop_signal: signal.Signals) -> None:
        """For the new group's leader, between fork and exec: nothing can start unknown."""
        self._tell(f"+{group} {int(stop_signal)}\n")

    def ended(self, group: int) -> None:
        # A keeper that died meanwhile is replaced by one that never heard of the group.
        if self.is_alive():
            self._tell(f"-{group}\n")

    def close(self) -> None:
        """Let it go: it ends at once if no group is left."""
        self._process.communicate()

    def _tell(self, line: str) -> None:
        if self._process.stdin is None:
            raise RuntimeError("The keeper has no standard input.")
        # One write of less than PIPE_BUF bytes is atomic, whichever process makes it.
        os.write(self._process.stdin.fileno(), line.encode())


class Process:
    """A running part."""

    def __init__(self, part: Part, keeper: Keeper, inherited: int) -> None:
        self.part = part
        self.started_at = time.monotonic()

        def before_exec() -> None:
            part.account.enter()
            keeper.started(os.getpid(), part.stop_signal)
            if sys.platform == "linux":
                # Last: changing user or namespace clears it.
                LIBC.prctl(PR_SET_PDEATHSIG, int(part.stop_signal))

        with part.log.open("ab") as log:
            self._process = subprocess.Popen(
                part.argv,
                cwd=part.folder,
                env=None if part.environ is None else {**os.environ, **part.environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(inherited,),
                preexec_fn=before_exec,  # noqa: PLW1509 - this process has one thread
                **part.account.identity,
            )
        self.pid = self._process.pid
        self._keeper = keeper

    def exit_code(self) -> int | None:
        """None while it runs; negative: the number of the signal that ended it."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        if self.exit_code() is None:
            self._process.send_signal(self.part.stop_signal)

    def hurry(self) -> None:
        if self.exit_code() is None:
            self._process.send_signal(self.part.hurry_signal)

    def wait(self, deadline: float) -> bool:
        """Whether the leader has ended before `deadline`, a time.monotonic()."""
        while self.exit_code() is None:
            if time.monotonic() > deadline:
                return False
            time.sleep(PAUSE)
        return True

    def finish(self) -> None:
        """Kill what is left of the group and forget it. The leader may be alive or not."""
        # delivered(): an empty group is what we hope for.
        keeper.delivered(os.killpg, self.pid, signal.SIGKILL)
        self._process.wait()
        self._keeper.ended(self.pid)

    def announce(self, keeper: Keeper) -> None:
        """Put the group into the hands of another keeper."""
        keeper.started(self.pid, self.part.stop_signal)
        self._keeper = keeper


def rotate(log: Path, largest: int = 0) -> None:
    """Move what a log holds to `<name>.1` if it is more than `largest` bytes.

    The file itself stays: running processes keep appending to it.
    """
    if log.exists() and log.stat().st_size > largest:
        shutil.copyfile(log, log.with_name(f"{log.name}.1"))
        os.truncate(log, 0)


def tail(log: Path) -> str:
    """The last lines of a log."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-TAIL_LINES:])
