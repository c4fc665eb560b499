"""The private PostgreSQL: one cluster in the data directory, on a unix socket only."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from newsreader.local.account import postgres_account
from newsreader.local.binaries import POSTGRES_MAJOR, postgres_folder
from newsreader.local.errors import LocalError
from newsreader.local.layout import Layout
from newsreader.local.process import Part

NAME = "newsreader"  # of the role and of the database
INITDB = (
    *("--username", NAME, "--auth", "trust", "--encoding", "UTF8", "--no-locale"),
    # The same order of words on every system, whatever locales it has.
    *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
)
QUIET = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": "5432",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}
# For tests: a crash of the machine may lose everything.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """The PostgreSQL of one data directory, which must exist.

    Whoever starts it holds the directory's `processes` lock: no server of an earlier run is alive.
    Raises LocalError where it cannot run here.
    """

    def __init__(self, layout: Layout, *, durable: bool = True) -> None:
        self._layout = layout
        self._data = layout.postgres_data
        self._durable = durable
        self._programs = postgres_folder()
        self._account = postgres_account(self._data, self._programs / "postgres")

    def part(self) -> Part:
        """How to run it, once it is prepared."""
        settings = {**QUIET, "unix_socket_directories": str(self._layout.sockets)}
        if not self._durable:
            settings |= FORGETFUL
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return Part(
            name="PostgreSQL",
            argv=(self._programs / "postgres", "-D", self._data, *options),
            log=self._layout.logs / "postgres.log",
            folder=Path("/"),
            account=self._account,
            stop_signal=signal.SIGINT,  # fast shutdown: no waiting for clients
            hurry_signal=signal.SIGQUIT,  # immediate shutdown: the next start recovers
            patience=30.0,
            startup=300.0,  # the recovery after a crash
            waits_for=self.waits_for,
        )

    def waits_for(self) -> str:
        """Why it does not answer yet; empty once it does."""
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError as error:
            return str(error)
        return ""

    def create_database(self) -> None:
        """Make the application's database unless it is there."""
        with self._connect("postgres") as connection:
            known = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(known, [NAME]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self._layout.sockets),
            port=5432,
            user=NAME,
            dbname=database,
            connect_timeout=5,
            autocommit=True,
        )

    def prepare(self) -> None:
        """Make the cluster if there is none, and clear away what a killed server left.

        Once, before the first start: when PostgreSQL is restarted, its own interlock is wanted.
        """
        if self._data.exists():
            self._check_version()
        else:
            self._create_cluster()
        self._account.own(self._layout.sockets)
        # Left by a killed server, and by now the number of some other process: PostgreSQL would
        # take that process for the old server and refuse to start.
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        for leftover in self._layout.sockets.glob(".s.PGSQL.*"):
            leftover.unlink()

    def _check_version(self) -> None:
        version = (self._data / "PG_VERSION").read_text(encoding="ascii").strip()
        if version != str(POSTGRES_MAJOR):
            raise LocalError(
                f"{self._data} was written by PostgreSQL {version}; this release brings version"
                f" {POSTGRES_MAJOR}. docs/operating.md says under “Upgrading” how to move it."
            )

    def _create_cluster(self) -> None:
        fresh = self._data.with_name(f"{self._data.name}.new")
        if fresh.exists():
            shutil.rmtree(fresh)  # an earlier attempt was killed
        fresh.mkdir(mode=0o700)
        self._account.own(fresh)
        sync = () if self._durable else ("--no-sync",)
        made = subprocess.run(
            [self._programs / "initdb", "--pgdata", fresh, *INITDB, *sync],
            cwd="/",
            preexec_fn=self._account.enter,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
            **self._account.identity,
        )
        if made.returncode:
            raise LocalError(f"PostgreSQL cannot create its files in {fresh}:\n{made.stdout}")
        # Only a finished cluster ever has the name.
        fresh.rename(self._data)
