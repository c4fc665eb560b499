"""Connections kept open between requests, so that a host's next feed saves a handshake."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from articles.fetch.addresses import Target
from articles.fetch.transport import Connection

MAX_IDLE = 64
MAX_IDLE_SECONDS = 30.0


class IdleConnections:
    """A bounded store of open connections; safe to use from many threads.

    The longest unused is closed first. A connection's address was checked when it was opened and
    an open connection cannot change it.
    """

    def __init__(self, size: int = MAX_IDLE, seconds: float = MAX_IDLE_SECONDS) -> None:
        self._size = size
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: OrderedDict[Connection, tuple[str, float]] = OrderedDict()

    def take(self, target: Target) -> Connection | None:
        """The newest open connection to where `target` is, which is then the caller's own."""
        key, now = _key(target), time.monotonic()
        with self._lock:
            matching = [c for c, (k, _) in reversed(self._kept.items()) if k == key]
            taken = [(c, self._kept.pop(c)[1]) for c in matching[:1]]
        for connection, since in taken:
            if now - since < self._seconds and connection.is_quiet:
                return connection
            connection.close()
        return None

    def give(self, connection: Connection) -> None:
        """Keep an open connection whose answer has been read to its end."""
        with self._lock:
            self._kept[connection] = (_key(connection.target), time.monotonic())
            dropped = self._kept.popitem(last=False)[0] if len(self._kept) > self._size else None
        if dropped:
            dropped.close()

    def close(self) -> None:
        with self._lock:
            kept = list(self._kept)
            self._kept.clear()
        for connection in kept:
            connection.close()


def _key(target: Target) -> str:
    return f"{target.scheme}://{target.authority}"
