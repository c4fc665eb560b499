"""Processes that parse: their limits, their end, and that their answers cannot do harm."""

from __future__ import annotations

import fcntl
import io
import os
import pickle
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from articles.entries.parse import parse
from articles.entries.parsers import Allowance, ParserFaultError, Parsers, _Answer, _Parser
from articles.entries.types import ParsedFeed, ParseError
from tests.entries.golden import FEEDS, NOW, URL

MEBIBYTE = 1024 * 1024
SMALL = b"<rss><channel><item><title>Bridge closed</title></item></channel></rss>"
ITEM = b"<item><title>Bridge</title><description>It was closed &amp;amp; left.</description></item>"
LONG = b"<rss><channel><odd />" + ITEM * 1000 + b"</channel></rss>"


@pytest.fixture(scope="module")
def parsers() -> Iterator[Parsers]:
    with Parsers() as parsers:
        yield parsers


def read(parsers: Parsers, body: bytes = SMALL) -> ParsedFeed:
    return parsers.parse(body, url=URL, now=NOW, default_language="en")


def parser_of(parsers: Parsers) -> _Parser:
    """The one that was started."""
    (parser,) = parsers._places.queue
    assert parser is not None
    return parser


def process_of(parsers: Parsers) -> int:
    return parser_of(parsers)._process.pid


def is_asked(parser: _Parser) -> bool:
    """Whether a request lies in its pipe, unread."""
    return any(fcntl.ioctl(parser._requests, termios.FIONREAD, bytes(4)))


def state(process: int) -> str:
    """One letter as in proc(5): T is stopped, Z has ended and was not waited for; empty is gone."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return stat.rpartition(")")[2].split()[0]


def is_running(process: int) -> bool:
    return state(process) not in ("", "Z")


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.parametrize("feed", FEEDS, ids=lambda path: path.name)
def test_a_process_reads_what_is_read_without_it(parsers, feed):
    body = feed.read_bytes()
    expected = parse(body, url=URL, content_type="text/xml", now=NOW, default_language="en")

    found = parsers.parse(body, url=URL, content_type="text/xml", now=NOW, default_language="en")

    assert found == expected


def test_what_is_no_feed_is_told_in_the_same_words(parsers):
    with pytest.raises(ParseError, match="This is a web page, not a feed"):
        read(parsers, b"<html></html>")


def test_a_process_is_used_again_by_all_threads(parsers):
    read(parsers)
    before = process_of(parsers)

    with ThreadPoolExecutor(8) as threads:
        feeds = list(threads.map(lambda _: read(parsers), range(40)))

    assert {feed.entries[0].title for feed in feeds} == {"Bridge closed"}
    assert process_of(parsers) == before


def test_a_feed_that_takes_too_long_fails_in_words_and_the_next_is_read():
    with Parsers(allowance=Allowance(seconds=0.02, loading_seconds=0)) as parsers:
        with pytest.raises(ParseError, match="takes too long"):
            read(parsers, LONG)
        assert read(parsers).entries[0].title == "Bridge closed"


def test_a_feed_that_takes_too_much_memory_fails_in_words_and_the_next_is_read():
    with Parsers(allowance=Allowance(memory_bytes=128 * MEBIBYTE)) as parsers:
        with pytest.raises(ParseError, match="too much memory"):
            read(parsers, b"<rss>" + b" " * (100 * MEBIBYTE) + b"</rss>")
        assert read(parsers).entries[0].title == "Bridge closed"


def test_closing_ends_the_process():
    with Parsers() as parsers:
        read(parsers)
        process = process_of(parsers)
    assert not is_running(process)


def test_a_process_that_was_killed_is_replaced(parsers):
    read(parsers)
    process = process_of(parsers)
    os.kill(process, signal.SIGKILL)
    eventually(lambda: not is_running(process))

    assert read(parsers).entries[0].title == "Bridge closed"


def test_one_that_is_killed_while_it_reads_costs_that_feed_only(parsers):
    read(parsers)
    parser = parser_of(parsers)
    process = process_of(parsers)
    os.kill(process, signal.SIGSTOP)
    eventually(lambda: state(process) == "T")
    with ThreadPoolExecutor(1) as threads:
        under_way = threads.submit(read, parsers)
        try:
            eventually(lambda: is_asked(parser))
        finally:
            os.kill(process, signal.SIGKILL)

        with pytest.raises(ParseError, match="SIGKILL"):
            under_way.result()
    assert read(parsers).entries[0].title == "Bridge closed"


def test_an_answer_that_nobody_waits_for_any_more_is_not_taken_for_the_next(parsers, monkeypatch):
    class InterruptError(Exception):
        pass

    def interrupt(*_: object) -> None:
        raise InterruptError

    read(parsers)
    process = process_of(parsers)
    monkeypatch.setattr(parser_of(parsers)._answers, "read", interrupt)
    with pytest.raises(InterruptError):
        read(parsers, b"<rss><channel><title>Given up</title></channel></rss>")

    assert read(parsers).entries[0].title == "Bridge closed"
    assert not is_running(process)


def test_an_answer_longer_than_any_can_be_is_not_read(monkeypatch, tmp_path):
    liar = tmp_path / "python"
    liar.write_text(
        "#!/bin/sh\nprintf '\\377\\377\\377\\377\\377\\377\\377\\377'\nexec cat >/dev/null\n"
    )
    liar.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(liar))

    with Parsers() as parsers, pytest.raises(ParserFaultError, match="18446744073709551615 bytes"):
        read(parsers)


def test_a_fault_of_the_program_is_no_fault_of_the_feed(parsers):
    with pytest.raises(ParserFaultError, match="status 1"):
        parsers.parse(None, url=URL, now=NOW)


def test_a_process_knows_nothing_of_our_environment(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "a secret")
    with Parsers() as parsers:
        read(parsers)
        environment = Path(f"/proc/{process_of(parsers)}/environ").read_bytes()
    assert b"secret" not in environment


def test_processes_end_with_the_one_that_started_them_however_that_ends():
    program = (
        "import sys, datetime; from articles.entries.parsers import Parsers; parsers = Parsers();"
        f"parsers.parse({SMALL!r}, url='', now=datetime.datetime.now(datetime.UTC));"
        "print(parsers._places.queue[0]._process.pid, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter:
        assert starter.stdout
        process = int(starter.stdout.readline())
        assert is_running(process)
        starter.kill()
    eventually(lambda: not is_running(process))


def test_an_answer_can_only_be_an_answer():
    with pytest.raises(pickle.UnpicklingError, match="no part of an answer"):
        _Answer(io.BytesIO(pickle.dumps(os.getcwd))).load()
