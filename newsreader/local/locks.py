"""Who may use a data directory: advisory locks that the kernel gives back when their holder ends.

Four files below `locks/`:
    owner      held by the one process that runs the servers; its content says who that is
    processes  held by every process of the stack through an inherited descriptor, so that it is
               free exactly when nothing of an earlier run is left, however that run ended
    ready      held by the owner while other commands may use its servers
    guests     shared by the commands that do so
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from newsreader.local.errors import LocalError, writing_to
from newsreader.local.layout import Layout

# The processes of a killed run are gone within 5 seconds; a busy disk may take longer.
PATIENCE = 30.0
PAUSE = 0.05


class FileLock:
    """flock(2) on one file, whose content is free for the holder's use."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def try_exclusive(self) -> bool:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def wait_exclusive(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not self.try_exclusive():
            if time.monotonic() > deadline:
                return False
            time.sleep(PAUSE)
        return True

    def exclusive(self) -> None:
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)

    def shared(self) -> None:
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)

    def is_exclusive_elsewhere(self) -> bool:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)
        return False

    def close(self) -> None:
        """Let go of this process's hold; a child that inherited the descriptor keeps its own."""
        os.close(self.descriptor)


@dataclass(frozen=True, slots=True)
class Owner:
    """Who runs the servers of a data directory."""

    pid: int
    command: str


class InUse(LocalError):  # noqa: N818 - a state of affairs
    """Another process runs the servers of this data directory."""

    def __init__(self, data_dir: Path, owner: Owner | None) -> None:
        who = f"process {owner.pid} (manage.py {owner.command})" if owner else "another process"
        super().__init__(
            f"{data_dir} is in use by {who}. Stop that first, or choose another --data-dir."
        )


class Claim:
    """The right to run servers on one data directory; raises InUse where another has it."""

    def __init__(self, layout: Layout, command: str) -> None:
        self._layout = layout
        self._owner = FileLock(layout.locks / "owner")
        if not self._owner.try_exclusive():
            self._owner.close()
            raise InUse(layout.data_dir, read_owner(layout))
        self._processes = FileLock(layout.locks / "processes")
        content = json.dumps(asdict(Owner(os.getpid(), command))).encode()
        with writing_to(layout.data_dir):
            os.truncate(self._owner.descriptor, 0)
            os.pwrite(self._owner.descriptor, content, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._processes.close()
        self._owner.close()

    @property
    def inherited(self) -> int:
        """The descriptor that every process of the stack must inherit."""
        return self._processes.descriptor

    def await_leftovers(self) -> None:
        """Wait until the processes of an earlier run are gone; raises LocalError if they stay."""
        if not self._processes.wait_exclusive(PATIENCE):
            raise LocalError(
                f"Processes of an earlier run still hold {self._processes.path} after"
                f" {PATIENCE:.0f} seconds. End them (`fuser -v` on that file lists them) and retry."
            )

    @contextmanager
    def open_to_guests(self) -> Iterator[None]:
        """Let other commands use the servers while the block runs."""
        ready = FileLock(self._layout.locks / "ready")
        ready.exclusive()
        try:
            yield
        finally:
            ready.close()


def read_owner(layout: Layout) -> Owner | None:
    """Who owns the directory, or owned it last; None while that is being written."""
    try:
        return Owner(**json.loads((layout.locks / "owner").read_text(encoding="utf-8")))
    except (FileNotFoundError, json.JSONDecodeError):
        return None


@contextmanager
def guest(layout: Layout) -> Iterator[bool]:
    """Keep the owner from stopping its servers while the block runs.

    Yields whether they may be used at all; if not, the owner is starting, stopping or gone.
    """
    with closing(FileLock(layout.locks / "guests")) as guests:
        # Waits for an owner that is stopping its servers.
        guests.shared()
        with closing(FileLock(layout.locks / "ready")) as ready:
            welcome = ready.is_exclusive_elsewhere()
        yield welcome
