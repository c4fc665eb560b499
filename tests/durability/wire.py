"""Many small publishers on the loopback, who all have news at once and remember what they told."""

from __future__ import annotations

import math
import re
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from xml.sax.saxutils import escape, quoteattr

FEEDS = 300
ENTRIES = 3
"""New in every feed of a round."""
COVERAGE = 5
"""So many publishers report one event."""

_PLACES = ("Arlen", "Brück", "Corvo", "Dunmore", "Elstad", "Farrow", "Galway", "Hollis", "Ivrea")
_THINGS = ("bridge", "harbour", "museum", "orchestra", "reservoir", "stadium", "tramway", "archive")
_DEEDS = ("reopens", "floods", "celebrates", "closes", "wins approval", "loses funding", "expands")
_EVENTS = [" ".join(words) for words in product(_PLACES, _THINGS, _DEEDS)]

Told = set[tuple[str, str]]
"""Pairs of a feed's address and an entry's GUID."""


class Wire(ThreadingHTTPServer):
    """Serves FEEDS feeds at `http://127.0.0.1:<port>/feeds/<number>`, each answer a little late."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, delay: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.delay = delay  # seconds
        self.began = datetime.now(UTC)
        self.round = 0
        self.answers = 0
        """In this round."""
        self.held = 0
        """Requests that wait to be answered."""
        self._most = math.inf
        self._counting = threading.Condition()

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader that dies in the middle of an answer is what is tested here."""

    def address(self, number: int) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/feeds/{number}"

    def publish(self, most: float = math.inf) -> None:
        """Something new in every feed; after so many answers requests are held."""
        with self._counting:
            self.round, self.answers, self._most = self.round + 1, 0, most
            self._counting.notify_all()

    def count(self) -> None:
        with self._counting:
            self.answers += 1

    def let_go(self) -> None:
        """Hold no request any more."""
        with self._counting:
            self._most = math.inf
            self._counting.notify_all()

    def wait(self) -> None:
        """Until a request may be answered."""
        with self._counting:
            self.held += 1
            self._counting.wait_for(lambda: self.answers < self._most)
            self.held -= 1

    def everything(self) -> Told:
        """All that a reader who missed nothing has by now."""
        return {
            (self.address(number), guid(number, told, entry))
            for number in range(FEEDS)
            for told in range(1, self.round + 1)
            for entry in range(ENTRIES)
        }

    def feed(self, number: int) -> str:
        items = "".join(
            self._item(number, told, entry)
            for told in range(self.round, 0, -1)
            for entry in range(ENTRIES)
        )
        return (
            f'<rss version="2.0"><channel><title>Publisher {number}</title><language>en</language>'
            f"<link>http://publisher{number}.example/</link>{items}</channel></rss>"
        )

    def opml(self) -> str:
        outlines = "".join(
            f'<outline type="rss" text="Desk {number}" xmlUrl={quoteattr(self.address(number))}/>'
            for number in range(FEEDS)
        )
        return f'<opml version="2.0"><body>{outlines}</body></opml>'

    def _item(self, number: int, told: int, entry: int) -> str:
        event = _EVENTS[(told * 97 + (number // COVERAGE) * ENTRIES + entry) % len(_EVENTS)]
        title = f"{event}, says desk {number} in report {told}{entry}"
        at = self.began - timedelta(minutes=number % 60)
        link = f"http://publisher{number}.example/{told}/{entry}"
        return (
            f"<item><guid>{guid(number, told, entry)}</guid><link>{link}</link>"
            f"<title>{escape(title)}</title><pubDate>{format_datetime(at)}</pubDate></item>"
        )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one write for head and body
    server: Wire

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: thousands of requests say nothing."""

    def do_GET(self) -> None:
        found = re.fullmatch(r"/feeds/(\d+)", self.path)
        body = self.server.feed(int(found[1])).encode() if found else b""
        time.sleep(self.server.delay)
        self.server.wait()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.count()


def guid(number: int, told: int, entry: int) -> str:
    return f"{number}-{told}-{entry}"
