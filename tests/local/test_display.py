from __future__ import annotations

import io
from dataclasses import dataclass

import pytest

from newsreader.local.display import ERASE_LINE, LEAST_INTERVAL, Display, summary


@dataclass(frozen=True)
class Numbers:
    due: int = 3
    fetched: int = 1527
    failed: int = 0
    articles: int = 27054
    stories: int = 12_000


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_line_says_how_things_stand() -> None:
    assert summary(Numbers()) == (
        "Feeds: 3 due, 1,527 fetched, 0 failed · 27,054 articles · 12,000 stories"
    )


def test_on_a_terminal_the_line_is_refreshed_in_place() -> None:
    terminal = Terminal()
    display = Display(terminal)
    display.show("one")
    display.show("one")
    display.show("two")

    assert terminal.getvalue() == f"{ERASE_LINE}one{ERASE_LINE}two"


def test_a_note_goes_above_the_line() -> None:
    terminal = Terminal()
    display = Display(terminal)
    display.show("line")
    display.note("beat starts again")

    assert terminal.getvalue().endswith(f"{ERASE_LINE}beat starts again\n{ERASE_LINE}line")


def test_the_end_leaves_the_line_where_it_is() -> None:
    terminal = Terminal()
    display = Display(terminal)
    display.show("line")
    display.end()
    display.note("Stopping")

    assert terminal.getvalue() == f"{ERASE_LINE}line\nStopping\n"


def test_a_line_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    terminal = Terminal()
    Display(terminal).show("0123456789abc")

    assert terminal.getvalue() == f"{ERASE_LINE}012345678"


def test_in_a_log_a_changed_line_appears_at_most_once_a_minute() -> None:
    log, clock = io.StringIO(), Clock()
    display = Display(log, clock)
    display.show("one")
    clock.now = LEAST_INTERVAL - 1
    display.show("two")
    clock.now = LEAST_INTERVAL
    display.show("three")
    clock.now = LEAST_INTERVAL * 3
    display.show("three")

    assert log.getvalue() == "one\nthree\n"
