"""Which addresses the one network door connects to, wherever a name leads."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from articles.fetch import transport
from articles.fetch.door import Door
from articles.fetch.types import DoorSettings, Failure
from tests.fetch.doors import failure_of, settings
from tests.fetch.publisher import Request, feed


@pytest.fixture
def strict_door() -> Iterator[Door]:
    with Door(DoorSettings("Tests/1")) as opened:
        yield opened


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "127.1",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
    ],
)
def test_the_loopback_is_not_asked_however_it_is_spelt(strict_door, serve, host):
    server = serve(feed)
    assert failure_of(strict_door, server.url("/", host)).failure is Failure.ADDRESS
    assert server.asked == []
    assert server.connections == 0


def test_the_address_is_checked_on_every_look_up(serve, monkeypatch):
    """A name that is public at first and private later (DNS rebinding) is not asked later."""
    server = serve(feed)
    answers = iter(["127.0.0.1", "10.0.0.1"])
    family = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, **_: [(*family, (next(answers), port))]
    )
    with Door(settings()) as door:
        assert door.get(server.url("/", "rebinding.example")).status == 200
        door.close()
        error = failure_of(door, server.url("/", "rebinding.example"))
    assert "resolves to a private address (10.0.0.1)" in str(error)


def test_a_name_that_moves_inside_between_two_redirects_is_not_followed(serve, monkeypatch):
    def leaving(request: Request) -> None:
        request.answer(302, Location="/feed", Connection="close")

    server = serve(leaving, feed=feed)
    answers = iter(["127.0.0.1", "169.254.169.254"])
    family = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, **_: [(*family, (next(answers), port))]
    )
    with Door(settings()) as door:
        error = failure_of(door, server.url("/", "rebinding.example"))
    assert "resolves to a link-local address (169.254.169.254)" in str(error)
    assert len(server.asked) == 1


def test_of_several_addresses_only_permitted_ones_are_tried(serve, monkeypatch):
    server = serve(feed)
    family = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, **_: [(*family, (a, port)) for a in ("10.0.0.1", "127.0.0.1")],
    )
    tried: list[object] = []
    connect = transport._Timed.connect

    def noted(self: socket.socket, address: tuple[str, int]) -> None:
        tried.append(address[0])
        connect(self, address)

    monkeypatch.setattr(transport._Timed, "connect", noted)
    with Door(settings()) as door:
        assert door.get(server.url("/", "mixed.example")).status == 200
    assert tried == ["127.0.0.1"]


def test_an_address_that_refuses_is_followed_by_the_next(serve, monkeypatch):
    server = serve(feed)
    families = {"::1": socket.AF_INET6, "127.0.0.1": socket.AF_INET}
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, **_: [
            (family, socket.SOCK_STREAM, 6, "", (a, port)) for a, family in families.items()
        ],
    )
    with Door(settings()) as door:  # nothing listens on ::1
        assert door.get(server.url("/", "two.example")).status == 200


def test_a_name_that_does_not_exist_is_said_so(door):
    error = failure_of(door, "http://no-such-host.invalid/")
    assert error.failure is Failure.NAME
    assert str(error) == "There is no host named no-such-host.invalid."


def test_a_closed_port_is_said_so(door):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        error = failure_of(door, f"http://127.0.0.1:{port}/")
    assert error.failure is Failure.CONNECT
    assert str(error) == "No connection to 127.0.0.1 is possible: Connection refused."
    assert error.__cause__ is not error
