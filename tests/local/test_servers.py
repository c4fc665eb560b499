"""The private servers with real PostgreSQL and Valkey, but without the application."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from newsreader.local.errors import LocalError
from newsreader.local.layout import Layout
from newsreader.local.locks import Claim
from newsreader.local.servers import (
    Wanted,
    available,
    make_folders,
    prepare_sockets,
    require_space,
)
from tests.local.processes import alive, descendants, eventually, runs_as_root

WANTED = Wanted(durable=False)
# Uses the servers of a folder until its standard input ends; says when it has them.
USER = """
import pathlib, sys
from newsreader.local.layout import Layout
from newsreader.local.servers import Wanted, available
layout = Layout(pathlib.Path(sys.argv[1]))
with available(layout, Wanted(durable=False), "shell", lambda: print("prepared", flush=True)):
    print("available", flush=True)
    sys.stdin.read()
"""


@contextmanager
def user(folder: Path, said: str) -> Iterator[subprocess.Popen[str]]:
    """Another command, at the point where it has said something."""
    process = subprocess.Popen(
        [sys.executable, "-c", USER, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert eventually(lambda: process.stdout.readline() == f"{said}\n")  # type: ignore[union-attr]
        yield process
    finally:
        process.communicate()


def connect(layout: Layout) -> psycopg.Connection:
    return psycopg.connect(layout.database_url, autocommit=True)


@contextmanager
def servers(layout: Layout) -> Iterator[None]:
    with available(layout, WANTED, "shell", lambda: None):
        yield


def test_a_command_starts_what_it_needs_and_stops_it_afterwards(layout: Layout) -> None:
    with user(layout.data_dir, "available") as command:
        running = descendants(command.pid)
        with connect(layout) as connection:
            assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        with redis.Redis.from_url(layout.redis_url) as client:
            assert client.ping()

    assert command.returncode == 0
    assert alive(running) == set()
    assert list(layout.sockets.iterdir()) == []


def test_nothing_listens_on_the_network(layout: Layout) -> None:
    with servers(layout):
        with connect(layout) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        with redis.Redis.from_url(layout.redis_url) as client:
            assert client.config_get("port") == {"port": "0"}


def test_only_the_owner_can_reach_the_sockets(layout: Layout) -> None:
    with servers(layout):
        assert layout.sockets.stat().st_mode & 0o077 == 0


def test_a_second_command_shares_the_servers_of_the_first(layout: Layout) -> None:
    with servers(layout), connect(layout) as connection:
        first = connection.execute("SELECT pg_postmaster_start_time()").fetchone()
        with servers(layout), connect(layout) as other:
            assert other.execute("SELECT pg_postmaster_start_time()").fetchone() == first


def test_the_first_command_waits_for_the_second_before_it_stops_them(layout: Layout) -> None:
    with user(layout.data_dir, "available") as first, servers(layout):
        assert first.stdin is not None
        first.stdin.close()
        first.stdin = None
        # It has nothing more to do, and stays for us alone.
        with connect(layout) as connection:
            assert connection.execute("SELECT pg_sleep(0.3)").fetchone() is not None
        assert first.poll() is None
    assert first.returncode == 0


def test_the_owner_prepares_and_guests_find_it_prepared(layout: Layout) -> None:
    prepared: list[str] = []
    with (
        available(layout, WANTED, "shell", lambda: prepared.append("first")),
        available(layout, WANTED, "shell", lambda: prepared.append("second")),
    ):
        assert prepared == ["first"]


def test_killing_a_command_leaves_no_process_and_loses_no_row(layout: Layout) -> None:
    with user(layout.data_dir, "available") as first:
        with connect(layout) as connection:
            connection.execute("CREATE TABLE kept (word text)")
            connection.execute("INSERT INTO kept VALUES ('here')")
        running = descendants(first.pid)
        assert len(running) > 3
        first.kill()
    assert eventually(lambda: not alive(running))

    with servers(layout), connect(layout) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("here",)


def test_the_pid_of_a_killed_server_may_belong_to_somebody_else_by_now(layout: Layout) -> None:
    with servers(layout):
        lines = (layout.postgres_data / "postmaster.pid").read_text().splitlines()
    # This very process: alive, and no PostgreSQL.
    stale = "\n".join([str(os.getppid()), *lines[1:]])
    (layout.postgres_data / "postmaster.pid").write_text(f"{stale}\n")
    (layout.sockets / ".s.PGSQL.5432.lock").write_text(f"{stale}\n")
    (layout.sockets / ".s.PGSQL.5432").touch()

    with servers(layout), connect(layout) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_data_of_another_major_version_are_not_touched(layout: Layout) -> None:
    with servers(layout):
        pass
    version = layout.postgres_data / "PG_VERSION"
    before = version.read_text()
    version.write_text("15\n")
    try:
        with pytest.raises(LocalError, match="written by PostgreSQL 15"), servers(layout):
            pytest.fail("The block must not begin.")
    finally:
        version.write_text(before)


def test_a_folder_with_a_long_and_odd_name_works(open_folder: Path) -> None:
    folder = open_folder / "a folder, with spaces & ünïcode" / ("x" * 100)
    layout = Layout(folder)
    with servers(layout), connect(layout) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    layout.sockets.rmdir()


def test_a_half_made_cluster_is_made_again(open_folder: Path) -> None:
    layout = Layout(open_folder / "half-made")
    fresh = layout.data_dir / "postgres.new"
    fresh.mkdir(parents=True)
    (fresh / "PG_VERSION").write_text("18\n")
    with servers(layout):
        assert not fresh.exists()


def test_folders_that_others_cannot_enter_are_no_obstacle(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "closed" / "data")
    layout.data_dir.parent.mkdir(mode=0o700)
    try:
        for _ in range(2):
            with servers(layout), connect(layout) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
    except LocalError as error:
        # Root without user namespaces, as in many containers: told so, in words.
        assert runs_as_root() and "forbids user namespaces" in str(error)  # noqa: PT017, PT018
    else:
        assert layout.postgres_data.stat().st_uid == os.geteuid()


def test_postgres_keeps_the_user_that_its_files_belong_to(layout: Layout) -> None:
    owners = set()
    for _ in range(2):
        with servers(layout):
            owners.add((layout.postgres_data / "postmaster.pid").stat().st_uid)
    assert owners == {layout.postgres_data.stat().st_uid}


def test_a_data_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(LocalError, match=r"data cannot be written: .*--data-dir"):
        make_folders(Layout(tmp_path / "data"))


def test_a_disk_that_is_almost_full_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=r"almost full: \d+ MB are free, 1000000000000 MB"):
        require_space(tmp_path, least=10**18)


def test_a_folder_of_sockets_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    sockets = tmp_path / "sockets"
    sockets.mkdir()
    sockets.chmod(0o777)
    with pytest.raises(LocalError, match="made by somebody else"):
        prepare_sockets(sockets)


def test_a_link_in_place_of_the_folder_of_sockets_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "sockets").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LocalError, match="made by somebody else"):
        prepare_sockets(tmp_path / "sockets")


def test_up_is_refused_while_a_command_runs_the_servers(layout: Layout) -> None:
    with servers(layout), pytest.raises(LocalError, match=r"in use by process .* \(manage\.py"):
        Claim(layout, "up")
