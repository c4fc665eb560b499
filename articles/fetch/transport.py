"""Connections that keep one deadline, over sockets that only reach addresses which may be asked.

A socket's own timeout starts again with every byte, so a sender of one byte a second would never
be cut. Here every single read and write first sets the timeout to what is left of the request's
time, and every read is counted against what the request may still receive.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from io import BufferedReader
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from selectors import EVENT_READ
from typing import Any

from articles.fetch.addresses import Address, Network, Target, is_allowed, literal, refusal
from articles.fetch.coding import TooMuchError
from articles.fetch.types import Failure, FetchError

MAX_CANDIDATES = 6
"""Addresses of one host that are tried."""
_LOOK_UP_STEP = 0.25
"""Seconds after which a look-up notices that its request was cut."""

_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


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


class Connection:
    """An open socket to where `target` is, on which one request follows the other."""

    def __init__(self, target: Target, sock: _Timed, *, allowed: bool) -> None:
        self.target = target
        self.allowed = allowed
        """Whether the address connected to is in a network that only the settings allow."""
        self._sock = sock
        self.address: str = sock.getpeername()[0]

    def send(self, request: bytes, clock: Clock) -> BufferedReader:
        """Send a request whose cost `clock` counts; what comes back is to be read and closed."""
        self._sock.clock = clock
        clock.watch(self._sock)
        self._sock.sendall(request)
        return self._sock.makefile("rb")

    @property
    def is_quiet(self) -> bool:
        """Whether the other side has neither closed it nor sent what nobody asked for."""
        with _Selector() as selector:
            selector.register(self._sock, EVENT_READ)
            return not selector.select(0)

    def close(self) -> None:
        self._sock.close()


def connect(
    target: Target, allow: tuple[Network, ...], tls: ssl.SSLContext, clock: Clock
) -> Connection:
    """Open a connection to an address of `target` that was checked."""
    sock = open_socket(target, permitted(target, look_up(target, clock), allow), clock)
    allowed = is_allowed(ip_address(sock.getpeername()[0]), allow)
    if target.scheme == "https":
        sock = _secured(sock, target, tls, clock)
    return Connection(target, sock, allowed=allowed)


def _secured(sock: _Timed, target: Target, tls: ssl.SSLContext, clock: Clock) -> _Timed:
    name = target.host.rstrip(".")
    secure = tls.wrap_socket(sock, server_hostname=name, do_handshake_on_connect=False)
    assert isinstance(secure, _TimedTls)  # noqa: S101 - what `timed` made of the context
    with ExitStack() as failing:
        failing.callback(secure.close)
        secure.clock = clock
        clock.watch(secure)
        secure.settimeout(clock.left())  # for the whole handshake
        secure.do_handshake()
        failing.pop_all()
    return secure


def look_up(target: Target, clock: Clock) -> list[Address]:
    """The addresses of a host, in the system's order; FetchError where it has none.

    A host that is an address is its own. The system's look-up cannot be given a deadline, so it
    runs in a thread that is left behind when the time is over.
    """
    if address := literal(target.host):
        return [address]
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


def open_socket(target: Target, addresses: list[Address], clock: Clock) -> _Timed:
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
