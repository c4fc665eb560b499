"""What becomes of a feed's entries: added, recognised, followed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, Feed, Headline, Sighting
from articles.pipeline.store import Stored, store_entries
from tests.factories import make_feed, make_source
from tests.pipeline.entries import entry

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def feed() -> Feed:
    return make_feed()


def store(feed: Feed, *entries) -> Stored:
    with transaction.atomic():
        return store_entries(feed, entries)


def test_a_new_entry_becomes_an_article_that_waits_to_be_grouped(feed):
    stored = store(feed, entry("Bridge reopens", authors=("Ann Lee",), language="en"))

    article = Article.objects.get()
    assert (stored.new, stored.edited, stored.languages) == (1, 0, frozenset({"en"}))
    assert article.title == "Bridge reopens"
    assert article.authors == ["Ann Lee"]
    assert article.source == feed.source
    assert article.clustered_at is None


def test_storing_the_same_entries_twice_changes_nothing(feed):
    store(feed, entry("Bridge reopens"), entry("Ferry sinks"))

    again = store(feed, entry("Bridge reopens"), entry("Ferry sinks"))

    assert again == Stored()
    assert Article.objects.count() == 2


def test_an_edited_entry_updates_its_article_and_has_it_grouped_again(feed):
    store(feed, entry("Bridge to reopen", guid="b1", published=NOON))
    Article.objects.update(clustered_at=NOON)

    stored = store(feed, entry("Bridge reopens at last", guid="b1", published=NOON))

    article = Article.objects.get()
    assert (stored.new, stored.edited, stored.languages) == (0, 1, frozenset({"en"}))
    assert article.title == "Bridge reopens at last"
    assert article.published_at == NOON
    assert article.updated_at is not None
    assert article.clustered_at is None


def test_two_articles_that_move_to_one_address_are_both_followed(feed):
    store(feed, *(entry(f"Bridge {n}", guid=n, url=f"https://paper.example/{n}") for n in "ab"))

    live = "https://paper.example/live"
    stored = store(feed, *(entry(f"Ferry {n}", guid=n, url=live) for n in "ab"))

    assert stored.edited == 2
    assert sorted(Article.objects.values_list("title", flat=True)) == ["Ferry a", "Ferry b"]
    assert Article.objects.filter(url=live).count() == 1


def test_an_article_does_not_move_to_the_address_of_a_new_one(feed):
    store(feed, entry("Bridge reopens", guid="a", url="https://paper.example/a"))

    live = "https://paper.example/live"
    stored = store(
        feed, entry("Bridge shut", guid="a", url=live), entry("Ferry sinks", guid="b", url=live)
    )

    assert (stored.new, stored.edited) == (1, 1)
    assert Article.objects.get(url=live).title == "Ferry sinks"


def test_an_edit_of_the_authors_alone_keeps_the_grouping(feed):
    store(feed, entry("Bridge reopens", guid="b1"))
    Article.objects.update(clustered_at=NOON)

    stored = store(feed, entry("Bridge reopens", guid="b1", authors=("Ann Lee",)))

    assert stored.edited == 1
    assert Article.objects.get().clustered_at == NOON


def test_one_address_met_in_a_second_feed_is_one_article_that_the_first_feed_tells(feed):
    other = make_feed()
    store(feed, entry("Bridge reopens", url="https://a.example/bridge"))

    stored = store(other, entry("BRIDGE REOPENS!", url="https://a.example/bridge", guid="else"))

    assert stored == Stored()
    assert Article.objects.get().title == "Bridge reopens"
    assert Sighting.objects.get().feed == other


def test_a_sighted_entry_is_recognised_even_when_its_address_changes(feed):
    other = make_feed()
    store(feed, entry("Bridge reopens", url="https://a.example/bridge"))
    store(other, entry("Bridge open", url="https://a.example/bridge", guid="else"))

    store(other, entry("Bridge open", url="https://a.example/moved", guid="else"))

    assert Article.objects.count() == 1


def test_one_title_twice_from_one_source_within_a_day_is_one_article(feed):
    second = make_feed(source=feed.source)
    store(feed, entry("Bridge reopens", guid="1", published=NOON))

    store(second, entry("Bridge  Reopens", guid="2", published=NOON + timedelta(hours=20)))

    assert Article.objects.count() == 1


def test_one_title_from_one_source_on_another_day_is_another_article(feed):
    daily = {"title": "Morning briefing", "url": ""}
    store(feed, entry(**daily, guid="1", published=NOON))

    store(feed, entry(**daily, guid="2", published=NOON + timedelta(hours=25)))

    assert Article.objects.count() == 2


def test_one_title_from_two_sources_is_two_articles(feed):
    store(feed, entry("Bridge reopens", guid="1", url="https://a.example/bridge"))

    other = make_feed(source=make_source())
    store(other, entry("Bridge reopens", guid="1", url="https://b.example/bridge"))

    assert Article.objects.count() == 2


def test_two_entries_of_a_feed_with_one_title_do_not_take_turns(feed):
    pair = (
        entry("Bridge reopens", guid="1", excerpt="The first wording."),
        entry("Bridge reopens", guid="2", excerpt="The second wording."),
    )
    for _ in range(3):
        store(feed, *pair)

    assert Article.objects.get().excerpt == "The first wording."
    assert store(feed, *reversed(pair)) == Stored()


def test_a_new_guid_for_a_known_address_in_the_same_feed_is_an_edit(feed):
    store(feed, entry("Bridge to reopen", guid="1", url="https://a.example/bridge"))

    stored = store(feed, entry("Bridge reopens", guid="2", url="https://a.example/bridge"))

    assert stored.edited == 1
    assert Article.objects.get().title == "Bridge reopens"


def test_an_edit_may_move_the_address_but_never_onto_that_of_another_article(feed):
    store(
        feed,
        entry("Bridge reopens", guid="1", url="https://a.example/1"),
        entry("Ferry sinks", guid="2", url="https://a.example/2"),
    )

    store(feed, entry("Bridge reopened", guid="1", url="https://a.example/new"))
    store(feed, entry("Ferry sunk", guid="2", url="https://a.example/new"))

    urls = dict(Article.objects.values_list("title", "url"))
    assert urls == {
        "Bridge reopened": "https://a.example/new",
        "Ferry sunk": "https://a.example/2",
    }


def test_entries_without_an_address_are_told_apart_by_their_guids(feed):
    store(feed, entry("One", guid="1", url=""), entry("Two", guid="2", url=""))

    assert Article.objects.count() == 2


def test_the_number_of_statements_does_not_depend_on_the_number_of_entries(feed, connection):
    with CaptureQueriesContext(connection) as few:
        store(feed, entry("One"), entry("Two"))
    with CaptureQueriesContext(connection) as many:
        store(feed, *(entry(f"Number {n}") for n in range(200)))
    with CaptureQueriesContext(connection) as edits:
        store(feed, *(entry(f"Number {n}", excerpt="Edited.") for n in range(200)))

    assert len(few) == len(many)
    assert len(edits) <= len(many) + 2


def former_headlines() -> list[str]:
    return list(Headline.objects.order_by("pk").values_list("title", flat=True))


def test_a_headline_that_is_replaced_is_kept_with_the_time_it_was_seen(feed):
    store(feed, entry("Bridge to reopen", guid="b1"))
    before = timezone.now()

    store(feed, entry("Bridge reopens at last", guid="b1"))
    store(feed, entry("Bridge closed again", guid="b1"))

    first, second = Headline.objects.order_by("pk")
    assert (first.title, second.title) == ("Bridge to reopen", "Bridge reopens at last")
    assert before <= first.replaced_at <= second.replaced_at <= timezone.now()
    assert first.article == second.article == Article.objects.get()


def test_an_edit_of_the_lead_alone_replaces_no_headline(feed):
    store(feed, entry("Bridge reopens", guid="b1"))

    store(feed, entry("Bridge reopens", guid="b1", excerpt="Now with the mayor."))

    assert former_headlines() == []


@pytest.mark.parametrize(
    "cosmetic", ["Mayor:  “It’s open”", "Mayor: 'It's open'", "MAYOR: “It's open”."]
)
def test_spaces_and_quotation_marks_make_no_other_headline(feed, cosmetic):
    store(feed, entry('Mayor: "It\'s open"', guid="b1"))

    store(feed, entry(cosmetic, guid="b1"))

    assert Article.objects.get().title == cosmetic
    assert former_headlines() == []


def test_headlines_that_take_turns_are_kept_once_each(feed):
    for _ in range(3):
        store(feed, entry("Bridge to reopen", guid="b1"))
        store(feed, entry("Bridge reopens", guid="b1"))

    assert former_headlines() == ["Bridge to reopen", "Bridge reopens"]


def test_one_statement_keeps_all_headlines_that_a_feed_replaces(feed, connection):
    store(feed, *(entry(f"Number {n}", guid=str(n)) for n in range(200)))
    with CaptureQueriesContext(connection) as few:
        store(feed, entry("Other 0", guid="0"), entry("Other 1", guid="1"))
    with CaptureQueriesContext(connection) as many:
        store(feed, *(entry(f"Other {n}", guid=str(n)) for n in range(2, 200)))

    assert len(former_headlines()) == 200
    assert len(many) == len(few)
