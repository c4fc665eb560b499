"""Serves one archive for `pages.py`, in a process of its own: Django knows one database.

    python -m pages_site.serving SIZE FOLDER FIRST_PORT

Builds the archive where it is missing, tells ports and addresses in a line of JSON, and serves
until its input ends.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

PROJECT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"
SITES = {"anew": {"PAGE_CACHE_SECONDS": "0"}, "kept": {}, "bare": {"BENCHMARK_BARE": "1"}}
"""What the environment of each site adds."""
TARGETS = 40
"""Different addresses of one kind of page."""
EMPTY, LIST = "/benchmark/empty/", "/benchmark/list/"


def setup(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # root's PostgreSQL runs as somebody else
    sys.path.insert(0, str(PROJECT))
    for other in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(other, None)
    os.environ.update(
        NEWSREADER_DATA_DIR=str(folder),
        DJANGO_SETTINGS_MODULE="pages_site.settings",
        LOG_LEVEL="ERROR",
        PYTHONPATH=os.pathsep.join(map(str, (PROJECT, PROJECT / "benchmarks"))),
    )
    import django

    django.setup()


def serve(size: int, first_port: int) -> None:
    from django.conf import settings

    from newsreader.local.servers import Wanted, available
    from newsreader.local.staticfiles import collect_if_changed

    ports = {site: first_port + at for at, site in enumerate(SITES)}
    wanted = Wanted(durable=False)
    with (
        available(settings.LAYOUT, wanted, "pages benchmark", lambda: prepare(size)),
        ExitStack() as stack,
    ):
        collect_if_changed(settings.LAYOUT)
        webs = {site: stack.enter_context(web(site, port)) for site, port in ports.items()}
        postmaster = (settings.LAYOUT.postgres_data / "postmaster.pid").read_text().split()[0]
        told = {"ports": ports, "targets": targets(), "webs": webs, "database": int(postmaster)}
        print(json.dumps(told), flush=True)
        sys.stdin.read()


def prepare(size: int) -> None:
    """All tables, filled once; where they have changed since, what is derived is derived anew."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    from pages_site import archive

    began = time.perf_counter()
    call_command("migrate", interactive=False, verbosity=0)
    shape = sorted(map(list, MigrationRecorder(connection).applied_migrations()))
    stamp = settings.DATA_DIR / "archive.json"
    known = json.loads(stamp.read_text()) if stamp.exists() else None
    if known == shape:
        return
    if known is None:
        call_command("flush", interactive=False, verbosity=0)
        archive.build(size)
    else:
        archive.derive()
    stamp.write_text(json.dumps(shape))
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (bytes_taken,) = cursor.fetchone() or (0,)
    print(f"{size:,} articles: {seconds:.0f} s, {bytes_taken / 1e9:.1f} GB", file=sys.stderr)


@contextmanager
def web(site: str, port: int) -> Iterator[int]:
    """The process of one granian, as `manage.py up` would start it."""
    from django.conf import settings

    from newsreader.local.parts import Address, Programs

    part = Programs(settings.LAYOUT, PROJECT, {}).web(Address(HOST, port))
    log = (settings.LAYOUT.logs / f"{site}.log").open("wb")
    with (
        log,
        subprocess.Popen(
            part.argv, cwd=PROJECT, env=os.environ | SITES[site], stdout=log, stderr=log
        ) as process,
    ):
        try:
            _await(port)
            yield process.pid
        finally:
            process.terminate()


def _await(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}{EMPTY}", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"Nothing answers on port {port}.")


def targets() -> dict[str, list[str]]:
    """Addresses of every kind of page, drawn from the whole archive."""
    from articles.models import Edition, Source, Topic
    from pages_site.archive import vocabulary

    edition = Edition.objects.get(slug="uk")
    topic = Topic.objects.filter(storyedition__edition=edition).order_by("position")[0]
    sources = Source.objects.filter(editions=edition).order_by("pk")[:TARGETS]
    words = vocabulary()
    phrases = zip(words[20:40], words[40:60], strict=True)
    return {
        "front": ["/uk/"],
        "topic": [f"/uk/{topic.slug}/"],
        "story": stories_of_the_archive(),
        "article": articles_of_the_archive(),
        "source": [source.get_absolute_url() for source in sources],
        "latest": ["/latest/"],
        "search, common": [_search(word) for word in words[10:30]],
        "search, rare": [_search(word) for word in words[20_000 : 20_000 + TARGETS]],
        "search, phrase": [_search(f'"{one} {other}"') for one, other in phrases],
        "plain list": [LIST],
        "empty": [EMPTY],
    }


def stories_of_the_archive() -> list[str]:
    """Stories of three articles and more, old and new, with their digests."""
    from articles.models import Story
    from articles.pipeline import digests

    told = Story.objects.filter(article_count__gt=2).order_by("pk")
    last = Story.objects.order_by("-pk").values_list("pk", flat=True)[0]
    found = [story for start in _spread(last) if (story := told.filter(pk__gte=start).first())]
    for story in found:
        digests.renew(story)
    return [story.get_absolute_url() for story in found]


def articles_of_the_archive() -> list[str]:
    from articles.models import Article

    last = Article.objects.order_by("-pk").values_list("pk", flat=True)[0]
    return [article.get_absolute_url() for article in Article.objects.filter(pk__in=_spread(last))]


def _spread(last: int) -> list[int]:
    """Ids from all of a table, the same at every run."""
    dice = random.Random(3)
    return [dice.randint(1, last) for _ in range(TARGETS)]


def _search(words: str) -> str:
    return f"/search/?{urlencode({'q': words})}"


def main() -> None:
    size, folder, first_port = sys.argv[1:]
    setup(Path(folder))
    serve(int(size), int(first_port))


if __name__ == "__main__":
    main()
