"""The database connection and a publisher on the loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network

import pytest
from django.db import connection as default_connection
from pytest_httpserver import HTTPServer

from articles.fetch.types import Limits


@pytest.fixture
def connection():
    return default_connection


@pytest.fixture(scope="session")
def _server() -> Iterator[HTTPServer]:
    with HTTPServer() as server:
        yield server


@pytest.fixture
def publisher(_server: HTTPServer, settings) -> HTTPServer:
    """A server that may be fetched from."""
    _server.clear()
    settings.FETCH = replace(
        settings.FETCH,
        allow_networks=(ip_network("127.0.0.0/8"),),
        limits=Limits(deadline=5.0),
    )
    return _server
