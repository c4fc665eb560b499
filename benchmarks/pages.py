"""How fast pages are, with little and with much in the archive.

    python benchmarks/pages.py --data-dir DIR [--sizes 10000 1000000] [--rounds 100]

Archives are invented (`pages_site/archive.py`) and kept in DIR between runs: the million takes some
minutes and some GB once. Each is served by granian as `manage.py up` does it, three times: with
every page rendered anew, with pages kept as they are in use, and by a bare site without middleware.
One client asks all in turns, so that what else the machine does falls on all alike; every address
is asked once before.

Beside the pages stand two references: an empty Django view that sends 60 KB, with all the project's
middleware and without any, and a plain view that renders 60 items from two queries along indexes.
Times are milliseconds on one connection, CPU those that web server and database spent on a page,
which other work of the machine changes less; requests a second are of eight at once.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pages_site.counting import HEADER
from pages_site.serving import EMPTY, HOST, PROJECT, SITES

from articles.web.visits import Visit

FIRST_PORT = 8700
CONNECTIONS = 8
LOAD_SECONDS = 3.0
LOAD_ROUNDS = 3
KEPT_TARGETS = 3
REFERENCES = ("plain list", "empty")
MOST_QUERIES = 8

TICKS = os.sysconf("SC_CLK_TCK")
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def headers() -> dict[str, str]:
    """What a reader's browser sends who was here an hour ago."""
    now = int(time.time())
    return {
        "Accept-Encoding": "gzip, br",
        "Accept-Language": "en-GB",
        "Cookie": f"edition=uk; visit={Visit(now - 3600, now).write()}",
    }


@dataclass(frozen=True, slots=True)
class Archive:
    """A served archive: ports and processes of its sites, and addresses by kind of page."""

    size: int
    ports: Mapping[str, int]
    targets: Mapping[str, Sequence[str]]
    webs: Mapping[str, int]
    database: int

    def cpu(self, site: str) -> float:
        """Milliseconds that a site and the database have used so far."""
        return 1000 * (cpu(self.webs[site]) + cpu(self.database))


@dataclass(frozen=True, slots=True)
class Figures:
    """One kind of page. Milliseconds; cpu: of a page, all processes; queries: of any the most."""

    median: float
    p95: float
    cpu: float
    queries: int

    @classmethod
    def of(cls, times: Sequence[float], cpu: float, queries: int) -> Figures:
        return cls(median(times), quantiles(times, n=20)[-1], cpu / len(times), queries)

    def __str__(self) -> str:
        return f"{self.median:.2f} | {self.p95:.2f} | {self.cpu:.1f} | {self.queries}"


class Client:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection(HOST, port, timeout=60)
        self._headers = headers()

    def get(self, path: str, **more: str) -> tuple[HTTPMessage, bytes]:
        """Headers and body, as they come. Ends the benchmark for all but 200."""
        self._connection.request("GET", path, headers=self._headers | more)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answers {answer.status}.")
        return answer.headers, body

    def queries(self, path: str) -> int:
        """How many an answer took; none where the page was kept."""
        return int(self.get(path, **{HEADER: "count"})[0].get(HEADER, "0"))

    def milliseconds(self, path: str) -> float:
        began = time.perf_counter()
        self.get(path)
        return 1000 * (time.perf_counter() - began)


@contextmanager
def served(sizes: Sequence[int], folder: Path) -> Iterator[list[Archive]]:
    """All archives at once, each with the servers of its own."""
    with ExitStack() as stack:
        archives = []
        for at, size in enumerate(sizes):
            words = (str(size), str(folder / str(size)), str(FIRST_PORT + at * len(SITES)))
            process = subprocess.Popen(
                [sys.executable, "-m", "pages_site.serving", *words], cwd=PROJECT / "benchmarks",
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            stack.enter_context(process)  # closes its input and waits
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise SystemExit(f"The archive of {size:,} articles is not served.")
            archives.append(Archive(size, **json.loads(line)))
        yield archives


def measure(archives: Sequence[Archive], kind: str, site: str, rounds: int) -> list[Figures]:
    """The figures of one kind of page in each archive, asked in turns."""
    clients = [Client(archive.ports[site]) for archive in archives]
    # Of many addresses in turns each would have been forgotten when its turn comes again.
    some = KEPT_TARGETS if site == "kept" else None
    paths = [archive.targets[kind][:some] for archive in archives]
    pairs = list(zip(clients, paths, strict=True))
    for client, own in pairs:
        for path in own:
            client.get(path)
    queries = [max(map(client.queries, own)) for client, own in pairs]
    before = [archive.cpu(site) for archive in archives]
    times: list[list[float]] = [[] for _ in archives]
    for turn in range(rounds):
        for found, (client, own) in zip(times, pairs, strict=True):
            found.append(client.milliseconds(own[turn % len(own)]))
    used = [archive.cpu(site) - start for archive, start in zip(archives, before, strict=True)]
    return [Figures.of(*found) for found in zip(times, used, queries, strict=True)]


def cpu(root: int) -> float:
    """Seconds that a process and all it ever started have used, as /proc tells them."""
    fields = Path(f"/proc/{root}/stat").read_text().rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) / TICKS
    tasks = Path(f"/proc/{root}/task").iterdir()
    return own + sum(
        cpu(int(pid)) for task in tasks for pid in (task / "children").read_text().split()
    )


def rate(port: int, path: str) -> float:
    """Requests a second of `CONNECTIONS` that ask one address again and again."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}:{port}"]
    lines += [f"{name}: {value}" for name, value in headers().items()]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    with ExitStack() as stack:
        waiting = stack.enter_context(selectors.DefaultSelector())
        for _ in range(CONNECTIONS):
            connection = stack.enter_context(socket.create_connection((HOST, port)))
            waiting.register(connection, selectors.EVENT_READ, (connection, bytearray()))
            connection.sendall(request)
        began, answers = time.perf_counter(), 0
        while time.perf_counter() < began + LOAD_SECONDS:
            for key, _ in waiting.select(1):
                connection, answer = key.data
                answer += connection.recv(1 << 18)
                if is_whole(answer):
                    answer.clear()
                    answers += 1
                    connection.sendall(request)
        return answers / (time.perf_counter() - began)


def is_whole(answer: bytearray) -> bool:
    """Whether all of an answer is there. Ends the benchmark for all but 200."""
    head, blank, body = answer.partition(b"\r\n\r\n")
    if not blank:
        return False
    length = CONTENT_LENGTH.search(head)
    if not length or b" 200 " not in head[:20]:
        raise SystemExit(bytes(head[:200]).decode(errors="replace"))
    return len(body) >= int(length[1])


def rates(archive: Archive) -> dict[str, float]:
    """Requests a second, the median of rounds in turns."""
    asked = {
        "front, kept": ("kept", "/uk/"),
        "front, anew": ("anew", "/uk/"),
        "empty view": ("kept", EMPTY),
        "empty view, no middleware": ("bare", EMPTY),
    }
    found: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(LOAD_ROUNDS):
        for name, (site, path) in asked.items():
            found[name].append(rate(archive.ports[site], path))
    return {name: median(each) for name, each in found.items()}


def table(archives: Sequence[Archive], rounds: int) -> dict[tuple[str, str], list[Figures]]:
    """Measure all pages, print a line for each, and hand the figures back by kind and site."""
    sizes = [archive.size for archive in archives]
    columns = " | ".join(f"{size:,}: median | p95 | CPU | queries" for size in sizes)
    print(f"| page | {columns} | p95, largest / smallest |")
    print("|---|" + "--:|--:|--:|--:|" * len(sizes) + "--:|")
    figures = {}
    for kind in archives[0].targets:
        for site in ("anew",) if kind in REFERENCES else ("anew", "kept"):
            found = figures[kind, site] = measure(archives, kind, site, rounds)
            cells = " | ".join(map(str, found))
            ratio = found[-1].p95 / found[0].p95
            print(f"| {kind}, {site} | {cells} | {ratio:.2f} |", flush=True)
    return figures


def conclude(
    archives: Sequence[Archive], figures: Mapping[tuple[str, str], Sequence[Figures]]
) -> None:
    """Print what the pages are held to."""
    found = rates(archives[-1])
    print()
    for name, answers in found.items():
        print(f"{name}: {answers:,.0f} requests/s")
    pages = {kind: each for (kind, site), each in figures.items() if site == "anew"}
    front, plain = pages["front"][-1], pages["plain list"][-1]
    print(f"\nfront kept / empty view: {found['front, kept'] / found['empty view']:.2f} (≥ 0.5)")
    bare = found["front, kept"] / found["empty view, no middleware"]
    print(f"front kept / empty view without middleware: {bare:.2f}")
    print(f"front anew / plain list, medians: {front.median / plain.median:.2f} (≤ 2)")
    print(f"front anew / plain list, CPU: {front.cpu / plain.cpu:.2f}")
    most = max(figure.queries for each in pages.values() for figure in each)
    print(f"most queries of a page: {most} (≤ {MOST_QUERIES})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data-dir", type=Path, required=True, metavar="DIR")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    with served(options.sizes, options.data_dir.resolve()) as archives:
        conclude(archives, table(archives, options.rounds))


if __name__ == "__main__":
    main()
