"""Importing tables: what is new, what changes, and what is refused."""

from __future__ import annotations

import pytest

from articles.models import Edition, Feed, FollowUp, Import, ImportRow, Source, Topic
from articles.pipeline import imports
from articles.pipeline.tables import COLUMNS, write_table
from articles.selectors import exports
from tests.factories import make_edition, make_feed, make_source, make_topic

pytestmark = pytest.mark.django_db
Outcome = ImportRow.Outcome


@pytest.fixture
def village():
    return make_edition("village", name="The Village")


@pytest.fixture
def crier(village):
    source = make_source("The Crier", slug="crier", editions=(village,), owner="Town Press")
    make_feed(source, url="https://crier.example/rss", title="All", topic=make_topic())
    return source


def checked(village: Edition, *lines: str) -> Import:
    work = imports.start(None, village, "feeds.csv", "\n".join(lines).encode())
    imports.go_on(lambda: False)
    work.refresh_from_db()
    assert work.state == Import.State.CHECKED, work.error
    return work


def stored(village: Edition, *lines: str) -> Import:
    work = checked(village, *lines)
    imports.confirm(work, work.by)
    imports.go_on(lambda: False)
    work.refresh_from_db()
    assert work.state == Import.State.DONE
    return work


def told(work: Import) -> list[tuple[str, str]]:
    return [(row.outcome, row.reason) for row in work.rows.order_by("number")]


def test_a_new_source_gets_all_that_its_row_says(village):
    stored(
        village,
        "feed,title,topic,active,source,home_page,owner,country,language,kind,editions,weight,notes",
        "https://a.example/rss,All,World,no,The Lamp,https://a.example/,Lamp Ltd,ie,GA,agency,"
        'village,0.5,"Asked in May, twice"',
    )
    source = Source.objects.get()
    assert (source.slug, source.name, source.owner) == ("the-lamp", "The Lamp", "Lamp Ltd")
    assert (source.country, source.language, source.kind) == ("IE", "ga", "agency")
    assert (source.weight, source.notes) == (0.5, "Asked in May, twice")
    feed = source.feeds.get()
    assert (feed.title, feed.active) == ("All", False)
    assert feed.topic == Topic.objects.get(name="World")


def test_what_a_row_does_not_say_is_as_in_the_edition(village):
    stored(village, "feed,source", "https://a.example/rss,The Lamp")
    source = Source.objects.get()
    assert (source.country, source.language, source.weight) == ("GB", "en", 1.0)
    assert list(source.editions.all()) == [village]


def test_only_what_a_row_says_otherwise_is_changed(crier, village):
    work = stored(
        village,
        "feed,title,topic,owner,weight,editions",
        "http://www.crier.example/rss/,Everything,,Lamp Ltd,1,",
    )
    assert told(work) == [
        (
            Outcome.CHANGED,
            (
                "owner: “Town Press” → “Lamp Ltd”; editions: “village” → “”; "
                "title: “All” → “Everything”; topic: “World” → “”"
            ),
        )
    ]
    crier.refresh_from_db()
    feed = Feed.objects.get()
    assert (crier.name, crier.owner, crier.editions.count()) == ("The Crier", "Lamp Ltd", 0)
    assert (feed.url, feed.title, feed.topic) == ("https://crier.example/rss", "Everything", None)


def test_stories_follow_what_a_table_changes_of_a_source(crier, village):
    stored(village, "slug,notes", "crier,Asked in May")
    assert not FollowUp.objects.exists()
    stored(village, "slug,weight", "crier,2")
    assert FollowUp.objects.get().source == crier


def test_a_check_changes_nothing(crier, village):
    checked(village, "slug,owner,feed", "crier,Lamp Ltd,", "new,,https://new.example/rss")
    crier.refresh_from_db()
    assert crier.owner == "Town Press"
    assert Feed.objects.count() == 1


def test_a_row_that_says_nothing_new_changes_nothing(crier, village):
    work = checked(village, "slug,feed,title", "crier,https://crier.example/rss,All")
    assert told(work) == [(Outcome.KNOWN, "")]


@pytest.mark.parametrize(
    ("columns", "row", "reason"),
    [
        ("feed,source", "ftp://a.example/,Lamp", "only http and https"),
        ("feed", "https://a.example/", "names no source"),
        ("feed,slug", "https://a.example/,lamp", "a new one needs a name"),
        ("source,country", "Lamp,England", "not a country"),
        ("source,language", "Lamp,english", "not a language"),
        ("source,kind", "Lamp,gazette", "none of agency"),
        ("source,weight", "Lamp,9", "not a number from 0 to 4"),
        ("source,weight", "Lamp,nan", "not a number from 0 to 4"),
        ("source,editions", "Lamp,atlantis", "no edition “atlantis”"),
        ("source,active", "Lamp,perhaps", "neither yes nor no"),
        ("source,slug", "Lamp,a/b", "not a slug"),
        ("source,home_page", "Lamp,javascript:alert(1)", "not a web address"),
        ("source,owner", f"Lamp,{'x' * 201}", "longer than 200"),
        ("source,feed", "Lamp,https://crier.example/rss", "belongs to “crier”"),
    ],
)
def test_a_row_that_cannot_be_is_refused_and_costs_the_others_nothing(
    crier, village, columns, row, reason
):
    work = stored(village, columns, row)
    ((outcome, said),) = told(work)
    assert outcome == Outcome.REFUSED
    assert reason in said
    assert Source.objects.count() == 1


def test_a_later_row_may_not_contradict_an_earlier_one(village):
    work = checked(
        village,
        "feed,source,owner",
        "https://a.example/1,Lamp,One",
        "https://a.example/2,Lamp,Two",
        "http://a.example/1/,Lamp,One",
    )
    assert told(work) == [
        (Outcome.NEW, ""),
        (Outcome.REFUSED, "It says otherwise than line 2 of the source: owner."),
        (Outcome.AGAIN, "The feed is on line 2 as well."),
    ]


def table(edition: Edition | None = None) -> bytes:
    return b"".join(write_table(COLUMNS, exports.table(*exports.of_edition(edition))))


def test_a_table_survives_the_way_out_and_in_and_out_again(crier, village):
    Source.objects.update(weight=2.5, notes='=cmd("x")\nSecond line', kind="newspaper")
    make_feed(crier, url="https://crier.example/2", active=False)
    make_source("@lone", slug="lone", language="de", home_url="https://lone.example/")
    out = table()
    assert b"\r\n'=" not in out
    assert b"'@lone" in out
    Source.objects.all().delete()
    Topic.objects.all().delete()
    work = imports.run(None, village, "feeds.csv", out)
    assert imports.tally(work)[Outcome.NEW] == 3
    assert table() == out
    assert {outcome for outcome, _ in told(imports.run(None, village, "f.csv", out))} == {"known"}


def test_a_table_of_an_edition_has_its_sources_only(crier, village):
    make_feed(make_source("Elsewhere"))
    assert b"Elsewhere" not in table(village)
    assert b"The Crier" in table(village)
