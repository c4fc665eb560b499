"""The whole application, as a person starts and stops it."""

from __future__ import annotations

import os
import re
import signal
import socket
from pathlib import Path

import psycopg
import pytest

from newsreader.local.layout import Layout
from newsreader.local.locks import FileLock
from tests.local.conftest import STARTUP, Up
from tests.local.processes import alive, descendants, eventually

pytestmark = pytest.mark.stack


def count_users(up: Up) -> int:
    code, output, errors = up.run(
        "shell", "--verbosity", "0", "--command",
        "from django.contrib.auth.models import User; print(User.objects.count())",
    )  # fmt: skip
    assert code == 0, errors
    return int(output)


def answers(layout: Layout) -> bool:
    try:
        psycopg.connect(layout.database_url).close()
    except psycopg.OperationalError:
        return False
    return True


def nothing_is_left(up: Up) -> bool:
    lock = FileLock(Layout(up.data_dir).locks / "processes")
    try:
        return lock.try_exclusive()
    finally:
        lock.close()


def test_it_says_where_it_is_and_how_to_make_an_administrator(up: Up) -> None:
    said = up.output.read_text()

    assert f"is ready at http://127.0.0.1:{up.port}/" in said
    assert re.search(r"manage\.py createsuperuser --data-dir \S+", said)
    assert eventually(lambda: "Feeds: 0 due, 0 fetched, 0 failed" in up.output.read_text())


def test_a_second_one_on_the_same_data_is_refused(up: Up) -> None:
    code, _, errors = up.run("up", "--port", "0")

    assert code != 0
    assert f"in use by process {up.process.pid} (manage.py up)" in errors


def test_a_taken_port_is_refused_with_advice(up: Up, tmp_path: Path) -> None:
    code, _, errors = Up(tmp_path / "other").run("up", "--port", up.port)

    assert code != 0
    assert re.search(rf"Port {up.port} of 127\.0\.0\.1 is taken .*--port \d+", errors)


def test_a_command_in_a_second_terminal_finds_the_servers(up: Up) -> None:
    os.environ["DJANGO_SUPERUSER_PASSWORD"] = "a long password"
    try:
        code, output, errors = up.run(
            *("createsuperuser", "--noinput", "--username", "curator", "--email", "c@example.org"),
        )
    finally:
        del os.environ["DJANGO_SUPERUSER_PASSWORD"]

    assert (code, errors) == (0, "")
    assert "created successfully" in output
    assert count_users(up) == 1
    assert up.is_healthy()


def test_a_part_that_is_killed_comes_back(up: Up) -> None:
    layout = Layout(up.data_dir)
    os.kill(int((layout.postgres_data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    assert eventually(lambda: "PostgreSQL was ended by SIGKILL" in up.output.read_text())
    assert eventually(lambda: answers(layout))
    assert eventually(up.is_healthy)


def test_killing_it_leaves_no_process_and_loses_nothing(up: Up) -> None:
    before = count_users(up)
    everybody = descendants(up.process.pid)
    assert len(everybody) > 10
    up.process.kill()
    up.process.wait()

    assert eventually(lambda: not alive(everybody))
    assert nothing_is_left(up)
    # A command without `up` starts the servers for itself …
    assert count_users(up) == before
    # … and `up` starts again on the same data.
    up.ensure_running()
    assert count_users(up) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_stop_stops_everything(up: Up, number: signal.Signals) -> None:
    everybody = descendants(up.process.pid)
    up.process.send_signal(number)

    assert up.process.wait(timeout=STARTUP) == 0
    assert alive(everybody) == set()
    assert nothing_is_left(up)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", up.port), timeout=5)
