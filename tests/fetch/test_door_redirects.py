"""Redirects through the one network door, followed at once or one request at a time."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from articles.fetch.door import Door, Hop
from articles.fetch.types import Failure
from tests.fetch.doors import failure_of, settings
from tests.fetch.publisher import FEED, Request, feed, to

# Redirects


def test_redirects_are_followed_to_the_address_that_answers(door, serve):
    server = serve(None, a=to("/b?x=1#part"), b=to("feed"), feed=feed)
    response = door.get(server.url("/a"))
    assert (response.url, response.body) == (server.url("/feed"), FEED)
    assert [request.path for request in server.asked] == ["/a", "/b?x=1", "/feed"]


@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [((301,), True), ((308, 301), True), ((302,), False), ((301, 302), False), ((307, 308), False)],
)
def test_only_a_chain_of_permanent_redirects_gives_a_new_address(door, serve, statuses, permanent):
    hops = {f"h{n}": to(f"/h{n + 1}", status) for n, status in enumerate(statuses)}
    server = serve(None, **hops, **{f"h{len(statuses)}": feed})
    expected = server.url(f"/h{len(statuses)}") if permanent else ""
    assert door.get(server.url("/h0")).permanent_url == expected


def test_five_redirects_are_followed_and_six_are_not(door, serve):
    hops = {f"h{n}": to(f"/h{n + 1}") for n in range(6)}
    server = serve(None, **hops, h6=feed)
    assert door.get(server.url("/h1")).body == FEED
    error = failure_of(door, server.url("/h0"))
    assert error.failure is Failure.REDIRECTS
    assert str(error) == "127.0.0.1 redirects more than 5 times."


def test_a_circle_of_redirects_is_noticed(door, serve):
    server = serve(None, a=to("/b"), b=to("/a"))
    error = failure_of(door, server.url("/a"))
    assert (error.failure, str(error)) == (Failure.REDIRECTS, "127.0.0.1 redirects in a circle.")
    assert len(server.asked) == 2


def test_a_redirect_without_a_target_is_a_failure(door, serve):
    error = failure_of(door, serve(lambda r: r.answer(302)).url("/"))
    assert str(error) == "127.0.0.1 redirects without saying where."


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("file:///etc/passwd", "“file:” addresses may not be fetched, only http and https."),
        ("http://169.254.169.254/latest/", "169.254.169.254 is a link-local address, which may"),
        ("http://10.0.0.1/", "10.0.0.1 is a private address"),
        ("http://[::ffff:10.0.0.1]/", "::ffff:a00:1 is a private address"),
        ("http://0x0a000001/", "“0x0a000001” is not the usual form of an address."),
        ("http://167772161/", "“167772161” is not the usual form"),
        ("http://012.0.0.1/", "“012.0.0.1” is not the usual form"),
        ("http://user:secret@example.org/", "user name or password"),
        ("javascript:alert(1)", "“javascript:”"),
    ],
)
def test_every_redirect_is_checked_again(door, serve, location, words):
    error = failure_of(door, serve(to(location)).url("/"))
    assert error.failure is Failure.ADDRESS
    assert str(error).startswith("Redirected by 127.0.0.1: ")
    assert words in str(error)


def test_a_location_in_raw_utf8_is_understood(door, serve):
    server = serve(None, **{"a": lambda r: r.raw(
        "HTTP/1.1 302 Found\r\nLocation: /ä\r\nContent-Length: 0\r\n\r\n".encode()
    ), "%C3%A4": feed})  # fmt: skip
    assert door.get(server.url("/a")).body == FEED


# One request at a time


def test_a_fetch_can_be_made_hop_by_hop(door, serve):
    goal = serve(feed)
    server = serve(to(goal.url("/"), 301))
    first = door.start(server.url("/"))
    assert first.host == f"127.0.0.1:{server.server_port}"
    assert not server.asked

    second = door.follow(first)
    assert isinstance(second, Hop)
    assert second.host == f"127.0.0.1:{goal.server_port}"
    assert not goal.asked

    response = door.follow(second)
    assert (response.body, response.permanent_url) == (FEED, goal.url("/"))


def test_the_deadline_counts_the_time_of_the_requests_alone(serve, monkeypatch):
    passed = 0.0
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + passed)
    monkeypatch.setattr("articles.fetch.transport.time", clock)

    def slow(request: Request) -> None:
        nonlocal passed
        passed += 40
        request.answer(302, Location="/next")

    server = serve(slow, next=feed)
    with Door(settings(deadline=60)) as door:
        hop = door.follow(door.start(server.url("/")))
        assert isinstance(hop, Hop)
        assert hop.seconds <= 20
        passed += 60
        assert not isinstance(door.follow(hop), Hop)


def test_a_connection_that_is_not_to_be_kept_is_closed(door, serve):
    server = serve(feed)
    for _ in range(2):
        door.follow(door.start(server.url("/")), keep=False)
    assert server.connections == 2
    assert server.asked[0].headers["Connection"] == "close"


def test_an_answer_says_whether_the_server_is_in_an_allowed_network(door, serve):
    server = serve(to("/next"), next=feed)
    hop = door.follow(door.start(server.url("/")))
    assert hop.allowed
    assert door.follow(hop).allowed


def test_a_door_can_be_cut_while_a_server_keeps_it_waiting(serve):
    asked, silent = threading.Event(), threading.Event()

    def wait(request: Request) -> None:
        asked.set()
        silent.wait(60)

    server = serve(wait)
    try:
        with Door(settings(deadline=60)) as door, ThreadPoolExecutor() as threads:
            failing = threads.submit(failure_of, door, server.url("/"))
            assert asked.wait(30)
            door.cut()
            assert failing.result(30).failure in {Failure.CONNECT, Failure.TIMEOUT}
            assert failure_of(door, server.url("/")).failure is Failure.TIMEOUT
    finally:
        silent.set()
