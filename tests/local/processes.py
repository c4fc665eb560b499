"""Looking at real processes, as `ps` sees them."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable


def table() -> dict[int, tuple[int, str]]:
    """Process id → (parent's id, state)."""
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split() for line in listing.splitlines()]
    return {int(pid): (int(parent), state) for pid, parent, state in rows}


def descendants(root: int) -> set[int]:
    children: dict[int, list[int]] = {}
    for pid, (parent, _) in table().items():
        children.setdefault(parent, []).append(pid)
    found: set[int] = set()
    waiting = [root]
    while waiting:
        for child in children.get(waiting.pop(), []):
            found.add(child)
            waiting.append(child)
    return found


def alive(pids: set[int]) -> set[int]:
    """Those that still run; a zombie does not, whoever has yet to collect it."""
    return {pid for pid, (_, state) in table().items() if pid in pids and state[0] != "Z"}


def eventually(condition: Callable[[], bool], seconds: float = 120.0) -> bool:
    """Whether it became true; the time is only for giving up."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def runs_as_root() -> bool:
    return os.geteuid() == 0
