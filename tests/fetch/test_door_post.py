"""POSTs through the one network door."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from articles.fetch.addresses import networks
from articles.fetch.door import Door
from articles.fetch.types import DoorSettings, Failure, FetchError
from tests.fetch.publisher import Request, serving, to

LOOPBACK = networks(["127.0.0.0/8"])
FORM = {"hub.mode": "subscribe", "hub.topic": "https://paper.example/a?b=ü&c"}


@pytest.fixture
def door() -> Iterator[Door]:
    with Door(DoorSettings("Tests/1", LOOPBACK)) as opened:
        yield opened


def accept(request: Request) -> None:
    request.answer(202, request.command.encode())


def test_a_form_arrives_as_it_was_sent(door):
    with serving({"/hub": accept}) as hub:
        response = door.post(hub.url("/hub"), FORM)
        asked = hub.asked[0]
    assert (response.status, response.body) == (202, b"POST")
    assert {name: value for name, [value] in parse_qs(asked.body.decode()).items()} == FORM
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert asked.headers["User-Agent"] == "Tests/1"


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_that_keeps_a_post_is_followed_with_the_form(door, status):
    with serving({"/old": to("/hub", status), "/hub": accept}) as hub:
        assert door.post(hub.url("/old"), FORM).body == b"POST"
        assert hub.asked[0].body == hub.asked[1].body != b""


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_would_make_it_a_get_is_the_answer(door, status):
    with serving({"/old": to("/hub", status), "/hub": accept}) as hub:
        assert door.post(hub.url("/old"), FORM).status == status
        assert len(hub.asked) == 1


def test_a_form_is_never_sent_on_a_connection_that_may_be_closed_already(door):
    with serving({"/hub": accept}) as hub:
        door.get(hub.url("/hub"))
        door.post(hub.url("/hub"), FORM)
        assert hub.connections == 2


def test_redirects_in_a_circle_end(door):
    circle = serving({"/a": to("/b", 307), "/b": to("/a", 307)})
    with circle as hub, pytest.raises(FetchError) as failed:
        door.post(hub.url("/a"), FORM)
    assert failed.value.failure is Failure.REDIRECTS


def test_a_private_address_gets_no_post():
    with serving({"/hub": accept}) as hub, Door(DoorSettings("Tests/1")) as closed:
        with pytest.raises(FetchError) as failed:
            closed.post(hub.url("/hub"), FORM)
        assert not hub.asked
    assert failed.value.failure is Failure.ADDRESS


def test_a_redirect_to_a_private_address_gets_no_post(door):
    hostile = serving({"/hub": to("http://10.0.0.1/", 307)})
    with hostile as hub, pytest.raises(FetchError) as failed:
        door.post(hub.url("/hub"), FORM)
    assert failed.value.failure is Failure.ADDRESS
