"""A door, and servers that it may reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from articles.fetch.door import Door
from tests.fetch.doors import settings
from tests.fetch.publisher import Page, Server, serving


@pytest.fixture
def door() -> Iterator[Door]:
    with Door(settings(body_bytes=100_000)) as opened:
        yield opened


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    running = []

    def start(page: Page | None = None, **pages: Page) -> Server:
        named = {f"/{name}": page for name, page in pages.items()}
        manager = serving({"/": page, **named} if page else dict(named))
        running.append(manager)
        return manager.__enter__()

    yield start
    for manager in running:
        manager.__exit__(None, None, None)
