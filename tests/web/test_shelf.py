"""The shelf of finished pages: fresh, stale, made once at a time, bounded."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from articles.web.shelf import STALE_SECONDS, Shelf

SECONDS = 2.0
PATIENCE = 60.0


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shelf(clock: Clock) -> Shelf[str]:
    return Shelf(SECONDS, 100, len, clock)


def take(shelf: Shelf[str], key: str, make: Callable[[], str | None]) -> str | None:
    with shelf.turn(key) as turn:
        if turn.found is not None:
            return turn.found
        made = make()
        if made is not None:
            turn.keep(made)
        return made


def never() -> str:
    raise AssertionError("it was kept")


def test_a_page_is_made_once_while_it_is_fresh(shelf, clock):
    take(shelf, "a", lambda: "first")
    clock.now += SECONDS - 0.1
    assert take(shelf, "a", never) == "first"


def test_a_page_that_is_no_longer_fresh_is_made_anew(shelf, clock):
    take(shelf, "a", lambda: "first")
    clock.now += SECONDS
    assert take(shelf, "a", lambda: "second") == "second"
    assert take(shelf, "a", never) == "second"


def test_others_get_the_stale_page_while_one_makes_it_anew(shelf, clock):
    take(shelf, "a", lambda: "first")
    clock.now += SECONDS
    with shelf.turn("a") as turn:
        assert turn.found is None
        assert take(shelf, "a", never) == "first"
        turn.keep("second")
    assert take(shelf, "a", never) == "second"


def test_a_page_that_is_too_old_is_given_to_nobody(shelf, clock):
    take(shelf, "a", lambda: "first")
    clock.now += SECONDS + STALE_SECONDS
    with ThreadPoolExecutor() as threads, shelf.turn("a") as turn:
        waiting = threads.submit(take, shelf, "a", lambda: "own")
        turn.keep("second")
    assert waiting.result(PATIENCE) == "second"


def test_many_who_ask_at_once_have_it_made_once(shelf):
    together, made, seen = Barrier(4), [], Event()

    def make() -> str:
        made.append(1)
        seen.wait(PATIENCE)
        return "page"

    def ask(number: int) -> str | None:
        together.wait(PATIENCE)
        if number == 0:
            seen.set()
        return take(shelf, "a", make)

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(4))) == ["page"] * 4
    assert made == [1]


def test_what_cannot_be_kept_is_made_by_each(shelf):
    made: list[int] = []
    for _ in range(3):
        assert take(shelf, "a", lambda: made.append(1)) is None
    assert len(made) == 3
    assert not shelf.entries


def test_who_waited_for_what_cannot_be_kept_makes_it_alone(shelf):
    with ThreadPoolExecutor() as threads:
        with shelf.turn("a"):
            waiting = threads.submit(take, shelf, "a", lambda: "own")
        assert waiting.result(PATIENCE) == "own"


def test_a_failure_ends_the_turn(shelf):
    with pytest.raises(ZeroDivisionError):
        take(shelf, "a", lambda: str(1 / 0))
    assert take(shelf, "a", lambda: "page") == "page"


def test_pages_longest_unused_go_first(shelf):
    for key in "ab":
        take(shelf, key, lambda: "x" * 40)
    take(shelf, "a", never)
    take(shelf, "c", lambda: "x" * 40)
    assert list(shelf.entries) == ["a", "c"]
    assert shelf.weight == 80


def test_a_page_heavier_than_the_shelf_is_not_kept(shelf):
    assert take(shelf, "a", lambda: "x" * 101) == "x" * 101
    assert (list(shelf.entries), shelf.weight) == ([], 0)


def test_the_same_page_made_anew_stays_the_object_that_it_is(clock):
    shelf: Shelf[list[str]] = Shelf(SECONDS, 100, len, clock)
    pages = (["page"], ["page"])
    for page in pages:
        with shelf.turn("a") as turn:
            turn.keep(page)
        clock.now += SECONDS
    assert shelf.entries["a"].value is pages[0]


def test_a_page_that_has_grown_makes_others_go(clock):
    shelf: Shelf[list[str]] = Shelf(SECONDS, 3, len, clock)
    for key in "ab":
        with shelf.turn(key) as turn:
            turn.keep(["one"])
    shelf.entries["b"].value.extend(["two", "three"])
    shelf.weigh_again("b")
    assert (list(shelf.entries), shelf.weight) == (["b"], 3)
