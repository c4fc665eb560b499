"""Ends the process groups of a parent that died without ending them itself.

A program of its own, run by path with nothing but the standard library, so that it is small and no
signal meant for the parent reaches it. It reads its standard input, one line for each change:
    +<group> <signal>   a group leader has started; the signal asks it to stop
    -<group>            the group is gone
The end of input means that the parent is gone, and every group that is left must go too.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

# "Within 5 seconds" is promised; what has not stopped politely by then is killed.
PATIENCE = 2.0
PAUSE = 0.05


def remaining_groups(lines: Iterable[str]) -> dict[int, int]:
    """Group → the signal that asks it to stop, for groups that started and have not ended."""
    groups: dict[int, int] = {}
    for line in lines:
        group, _, number = line[1:].partition(" ")
        if line.startswith("+"):
            groups[int(group)] = int(number)
        else:
            groups.pop(int(group), None)
    return groups


def delivered(send: Callable[[int, int], None], target: int, number: int) -> bool:
    """Whether there was anybody to receive the signal; macOS says EPERM of a group of zombies."""
    try:
        send(target, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def end(groups: dict[int, int]) -> None:
    """Ask every leader, wait, then kill whole groups."""
    for group, number in groups.items():
        delivered(os.kill, group, number)
    deadline = time.monotonic() + PATIENCE
    while any(delivered(os.killpg, group, 0) for group in groups):
        if time.monotonic() > deadline:
            break
        time.sleep(PAUSE)
    for group in groups:
        delivered(os.killpg, group, signal.SIGKILL)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with suppress(KeyboardInterrupt):
        end(remaining_groups(sys.stdin))


if __name__ == "__main__":
    main()
