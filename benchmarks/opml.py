"""How long a list of feeds takes through the desk: in, out, in and out again.

    python benchmarks/opml.py [--feeds 5000]

Works in a database of its own on the servers of the tests, which it starts and removes. Told are
seconds, feeds a second and the ratio of the import to the export; and whether the two exports are
the same to the byte.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests import stack

Result = TypeVar("Result")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--feeds", type=int, default=5000)
    arguments = parser.parse_args()
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsreader.settings")
    django.setup()
    stack.start_servers()
    try:
        compare(arguments.feeds)
    finally:
        stack.pytest_unconfigure()


def compare(count: int) -> None:
    """Print what each step takes."""
    from django.core.management import call_command

    from articles.models import Edition, Source, Topic
    from articles.pipeline import imports

    call_command("migrate", verbosity=0)
    edition = Edition.objects.create(slug="a", name="A", country="GB", language="en")
    body = made(count)
    exports = []
    for turn in ("first", "second"):
        Source.objects.all().delete()
        Topic.objects.all().delete()
        work = imports.start(None, edition, "list.opml", body)
        checked = timed(lambda: imports.go_on(lambda: False))[0]
        imports.confirm(work, None)
        stored = timed(lambda: imports.go_on(lambda: False))[0]
        out, body = timed(exported)
        exports.append(body)
        print(
            f"{turn}: {count} feeds, {len(body) / 1e6:.1f} MB: checked in {checked:.1f} s,"
            f" stored in {stored:.1f} s ({count / stored:.0f} a second), exported in {out:.2f} s"
            f" (import : export = {(checked + stored) / out:.0f})"
        )
    print("the exports are", "the same" if exports[0] == exports[1] else "DIFFERENT")


def made(count: int) -> bytes:
    """A list of invented feeds, in folders in folders."""
    from articles.syndication import opml

    return b"".join(
        opml.write(
            "Invented",
            (
                opml.Subscription(
                    f"https://paper{n}.example/feeds/rss.xml",
                    f"The Daily Paper of Town {n}",
                    f"https://paper{n}.example/",
                    "en",
                    (f"Country {n % 40}", f"Section {n % 7}"),
                    {"description": f"All that happens in town {n}."},
                )
                for n in range(count)
            ),
        )
    )


def exported() -> bytes:
    from articles.models import Feed
    from articles.selectors import exports
    from articles.syndication import opml

    return b"".join(opml.write("Ours", exports.subscriptions(Feed.objects.all())))


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


if __name__ == "__main__":
    main()
