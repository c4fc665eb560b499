from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from newsreader.local.commandline import main, without_data_dir
from newsreader.local.errors import LocalError

PROJECT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("arguments", "rest", "folder"),
    [
        (["manage.py", "up"], ["manage.py", "up"], ""),
        (["manage.py", "up", "--data-dir", "x", "--demo"], ["manage.py", "up", "--demo"], "x"),
        (["manage.py", "--data-dir=a=b", "up"], ["manage.py", "up"], "a=b"),
        (
            ["manage.py", "x", "--", "--data-dir", "y"],
            ["manage.py", "x", "--", "--data-dir", "y"],
            "",
        ),
    ],
)
def test_the_data_directory_may_stand_anywhere(
    arguments: list[str], rest: list[str], folder: str
) -> None:
    assert without_data_dir(arguments) == (rest, folder)


@pytest.mark.parametrize("words", [["--data-dir"], ["--data-dir="]])
def test_a_data_directory_without_a_name_is_refused(words: list[str]) -> None:
    with pytest.raises(LocalError, match="name of a folder"):
        without_data_dir(["manage.py", "up", *words])


def test_an_error_is_one_line_and_not_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manage.py", "up", "--data-dir"]) == 1
    assert capsys.readouterr().err == "Error: --data-dir needs the name of a folder.\n"


def test_a_closed_standard_input_does_not_become_somebody_elses_file(tmp_path: Path) -> None:
    script = (
        "from newsreader.local.commandline import open_standard_streams as fill\n"
        "import os; fill(); print(os.open(os.devnull, os.O_RDONLY))"
    )
    command = f'exec "{sys.executable}" -c "{script}" <&-'
    answer = subprocess.run(
        ["/bin/sh", "-c", command], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert int(answer.stdout) > 2


def test_commands_without_servers_leave_no_trace(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    answer = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--help", "--data-dir", data_dir],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "usage: manage.py migrate" in answer.stdout
    assert not (data_dir / "postgres").exists()
