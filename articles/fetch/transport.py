"""Connections that keep one deadline, over sockets that only reach addresses which may be asked.

A socket's own timeout starts again with every byte, so a sender of one byte a second would never
be cut. Here every single read and write first sets the timeout to what is left of the request's
time, and every read is counted against what the request may still receive.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection

from articles.fetch.addresses import Address, Network, Target, is_allowed, refusal
from articles.fetch.types import Failure, FetchError

MAX_CANDIDATES = 6
"""Addresses of one host that are tried."""
_LOOK_UP_STEP = 0.25
"""Seconds after which a look-up notices that its request was cut."""


class TooMuchError(Exception):
    """The other side sent more than it may."""


class Clock:
    """What a request may still cost: seconds until its deadline, bytes until its allowance ends."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._sock: socket.socket | None = None
        self.allowance = 0

    def watch(self, sock: socket.socket) -> None:
        """Have `cut` end what goes on at this socket."""
        self._sock = sock
        self.left()  # it may have been cut just before

    def cut(self) -> None:
        """End the request from another thread, at once: what it waits for fails."""
        self._end = 0.0
        if (sock := self._sock) is not None:
            with suppress(OSError):  # it has been closed already
                sock.shutdown(socket.SHUT_RDWR)

    def left(self) -> float:
        """Seconds left; TimeoutError where there are none."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the deadline has passed")
        return seconds

    @property
    def remaining(self) -> float:
        """Seconds left, zero where there are none."""
        return max(0.0, self._end - time.monotonic())

    def spend(self, count: int) -> None:
        self.allowance -= count
        if self.allowance < 0:
            raise TooMuchError


class _Timed(socket.socket):
    """A socket that keeps its request's clock."""

    clock: Clock

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(self.clock.left())
        count = super().recv_into(buffer, nbytes, flags)
        self.clock.spend(count)
        return count

    def sendall(self, data: Any, flags: int = 0) -> None:
        self.settimeout(self.clock.left())
        super().sendall(data, flags)


class _TimedTls(_Timed, ssl.SSLSocket):  # type: ignore[misc]
    """The same over TLS; `ssl` makes it out of a `_Timed` that has connected."""


def timed(context: ssl.SSLContext) -> ssl.SSLContext:
    """Have the sockets of `context` keep the clock as well."""
    context.set_alpn_protocols(["http/1.1"])
    context.sslsocket_class = _TimedTls
    return context


class _Guarded:
    """Opens the socket of a connection: to an address that was checked, within the deadline."""

    target: Target
    clock: Clock
    allow: tuple[Network, ...]
    sock: socket.socket | None
    allowed = False
    """Whether the address connected to is in a network of `allow`."""

    def _new_conn(self) -> socket.socket:
        addresses = permitted(self.target, look_up(self.target, self.clock), self.allow)
        sock = open_socket(self.target, addresses, self.clock)
        self.allowed = is_allowed(ip_address(sock.getpeername()[0]), self.allow)
        return sock

    def resume(self, clock: Clock) -> None:
        """Serve another request, which brings its own clock."""
        self.clock = clock
        if isinstance(self.sock, _Timed):
            self.sock.clock = clock
            clock.watch(self.sock)


class PlainConnection(_Guarded, HTTPConnection):
    """HTTP over a guarded socket."""


class TlsConnection(_Guarded, HTTPSConnection):
    """HTTP over TLS over a guarded socket."""

    def connect(self) -> None:
        super().connect()
        self.resume(self.clock)


Connection = PlainConnection | TlsConnection


def connection(
    target: Target, allow: tuple[Network, ...], tls: ssl.SSLContext, clock: Clock
) -> Connection:
    """A connection for `target`, not yet opened."""
    made: Connection
    if target.scheme == "https":
        made = TlsConnection(target.host, target.port, ssl_context=tls)
    else:
        made = PlainConnection(target.host, target.port)
    made.target, made.allow = target, allow
    made.resume(clock)
    return made


def look_up(target: Target, clock: Clock) -> list[Address]:
    """The addresses of a host, in the system's order; FetchError where it has none.

    The system's look-up cannot be given a deadline, so it runs in a thread that is left behind
    when the time is over.
    """
    answer: SimpleQueue[list[Address] | OSError | UnicodeError] = SimpleQueue()
    threading.Thread(target=_look_up, args=(target, answer), daemon=True).start()
    found = None
    while found is None:
        with suppress(Empty):
            found = answer.get(timeout=min(clock.left(), _LOOK_UP_STEP))
    if isinstance(found, Exception):
        raise FetchError(Failure.NAME, f"There is no host named {target.host}.") from found
    return found


def permitted(
    target: Target, addresses: Iterable[Address], allow: Iterable[Network]
) -> list[Address]:
    """Those of `addresses` that may be asked; FetchError with the reason where none may."""
    allow = tuple(allow)
    reasons = {a: refusal(target.host, a, target.port, allow) for a in addresses}
    good = [address for address, reason in reasons.items() if not reason]
    if not good:
        raise FetchError(Failure.ADDRESS, next(iter(reasons.values())))
    return good[:MAX_CANDIDATES]


def open_socket(target: Target, addresses: list[Address], clock: Clock) -> socket.socket:
    """Connect to the first of `addresses` that answers, each given its share of the time left."""
    last: OSError = OSError("no address")
    for tried, address in enumerate(addresses):
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        sock = _Timed(family, socket.SOCK_STREAM)
        sock.clock = clock
        try:
            clock.watch(sock)
            sock.settimeout(clock.left() / (len(addresses) - tried))
            sock.connect((str(address), target.port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(clock.left())  # what a TLS handshake may take
        except OSError as error:
            sock.close()
            last = error
        else:
            return sock
    raise last


def _look_up(target: Target, answer: SimpleQueue[list[Address] | OSError | UnicodeError]) -> None:
    try:
        rows = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        answer.put(error)
    else:
        answer.put(list(dict.fromkeys(ip_address(row[4][0]) for row in rows)))
