from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from newsreader.local import keeper
from newsreader.local.keeper import remaining_groups
from tests.local.processes import alive, eventually

# A parent of a polite group, a stubborn one and one with a grandchild; it says their ids.
PARENT = """
import os, pathlib, sys, time
from newsreader.local.process import Keeper, Part, Process
folder = pathlib.Path(sys.argv[1])
keeper = Keeper(os.open(os.devnull, os.O_RDONLY))
scripts = ["sleep 60", "trap '' TERM INT HUP; sleep 60 & wait", "sleep 60 & echo $!; wait"]
for number, script in enumerate(scripts):
    log = folder / f"{number}.log"
    part = Part(name="p", argv=("/bin/sh", "-c", script), log=log, folder=folder)
    print(Process(part, keeper, os.open(os.devnull, os.O_RDONLY)).pid, flush=True)
time.sleep(60)
"""


def test_a_group_that_ended_is_forgotten() -> None:
    assert remaining_groups(["+10 15\n", "+20 2\n", "-10\n"]) == {20: 2}


def test_a_number_that_is_used_again_counts_as_new() -> None:
    assert remaining_groups(["+10 15\n", "-10\n", "+10 2\n"]) == {10: 2}


def test_nobody_is_hurt_by_a_signal_to_nobody() -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert not keeper.delivered(os.kill, ended.pid, signal.SIGTERM)


def test_no_process_outlives_a_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, tmp_path], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    groups = {int(parent.stdout.readline()) for _ in range(3)}
    grandchild = tmp_path / "2.log"
    assert eventually(lambda: grandchild.exists() and grandchild.read_text().endswith("\n"))
    everybody = groups | {int(grandchild.read_text())}
    assert alive(everybody) == everybody

    parent.kill()
    parent.communicate()

    assert eventually(lambda: not alive(everybody))
