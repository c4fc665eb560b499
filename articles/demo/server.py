"""Serves the demonstration on the loopback: feeds, home pages, article pages and pictures."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import blake2b
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from articles.demo import documents
from articles.demo.news import Newswire
from articles.demo.pictures import picture

HOST = "127.0.0.1"
PAGE = "text/html; charset=utf-8"


class Server(ThreadingHTTPServer):
    """The newswire at `http://127.0.0.1:<port>`; port 0 takes any that is free."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, newswire: Newswire) -> None:
        super().__init__((HOST, port), _Handler)
        self.newswire = newswire

    @property
    def base(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one write for head and body
    server: Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: the demonstration's log would only hide what matters."""

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        for pattern, answer in self._ROUTES:
            if found := pattern.fullmatch(path):
                try:
                    return answer(self, **found.groupdict())
                except KeyError:
                    break
        return self._answer("There is no such page.\n", "text/plain", HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET  # noqa: N815

    def _index(self) -> None:
        outlets = list(self.server.newswire.outlets.values())
        self._answer(documents.index_page(outlets), PAGE)

    def _feed(self, outlet: str, topic: str, form: str) -> None:
        wire, path = self.server.newswire, urlsplit(self.path).path
        publisher = wire.outlets[outlet]
        if path not in publisher.feeds:
            raise KeyError(path)
        reports = wire.latest(_now(), outlet, topic)
        body = documents.feed(form, self.server.base, path, publisher, reports)
        self._answer(body, documents.MEDIA_TYPES[form])

    def _site(self, outlet: str) -> None:
        wire = self.server.newswire
        reports = wire.latest(_now(), outlet)
        self._answer(documents.site_page(wire.outlets[outlet], reports), PAGE)

    def _article(self, key: str) -> None:
        wire, now = self.server.newswire, _now()
        report = wire.reports[key].as_of(now)
        if report.published > now:
            raise KeyError(key)
        self._answer(documents.article_page(wire.outlets[report.outlet], report), PAGE)

    def _image(self, key: str) -> None:
        report = self.server.newswire.reports[key]
        self._answer(picture(key, report.scene), "image/svg+xml")

    def _answer(self, text: str, media_type: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        body = text.encode()
        tag = f'"{blake2b(body, digest_size=10).hexdigest()}"'
        if status == HTTPStatus.OK and self.headers.get("If-None-Match") == tag:
            status, body = HTTPStatus.NOT_MODIFIED, b""
        self.send_response(status)
        self.send_header("ETag", tag)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    _ROUTES: ClassVar[tuple[tuple[re.Pattern[str], Callable[..., None]], ...]] = (
        (re.compile(r"/"), _index),
        (re.compile(r"/feeds/(?P<outlet>[^/]+)/(?P<topic>[^/.]+)\.(?P<form>\w+)"), _feed),
        (re.compile(r"/sites/(?P<outlet>[^/]+)/"), _site),
        (re.compile(r"/articles/(?P<key>[^/]+)"), _article),
        (re.compile(r"/images/(?P<key>[^/]+)\.svg"), _image),
    )


def _now() -> datetime:
    return datetime.now(UTC)
