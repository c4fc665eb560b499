"""A small real web server on the loopback interface, whose pages are functions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext

Page = Callable[["Request"], None]


@dataclass(frozen=True)
class Asked:
    """What a client sent."""

    path: str
    headers: Message
    at: float
    """When, by `time.monotonic`."""
    body: bytes = b""


class Request(BaseHTTPRequestHandler):
    """One request to a page, which answers through it."""

    protocol_version = "HTTP/1.1"
    server: Server
    asked: Asked

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        now = time.monotonic()
        self.asked = Asked(self.path, self.headers, now, self.rfile.read(length))
        self.server.asked.append(self.asked)
        try:
            self.server.pages.get(self.path.partition("?")[0], missing)(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def do_POST(self) -> None:
        self.do_GET()

    def answer(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def raw(self, data: bytes) -> None:
        """Bytes on the wire as they are; the connection ends after them."""
        self.close_connection = True
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Tests look at `Server.asked` instead."""


def missing(request: Request) -> None:
    request.answer(404, b"<h1>Not found</h1>")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, pages: dict[str, Page], tls: SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.pages = pages
        self.asked: list[Asked] = []
        self.connections = 0
        self.scheme = "https" if tls else "http"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    def process_request(self, request: object, client_address: object) -> None:
        self.connections += 1
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up in the middle are what these tests are about."""

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.server_port}{path}"


@contextmanager
def serving(pages: dict[str, Page], tls: SSLContext | None = None) -> Iterator[Server]:
    server = Server(pages, tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


FEED = b"<rss version='2.0'><channel><title>News</title></channel></rss>"


def feed(request: Request) -> None:
    request.answer(200, FEED, Content_Type="application/rss+xml", ETag='"1"')


def to(location: str, status: int = 302) -> Page:
    return lambda request: request.answer(status, Location=location)
