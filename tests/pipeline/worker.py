"""A real Celery worker for all queues."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from newsreader.celery import app

PATIENCE = 120.0


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something is true; fail if it takes too long."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@contextmanager
def working(
    environment: dict[str, str], log: Path, processes: int = 1
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process group of its own, ready for tasks; it ends with the context."""
    command = (sys.executable, "-m", "celery", "--app", "newsreader", "worker")
    queues = ("--queues", "fetch,group,pages")
    options = (*queues, "--concurrency", str(processes), "--loglevel", "INFO")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *options],
            cwd=settings.BASE_DIR,
            env=environment,
            stderr=output,
            start_new_session=True,
        )
    try:
        eventually(lambda: bool(app.control.ping(timeout=1.0, limit=1)))
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def kill(worker: subprocess.Popen[bytes]) -> None:
    """End a worker and its children at once, as the kernel does when memory runs out."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(PATIENCE)
