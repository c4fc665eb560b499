"""How fast news comes in: a cold, a warm and a later refresh of many feeds, stored in PostgreSQL.

    python benchmarks/ingest.py LIST.opml [--later URL] [--workers 2] [--reader PYTHON]

LIST is a file or an address; its feeds are best served on the loopback, by one's own newswire.
`cold` finds everything new, `warm` comes again at once, `later` comes after a POST to --later has
made the newswire publish more. Every refresh runs in worker processes that are started
before the clock is, with the servers of an empty data directory of their own; grouping is a job of
its own (see `grouping.py`) and left out.

--reader names a Python that has the library `reader` (https://reader.readthedocs.io). It then
refreshes the same feeds with eight threads, in turns with ours, and the last column is our rate
over its. Memory is of the largest worker and of the process that parses for it; CPU is of all
workers with what they start, the database's told apart.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
READER_THREADS = 8
TICKS = os.sysconf("SC_CLK_TCK")

FIRST_FEED = b"""<rss version="2.0"><channel><title>First</title><item><guid>1</guid>
<title>A feed in a language that has to be told</title></item></channel></rss>"""

READER_ADDS = """
import sys
from reader import make_reader
with make_reader(sys.argv[1]) as reader:
    for line in sys.stdin:
        reader.add_feed(line.strip(), exist_ok=True)
"""
READER_UPDATES = """
import json, sys, time
from reader import make_reader
with make_reader(sys.argv[1]) as reader:
    before = reader.get_entry_counts().total
    began, cpu = time.perf_counter(), time.process_time()
    feeds = sum(1 for _ in reader.update_feeds_iter(workers=int(sys.argv[2]), scheduled=False))
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    new = reader.get_entry_counts().total - before
print(json.dumps({"feeds": feeds, "articles": new, "seconds": seconds, "cpu": cpu}))
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """One refresh. seconds: by the clock; cpu: seconds of all cores; memory, parser: MiB."""

    feeds: int
    articles: int
    seconds: float
    cpu: float
    memory: float = 0.0
    parser: float = 0.0
    database_cpu: float = 0.0

    def rate(self, phase: str) -> float:
        """What counts: articles a second where all is new, feeds a second otherwise."""
        return (self.articles if phase == "cold" else self.feeds) / self.seconds


class Ours:
    """This project, with servers of its own in an empty folder."""

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def subscribe(self, listing: str) -> int:
        from django.core.management import call_command

        from articles.models import Feed

        call_command("import_opml", listing, stdout=sys.stderr)
        return Feed.objects.count()

    def refresh(self) -> Figures:
        from django.db import connection

        from articles.models import Feed

        Feed.objects.update(next_fetch_at="2000-01-01T00:00:00Z")
        connection.close()
        words = [sys.executable, str(Path(__file__).resolve()), "--work"]
        workers = [
            subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(self._workers)
        ]
        for worker in workers:
            _line_of(worker)
        database, began = database_cpu(), time.perf_counter()
        for worker in workers:
            _start(worker)
        reports = [json.loads(_line_of(worker)) for worker in workers]
        seconds = time.perf_counter() - began
        database = database_cpu() - database
        for worker in workers:
            worker.communicate()
        return Figures(
            feeds=sum(report["feeds"] for report in reports),
            articles=sum(report["articles"] for report in reports),
            seconds=seconds,
            cpu=sum(report["cpu"] for report in reports),
            memory=max(report["memory"] for report in reports),
            parser=max(report["parser"] for report in reports),
            database_cpu=database,
        )


class Reader:
    """The library `reader`, which keeps everything in a file of SQLite."""

    def __init__(self, python: str, folder: Path) -> None:
        self._python = python
        self._database = str(folder / "reader.sqlite")

    def subscribe(self, feeds: Sequence[str]) -> None:
        self._run(READER_ADDS, lines="\n".join(feeds))

    def refresh(self) -> Figures:
        return Figures(**json.loads(self._run(READER_UPDATES, str(READER_THREADS))))

    def _run(self, program: str, *words: str, lines: str = "") -> str:
        done = subprocess.run(
            [self._python, "-c", program, self._database, *words],
            input=lines, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"reader failed:\n{done.stderr}")
        return done.stdout


def work() -> None:
    """One worker: refresh what is due, once a line on stdin says so, and report."""
    _setup()
    from django.db import connection
    from django.utils import timezone

    from articles.fetch.types import Response
    from articles.models import Feed, Source
    from articles.pipeline.refresh import Summary, parse_answer, refresh_due

    connection.ensure_connection()
    # A worker's parser lives as long as the worker does: start it before the clock as well.
    first = Response("http://publisher.example/feed", 200, {}, FIRST_FEED)
    parse_answer(Feed(url=first.url, source=Source()), first, timezone.now())
    print("ready", flush=True)
    sys.stdin.readline()
    before = cpu(os.getpid())
    summary = Summary()
    for refreshed in refresh_due():
        summary.add(refreshed)
    report = {
        "feeds": summary.feeds,
        "articles": summary.new_articles,
        "cpu": cpu(os.getpid()) - before,
        "memory": _memory(os.getpid()),
        "parser": _memory(*_children(os.getpid())),
    }
    print(json.dumps(report), flush=True)


def database_cpu() -> float:
    from django.conf import settings

    first = (settings.LAYOUT.postgres_data / "postmaster.pid").read_text().split()[0]
    return cpu(int(first))


def cpu(root: int) -> float:
    """Seconds that a process and all it ever started have used, as /proc tells them."""
    ticks = 0
    for pid in (root, *_children(root)):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        # A child that has ended is counted by its parent.
        ticks += sum(map(int, fields[11:15] if pid == root else fields[11:13]))
    return ticks / TICKS


def _memory(*pids: int) -> float:
    """MiB that processes held at most, each at its own time."""
    statuses = (Path(f"/proc/{pid}/status").read_text() for pid in pids)
    peaks = [int(status.partition("VmHWM:")[2].split()[0]) for status in statuses]
    return sum(peaks) / 1024


def _children(root: int) -> list[int]:
    """The children of any thread of a process."""
    tasks = Path(f"/proc/{root}/task").iterdir()
    return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]


def _line_of(worker: subprocess.Popen[str]) -> str:
    if worker.stdout is None or not (line := worker.stdout.readline()):
        raise SystemExit("A worker ended before it had reported.")
    return line


def _start(worker: subprocess.Popen[str]) -> None:
    if worker.stdin is not None:
        worker.stdin.write("go\n")
        worker.stdin.flush()


def _setup() -> None:
    sys.path.insert(0, str(PROJECT))
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsreader.settings")
    django.setup()


@contextmanager
def own_servers(folder: Path) -> Iterator[None]:
    """PostgreSQL and Valkey over an empty folder, with all tables."""
    folder.chmod(0o755)  # root's PostgreSQL runs as somebody else
    os.environ.update(
        NEWSREADER_DATA_DIR=str(folder / "data"),
        FETCH_ALLOW_NETWORKS="127.0.0.0/8",
        LOG_LEVEL="WARNING",
    )
    for other in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(other, None)
    _setup()
    from django.conf import settings
    from django.core.management import call_command

    from newsreader.local.servers import Wanted, available

    def prepare() -> None:
        call_command("migrate", interactive=False, verbosity=0)

    with available(settings.LAYOUT, Wanted(), "ingest benchmark", prepare):
        yield


def compare(listing: str, later: str, workers: int, python: str, folder: Path) -> None:
    """Refresh in turns and print a line for each refresh."""
    from articles.models import Feed

    ours = Ours(workers)
    feeds = ours.subscribe(listing)
    print(f"{feeds} feeds, {workers} workers, {os.cpu_count()} cores", flush=True)
    reader = Reader(python, folder) if python else None
    if reader:
        reader.subscribe(list(Feed.objects.values_list("url", flat=True)))
    for phase in ("cold", "warm", "later"):
        if phase == "later":
            if not later:
                return
            urllib.request.urlopen(urllib.request.Request(later, method="POST")).close()
        figures = ours.refresh()
        other = reader.refresh() if reader else None
        _tell(phase, "newsreader", figures, figures.rate(phase) / other.rate(phase) if other else 0)
        if other:
            _tell(phase, "reader", other, 0)


def _tell(phase: str, who: str, figures: Figures, ratio: float) -> None:
    unit = "articles/s" if phase == "cold" else "feeds/s"
    print(
        f"{phase:5} {who:10} {figures.feeds:6} feeds {figures.articles:6} new"
        f" {figures.seconds:6.1f} s {figures.rate(phase):6.0f} {unit:10}"
        f" cpu {figures.cpu:5.1f} s + database {figures.database_cpu:5.1f} s"
        f" memory {figures.memory:.0f} + {figures.parser:.0f} MiB"
        + (f"  {ratio:.2f} times" if ratio else ""),
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast news comes in.")
    parser.add_argument("listing", nargs="?", metavar="LIST.opml")
    parser.add_argument("--later", default="", metavar="URL")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--reader", default="", metavar="PYTHON")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work()
        return
    if not options.listing:
        parser.error("which feeds?")
    with tempfile.TemporaryDirectory(prefix="newsreader-ingest-") as name:
        folder = Path(name)
        with own_servers(folder):
            compare(options.listing, options.later, options.workers, options.reader, folder)


if __name__ == "__main__":
    main()
