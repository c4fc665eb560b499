"""The demonstration over HTTP, read by the product's own parser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
import urllib3
from django.core.management import CommandError, call_command

from articles.demo.news import Newswire
from articles.demo.server import Server
from articles.entries.parse import parse
from articles.entries.types import Entry


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    newswire = Newswire(datetime.now(UTC) - timedelta(minutes=5))
    with Server(0, newswire) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def client() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager() as pool:
        yield pool


def test_every_feed_is_read_without_a_complaint(server, client):
    forms: set[str] = set()
    entries: list[Entry] = []
    for outlet in server.newswire.outlets.values():
        for path in outlet.feeds:
            url = server.base + path
            answer = client.request("GET", url)
            parsed = parse(answer.data, url=url, now=datetime.now(UTC))
            assert (parsed.title, parsed.language) == (outlet.name, outlet.language)
            assert parsed.home_url == f"{server.base}/sites/{outlet.slug}/"
            assert parsed.problems == ()
            forms.add(path.rpartition(".")[2])
            entries.extend(parsed.entries)
    assert forms == {"xml", "atom", "json"}
    assert len(entries) >= 90
    assert len({entry.url for entry in entries}) == len(entries)
    assert sum(bool(entry.image_url) for entry in entries) >= 20
    assert all(entry.published_claim == entry.published for entry in entries)


def test_read_more_leads_to_a_page_that_says_it_is_a_demonstration(server, client):
    answer = client.request("GET", server.base + "/articles/tidal-barrier-1")
    page = answer.data.decode()
    assert answer.status == 200
    assert "This is a demonstration" in page
    assert "Wexcombe tidal barrier fails to close" in page


def test_a_german_page_says_so_in_german(server, client):
    page = client.request("GET", server.base + "/articles/bahnreform-1").data.decode()
    assert "Dies ist eine Vorführung" in page
    assert '<html lang="de">' in page


def test_pictures_are_well_formed(server, client):
    answer = client.request("GET", server.base + "/images/tidal-barrier-1.svg")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert ElementTree.fromstring(answer.data).tag.endswith("svg")


def test_home_pages_name_their_feeds_and_articles(server, client):
    page = client.request("GET", server.base + "/sites/demo-wire/").data.decode()
    assert 'rel="alternate" type="application/feed+json"' in page
    assert "/articles/sellan-strait-1" in page
    assert "Demo Wire" in client.request("GET", server.base + "/").data.decode()


def test_nothing_new_is_answered_with_304(server, client):
    url = server.base + "/feeds/demo-wire/health.json"
    tag = client.request("GET", url).headers["ETag"]
    answer = client.request("GET", url, headers={"If-None-Match": tag})
    assert (answer.status, answer.data) == (304, b"")


def test_a_head_request_gets_the_headers_alone(server, client):
    answer = client.request("HEAD", server.base + "/")
    assert answer.status == 200
    assert int(answer.headers["Content-Length"]) > 0


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/articles/nothing",
        "/articles/millrace-dam-1",  # it has not happened yet
        "/sites/demo-nobody/",
        "/feeds/demo-wire/cookery.xml",
        "/feeds/demo-wire/health.xml",
        "/images/nothing.svg",
    ],
)
def test_what_is_not_there_is_404(server, client, path):
    assert client.request("GET", server.base + path).status == 404


def test_a_taken_port_is_told_in_words(server):
    with pytest.raises(CommandError, match="cannot be used"):
        call_command("demo_wire", "--port", str(server.server_address[1]))
