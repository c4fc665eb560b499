from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newsreader.local.errors import LocalError
from newsreader.local.process import Part, rotate, tail
from newsreader.local.supervisor import MOST_DEATHS, Deaths, Supervisor
from tests.local.processes import alive, eventually


class Scene:
    """A supervisor of small shell scripts, and what it said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.hurried = False
        self.descriptor = os.open(os.devnull, os.O_RDONLY)
        self.supervisor = Supervisor(self.descriptor, self.said.append, lambda: self.hurried)

    def part(self, name: str, script: str, **more: Any) -> Part:
        log = self.folder / f"{name}.log"
        return Part(name=name, argv=("/bin/sh", "-c", script), log=log, folder=self.folder, **more)

    def pid(self, name: str) -> int:
        return self.supervisor.processes()[name]

    def check_until(self, said: str) -> bool:
        def has_said() -> bool:
            self.supervisor.check()
            return any(said in line for line in self.said)

        return eventually(has_said)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.supervisor.stop()
    os.close(scene.descriptor)


def test_restarts_come_later_each_time_until_it_is_hopeless() -> None:
    deaths = Deaths()
    assert [deaths.delay(float(second)) for second in range(MOST_DEATHS)] == [0.5, 1, 2, 4, None]


def test_old_deaths_are_forgiven() -> None:
    deaths = Deaths()
    assert [deaths.delay(100.0 * number) for number in range(10)] == [0.5] * 10


def test_a_part_that_dies_is_restarted(scene: Scene) -> None:
    scene.supervisor.start(scene.part("clock", "sleep 60"))
    first = scene.pid("clock")
    os.kill(first, signal.SIGKILL)

    assert scene.check_until("clock was ended by SIGKILL; it starts again in 0.5 s")
    assert eventually(
        lambda: scene.check_until("clock") and "clock" in scene.supervisor.processes()
    )
    assert scene.pid("clock") != first


def test_what_a_dead_part_leaves_of_its_group_is_killed(scene: Scene) -> None:
    scene.supervisor.start(scene.part("parent", "sleep 60 & echo $!; wait"))
    log = scene.folder / "parent.log"
    assert eventually(lambda: log.read_text().endswith("\n"))
    child = int(log.read_text())
    os.kill(scene.pid("parent"), signal.SIGKILL)

    assert scene.check_until("parent was ended")
    assert eventually(lambda: not alive({child}))


def test_a_part_that_keeps_dying_ends_everything_with_the_end_of_its_log(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsreader.local.supervisor.FIRST_DELAY", 0.01)
    scene.supervisor.start(scene.part("broken", "echo no paper left; exit 3"))
    with pytest.raises(LocalError) as caught:
        scene.check_until("never said")

    assert "broken keeps ending: it stopped with exit code 3" in str(caught.value)
    assert str(caught.value).endswith("no paper left")


def test_a_part_that_ends_at_once_is_an_error_of_the_start(scene: Scene) -> None:
    part = scene.part("server", "echo cannot listen; exit 1", waits_for=lambda: "the door")
    with pytest.raises(LocalError, match=r"(?s)server stopped with exit code 1.*cannot listen"):
        scene.supervisor.start(part)


def test_a_start_notices_when_another_part_of_it_dies(scene: Scene) -> None:
    web = scene.part("web", "sleep 60", waits_for=lambda: "the worker")
    with pytest.raises(LocalError, match="worker stopped with exit code 4"):
        scene.supervisor.start(web, scene.part("worker", "exit 4"))


def test_a_part_that_never_gets_ready_says_what_it_waits_for(scene: Scene) -> None:
    part = scene.part("server", "sleep 60", startup=0.1, waits_for=lambda: "the recovery")
    with pytest.raises(LocalError, match="server is not ready in time: the recovery"):
        scene.supervisor.start(part)


def test_later_parts_stop_before_earlier_ones(scene: Scene) -> None:
    def part(name: str) -> Part:
        script = f"trap 'echo {name} >> order; exit' TERM; echo up; while :; do sleep 0.02; done"
        log = scene.folder / f"{name}.log"
        return scene.part(name, script, waits_for=lambda: "" if log.read_text() else "a line")

    for name in ("database", "queue", "web"):
        scene.supervisor.start(part(name))
    scene.supervisor.stop()

    assert (scene.folder / "order").read_text().split() == ["web", "queue", "database"]


def test_a_part_that_does_not_stop_in_time_is_killed(scene: Scene) -> None:
    log = scene.folder / "stubborn.log"
    scene.supervisor.start(
        scene.part(
            "stubborn",
            "trap '' TERM; echo up; while :; do sleep 0.02; done",
            patience=0.2,
            waits_for=lambda: "" if log.read_text() else "a line",
        )
    )
    pid = scene.pid("stubborn")
    scene.supervisor.stop()

    assert scene.said == ["stubborn did not stop in time and is killed."]
    assert not alive({pid})


def test_a_second_request_hurries(scene: Scene) -> None:
    log = scene.folder / "slow.log"
    scene.supervisor.start(
        scene.part(
            "slow",
            "trap '' TERM; echo up; while :; do sleep 0.02; done",
            patience=600.0,
            waits_for=lambda: "" if log.read_text() else "a line",
        )
    )
    pid = scene.pid("slow")
    scene.hurried = True
    scene.supervisor.stop()

    assert not alive({pid})
    assert scene.said == []


def test_a_dead_keeper_is_replaced_by_one_that_knows_the_running_groups(scene: Scene) -> None:
    scene.supervisor.start(scene.part("clock", "sleep 60"))
    keeper = scene.supervisor._keeper
    keeper._process.kill()
    keeper._process.communicate()
    scene.supervisor.check()

    replacement = scene.supervisor._keeper
    assert replacement is not keeper
    replacement.close()  # as if this process had died: what it knows of must end
    assert eventually(lambda: not alive({scene.pid("clock")}))


def test_a_start_keeps_the_log_of_the_run_before(scene: Scene) -> None:
    log = scene.folder / "talker.log"
    log.write_text("the run before\n")
    scene.supervisor.start(
        scene.part("talker", "echo now; sleep 60", waits_for=lambda: "" if tail(log) else "words")
    )

    assert log.read_text() == "now\n"
    assert log.with_name("talker.log.1").read_text() == "the run before\n"


def test_a_log_that_grows_too_large_is_emptied_under_its_writer(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * 100)
        rotate(log, 200)
        assert log.stat().st_size == 100
        rotate(log, 50)
        writer.write(b"after")

    assert log.read_bytes() == b"after"
    assert log.with_name("a.log.1").stat().st_size == 100


def test_the_tail_of_a_log_is_short(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("".join(f"line {number}\n" for number in range(10_000)))
    assert tail(log).splitlines()[-1] == "line 9999"
    assert len(tail(log).splitlines()) == 12
