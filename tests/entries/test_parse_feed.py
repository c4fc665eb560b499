"""The command that shows what is read in a feed."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_httpserver import HTTPServer

from articles.entries.parsers import ParserFaultError, Parsers
from articles.entries.types import ParsedFeed

FEED = """<rss version="2.0"><channel><title>The Example</title><language>en-GB</language>
<link>/news/</link><item><guid>1</guid><title>Bridge &lt;b&gt;closed&lt;/b&gt;</title>
<link>1.html</link><author>Ada Example</author><category>Town</category>
<description>&lt;p onclick="x()"&gt;It is closed.&lt;/p&gt;</description>
<enclosure url="/1.mp3" type="audio/mpeg" length="12"/>
<pubDate>Mon, 09 Mar 2026 08:00:00 +0100</pubDate></item><item></item></channel></rss>"""


def shown(*arguments: str) -> str:
    output = StringIO()
    call_command("parse_feed", *arguments, stdout=output)
    return output.getvalue()


def objects(*arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shown("--json", *arguments).splitlines()]


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.xml"
    path.write_text(FEED)
    return path


def test_a_feed_is_one_object_with_its_entries(feed):
    (told,) = objects("--base", "https://news.example/feed", str(feed))

    (entry,) = told.pop("entries")
    assert told == {
        "input": str(feed),
        "title": "The Example",
        "link": "https://news.example/news/",
        "language": "en",
        "notices": ["Entry 2 has no title, no text and no address."],
    }
    assert entry == {
        "guid": "1",
        "link": "https://news.example/news/1.html",
        "title": "Bridge closed",
        "authors": ["Ada Example"],
        "categories": ["Town"],
        "excerpt": "It is closed.",
        "html": "<p>It is closed.</p>",
        "image": "",
        "enclosures": [
            {
                "url": "https://news.example/1.mp3",
                "type": "audio/mpeg",
                "length": 12,
                "duration": None,
            }
        ],
        "published": "2026-03-09T07:00:00+00:00",
        "updated": None,
        "language": "en",
    }  # fmt: skip


def test_what_cannot_be_read_is_an_error_and_stops_nothing(feed, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<html><p>Hello</html>")

    told = objects(str(page), str(tmp_path / "missing.xml"), str(tmp_path), str(feed))

    assert [set(one) for one in told[:3]] == [{"input", "error"}] * 3
    assert told[0]["error"] == "This is a web page, not a feed."
    assert "No such file" in told[1]["error"]
    assert told[3]["title"] == "The Example"


def test_an_address_is_fetched_through_the_door(httpserver: HTTPServer, settings):
    httpserver.expect_request("/feed").respond_with_data(FEED)
    address = httpserver.url_for("/feed")
    settings.FETCH = replace(settings.FETCH, allow_networks=(ip_network("127.0.0.0/8"),))

    found, missing = objects(address, httpserver.url_for("/none"))
    settings.FETCH = replace(settings.FETCH, allow_networks=())
    (refused,) = objects(address)

    assert found["entries"][0]["link"] == httpserver.url_for("/news/1.html")
    assert missing["error"] == "The server has an error of its own (500)."
    assert set(refused) == {"input", "error"}


def test_a_feed_that_takes_too_long_is_an_error_and_stops_nothing(feed, tmp_path):
    attributes = " ".join(f'a{n}="x"' for n in range(100_000))
    long = tmp_path / "long.xml"
    long.write_text(f"<rss><channel><item {attributes}/></channel></rss>")

    first, second = objects("--seconds", "0.01", str(long), str(feed))

    assert "takes too long" in first["error"]
    assert second["title"] == "The Example"


def test_a_fault_of_the_reading_is_told_and_stops_nothing(feed, monkeypatch):
    reading = Parsers.parse
    faults = [ParserFaultError("A parser ended with status 1.")]

    def parse(parsers: Parsers, body: bytes, **about: Any) -> ParsedFeed:
        if faults:
            raise faults.pop()
        return reading(parsers, body, **about)

    monkeypatch.setattr(Parsers, "parse", parse)
    first, second = objects(str(feed), str(feed))

    assert first["error"] == "A parser ended with status 1."
    assert second["title"] == "The Example"


def test_people_get_lines(feed, tmp_path):
    lines = shown(str(feed), str(tmp_path / "missing.xml")).splitlines()

    assert lines[:3] == [
        str(feed),
        "  The Example · https://example.org/news/ · en",
        "  ! Entry 2 has no title, no text and no address.",
    ]
    assert lines[4:6] == [
        "  2026-03-09 07:00  Bridge closed",
        "    https://example.org/news/1.html",
    ]
    assert "No such file" in lines[-1]
