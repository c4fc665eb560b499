"""The programs of the application: what `up` runs besides the servers."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from newsreader.local.layout import Layout
from newsreader.local.process import Part

MOST_WEB_WORKERS = 2
WEB_THREADS = 4
FETCHERS = 2
# A worker that is asked to stop gives up what it fetches, and ends a batch of grouping.
WORKER_PATIENCE = 10.0
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the web server listens, and the name that it is asked for."""

    host: str
    port: int
    allowed_hosts: Sequence[str] = ()

    @property
    def reachable_host(self) -> str:
        """A host of this machine to connect to: 0.0.0.0 and :: are none."""
        return {"0.0.0.0": LOOPBACK, "::": "::1", "": LOOPBACK}.get(self.host, self.host)  # noqa: S104

    @property
    def url(self) -> str:
        host = f"[{self.reachable_host}]" if ":" in self.reachable_host else self.reachable_host
        return f"http://{host}:{self.port}/"

    @property
    def name(self) -> str:
        """A name that the site answers to, whatever hosts it is limited to."""
        names = [host.removeprefix(".") for host in self.allowed_hosts if host != "*"]
        return names[0] if names else self.reachable_host


@dataclass(frozen=True, slots=True)
class Programs:
    """Makes the parts of one application."""

    layout: Layout
    folder: Path
    environ: dict[str, str]

    def web(self, address: Address) -> Part:
        workers = min(MOST_WEB_WORKERS, os.cpu_count() or 1)
        return self._part(
            "web",
            *("granian", "newsreader.wsgi:application", "--interface", "wsgi", "--no-ws"),
            *("--host", address.host, "--port", str(address.port)),
            *("--workers", str(workers), "--blocking-threads", str(WEB_THREADS)),
            *("--workers-kill-timeout", "5"),
            waits_for=lambda: health(address),
        )

    def fetcher(self) -> Part:
        return self._worker("fetch", FETCHERS, "fetch,pages")

    def grouper(self) -> Part:
        # One process: the windows of recent articles live in its memory.
        return self._worker("group", 1, "group")

    def beat(self) -> Part:
        return self._part("beat", *CELERY, "beat", "--pidfile=", "--loglevel", "WARNING")

    def demo_wire(self, port: int) -> Part:
        """The invented newswire of the demonstration."""
        return self._part(
            "demo newswire",
            *(str(self.folder / "manage.py"), "demo_wire", "--port", str(port)),
            module=False,
            waits_for=lambda: _silence(LOOPBACK, port),
        )

    def _worker(self, name: str, processes: int, queues: str) -> Part:
        return self._part(
            f"{name} worker",
            *(*CELERY, "worker", "--queues", queues, "--hostname", f"{name}@%h"),
            *("--concurrency", str(processes), "--loglevel", "INFO"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            patience=WORKER_PATIENCE,
        )

    def _part(
        self,
        name: str,
        *words: str,
        module: bool = True,
        patience: float = 10.0,
        waits_for: Callable[[], str] = lambda: "",
    ) -> Part:
        return Part(
            name=name,
            argv=(sys.executable, *(("-m",) if module else ()), *words),
            log=self.layout.logs / f"{name.replace(' ', '-')}.log",
            folder=self.folder,
            environ=self.environ,
            stop_signal=signal.SIGTERM,
            patience=patience,
            waits_for=waits_for,
        )


CELERY = ("celery", "--app", "newsreader")


def health(address: Address) -> str:
    """What GET /healthz says is wrong; empty if it answers 200."""
    return _ask(address.reachable_host, address.port, "/healthz", address.name)


def allow_loopback(networks: Iterable[object]) -> str:
    """FETCH_ALLOW_NETWORKS with this machine's own address added."""
    return ",".join([*map(str, networks), f"{LOOPBACK}/32"])


def _silence(host: str, port: int) -> str:
    connection = HTTPConnection(host, port, timeout=2)
    try:
        connection.connect()
    except OSError as error:
        return str(error)
    finally:
        connection.close()
    return ""


def _ask(host: str, port: int, path: str, name: str) -> str:
    connection = HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": name})
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace").strip()
    except (OSError, HTTPException) as error:
        return str(error)
    finally:
        connection.close()
    return "" if answer.status == 200 else f"{path} answers {answer.status} {body}"
