"""How much the desk's first page asks of the database, with little and with much in the archive.

    python benchmarks/dashboard.py --data-dir DIR [--sizes 10000 1000000] [--rounds 30]

The archives are those of `pages.py`, kept in DIR between runs. The page is asked for by somebody
who may see all of it, in this process, without a web server; after that each of its statements
alone. Milliseconds.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pages_site.serving import HOST, prepare, setup

MOST_QUERIES = 12
PAGE = "/admin/"


def times(work: Callable[[], object], rounds: int) -> list[float]:
    """How long each of `rounds` took, after one that does not count."""
    work()
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        found.append(1000 * (time.perf_counter() - began))
    return found


def line(name: str, found: list[float], more: str = "") -> None:
    print(
        f"| {name} | {median(found):.1f} | {quantiles(found, n=20)[-1]:.1f} | {more} |", flush=True
    )


def count_queries(work: Callable[[], object]) -> int:
    from django.db import connection

    count = 0

    def one_more(execute: Callable[..., Any], *words: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*words)

    with connection.execute_wrapper(one_more):
        work()
    return count


def measure_page(size: int, rounds: int) -> None:
    """The page whole, for a superuser who is gone afterwards."""
    from django.contrib.auth.models import User
    from django.db import transaction
    from django.test import Client

    def ask() -> None:
        answer = client.get(PAGE)
        if answer.status_code != 200 or b"<svg" not in answer.content:
            raise SystemExit(f"{PAGE} answers {answer.status_code}, or has no chart.")

    with transaction.atomic():
        client = Client(SERVER_NAME=HOST)
        client.force_login(User.objects.create_superuser("benchmark"))
        found = times(ask, rounds)
        queries = count_queries(ask)
        transaction.set_rollback(True)
    line(f"page, {size:,} articles", found, f"{queries} queries (≤ {MOST_QUERIES})")


def measure_statements(rounds: int) -> None:
    from django.utils import timezone

    from articles.selectors import dashboard

    now = timezone.now()
    for ask in (dashboard.feeds, dashboard.queues):
        line(ask.__name__, times(ask, rounds))
    for listed in (dashboard.latest_corrections, dashboard.open_problems):
        line(listed.__name__, times(listed, rounds))
    for tell in (dashboard.hours, dashboard.totals, dashboard.copying, dashboard.coverage):
        line(tell.__name__, times(partial(tell, now), rounds))


def measure(size: int, folder: Path, rounds: int) -> None:
    """One archive; Django knows one database, so each has a process of its own."""
    setup(folder)
    from django.conf import settings

    from newsreader.local.servers import Wanted, available
    from newsreader.local.staticfiles import collect_if_changed

    collect_if_changed(settings.LAYOUT)
    wanted = Wanted(durable=False)
    with available(settings.LAYOUT, wanted, "dashboard benchmark", lambda: prepare(size)):
        measure_page(size, rounds)
        measure_statements(rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data-dir", type=Path, required=True, metavar="DIR")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    if len(options.sizes) == 1:
        (size,) = options.sizes
        measure(size, options.data_dir.resolve() / str(size), options.rounds)
        return
    print("| | median | p95 | |\n|---|--:|--:|---|", flush=True)
    for size in options.sizes:
        words = ("--data-dir", str(options.data_dir), "--sizes", str(size))
        rounds = ("--rounds", str(options.rounds))
        subprocess.run([sys.executable, __file__, *words, *rounds], check=True)


if __name__ == "__main__":
    main()
