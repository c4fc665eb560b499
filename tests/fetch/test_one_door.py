"""Whatever leaves for the network leaves through `articles.fetch`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ARTICLES = Path(settings.BASE_DIR) / "articles"
NETWORK = {
    "aiohttp", "asyncio", "ftplib", "http.client", "httpx", "imaplib", "poplib", "requests",
    "smtplib", "socket", "socketserver", "ssl", "telnetlib", "urllib.request", "urllib3",
    "websockets", "xmlrpc",
}  # fmt: skip
DOOR = ARTICLES / "fetch"
OWN_SERVER = ARTICLES / "demo" / "server.py"
"""The demonstration's publishers answer requests and make none."""


def imported(path: Path) -> Iterator[str]:
    """The modules that a file names in its imports, wherever they stand."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


def reaches_out(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in NETWORK)


def test_nothing_but_the_door_imports_what_opens_connections():
    found = {
        str(path.relative_to(ARTICLES)): names
        for path in ARTICLES.rglob("*.py")
        if DOOR not in path.parents and path != OWN_SERVER
        if (names := sorted({name for name in imported(path) if reaches_out(name)}))
    }

    assert found == {}


def test_the_imports_of_the_door_itself_are_seen():
    assert any(reaches_out(name) for path in DOOR.glob("*.py") for name in imported(path))


def test_feeds_are_handed_to_their_reader_as_bytes_and_never_as_an_address():
    """feedparser and trafilatura fetch what looks like an address."""
    called = {
        (path.name, ast.unparse(node.args[0]))
        for path in ARTICLES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("feedparser.parse", "trafilatura.fetch_url")
    }

    assert called == {("feed_xml.py", "io.BytesIO(xml.encode())")}
