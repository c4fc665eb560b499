"""What a request through the network door costs this side: CPU time, and requests a second.

    python benchmarks/door.py [--requests 2000] [--rounds 5]

A server in a process of its own sends prepared answers, so that nearly all of the time is the
door's. One thread asks; the best of so many rounds is told, for kept connections and for new ones.
"""

from __future__ import annotations

import argparse
import gzip
import multiprocessing
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from articles.fetch.addresses import networks
from articles.fetch.door import Door
from articles.fetch.types import DoorSettings, Validators

VALIDATORS = Validators('"a tag"', "Tue, 10 Mar 2026 12:00:00 GMT")
FIELDS = (
    "Date: Tue, 10 Mar 2026 12:00:00 GMT\r\nServer: example\r\nCache-Control: max-age=300\r\n"
    'ETag: "a tag"\r\nLast-Modified: Tue, 10 Mar 2026 12:00:00 GMT\r\n'
)
ITEM = b"<item><title>News of the day</title><link>https://paper.example/news</link></item>"
FEED = gzip.compress(b"<rss version='2.0'><channel>" + ITEM * 60 + b"</channel></rss>")
ANSWERS = {
    "unchanged": f"HTTP/1.1 304 Not Modified\r\n{FIELDS}\r\n".encode(),
    "feed": (
        f"HTTP/1.1 200 OK\r\n{FIELDS}Content-Type: application/rss+xml\r\n"
        f"Content-Encoding: gzip\r\nContent-Length: {len(FEED)}\r\n\r\n"
    ).encode()
    + FEED,
}


def serve(listening: socket.socket) -> None:
    while True:
        connection, _ = listening.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


def answer(connection: socket.socket) -> None:
    with connection:
        while asked := connection.recv(4096):
            connection.sendall(ANSWERS[asked.split(b"/", 2)[1].decode()])


def clocked(work: Callable[[], None], rounds: int) -> tuple[float, float]:
    """Least seconds of CPU and of time."""
    costs = []
    for _ in range(rounds):
        cpu, now = time.process_time(), time.perf_counter()
        work()
        costs.append((time.process_time() - cpu, time.perf_counter() - now))
    return min(cpu for cpu, _ in costs), min(seconds for _, seconds in costs)


def measure(base: str, kind: str, requests: int, rounds: int, *, keep: bool) -> str:
    with Door(DoorSettings("Benchmark", networks(["127.0.0.0/8"]))) as door:

        def ask() -> None:
            for number in range(requests):
                door.get(f"{base}/{kind}/{number}", validators=VALIDATORS)
                if not keep:
                    door.close()

        cpu, seconds = clocked(ask, rounds)
    on = "a kept connection" if keep else "a new connection"
    return f"{kind}, {on}: {cpu / requests * 1e3:.3f} ms CPU, {requests / seconds:,.0f}/s"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        server = multiprocessing.Process(target=serve, args=(listening,), daemon=True)
        server.start()
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        for kind in ANSWERS:
            for keep in (True, False):
                print(measure(base, kind, options.requests, options.rounds, keep=keep))
        server.terminate()
        server.join()


if __name__ == "__main__":
    main()
