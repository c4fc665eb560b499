"""Dates, duplicates, hashes and short forms of entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations

import pytest

from articles.entries.dates import published_at, updated_at
from articles.entries.dedupe import dedupe
from articles.entries.excerpt import excerpt, first_words, shorten
from articles.entries.hashing import content_hash, title_key
from articles.entries.types import Enclosure, Entry

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENTRY = Entry(
    guid="1", url="https://example.org/1", canonical_url="https://example.org/1",
    title="Bridge closed", excerpt="It is closed.", text="It is closed.", html="<p>Closed.</p>",
    authors=("Ada Example",), categories=("Town",), enclosures=(), image_url="", published=NOW,
    published_claim=NOW, updated=None, language="en",
)  # fmt: skip


@pytest.mark.parametrize(
    ("published", "updated", "expected", "claim"),
    [
        (NOW - HOUR, None, NOW - HOUR, NOW - HOUR),
        (None, NOW - HOUR, NOW - HOUR, NOW - HOUR),
        (None, None, NOW, None),
        (NOW + HOUR, None, NOW, NOW + HOUR),
        (datetime(2099, 1, 1, tzinfo=UTC), None, NOW, datetime(2099, 1, 1, tzinfo=UTC)),
        (datetime(1970, 1, 1, tzinfo=UTC), None, NOW, None),
        (datetime(1, 1, 1, tzinfo=timezone(14 * HOUR)), None, NOW, None),
        (datetime(1970, 1, 1, tzinfo=UTC), NOW - HOUR, NOW - HOUR, NOW - HOUR),
        (datetime(2026, 3, 10, 13, tzinfo=timezone(2 * HOUR)), None, NOW - HOUR, NOW - HOUR),
    ],
)
def test_publication_is_believed_within_reason(published, updated, expected, claim):
    assert published_at(published, updated, NOW) == (expected, claim)


def test_updates_are_never_in_the_future():
    assert updated_at(NOW + HOUR, NOW) == NOW
    assert updated_at(datetime(1980, 1, 1, tzinfo=UTC), NOW) is None
    assert updated_at(None, NOW) is None


def test_of_one_guid_the_last_edited_entry_stays():
    older = replace(ENTRY, url="https://example.org/a", canonical_url="https://example.org/a")
    newer = replace(ENTRY, title="Bridge reopened", updated=NOW + HOUR)
    assert dedupe([older, newer]) == dedupe([newer, older]) == (newer,)


def test_of_one_address_the_first_of_the_same_time_stays():
    other = replace(ENTRY, guid="2", title="The same again")
    assert dedupe([ENTRY, other]) == (ENTRY,)


def test_different_entries_keep_their_order():
    others = [
        replace(ENTRY, guid=g, url="", canonical_url="", title=f"Story {g}")
        for g in ("3", "1", "2")
    ]
    assert dedupe(others) == tuple(others)


def test_an_entry_that_shows_two_others_to_be_one_joins_them():
    a = replace(ENTRY, guid="a", canonical_url="https://example.org/a")
    b = replace(ENTRY, guid="b", canonical_url="https://example.org/b")
    both = replace(ENTRY, guid="a", canonical_url="https://example.org/b", updated=NOW + HOUR)
    assert all(dedupe(order) == (both,) for order in permutations([a, b, both]))


@pytest.mark.parametrize(
    "change",
    [
        {"title": "x"}, {"excerpt": "x"}, {"text": "x"}, {"html": "x"}, {"authors": ()},
        {"categories": ()}, {"image_url": "https://example.org/i.png"},
        {"enclosures": (Enclosure("https://example.org/a.mp3", "audio/mpeg"),)},
    ],
)  # fmt: skip
def test_the_content_hash_changes_with_what_a_reader_sees(change):
    assert content_hash(replace(ENTRY, **change)) != content_hash(ENTRY)


def test_the_content_hash_changes_once_it_is_known_how_long_a_recording_lasts():
    silent = replace(ENTRY, enclosures=(Enclosure("https://example.org/a.mp3", "audio/mpeg"),))
    lasting = (replace(silent.enclosures[0], duration=750),)
    assert content_hash(replace(silent, enclosures=lasting)) != content_hash(silent)


def test_the_content_hash_does_not_change_with_the_time_of_the_fetch():
    later = replace(ENTRY, published=NOW + HOUR, published_claim=None, updated=NOW)
    assert content_hash(later) == content_hash(ENTRY)
    assert len(content_hash(ENTRY)) == 16
    assert content_hash(ENTRY).hex() == "e6a56573efb8c477027fe34f693f0397"


def test_titles_that_differ_in_case_and_punctuation_have_one_key():
    keys = {title_key(t) for t in ("Bridge “closed”!", "bridge  CLOSED", " Bridge: closed")}
    assert len(keys) == 1
    assert title_key("Bridge closed - The Example") not in keys
    assert title_key("STRASSE") == title_key("straße")


def test_an_excerpt_is_one_paragraph_of_at_most_sixty_words():
    assert excerpt("One\n\ntwo  three") == "One two three"
    cut = excerpt("word, " * 100)
    assert len(cut.split()) == 60
    assert cut.endswith("word…")
    assert len(excerpt("x" * 100_000)) <= 1200


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The bridge is closed. Repairs take a year.", "The bridge is closed."),
        ("No end in sight for the old bridge", "No end in sight for the old bridge"),
        (" ".join(["word"] * 40), " ".join(["word"] * 14) + "…"),
        ("", ""),
    ],
)
def test_a_missing_title_is_made_of_the_first_words(text, title):
    assert first_words(text) == title


def test_text_is_shortened_between_words():
    assert shorten("one two three", 9) == "one two…"
    assert shorten("one", 3) == "one"
    assert shorten("abcdefgh", 4) == "abc…"
