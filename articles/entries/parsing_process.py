"""A process that reads one body after the other: what `articles.entries.parsers` starts.

Requests come in as pickles on standard input and answers go out on standard output, each behind
its length. The kernel holds it to its limits, wherever it is in whose code: a parse that takes more
time ends it by a signal, one that needs more memory by exit status `OUT_OF_MEMORY`. It ends with
its standard input, so that it never outlives who started it.
"""

from __future__ import annotations

import pickle
import resource
import signal
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from articles.entries.language import is_model_loaded
from articles.entries.page import Page, PageError, load_libraries, read_page
from articles.entries.parse import parse
from articles.entries.parsers import LENGTH, OUT_OF_MEMORY
from articles.entries.types import ParsedFeed, ParseError


def main(seconds: float, loading_seconds: float, memory_bytes: int) -> int:
    """Serve within an `Allowance` until the requests end; returns the exit status."""
    # Ctrl-C and a polite stop are for who started this, who may still wait for an answer.
    for polite in (signal.SIGINT, signal.SIGTERM):
        signal.signal(polite, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    try:
        for kind, request in _requests(sys.stdin.buffer):
            if kind == "page":
                load_libraries()
            spared = 0 if is_model_loaded() else loading_seconds
            signal.setitimer(signal.ITIMER_PROF, seconds + spared)
            answer = pickle.dumps(_answer(kind, request), pickle.HIGHEST_PROTOCOL)
            signal.setitimer(signal.ITIMER_PROF, 0)
            sys.stdout.buffer.write(LENGTH.pack(len(answer)) + answer)
            sys.stdout.buffer.flush()
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _requests(pipe: BinaryIO) -> Iterator[tuple[str, dict[str, Any]]]:
    while head := pipe.read(LENGTH.size):
        yield pickle.loads(pipe.read(*LENGTH.unpack(head)))  # noqa: S301 - our parent's


def _answer(kind: str, request: dict[str, Any]) -> ParsedFeed | Page | ParseError | PageError:
    try:
        return read_page(**request) if kind == "page" else parse(**request)
    except (ParseError, PageError) as error:
        return error


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
