"""The one network door, against a real server on the loopback interface."""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import brotli
import pytest

from articles.fetch.door import Door
from articles.fetch.types import Failure, Validators
from tests.fetch.doors import failure_of, settings
from tests.fetch.publisher import FEED, Request, Server, feed, serving

CERTIFICATE = Path(__file__).parent / "data" / "loopback.pem"


# What is asked for


def test_an_answer_comes_with_status_headers_in_lower_case_and_body(door, serve):
    server = serve(feed)
    response = door.get(server.url("/"))
    assert (response.status, response.body, response.url) == (200, FEED, server.url("/"))
    assert response.headers["etag"] == '"1"'
    assert (response.permanent_url, response.wire_bytes) == ("", len(FEED))


def test_a_request_says_who_asks_and_what_for(door, serve):
    server = serve(feed)
    door.get(server.url("/"))
    sent = server.asked[0].headers
    assert sent["User-Agent"] == "Tests/1 (+https://example.org)"
    assert sent["Accept-Encoding"] == "gzip, deflate, br"
    assert "application/atom+xml" in sent["Accept"]
    assert sent["Host"] == f"127.0.0.1:{server.server_port}"
    assert "If-None-Match" not in sent
    assert "Cookie" not in sent


def test_validators_make_the_request_conditional(door, serve):
    def unchanged(request: Request) -> None:
        known = request.headers["If-None-Match"], request.headers["If-Modified-Since"]
        request.answer(304 if known == ('"1"', "Mon, 09 Mar 2026 12:00:00 GMT") else 200)

    validators = Validators('"1"', "Mon, 09 Mar 2026 12:00:00 GMT")
    response = door.get(serve(unchanged).url("/"), validators=validators)
    assert (response.status, response.body) == (304, b"")


def test_environment_proxies_are_not_used(door, serve, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert door.get(serve(feed).url("/")).status == 200


def test_an_error_status_is_an_answer_and_its_body_is_not_read(door, serve):
    server = serve(lambda request: request.answer(503, b"x" * 50_000, Retry_After="120"))
    response = door.get(server.url("/"))
    assert (response.status, response.body) == (503, b"")
    assert response.headers["retry-after"] == "120"


# Connections


def test_a_connection_serves_one_request_after_the_other(door, serve):
    server = serve(feed)
    for _ in range(3):
        door.get(server.url("/"))
    assert (len(server.asked), server.connections) == (3, 1)


def test_a_kept_connection_that_the_server_closed_is_replaced(door, serve):
    def closing(request: Request) -> None:
        feed(request)
        request.close_connection = True  # without having said so

    server = serve(closing)
    assert [door.get(server.url("/")).status for _ in range(3)] == [200, 200, 200]
    assert server.connections == 3


def test_a_connection_with_an_unread_body_is_not_used_again(door, serve):
    server = serve(lambda request: request.answer(404, b"x" * 50_000))
    for _ in range(2):
        door.get(server.url("/"))
    assert server.connections == 2


def test_an_answer_is_known_though_the_body_beside_it_breaks(door, serve):
    server = serve(lambda r: r.raw(b"HTTP/1.1 404 No\r\nContent-Length: 50\r\n\r\nshort"))
    assert door.get(server.url("/")).status == 404


def test_what_follows_an_answer_unasked_is_no_answer_to_the_next_request(door, serve):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"
    server = serve(
        None, talk=lambda r: r.wfile.write(head + b"wanted" + head + b"forged"), feed=feed
    )
    for _ in range(3):
        assert door.get(server.url("/talk")).body == b"wanted"
        assert door.get(server.url("/feed")).body == FEED


def test_interim_answers_are_passed_over(door, serve):
    def hinting(request: Request) -> None:
        request.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 3)
        feed(request)

    assert door.get(serve(hinting).url("/")).body == FEED


def test_a_flood_of_interim_answers_ends(door, serve):
    def flooding(request: Request) -> None:
        while True:
            request.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    error = failure_of(door, serve(flooding).url("/"))
    assert str(error) == "The answer of 127.0.0.1 is not proper HTTP."


def test_many_threads_may_ask_at_once(door, serve):
    server = serve(feed)
    with ThreadPoolExecutor(32) as pool:
        bodies = list(pool.map(lambda _: door.get(server.url("/")).body, range(200)))
    assert bodies == [FEED] * 200
    assert server.connections <= 64


# Bodies


@pytest.mark.parametrize(
    ("coding", "compress"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),  # without zlib's frame, as some send
        ("br", brotli.compress),
    ],
)
def test_compressed_bodies_are_read(door, serve, coding, compress):
    text = FEED * 20
    server = serve(lambda r: r.answer(200, compress(text), Content_Encoding=coding))
    response = door.get(server.url("/"))
    assert response.body == text
    assert response.wire_bytes == len(compress(text))


@pytest.mark.parametrize(
    ("coding", "compress"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", brotli.compress),
        ("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))),
        ("br, gzip", lambda data: gzip.compress(brotli.compress(data))),
    ],
)
def test_a_bomb_is_given_up_at_the_limit(door, serve, coding, compress):
    bomb = compress(bytes(5_000_000))
    server = serve(lambda r: r.answer(200, bomb, Content_Encoding=coding))
    error = failure_of(door, server.url("/"))
    assert error.failure is Failure.TOO_LARGE


def test_a_body_at_the_limit_is_read_and_one_byte_more_is_not(door, serve):
    server = serve(None, full=lambda r: r.answer(200, b"x" * 100_000),
                   over=lambda r: r.answer(200, b"x" * 100_001))  # fmt: skip
    assert len(door.get(server.url("/full")).body) == 100_000
    error = failure_of(door, server.url("/over"))
    assert str(error) == "The answer of 127.0.0.1 is larger than 0.0953674 MB."


def test_an_endless_body_is_given_up(door, serve):
    def endless(request: Request) -> None:
        request.raw(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            request.wfile.write(b"x" * 65_536)

    assert failure_of(door, serve(endless).url("/")).failure is Failure.TOO_LARGE


def test_chunks_are_put_together(door, serve):
    server = serve(lambda r: r.raw(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    ))  # fmt: skip
    assert door.get(server.url("/")).body == b"abcde"


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", Failure.CONNECT),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nshort", Failure.CONNECT),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
            Failure.HTTP,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(FEED)[:-9],
            Failure.HTTP,
        ),
        (b"this is no HTTP\r\n\r\n", Failure.HTTP),
        (b"<rss version='2.0'></rss>", Failure.CONNECT),
        (b"<rss version='2.0'>\n</rss>", Failure.HTTP),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", Failure.HTTP),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", Failure.HTTP),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nab", Failure.HTTP),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 15 + b"\r\nab",
            Failure.CONNECT,
        ),
        (b"", Failure.CONNECT),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", Failure.HTTP),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", Failure.TOO_LARGE),
        (b"HTTP/1.1 200 OK\r\n" + (b"X: " + b"y" * 5_000 + b"\r\n") * 50, Failure.TOO_LARGE),
    ],
)
def test_answers_that_break_the_protocol_are_failures(door, serve, answer, failure):
    assert failure_of(door, serve(lambda r: r.raw(answer)).url("/")).failure is failure


def test_a_reset_connection_is_a_failure_in_words(door, serve):
    def reset(request: Request) -> None:
        request.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss>")
        request.wfile.flush()
        linger = struct.pack("ii", 1, 0)
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        request.connection.close()

    error = failure_of(door, serve(reset).url("/"))
    assert error.failure is Failure.CONNECT
    assert str(error) == "127.0.0.1 closed the connection before its answer was complete."


# Time


def drip_head(request: Request) -> None:
    request.raw(b"HTTP/1.1 200 OK\r\n")
    while True:
        request.wfile.write(b"X")
        time.sleep(0.02)


def drip_body(request: Request) -> None:
    request.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    while True:
        request.wfile.write(b"<")
        time.sleep(0.02)


def drip_chunks(request: Request) -> None:
    request.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        request.wfile.write(b"1\r\nx\r\n")
        time.sleep(0.02)


def drip_compressed(request: Request) -> None:
    """Valid gzip members that hold nothing: bytes arrive, and never any content."""
    request.raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
    while True:
        request.wfile.write(gzip.compress(b""))
        time.sleep(0.02)


def say_nothing(request: Request) -> None:
    request.connection.settimeout(10)
    request.connection.recv(1)  # until the door hangs up


def wander(request: Request) -> None:
    """A redirect after a while: each hop is quick enough, all together are not."""
    time.sleep(0.2)
    request.answer(302, Location=f"/?{len(request.server.asked)}")


@pytest.mark.parametrize("page", [drip_head, drip_body, drip_chunks, drip_compressed, say_nothing])
def test_a_slow_sender_is_cut_at_the_deadline(serve, page):
    server = serve(page)
    with Door(settings(deadline=0.3)) as door:
        error = failure_of(door, server.url("/"))
    assert error.failure is Failure.TIMEOUT
    assert str(error) == "The server at 127.0.0.1 did not answer completely within 0.3 seconds."


def test_the_deadline_holds_for_all_redirects_together(serve):
    server = serve(wander)
    with Door(settings(deadline=0.5, redirects=100)) as door:
        error = failure_of(door, server.url("/"))
    assert error.failure is Failure.TIMEOUT
    assert len(server.asked) <= 3


def test_a_name_that_is_looked_up_too_slowly_is_cut_at_the_deadline(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: release.wait(10) and [])
    with Door(settings(deadline=0.2)) as door:
        error = failure_of(door, "http://slow.example/")
    release.set()
    assert error.failure is Failure.TIMEOUT


# TLS


@pytest.fixture
def tls_server() -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with serving({"/": feed, "/drip": drip_body}, context) as server:
        yield server


def test_a_certificate_nobody_vouches_for_is_refused(door, tls_server):
    error = failure_of(door, tls_server.url("/"))
    assert error.failure is Failure.CONNECT
    assert str(error).startswith("No secure connection to 127.0.0.1 is possible: self")
    assert tls_server.asked == []


def test_https_is_read_where_the_authority_is_trusted(tls_server):
    trusted = ssl.create_default_context(cafile=CERTIFICATE)
    with Door(settings(), trusted) as door:
        assert [door.get(tls_server.url("/")).body for _ in range(2)] == [FEED, FEED]
    assert tls_server.connections == 1


def test_the_deadline_holds_over_tls(tls_server):
    trusted = ssl.create_default_context(cafile=CERTIFICATE)
    with Door(settings(deadline=0.5), trusted) as door:
        assert failure_of(door, tls_server.url("/drip")).failure is Failure.TIMEOUT


def test_a_handshake_that_never_comes_is_cut_at_the_deadline():
    with socket.create_server(("127.0.0.1", 0)) as silent, Door(settings(deadline=0.3)) as door:
        error = failure_of(door, f"https://127.0.0.1:{silent.getsockname()[1]}/")
    assert error.failure is Failure.TIMEOUT


def test_a_handshake_that_drips_is_cut_at_the_deadline():
    """One TLS record announced at its greatest length, then a byte of it at a time."""
    stop = threading.Event()

    def drip(server: socket.socket) -> None:
        server.settimeout(10)  # where the door did not come so far
        with suppress(OSError):
            client, _ = server.accept()
            with client:
                client.sendall(b"\x16\x03\x03\x40\x00")
                while not stop.wait(0.02):
                    client.sendall(b"\x02")

    with socket.create_server(("127.0.0.1", 0)) as server, Door(settings(deadline=0.3)) as door:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        error = failure_of(door, f"https://127.0.0.1:{server.getsockname()[1]}/")
        stop.set()
        thread.join()
    assert error.failure is Failure.TIMEOUT
