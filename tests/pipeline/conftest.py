"""The database connection and a publisher on the loopback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings as site
from django.db import connection as default_connection
from pytest_django.live_server_helper import LiveServer
from pytest_httpserver import HTTPServer

from tests.pipeline.hub import Hub, hub_at_work


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
    settings.FETCH = replace(settings.FETCH, allow_networks=(ip_network("127.0.0.0/8"),))
    return _server


@pytest.fixture(scope="module")
def worker_environment(django_db_setup: None) -> dict[str, str]:
    """What a process needs to work on the database and the queue of the tests."""
    database = default_connection.settings_dict
    options = {"host": database["HOST"]} | ({"port": database["PORT"]} if database["PORT"] else {})
    account = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    return {
        **os.environ,
        "DATABASE_URL": f"postgresql://{account}@/{database['NAME']}?{urlencode(options)}",
        "REDIS_URL": site.REDIS_URL,
        "SECRET_KEY": site.SECRET_KEY,
        "FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
    }


@pytest.fixture
def hub(publisher: HTTPServer, live_server: LiveServer, settings) -> Iterator[Hub]:
    """A hub that can reach this site, and that may be asked."""
    settings.PUBLIC_URL = live_server.url
    with hub_at_work() as working:
        yield working


@pytest.fixture
def loopback_allowed(settings) -> None:
    settings.FETCH = replace(settings.FETCH, allow_networks=(ip_network("127.0.0.0/8"),))
