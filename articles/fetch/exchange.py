"""One request and its answer, on a connection kept from before or a new one."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from io import BufferedReader

import certifi

from articles.fetch.addresses import Target
from articles.fetch.coding import TooMuchError, decoded
from articles.fetch.http1 import CutOffError, Head, read_body, read_head, request
from articles.fetch.idle import IdleConnections
from articles.fetch.transport import Clock, Connection, connect, timed
from articles.fetch.troubles import TROUBLES, explained
from articles.fetch.types import DoorSettings, Response

_HEAD_BYTES = 64 * 1024
"""Status line and headers together."""
_DRAIN_BYTES = 16 * 1024
"""The body of an answer without content for us is read if no longer, to keep the connection."""


class Exchanges:
    """Asks one server after the other, within the limits of its settings; for many threads."""

    def __init__(self, settings: DoorSettings, tls: ssl.SSLContext | None = None) -> None:
        """`tls` replaces the trust in what the system and certifi trust."""
        self._settings = settings
        self._tls = timed(tls or _trusting())
        self._idle = IdleConnections()

    def close(self) -> None:
        """Close the connections kept for later."""
        self._idle.close()

    def ask(
        self, target: Target, headers: dict[str, str], clock: Clock, form: bytes | None
    ) -> Response:
        """One request, a POST where there is a form; FetchError where no whole answer comes of it.

        The body of an answer other than a success is not read.
        """
        request = _request(target, headers, form)
        try:
            connection, stream, head = self._send(target, request, clock, retry=form is None)
            body, wire_bytes, free = b"", 0, False
            try:
                with stream:
                    if 200 <= head.status < 300:
                        body, wire_bytes = self._body(stream, head, clock)
                        free = head.persistent
                    else:
                        free = head.persistent and _drained(stream, head, clock)
            finally:
                (self._idle.give if free else Connection.close)(connection)
        except TROUBLES as error:
            raise explained(error, target.host, self._settings.limits) from error
        return Response(
            *(target.url, head.status, head.fields, body),
            wire_bytes=wire_bytes,
            allowed=connection.allowed,
            address=connection.address,
        )

    def _send(
        self, target: Target, request: bytes, clock: Clock, *, retry: bool
    ) -> tuple[Connection, BufferedReader, Head]:
        """Send the request and read the head of its answer, on a connection kept or a new one.

        A server may close a kept connection at any time, so only what may be sent again goes there.
        """
        if retry and (kept := self._idle.take(target)):
            with suppress(ConnectionError, CutOffError):
                return kept, *_head(kept, request, clock)
        fresh = connect(target, self._settings.allow_networks, self._tls, clock)
        return fresh, *_head(fresh, request, clock)

    def _body(self, stream: BufferedReader, head: Head, clock: Clock) -> tuple[bytes, int]:
        """The decompressed body, and its length as it was transferred."""
        limit = self._settings.limits.body_bytes
        if head.length is not None and head.length > limit:
            raise TooMuchError
        clock.allowance = 2 * limit  # chunks have sizes, which are no part of the body
        lengths: list[int] = []
        pieces = _measured(read_body(stream, head), lengths)
        body = bytearray()
        for piece in decoded(pieces, head.fields.get("content-encoding", ""), limit):
            clock.left()
            body += piece
        return bytes(body), sum(lengths)


def _request(target: Target, headers: dict[str, str], form: bytes | None) -> bytes:
    fields = {"Host": target.authority, **headers}
    if form is None:
        return request("GET", target.path, fields)
    return request("POST", target.path, fields | {"Content-Length": str(len(form))}, form)


def _head(connection: Connection, request: bytes, clock: Clock) -> tuple[BufferedReader, Head]:
    """Ask, and read status and headers; closes the connection where that fails."""
    clock.allowance = _HEAD_BYTES
    with ExitStack() as failing:
        failing.callback(connection.close)
        stream = failing.enter_context(connection.send(request, clock))
        head = read_head(stream)
        failing.pop_all()
    return stream, head


def _drained(stream: BufferedReader, head: Head, clock: Clock) -> bool:
    """Read a body that nobody wants, if it is short: whether the connection is free again."""
    if head.length is None or head.length > _DRAIN_BYTES:
        return False
    clock.allowance = 2 * _DRAIN_BYTES
    with suppress(*TROUBLES):  # the answer is known: only its connection is of no use
        return all(read_body(stream, head))  # no piece is empty
    return False


def _measured(pieces: Iterable[bytes], lengths: list[int]) -> Iterator[bytes]:
    for piece in pieces:
        lengths.append(len(piece))
        yield piece


def _trusting() -> ssl.SSLContext:
    """The system's trust store, and certifi's for systems that have none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
