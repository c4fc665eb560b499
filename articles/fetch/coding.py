"""Content codings undone: gzip, deflate and br (RFC 9110, section 8.4.1), also one over another.

Bodies go through as pieces of bounded size, so that what a small body may become is known before
it is in memory, and every coding's output is counted on its own: a body that only grows in between
is given up as well.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator

import brotli

from articles.fetch.http1 import STEP

MAX_CODINGS = 3

_GZIP_MAGIC = b"\x1f"
_GZIP, _ZLIB, _RAW = 31, 15, -15
"""What `zlib` calls the three frames that deflated data comes in."""


class TooMuchError(Exception):
    """The other side sent more than it may."""


class CodingError(Exception):
    """The body is not coded as its head says."""


def decoded(pieces: Iterable[bytes], codings: str, limit: int) -> Iterator[bytes]:
    """`pieces` without the codings that a Content-Encoding header names.

    Names that are no coding we asked for are passed over: servers put `utf-8` and `none` there.
    Raises `TooMuchError` beyond `limit` bytes of any stage, and `CodingError`, also where a coding
    does not come to its end.
    """
    known = [name for each in codings.split(",") if (name := each.strip().lower()) in _CODINGS]
    if len(known) > MAX_CODINGS:
        raise CodingError
    result = _capped(pieces, limit)
    for name in reversed(known):
        result = _capped(_CODINGS[name](result), limit)
    return result


def _capped(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    for piece in pieces:
        limit -= len(piece)
        if limit < 0:
            raise TooMuchError
        yield piece


def _gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A gzip file has one member or more (RFC 1952); what follows and begins none is ignored."""
    member = None
    for piece in pieces:
        while piece:
            if member is None or member.eof:
                if member and not piece.startswith(_GZIP_MAGIC):
                    break
                member = zlib.decompressobj(_GZIP)
            yield from _inflated(member, piece)
            piece = member.unused_data
    if member and not member.eof:
        raise CodingError


def _inflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Deflated data in zlib's frame (RFC 1950), as it should be, or without, as some send it."""
    start, stream = b"", None
    for piece in pieces:
        if stream is None:
            piece = start = start + piece
            if len(start) < 2:
                continue
            stream = zlib.decompressobj(_ZLIB if _is_zlib(start) else _RAW)
        yield from _inflated(stream, piece)
    if start and not (stream and stream.eof):
        raise CodingError


def _unbrotli(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """RFC 7932."""
    stream, began = brotli.Decompressor(), False
    for piece in pieces:
        began = True
        grown = b""
        while (piece or grown) and not stream.is_finished():
            try:
                grown = stream.process(piece, output_buffer_limit=STEP)
            except brotli.error as error:
                raise CodingError from error
            yield grown
            piece = b""
    if began and not stream.is_finished():
        raise CodingError


def _inflated(stream: zlib._Decompress, piece: bytes) -> Iterator[bytes]:
    """What `piece` becomes, in steps; empty ones say that time passes."""
    grown = b""
    while (piece or len(grown) == STEP) and not stream.eof:
        try:
            grown = stream.decompress(piece, STEP)
        except zlib.error as error:
            raise CodingError from error
        yield grown
        piece = stream.unconsumed_tail


def _is_zlib(start: bytes) -> bool:
    """Whether the two bytes of zlib's header are there: method 8, and a multiple of 31."""
    return start[0] & 0x0F == 8 and int.from_bytes(start[:2]) % 31 == 0


_CODINGS: dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
}
