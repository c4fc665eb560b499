"""The whole application over three hundred publishers, and looks into its database."""

from __future__ import annotations

import math
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest
from celery import Celery
from redis import Redis

from articles.pipeline.claims import LEASE
from newsreader.local.layout import Layout
from tests.durability.wire import FEEDS, Told, Wire
from tests.local.conftest import Up
from tests.local.processes import alive, descendants, eventually

PATIENCE = 300.0  # seconds
DELAY = 0.2  # seconds an answer


class Site:
    """The running application, as its operator sees it."""

    def __init__(self, up: Up, wire: Wire) -> None:
        self.up = up
        self.wire = wire
        self.layout = Layout(up.data_dir)
        broker = self.layout.redis_url.replace("unix://", "redis+socket://", 1)
        self._celery = Celery("operator", broker=broker)

    def subscribe(self, folder: Path) -> None:
        listing = folder / "publishers.opml"
        listing.write_text(self.wire.opml(), encoding="utf-8")
        code, _, errors = self.up.run("import_opml", listing)
        assert code == 0, errors

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.layout.database_url, autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def valkey(self) -> Redis:
        return Redis.from_url(self.layout.redis_url)

    def tick(self) -> None:
        """What beat says every minute."""
        self._celery.send_task("articles.tasks.refresh_due_feeds", queue="fetch")
        self._celery.send_task("articles.tasks.group_waiting", queue="group")

    def news(self, answers: int = 0, most: float = math.inf) -> None:
        """All publishers have news; returns when so many of them have told theirs.

        When `most` have, the others wait for `Wire.let_go`.
        """
        self.wire.publish(most)
        self.ask("UPDATE articles_feed SET next_fetch_at = now()")
        self.tick()
        self.told(answers)

    def told(self, answers: int) -> None:
        assert eventually(lambda: self.wire.answers >= answers, PATIENCE), self.logs()

    def kill(self, *words: str) -> set[int]:
        """End at once every process of the application with these words on its command line."""
        killed = {pid for pid in descendants(self.up.process.pid) if _has(pid, words)}
        assert killed, f"nothing runs {words}"
        for pid in killed:
            with suppress(ProcessLookupError):  # it ended with its parent
                os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: not alive(killed))
        return killed

    def runs(self, *words: str) -> bool:
        return any(_has(pid, words) for pid in descendants(self.up.process.pid))

    def reads(self, path: str) -> bool:
        """Whether a reader is shown a page."""
        with urlopen(f"http://127.0.0.1:{self.up.port}{path}", timeout=PATIENCE) as answer:
            return bool(answer.status == 200)

    def let_leases_end(self) -> None:
        """What was under way when a worker died is anybody's again."""
        self.ask("UPDATE articles_feed SET claimed_until = now() WHERE claimed_until > now()")
        self.ask("UPDATE articles_host SET next_request_at = now() WHERE next_request_at > now()")

    def let_a_day_pass(self) -> None:
        """Every schedule and every lease is a day nearer."""
        self.ask(
            "UPDATE articles_feed SET claimed_until = claimed_until - interval '1 day',"
            " next_fetch_at = next_fetch_at - interval '1 day'"
        )
        self.ask("UPDATE articles_host SET next_request_at = next_request_at - interval '1 day'")

    def stored(self) -> Told:
        """What the reader has; fails if it has anything twice."""
        rows = self.ask(
            "SELECT feed.url, article.guid FROM articles_article AS article"
            " JOIN articles_feed AS feed ON feed.id = article.feed_id"
        )
        found = {(str(url), str(guid)) for url, guid in rows}
        assert len(found) == len(rows)
        return found

    def ungrouped(self) -> int:
        [(count,)] = self.ask(
            "SELECT count(*) FROM articles_article WHERE clustered_at IS NULL OR story_id IS NULL"
        )
        return int(str(count))

    def forgotten(self) -> list[tuple[object, ...]]:
        """Feeds that nothing would ever bring back, or not soon."""
        lease = LEASE.total_seconds()
        return self.ask(
            "SELECT url, claimed_until, next_fetch_at, retired_at FROM articles_feed"
            f" WHERE claimed_until > now() + interval '{lease} seconds' OR retired_at IS NOT NULL"
            " OR next_fetch_at > now() + interval '25 hours' OR NOT active"
        )

    def logs(self) -> str:
        """The end of every part's log, for a test that fails."""
        ends = [f"== {log.name}\n{log.read_text()[-3000:]}" for log in self.layout.logs.iterdir()]
        return "\n".join([self.up.output.read_text(), *ends])


def _has(pid: int, words: tuple[str, ...]) -> bool:
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return " ".join(words) in line


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    wire = Wire(DELAY)
    threading.Thread(target=wire.serve_forever, daemon=True).start()
    yield wire
    wire.shutdown()
    wire.server_close()


@pytest.fixture(scope="module")
def site(wire: Wire) -> Iterator[Site]:
    folder = Path(tempfile.mkdtemp(prefix="newsreader-durability-"))
    folder.chmod(0o755)  # root's PostgreSQL runs as somebody else
    up = Up(folder / "data", {"FETCH_ALLOW_NETWORKS": "127.0.0.0/8"})
    try:
        up.ensure_running()
        site = Site(up, wire)
        site.subscribe(folder)
        [(count,)] = site.ask("SELECT count(*) FROM articles_feed")
        assert count == FEEDS
        yield site
    finally:
        up.stop()
        shutil.rmtree(folder)
