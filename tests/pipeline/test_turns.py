"""Requests for somebody who waits, at the turns of their hosts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from articles.fetch.addresses import networks
from articles.fetch.door import Door
from articles.fetch.types import Failure, FetchError
from articles.pipeline import hosts, turns
from tests.fetch.publisher import Request, Server, serving

pytestmark = pytest.mark.django_db


def page(request: Request) -> None:
    request.answer(200, b"hello")


def moved(request: Request) -> None:
    request.answer(302, Location="/page")


def busy(request: Request) -> None:
    request.answer(429, Retry_After="3600")


@pytest.fixture
def server(settings) -> Iterator[Server]:
    settings.FETCH = replace(settings.FETCH, allow_networks=networks(["127.0.0.0/8"]))
    settings.FETCH_PACE_ALLOWED = True
    settings.FETCH_HOST_SECONDS = 0.2
    with serving({"/page": page, "/moved": moved, "/busy": busy}) as running:
        yield running


@pytest.fixture
def door(server, settings) -> Iterator[Door]:
    with Door(settings.FETCH) as opened:
        yield opened


def host(server: Server) -> str:
    return f"127.0.0.1:{server.server_port}"


def test_a_host_is_asked_again_after_its_pause(door, server):
    began = time.monotonic()
    for _ in range(3):
        assert turns.get(door, server.url("/page"), seconds=60).body == b"hello"
    assert time.monotonic() - began >= 0.4


def test_a_redirect_waits_for_its_turn_as_well(door, server):
    began = time.monotonic()
    assert turns.get(door, server.url("/moved"), seconds=60).url == server.url("/page")
    assert time.monotonic() - began >= 0.2


def test_the_turn_of_another_is_waited_for(door, server):
    (turn,) = hosts.take([host(server)]).values()
    hosts.release([hosts.Visit(turn, timedelta(seconds=0.3))])
    assert turns.get(door, server.url("/page"), seconds=60).status == 200


def test_a_request_of_another_that_is_under_way_is_waited_for(door, server, monkeypatch):
    """Its lease is of minutes, but it will be released as soon as the answer is there."""
    (turn,) = hosts.take([host(server)]).values()
    releasing = iter([[], [hosts.Visit(turn, timedelta(0))]])

    def sleep(_: float) -> None:
        hosts.release(next(releasing))

    monkeypatch.setattr("articles.pipeline.turns.time.sleep", sleep)
    assert turns.get(door, server.url("/page"), seconds=60).status == 200


def test_a_turn_that_would_come_too_late_is_not_waited_for(door, server):
    hosts.take([host(server)])
    with pytest.raises(turns.NotInTimeError) as failed:
        turns.get(door, server.url("/page"), seconds=0.3)
    assert str(failed.value) == (
        f"{host(server)} was asked by us already, and may not be asked again in time."
    )
    assert server.asked == []


def test_a_host_that_asks_us_to_slow_down_is_left_alone_by_all(door, server):
    assert turns.get(door, server.url("/busy"), seconds=60).status == 429
    with pytest.raises(turns.NotInTimeError):
        turns.get(door, server.url("/page"), seconds=60)


def test_a_turn_is_given_back_where_the_request_fails(door, server, settings):
    server.pages["/page"] = lambda request: request.raw(b"no HTTP\r\n")
    settings.FETCH_HOST_SECONDS = 0.0
    for _ in range(2):
        with pytest.raises(FetchError) as failed:
            turns.get(door, server.url("/page"), seconds=1)
        assert failed.value.failure is Failure.HTTP
