"""What a curator is told of a feed that is wrong but can be read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from articles.entries.document import BROKEN
from articles.entries.parse import parse
from articles.entries.types import ParsedFeed

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DATE = "<pubDate>Tue, 10 Mar 2026 09:00:00 GMT</pubDate>"
GUID = "<guid>{n}</guid>"
TITLE = "<title>Item {n}</title>"
LINK = "<link>https://a.example/{n}</link>"


def read(item: str, count: int = 2, head: str = "", encoding: str = "utf-8") -> ParsedFeed:
    items = "".join(f"<item>{item.replace('{n}', str(n))}</item>" for n in range(count))
    text = f'{head}<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
    return parse(text.encode(encoding), url="https://a.example/feed", now=NOW)


def notices(item: str, **how: str) -> tuple[str, ...]:
    return read(item, **how).notices  # type: ignore[arg-type]


def test_what_is_broken_is_more_than_odd():
    feed = read("<title>One & two</title>" + LINK + GUID + DATE)
    assert feed.problems == (BROKEN,)
    assert feed.notices == ()


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (TITLE + LINK + GUID, "2 of 2 entries have no date"),
        (TITLE + LINK + GUID + DATE.replace("2026", "2099"), "have a date in the future"),
        (TITLE + LINK + DATE, "2 of 2 entries have no id"),
        ("<description>Some words.</description>" + LINK + GUID + DATE, "have no title"),
        ("<title>" + "long {n} " * 200 + "</title>" + LINK + GUID + DATE, "so long that"),
        (TITLE + LINK + DATE + "<guid>same</guid>", "1 of 2 entries has the id or address"),
        (TITLE + "&lt;script&gt;" + LINK + GUID + DATE, ""),
        (
            TITLE + LINK + GUID + DATE + "<description>&lt;script&gt;1</description>",
            "2 of 2 entries have script inside",
        ),
        (TITLE + "<link>javascript:go({n})</link>" + GUID + DATE, "an address that cannot be"),
    ],
)
def test_each_kind_of_fault_is_told_once_with_how_many_entries_have_it(item, words):
    told = notices(item)

    assert [words in notice for notice in told] == ([True] if words else [])


def test_a_feed_without_fault_gets_no_notice():
    assert notices(TITLE + LINK + GUID + DATE) == ()


def test_declared_entities_are_named_as_what_they_are():
    head = '<!DOCTYPE rss [<!ENTITY a "ha">]>'

    (told,) = notices("<title>Item {n} &a;</title>" + LINK + GUID + DATE, head=head)

    assert "never expanded" in told


def test_a_wrong_encoding_and_control_characters_are_named():
    item = TITLE.replace("Item", "Café\x07") + LINK + GUID + DATE

    told = notices(item, encoding="cp1252")

    assert len(told) == 2
    assert "not in UTF-8" in told[0]
    assert "control characters" in told[1]
