"""The whole application on one machine: what `manage.py up` does from start to stop."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, connection

from newsreader.celery import app as celery
from newsreader.local.display import Display, Status, summary
from newsreader.local.locks import Claim
from newsreader.local.parts import LOOPBACK, Address, Programs, allow_loopback
from newsreader.local.ports import kept_port, require_free
from newsreader.local.servers import Wanted, make_folders, start_servers
from newsreader.local.signals import StopSignals
from newsreader.local.staticfiles import collect_if_changed
from newsreader.local.supervisor import Supervisor

TICK = 0.2  # seconds
STATUS_EVERY = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may choose."""

    host: str
    port: int
    demo: bool


@dataclass(frozen=True, slots=True)
class News:
    """What the application itself contributes.

    load fills an empty database with sources; it is handed the address of the demonstration's
    newswire, or None without one. status gives the numbers of the status line.
    """

    load: Callable[[str | None], None]
    status: Callable[[], Status]


def run(options: Options, news: News, display: Display) -> None:
    """Run everything until somebody asks it to stop; raises LocalError if it cannot go on."""
    require_free(options.host, options.port)
    make_folders(settings.LAYOUT)
    with (
        StopSignals() as signals,
        Claim(settings.LAYOUT, "up") as claim,
        Supervisor(claim.inherited, display.note, signals.is_hurried) as supervisor,
        _orderly_stop(display),
        signals.interrupting(),
    ):
        claim.await_leftovers()
        application = _Application(options, news, display, supervisor)
        application.start_servers()
        with claim.open_to_guests():
            application.start_programs()
            application.watch()


@contextmanager
def _orderly_stop(display: Display) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        display.end()
        display.note("Stopping … (Ctrl-C again to hurry)")
    finally:
        connection.close()


class _Application:
    def __init__(
        self, options: Options, news: News, display: Display, supervisor: Supervisor
    ) -> None:
        self._layout = settings.LAYOUT
        self._address = Address(options.host, options.port, settings.ALLOWED_HOSTS)
        self._demo_port = kept_port(self._layout.demo_port, LOOPBACK) if options.demo else None
        self._news = news
        self._display = display
        self._supervisor = supervisor
        self._programs = Programs(self._layout, settings.BASE_DIR, self._environ())

    def start_servers(self) -> None:
        """Servers, tables and static files: all that other commands may rely on."""
        wanted = Wanted(postgres=settings.EMBEDDED_DATABASE, valkey=settings.EMBEDDED_REDIS)
        if wanted:
            self._display.note("Starting the servers …")
            start_servers(self._supervisor, self._layout, wanted)
        call_command("migrate", interactive=False, verbosity=0)

    def start_programs(self) -> None:
        wire = self._start_wire()
        collect_if_changed(self._layout)
        self._news.load(wire)
        self._display.note("Starting the application …")
        programs = self._programs
        self._supervisor.start(
            programs.beat(), programs.grouper(), programs.fetcher(), programs.web(self._address)
        )
        _run_schedule_now()
        self._greet()

    def watch(self) -> None:
        """Keep everything running, and the line up to date; only an exception ends it."""
        next_status = 0.0
        while True:
            self._supervisor.check()
            if time.monotonic() >= next_status:
                self._show_status()
                next_status = time.monotonic() + STATUS_EVERY
            time.sleep(TICK)

    def _environ(self) -> dict[str, str]:
        if self._demo_port is None:
            return {}
        return {"FETCH_ALLOW_NETWORKS": allow_loopback(settings.FETCH_ALLOW_NETWORKS)}

    def _start_wire(self) -> str | None:
        if self._demo_port is None:
            return None
        require_free(LOOPBACK, self._demo_port)
        self._supervisor.start(self._programs.demo_wire(self._demo_port))
        return f"http://{LOOPBACK}:{self._demo_port}"

    def _show_status(self) -> None:
        try:
            self._display.show(summary(self._news.status()))
        except (DatabaseError, InterfaceError):
            # PostgreSQL is being restarted; the supervisor has said so.
            connection.close()

    def _greet(self) -> None:
        python = _shortest(Path(sys.executable))
        where = "" if self._is_default() else f" --data-dir {_shortest(self._layout.data_dir)}"
        self._display.note(
            f"\n{settings.SITE_NAME} is ready at {self._address.url}\n"
            f"  Make an administrator:  {python} manage.py createsuperuser{where}\n"
            f"  Logs:                   {_shortest(self._layout.logs)}\n"
            f"  Stop:                   Ctrl-C\n"
        )

    def _is_default(self) -> bool:
        return bool(self._layout.data_dir == settings.BASE_DIR / "var")


def _run_schedule_now() -> None:
    """Beat runs a task for the first time one period after its start; a reader need not wait."""
    schedule: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE
    for entry in schedule.values():
        celery.send_task(entry["task"], **entry["options"])


def _shortest(path: Path) -> str:
    return min(str(path), os.path.relpath(path), key=len)
