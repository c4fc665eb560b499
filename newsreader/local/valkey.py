"""The private Valkey: cache and queue, on a unix socket, in memory only.

What is due, claimed and done is written in PostgreSQL, so losing the queue loses nothing.
"""

from __future__ import annotations

import redis

from newsreader.local.binaries import valkey_server
from newsreader.local.layout import Layout
from newsreader.local.process import Part

# Entries of the cache carry an expiry and are dropped first; the queues carry none and stay.
MEMORY = ("--maxmemory", "256mb", "--maxmemory-policy", "volatile-lru")


class Valkey:
    """The Valkey of one data directory."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def part(self) -> Part:
        """How to run it."""
        layout = self._layout
        return Part(
            name="Valkey",
            argv=(
                valkey_server(),
                *("--port", "0", "--daemonize", "no", "--logfile", "", "--loglevel", "warning"),
                *("--unixsocket", layout.valkey_socket, "--unixsocketperm", "700"),
                *("--save", "", "--appendonly", "no", "--dir", layout.data_dir),
                *MEMORY,
            ),
            log=layout.logs / "valkey.log",
            folder=layout.data_dir,
            waits_for=self.waits_for,
        )

    def waits_for(self) -> str:
        """Why it does not answer yet; empty once it does."""
        with redis.Redis.from_url(self._layout.redis_url, socket_timeout=2) as client:
            try:
                client.ping()
            except (redis.ConnectionError, redis.TimeoutError) as error:
                return str(error)
        return ""
