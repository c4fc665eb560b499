"""HTTP/1.1 as a client speaks it (RFC 9112): requests to bytes, bytes to a head and a body.

Pure: the stream keeps the deadline and counts the bytes. Where an answer could be understood in two
ways (two lengths, a size that is none) it is refused; interim answers are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

MAX_FIELDS = 100
"""Lines of headers."""
MAX_INTERIM = 8
"""Answers of the class 1xx before the one that counts."""
STEP = 64 * 1024
"""Bytes of body read at once, at most."""

_LONGEST_LINE = 64 * 1024
_LONGEST_CHUNK_LINE = 4096
_SWITCHING_PROTOCOLS = 101
_WITHOUT_BODY = frozenset({204, 304})
_STATUS_LINE = re.compile(rb"HTTP/1\.(\d) +([1-9]\d\d)(?: .*)?", re.DOTALL)
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)
_LENGTH = re.compile(r"[0-9]{1,15}")


class ProtocolError(Exception):
    """The other side does not speak HTTP/1.1."""


class CutOffError(Exception):
    """The other side closed the connection before its answer was complete."""


class Stream(Protocol):
    """What is read from, as `io.BufferedReader` has it."""

    def readline(self, size: int, /) -> bytes: ...
    def read1(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Head:
    """What comes before the body of an answer."""

    status: int
    fields: dict[str, str]
    """By names in lower case; the values of one name are joined by commas."""
    length: int | None
    """Bytes of the body; None where chunks or the end of the connection tell where it ends."""
    chunked: bool
    persistent: bool
    """Whether the connection may serve another request once the body was read."""


def request(method: str, path: str, fields: Mapping[str, str], body: bytes = b"") -> bytes:
    """What goes over the wire; ValueError where a value would reach beyond its line."""
    text = "\n".join([f"{method} {path} HTTP/1.1", *map(": ".join, fields.items()), "", ""])
    if text.count("\n") != len(fields) + 2 or "\r" in text:
        raise ValueError("a header may not hold line breaks")
    return text.replace("\n", "\r\n").encode("latin-1") + body


def read_head(stream: Stream) -> Head:
    """Read up to the body; raise `ProtocolError` or `CutOffError`."""
    for _ in range(MAX_INTERIM + 1):
        found = _STATUS_LINE.fullmatch(_line(stream))
        if found is None or int(found[2]) == _SWITCHING_PROTOCOLS:
            raise ProtocolError
        fields = _fields(stream)
        if (status := int(found[2])) >= 200:
            return _framed(status, fields, modern=found[1] != b"0")
    raise ProtocolError


def read_body(stream: Stream, head: Head) -> Iterator[bytes]:
    """The body in pieces, with its transfer coding removed; raises as `read_head` does."""
    if head.chunked:
        return _chunks(stream)
    if head.length is None:
        return iter(lambda: stream.read1(STEP), b"")
    return _exactly(stream, head.length)


def _line(stream: Stream, longest: int = _LONGEST_LINE) -> bytes:
    line = stream.readline(longest)
    if not line.endswith(b"\n"):
        raise ProtocolError if len(line) == longest else CutOffError
    return line.rstrip(b"\r\n")


def _fields(stream: Stream) -> dict[str, str]:
    """Header lines up to the blank one; a line without a colon says nothing and is passed over."""
    fields: dict[str, str] = {}
    name = ""
    for _ in range(MAX_FIELDS + 1):
        line = _line(stream).decode("latin-1")
        if not line:
            return fields
        if line[0] in " \t":  # a value folded over lines (RFC 9112, section 5.2)
            if name in fields:
                fields[name] += " " + line.strip()
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if colon and name:
            value = value.strip(" \t")
            fields[name] = f"{fields[name]}, {value}" if name in fields else value
    raise ProtocolError


def _framed(status: int, fields: dict[str, str], *, modern: bool) -> Head:
    """Find where the body ends (RFC 9112, section 6.3) and whether the connection lasts (9.3)."""
    transfer = fields.get("transfer-encoding", "").lower()
    if transfer not in ("", "chunked", "identity"):
        raise ProtocolError
    chunked = transfer == "chunked" and status not in _WITHOUT_BODY
    length = 0 if status in _WITHOUT_BODY else None if chunked else _length(fields)
    said = fields.get("connection", "").lower()
    lasting = "close" not in said if modern else "keep-alive" in said
    told = (chunked or length is not None) and not (transfer and "content-length" in fields)
    return Head(status, fields, length, chunked, persistent=lasting and told)


def _length(fields: dict[str, str]) -> int | None:
    said = {each.strip() for each in fields.get("content-length", "").split(",")} - {""}
    if not said:
        return None
    length = said.pop()
    if said or not _LENGTH.fullmatch(length):
        raise ProtocolError
    return int(length)


def _exactly(stream: Stream, length: int) -> Iterator[bytes]:
    while length:
        piece = stream.read1(min(length, STEP))
        if not piece:
            raise CutOffError
        length -= len(piece)
        yield piece


def _chunks(stream: Stream) -> Iterator[bytes]:
    while size := _chunk_size(stream):
        yield from _exactly(stream, size)
        if _line(stream, _LONGEST_CHUNK_LINE):
            raise ProtocolError
    with suppress(CutOffError):  # nothing is missing but the end of the trailers
        _fields(stream)


def _chunk_size(stream: Stream) -> int:
    found = _CHUNK_SIZE.fullmatch(_line(stream, _LONGEST_CHUNK_LINE))
    if found is None:
        raise ProtocolError
    return int(found[1], 16)
