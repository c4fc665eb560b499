"""Ports of this machine: whether one is free, and which is."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

from newsreader.local.errors import LocalError

LAST_PORT = 65_535
TRIED = 100


def require_free(host: str, port: int) -> None:
    """Raise LocalError, with advice, unless a server could listen there now."""
    try:
        _bind(host, port)
    except socket.gaierror as error:
        raise LocalError(f"The host {host!r} is unknown: {error.strerror}.") from error
    except OSError as error:
        raise LocalError(_advice(host, port, error)) from error


def kept_port(file: Path, host: str) -> int:
    """The port that the file remembers; at the first call, any that is free."""
    try:
        return int(file.read_text(encoding="ascii"))
    except FileNotFoundError:
        port = _bind(host, 0)
        file.write_text(str(port), encoding="ascii")
        return port


def _bind(host: str, port: int) -> int:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        # As the server will: connections of the last run that are still closing do not matter.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        return int(probe.getsockname()[1])


def _advice(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = _next_free(host, port)
        return f"Port {port} of {host} is taken by another program. Try --port {other}."
    if error.errno == errno.EACCES:
        return f"Port {port} is for administrators only. Try --port {_next_free(host, 8000)}."
    return f"Nothing can listen on {host}, port {port}: {error.strerror}."


def _next_free(host: str, port: int) -> int:
    for candidate in range(port + 1, min(port + TRIED, LAST_PORT)):
        try:
            return _bind(host, candidate)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    return _bind(host, 0)
