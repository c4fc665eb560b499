"""The private servers of one data directory, for as long as somebody needs them.

`up` owns them while it runs. Any other command uses the servers that it finds, or owns them for its
own duration; commands that run at the same time share.
"""

from __future__ import annotations

import errno
import math
import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from newsreader.local.errors import LocalError, writing_to
from newsreader.local.layout import Layout
from newsreader.local.locks import Claim, FileLock, InUse, guest, read_owner
from newsreader.local.postgres import Postgres
from newsreader.local.process import Part
from newsreader.local.supervisor import Supervisor
from newsreader.local.valkey import Valkey

LEAST_SPACE = 256_000_000  # bytes: an empty cluster, its log of changes, the static files
PAUSE = 0.1
SILENCE = 2.0  # seconds of waiting before a person is told why


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which servers are private; the others have addresses of their own in the settings."""

    postgres: bool = True
    valkey: bool = True
    durable: bool = True

    def __bool__(self) -> bool:
        return self.postgres or self.valkey


def tell(text: str) -> None:
    """Say something that is not the result of a command."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def make_folders(layout: Layout) -> None:
    """Make the data directory; raises LocalError if it cannot be written."""
    with writing_to(layout.data_dir):
        layout.logs.mkdir(parents=True, exist_ok=True)
        layout.locks.mkdir(exist_ok=True)
        if not os.access(layout.data_dir, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def require_space(folder: Path, least: int = LEAST_SPACE) -> None:
    """Raise LocalError if a disk has no room for servers to work."""
    free = shutil.disk_usage(folder).free
    if free < least:
        raise LocalError(
            f"The disk of {folder} is almost full: {free // 1_000_000} MB are free,"
            f" {least // 1_000_000} MB are needed."
        )


def start_servers(supervisor: Supervisor, layout: Layout, wanted: Wanted) -> None:
    """Start the wanted servers together; on return they answer and the database exists.

    Raises LocalError if they cannot run here.
    """
    parts: list[Part] = []
    require_space(layout.data_dir)
    prepare_sockets(layout.sockets)
    postgres = Postgres(layout, durable=wanted.durable) if wanted.postgres else None
    if postgres is not None:
        postgres.prepare()
        parts.append(postgres.part())
    if wanted.valkey:
        parts.append(Valkey(layout).part())
    supervisor.start(*parts)
    if postgres is not None:
        postgres.create_database()


def prepare_sockets(folder: Path) -> None:
    """Make the folder of the sockets, closed to others, and make sure that it is ours."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    # Root hands the folder to the account that PostgreSQL runs as.
    ours = os.geteuid() in (0, found.st_uid)
    if not stat.S_ISDIR(found.st_mode) or not ours or stat.S_IMODE(found.st_mode) & 0o077:
        raise LocalError(f"{folder} was made by somebody else. Choose a shorter --data-dir.")


@contextmanager
def available(
    layout: Layout, wanted: Wanted, command: str, prepare: Callable[[], None]
) -> Iterator[None]:
    """The servers that a command needs, found or started, while the block runs.

    prepare runs after this process has started them, before any other may use them.
    """
    make_folders(layout)
    waiting = Waiting(layout)
    while (claim := _claim(layout, command)) is None:
        with guest(layout) as welcome:
            if welcome:
                yield
                return
        waiting.pause()
    with (
        claim,
        closing(FileLock(layout.locks / "guests")) as guests,
        Supervisor(claim.inherited, tell) as supervisor,
    ):
        claim.await_leftovers()
        start_servers(supervisor, layout, wanted)
        prepare()
        try:
            with claim.open_to_guests():
                yield
        finally:
            _see_off(guests)


class Waiting:
    """Waits for the owner of a data directory, and says so if that takes long."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._tell_at = time.monotonic() + SILENCE

    def pause(self) -> None:
        if time.monotonic() > self._tell_at:
            self._tell_at = math.inf
            owner = read_owner(self._layout)
            who = f"manage.py {owner.command} (process {owner.pid})" if owner else "another command"
            tell(f"Waiting for {who}, which is starting or stopping the servers …")
        time.sleep(PAUSE)


def _claim(layout: Layout, command: str) -> Claim | None:
    try:
        return Claim(layout, command)
    except InUse:
        return None


def _see_off(guests: FileLock) -> None:
    if not guests.try_exclusive():
        tell("Another command still uses the servers that this one started; waiting for it …")
        guests.exclusive()
