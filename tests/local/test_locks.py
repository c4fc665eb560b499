from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from newsreader.local import locks
from newsreader.local.errors import LocalError
from newsreader.local.layout import Layout
from newsreader.local.locks import Claim, FileLock, InUse, guest


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


def test_a_second_claim_is_told_who_has_the_first(layout: Layout) -> None:
    with Claim(layout, "up"), pytest.raises(InUse) as caught:
        Claim(layout, "refresh")

    assert f"process {os.getpid()} (manage.py up)" in str(caught.value)
    assert "--data-dir" in str(caught.value)


def test_a_claim_ends_with_its_block(layout: Layout) -> None:
    with Claim(layout, "up"):
        pass
    with Claim(layout, "refresh"), pytest.raises(InUse, match=r"manage\.py refresh"):
        Claim(layout, "up")


def test_a_claim_waits_for_the_processes_of_an_earlier_run(layout: Layout) -> None:
    with Claim(layout, "up") as claim:
        claim.await_leftovers()
        left_over = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=(claim.inherited,))
    asked_to_end = threading.Event()

    def end() -> None:
        asked_to_end.set()
        left_over.communicate()

    ending = threading.Timer(0.2, end)
    with Claim(layout, "up") as claim:
        ending.start()
        claim.await_leftovers()
        assert asked_to_end.is_set()
    ending.join()


def test_processes_that_stay_are_reported(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "PATIENCE", 0.2)
    with Claim(layout, "up") as claim:
        claim.await_leftovers()
        left_over = subprocess.Popen(["sleep", "60"], pass_fds=(claim.inherited,))
    try:
        with Claim(layout, "up") as claim, pytest.raises(LocalError, match="earlier run"):
            claim.await_leftovers()
    finally:
        left_over.kill()
        left_over.wait()


def test_guests_are_welcome_only_while_the_owner_says_so(layout: Layout) -> None:
    def is_welcome() -> bool:
        with guest(layout) as welcome:
            return welcome

    with Claim(layout, "up") as claim:
        assert not is_welcome()
        with claim.open_to_guests():
            assert is_welcome()
        assert not is_welcome()


def test_a_killed_owner_welcomes_nobody(layout: Layout) -> None:
    script = (
        "import pathlib, sys, time\n"
        "from newsreader.local.layout import Layout\n"
        "from newsreader.local.locks import Claim\n"
        "with Claim(Layout(pathlib.Path(sys.argv[1])), 'up') as claim, claim.open_to_guests():\n"
        "    print('open', flush=True)\n"
        "    time.sleep(60)\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", script, layout.data_dir], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    assert owner.stdout.readline() == "open\n"
    with guest(layout) as welcome:
        assert welcome
    owner.kill()
    owner.communicate()
    with guest(layout) as welcome:
        assert not welcome
    with Claim(layout, "refresh"):
        assert locks.read_owner(layout) == locks.Owner(os.getpid(), "refresh")


def test_an_owner_can_tell_that_it_has_guests(layout: Layout) -> None:
    guests = FileLock(layout.locks / "guests")
    with guest(layout):
        assert not guests.try_exclusive()
    assert guests.try_exclusive()
    guests.close()
