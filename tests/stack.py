"""A pytest plugin: a private PostgreSQL and Valkey for one run of the tests.

Loaded before Django reads its settings. The servers keep their things in a temporary folder, are
started only if a collected test needs them, and promise nothing about crashes: that is faster.
With DATABASE_URL and REDIS_URL set, the tests use those servers instead.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

SETTINGS = Path(__file__).parent.parent / "newsreader" / "settings.py"
OWN_SERVERS = {"DATABASE_URL", "REDIS_URL"}
STORED = {"db", "transactional_db", "django_db_setup", "live_server", "servers"}

data_dir = Path(tempfile.mkdtemp(prefix="newsreader-tests-"))
stack = ExitStack()


def make_hermetic() -> None:
    """Let no setting of the person's own environment change what the tests see."""
    for name in re.findall(r'env\.\w+\("([A-Z_]+)"', SETTINGS.read_text(encoding="utf-8")):
        if name not in OWN_SERVERS:
            os.environ.pop(name, None)
    os.environ["NEWSREADER_DATA_DIR"] = str(data_dir)
    os.environ["SECRET_KEY"] = "for-tests-only"
    for kept in ("PAGE_CACHE_SECONDS", "PLACES_CACHE_SECONDS"):
        os.environ[kept] = "0"  # a test reads what it has just stored
    # PostgreSQL may have to run as another user, who must reach its own folder inside.
    data_dir.chmod(0o755)
    (data_dir / "static").mkdir()


make_hermetic()


def pytest_configure() -> None:
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Pages of tests need no collected files.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def pytest_collection_finish(session: pytest.Session) -> None:
    # Before any test has started threads: the servers are forked from this process.
    if not session.config.option.collectonly and any(map(needs_servers, session.items)):
        start_servers()


def pytest_unconfigure() -> None:
    stack.close()
    shutil.rmtree(data_dir)


@pytest.fixture(scope="session")
def servers() -> None:
    """For tests that use the cache or the queue but no database."""
    start_servers()


def needs_servers(item: pytest.Item) -> bool:
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return item.get_closest_marker("django_db") is not None or not STORED.isdisjoint(fixtures)


@cache
def start_servers() -> None:
    """Start what the settings call private, once."""
    from django.conf import settings

    from newsreader.local import servers
    from newsreader.local.locks import Claim
    from newsreader.local.supervisor import Supervisor

    wanted = servers.Wanted(
        postgres=settings.EMBEDDED_DATABASE, valkey=settings.EMBEDDED_REDIS, durable=False
    )
    servers.make_folders(settings.LAYOUT)
    claim = stack.enter_context(Claim(settings.LAYOUT, "test"))
    supervisor = stack.enter_context(Supervisor(claim.inherited, servers.tell))
    servers.start_servers(supervisor, settings.LAYOUT, wanted)
    stack.enter_context(claim.open_to_guests())
