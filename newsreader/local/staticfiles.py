"""Gathers the static files for the web server, only when any of them changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from newsreader.bundles import SCRIPTS
from newsreader.local.layout import Layout


def collect_if_changed(layout: Layout) -> None:
    """Fill STATIC_ROOT from the applications and the project."""
    stamp = _stamp()
    if _read(layout.static_stamp) == stamp and Path(settings.STATIC_ROOT).is_dir():
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    layout.static_stamp.write_text(stamp, encoding="ascii")


def _stamp() -> str:
    """A digest of everything that the result depends on."""
    digest = hashlib.sha256()
    for fact in _facts():
        digest.update(f"{fact}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()


def _facts() -> Iterator[object]:
    yield django.VERSION, settings.STATIC_ROOT, settings.STORAGES, SCRIPTS
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            yield name, found.st_size, found.st_mtime_ns


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except FileNotFoundError:
        return ""
