"""How matches are found in an archive of any size."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from articles.entries import query
from articles.models import Article, Edition
from articles.selectors import matches
from articles.selectors.criteria import criteria
from tests.factories import make_article, make_edition, make_source, make_topic

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def english(db):
    make_edition("english")


@pytest.fixture
def small(monkeypatch):
    """Few are looked through, few are wanted: an archive of a hundred is a large one."""
    monkeypatch.setattr(matches, "RECENT", 10)
    monkeypatch.setattr(matches, "CANDIDATES", 20)
    monkeypatch.setattr(matches, "CHECKED", 30)


def found(text: str, until: str = "") -> matches.Matches:
    editions = tuple(Edition.objects.all())
    meant = criteria(query.read(text), editions, editions[0], TODAY)
    return matches.newest(meant, until)


def titles(text: str) -> list[str]:
    pks = [match.pk for match in found(text).items]
    known = dict(Article.objects.values_list("pk", "title"))
    return [known[pk] for pk in pks]


def many(title: str, number: int = 100, *, apart: timedelta = timedelta(hours=9), **fields) -> None:
    """Articles of one source, the newest an hour old."""
    source = fields.pop("source", None) or make_source()
    newest = timezone.now() - timedelta(hours=1)
    Article.objects.bulk_create(
        Article(
            source=source,
            guid=f"{title} {place}",
            guid_hash=place.to_bytes(16),
            title_key=b"",
            content_hash=b"",
            title=f"{title} {place:03}",
            language="en",
            published_at=newest - apart * place,
            **fields,
        )
        for place in range(number)
    )


@pytest.mark.parametrize("days", [0, 1, 3, 8, 20, 40, 100, 300, 600, 4000])
def test_what_is_rare_is_found_however_old_it_is(small, days):
    make_article("Zebra seen", published_at=timezone.now() - timedelta(days=days))
    many("Council meets", number=60)
    assert titles("zebra") == ["Zebra seen"]
    assert titles('"zebra seen" -ferry') == ["Zebra seen"]


def test_every_day_is_in_one_stretch_of_time():
    for last in range(20_000, 20_070):
        marks = [text for _, text in matches.stretches(last)]
        days = [int(mark.split()[1]) for text in marks for mark in quoted(text) if "day" in mark]
        spans = [int(mark.split()[1]) for text in marks for mark in quoted(text) if "span" in mark]
        covered = days + [span * 32 + day for span in spans for day in range(32)]
        oldest = [first for first, text in matches.stretches(last) if not text]
        assert sorted(covered) == list(range(oldest[0] + 1, last + 1))


def quoted(text: str) -> list[str]:
    return [mark.strip("'") for mark in text.split(" | ") if mark]


def test_of_what_is_common_the_newest_come_first_and_the_others_follow(small):
    many("Council meets")
    some = found("council")
    seen = [match.pk for match in some.items]
    while some.older:
        some = found("council", some.older)
        seen += [match.pk for match in some.items]
    assert seen == list(Article.objects.values_list("pk", flat=True))


def test_a_phrase_is_sought_among_so_many_and_the_search_can_go_on(small):
    many("Ferry and harbour")
    make_article("Harbour ferry", published_at=timezone.now() - timedelta(days=300), excerpt="")
    some, pages = found('"harbour ferry"'), 1
    while some.older:
        assert some.items == ()
        some, pages = found('"harbour ferry"', some.older), pages + 1
    assert len(some.items) == 1
    assert pages == 4


def test_articles_of_one_time_are_each_found_once(small):
    many("Council meets", number=50, apart=timedelta(0))
    first = found("council")
    second = found("council", first.older)
    both = {match.pk for match in (*first.items, *second.items)}
    assert len(both) == 40


@pytest.mark.parametrize("text", ["source:lantern", "ferry source:lantern", "topic:sport ferry"])
def test_what_a_source_or_topic_has_is_found_behind_all_others(small, text):
    lantern = make_source("Lantern")
    make_article(
        "Ferry sinks",
        source=lantern,
        topic=make_topic("Sport"),
        published_at=timezone.now() - timedelta(days=90),
    )
    many("Ferry meets council", number=60)
    assert titles(text) == ["Ferry sinks"]


def test_of_many_sources_the_newest_are_listed(small, monkeypatch):
    monkeypatch.setattr(matches, "MARKED_SOURCES", 1)
    edition = make_edition("uk")
    many("Ferry", number=30, source=make_source("Lantern", editions=(edition,)))
    make_article("Ferry elsewhere")
    make_article("Ferry here", source=make_source("Ledger", editions=(edition,)))
    assert titles("edition:uk")[:2] == ["Ferry here", "Ferry 000"]
    assert "Ferry elsewhere" not in titles("edition:uk ferry")


def test_the_index_of_words_is_used_and_no_other_beside_it():
    many("A report of the council on the budget of the town", number=3000)
    make_article("Zebra")
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('article_search_marked')")
        cursor.execute("ANALYZE articles_article")
        make_source("A")
        meant = criteria(query.read("zebra source:a"), (), None, TODAY)
        sql, parameters = matches._statement(meant, "")
        cursor.execute("EXPLAIN " + sql, parameters)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    stretches = len(list(matches.stretches(20_000)))
    assert plan.count("Bitmap Index Scan on article_search_marked") == stretches
    assert "article_by_language" not in plan
    assert "article_by_source" not in plan


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ferry after:2026-11-18", ["new"]),
        ("ferry before:2026-11-18", ["middle", "old"]),
        ("ferry after:2026-11-17 before:2026-11-18", ["middle"]),
        ("ferry after:2026-11", ["new", "middle"]),
        ("ferry before:2026", ["old"]),
        ("ferry after:3d", ["new", "middle"]),
        ("ferry before:0001-01-01", []),
        ("ferry after:9999-12-31", []),
        ("before:2026-11-18 source:lantern", ["middle", "old"]),
        ("before:2026-11-18", ["middle", "old"]),
    ],
)
def test_times(text, expected):
    lantern = make_source("Lantern")
    times = {"new": (2026, 11, 18), "middle": (2026, 11, 17), "old": (2019, 3, 4)}
    for name, moment in times.items():
        published_at = datetime(*moment, tzinfo=UTC)
        make_article(name, excerpt="Ferry", published_at=published_at, source=lantern)
    assert titles(text) == expected
