"""Feeds and pages read in processes of their own, within limits of time and memory.

    with Parsers() as parsers:
        feed = parsers.parse(body, url=url, now=now)

What would take a worker down takes down a parser, which is replaced; and the worker goes on
fetching and storing on another processor meanwhile.
"""

from __future__ import annotations

import io
import os
import pickle
import signal
import struct
import subprocess
import sys
from contextlib import suppress
from dataclasses import astuple, dataclass
from datetime import datetime
from queue import LifoQueue
from types import TracebackType
from typing import IO, Any, Self, cast

from articles.entries.page import Page, PageError
from articles.entries.types import ParsedFeed, ParseError

LENGTH = struct.Struct("!Q")
OUT_OF_MEMORY = 3
"""Exit status of a parser that was refused memory."""

_MEBIBYTE = 1024 * 1024
_PATIENCE = 5.0
"""Seconds that an idle parser has to end when its requests do."""
# All that an answer is made of: nothing else is ever built from what a parser sends.
_ANSWERED = {
    *(("articles.entries.types", n) for n in ("ParsedFeed", "Entry", "Enclosure", "Hints")),
    ("articles.entries.types", "ParseError"),
    *(("articles.entries.page", name) for name in ("Page", "PageError")),
    *(("datetime", name) for name in ("datetime", "timezone", "timedelta")),
    ("builtins", "frozenset"),
}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What reading one feed or page may cost."""

    seconds: float = 5.0
    """Of processor time: a thousand long articles take a third of it, on a slow machine all."""
    loading_seconds: float = 0.5
    """As much more for the feeds up to the first whose language must be told by a model."""
    memory_bytes: int = 512 * _MEBIBYTE
    """Of address space; a parser at rest takes up to half of it."""


_DEFAULT = Allowance()


class ParserFaultError(Exception):
    """A parser ended or answered as no feed should make it. What it said is in standard error."""


class Parsers:
    """At most `count` parsing processes, started when first needed; any thread may call."""

    def __init__(self, count: int = 1, allowance: Allowance = _DEFAULT) -> None:
        self._count = count
        self._allowance = allowance
        self._places: LifoQueue[_Parser | None] = LifoQueue()
        for _ in range(count):
            self._places.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes, each when it has answered. A later `parse` starts new ones."""
        parsers = [self._places.get() for _ in range(self._count)]
        for parser in parsers:
            if parser:
                parser.end()
            self._places.put(None)

    def parse(
        self,
        body: bytes,
        *,
        url: str,
        content_type: str = "",
        now: datetime,
        default_language: str = "",
    ) -> ParsedFeed:
        """What `articles.entries.parse.parse` gives or raises; `ParseError` too at a limit.

        Raises `ParserFaultError` where the process ended for any other reason, or answers nonsense.
        """
        request = {
            "body": body,
            "url": url,
            "content_type": content_type,
            "now": now,
            "default_language": default_language,
        }
        return cast(ParsedFeed, self._ask("feed", request))

    def read_page(self, body: bytes, *, url: str, content_type: str = "", title: str = "") -> Page:
        """What `articles.entries.page.read_page` gives or raises; `ParseError` at a limit.

        Raises `ParserFaultError` as `parse` does.
        """
        request = {"body": body, "url": url, "content_type": content_type, "title": title}
        return cast(Page, self._ask("page", request))

    def _ask(self, kind: str, request: dict[str, Any]) -> ParsedFeed | Page:
        parser = self._places.get()
        try:
            if parser is None or not parser.is_alive():
                parser = _Parser(self._allowance)
            answer = parser.ask(pickle.dumps((kind, request), pickle.HIGHEST_PROTOCOL))
        except BaseException:
            if parser:  # what it may still answer must not be taken for the next answer
                parser.kill()
                parser = None
            raise
        finally:
            self._places.put(parser)
        if isinstance(answer, ParseError | PageError):
            raise answer
        return answer


class _Parser:
    """One process, asked by one thread at a time."""

    def __init__(self, allowance: Allowance) -> None:
        limits = map(str, astuple(allowance))
        self._longest = allowance.memory_bytes
        # Nothing of our own environment: it holds secrets, and this is where strangers' bytes go.
        environment = {"PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "articles.entries.parsing_process", *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment | {"OPENBLAS_NUM_THREADS": "1"},
        )
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: bytes) -> ParsedFeed | Page | ParseError | PageError:
        """The answer; where the process ends instead, what its end means."""
        try:
            self._requests.write(LENGTH.pack(len(request)) + request)
            self._requests.flush()
        except BrokenPipeError:
            return self._end_explained()
        head = self._answers.read(LENGTH.size)
        if len(head) < LENGTH.size:
            return self._end_explained()
        (length,) = LENGTH.unpack(head)
        if length > self._longest:
            raise ParserFaultError(f"A parser announced an answer of {length} bytes.")
        answer = self._answers.read(length)
        if len(answer) < length:
            return self._end_explained()
        return cast(
            "ParsedFeed | Page | ParseError | PageError", _Answer(io.BytesIO(answer)).load()
        )

    def end(self) -> None:
        """Let the process end by itself; kill it where it does not."""
        with self._process as process:
            try:
                process.communicate(timeout=_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()

    def kill(self) -> None:
        """End the process at once, in whatever it is."""
        with suppress(BrokenPipeError), self._process as process:  # a request may lie half sent
            process.kill()

    def _end_explained(self) -> ParseError:
        self.end()
        status = self._process.returncode
        if status == -signal.SIGPROF:
            return ParseError("Reading it takes too long: it was given up.")
        if status == OUT_OF_MEMORY:
            return ParseError("Reading it takes too much memory: it was given up.")
        if status < 0:
            name = signal.Signals(-status).name
            return ParseError(f"Reading it ended the process that did so ({name}).")
        raise ParserFaultError(f"A parser ended with status {status}.")


class _Answer(pickle.Unpickler):
    """Reads an answer without the power to make anything but an answer."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ANSWERED:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer")
        return super().find_class(module, name)
