"""Data directories for real servers, and the whole application in one of them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from newsreader.local.layout import Layout
from tests.local.processes import alive, descendants, eventually

PROJECT = Path(__file__).parent.parent.parent
# A first start makes the database and collects the static files; other work may share the machine.
STARTUP = 600.0  # seconds


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A temporary folder that every user can enter, as pytest's own cannot be: root's
    PostgreSQL runs as somebody else."""
    folder = Path(tempfile.mkdtemp(prefix="newsreader-local-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def layout(open_folder: Path) -> Layout:
    return Layout(open_folder / "data")


class Up:
    """`manage.py up` in a process of its own, on a free port; `settings` join its environment."""

    def __init__(self, data_dir: Path, settings: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir
        self._environ = {**private_servers(), **(settings or {})}
        self.port = 0
        self.output = data_dir.with_name("output")
        self._process: subprocess.Popen[str] | None = None

    @property
    def process(self) -> subprocess.Popen[str]:
        assert self._process is not None
        return self._process

    def command(self, *words: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *map(str, words), "--data-dir", str(self.data_dir)],
            cwd=PROJECT,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: object) -> tuple[int, str, str]:
        """Another command in a second terminal: its exit code, output and errors."""
        process = self.command(*words)
        output, errors = process.communicate(timeout=STARTUP)
        return process.returncode, output, errors

    def ensure_running(self) -> None:
        if self._process is None or self._process.poll() is not None:
            self._start()
        assert eventually(self.is_healthy, STARTUP), self.output.read_text()

    def _start(self) -> None:
        self.port = free_port()
        with self.output.open("w") as output:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "manage.py", "up", "--no-default-sources"),
                    *("--port", str(self.port), "--data-dir", str(self.data_dir)),
                ],
                cwd=PROJECT,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                text=True,
            )
        assert eventually(self._has_settled, STARTUP), self.output.read_text()
        assert self.process.poll() is None, self.output.read_text()

    def _has_settled(self) -> bool:
        return "is ready at" in self.output.read_text() or self.process.poll() is not None

    def is_healthy(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            left = descendants(self._process.pid)
            self._process.terminate()
            self._process.wait(timeout=STARTUP)
            assert eventually(lambda: not alive(left))


@pytest.fixture(scope="module")
def application(open_folder: Path) -> Iterator[Up]:
    up = Up(open_folder / "up" / "data")
    up.data_dir.parent.mkdir()
    yield up
    up.stop()


@pytest.fixture
def up(application: Up) -> Up:
    """The application, running and healthy, whatever the test before did to it."""
    application.ensure_running()
    return application


def private_servers() -> dict[str, str]:
    """The environment without the addresses of other servers."""
    others = {"DATABASE_URL", "REDIS_URL", "NEWSREADER_DATA_DIR"}
    return {name: value for name, value in os.environ.items() if name not in others}


def free_port() -> int:
    """One below those that clients get (Linux: from 32768 on), so that none takes it meanwhile."""
    for port in range(20_000 + os.getpid() % 10_000, 32_768):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise LookupError("no port is free")
