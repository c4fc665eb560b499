from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from newsreader.local.errors import LocalError
from newsreader.local.parts import Address, allow_loopback
from newsreader.local.ports import kept_port, require_free

HOST = "127.0.0.1"


def test_a_taken_port_is_named_with_one_that_is_free() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LocalError) as caught:
            require_free(HOST, port)

    assert f"Port {port} of {HOST} is taken" in str(caught.value)
    advice = re.search(r"--port (\d+)", str(caught.value))
    assert advice is not None
    require_free(HOST, int(advice[1]))


def test_a_host_of_another_machine_is_refused() -> None:
    # TEST-NET-1 (RFC 5737) belongs to nobody.
    with pytest.raises(LocalError, match=r"Nothing can listen on 192\.0\.2\.1, port 8000"):
        require_free("192.0.2.1", 8000)


def test_an_unknown_host_is_refused() -> None:
    with pytest.raises(LocalError, match=r"The host 'nowhere\.invalid' is unknown"):
        require_free("nowhere.invalid", 8000)


def test_the_port_of_the_demonstration_stays_the_same(tmp_path: Path) -> None:
    file = tmp_path / "demo-port"
    port = kept_port(file, HOST)

    require_free(HOST, port)
    assert kept_port(file, HOST) == port


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("0.0.0.0", "http://127.0.0.1:8000/"),
        ("::", "http://[::1]:8000/"),
        ("localhost", "http://localhost:8000/"),
    ],
)
def test_the_address_that_is_printed_can_be_opened(host: str, url: str) -> None:
    assert Address(host, 8000).url == url


@pytest.mark.parametrize(
    ("allowed", "name"),
    [
        (["news.example.org"], "news.example.org"),
        ([".example.org"], "example.org"),
        (["*"], "127.0.0.1"),
        ([], "127.0.0.1"),
    ],
)
def test_the_site_is_asked_by_a_name_that_it_answers_to(allowed: list[str], name: str) -> None:
    assert Address("0.0.0.0", 8000, allowed).name == name


def test_the_demonstration_adds_to_the_allowed_networks() -> None:
    assert allow_loopback(["10.0.0.0/8"]) == "10.0.0.0/8,127.0.0.1/32"
