"""A dry run says what storing and grouping then do, and changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.entries.types import Entry
from articles.entries.urls import canonical_url
from articles.models import Article, Feed, Story
from articles.pipeline import grouping, rehearsal
from articles.pipeline.grouping import Grouper, languages_waiting
from articles.pipeline.rehearsal import Fate, rehearse
from articles.pipeline.store import store_feeds
from tests.clustering.news import BRIDGE, CUP, LONELY, VOLCANO
from tests.factories import make_article, make_feed, make_source
from tests.pipeline import entries

pytestmark = pytest.mark.django_db

NOW = timezone.now()
ALARM = (
    "Inspectors of the harbour authority found the crack on Monday while they changed a lamp, and"
    " closed the bridge to all traffic within the hour. Ferries run every ten minutes until the"
    " cable is replaced, which the authority expects to take four weeks and a great deal of money."
)
OUTLET = "The Lantern"


def entry(title: str, at: datetime, **fields) -> Entry:
    url = fields.pop("url", f"https://lantern.example/{'-'.join(title.lower().split())}")
    told = {"excerpt": "", "language": "en", "published": at, "published_claim": at}
    return entries.entry(
        guid=url, url=url, canonical_url=canonical_url(url), title=title, **told | fields
    )


@pytest.fixture
def here() -> Grouper:
    """What is here already, and who has grouped it."""
    for hour, title in enumerate((BRIDGE[0], VOLCANO[0], CUP[0], VOLCANO[1])):
        excerpt = ALARM if title == BRIDGE[0] else ""
        at = NOW - timedelta(hours=9 - hour)
        make_article(title, excerpt=excerpt, published_at=at, language="en")
    long_ago = NOW - timedelta(days=90)
    make_article(BRIDGE[1], excerpt="", published_at=long_ago, language="en")
    make_article("Brücke in Alder gesperrt", excerpt="", published_at=NOW, language="de")
    make_article("Known everywhere", url="https://lantern.example/known", excerpt="")
    grouper = Grouper()
    group(grouper)
    return grouper


def group(grouper: Grouper) -> None:
    for language in languages_waiting():
        grouper.group(language)


def brought() -> tuple[list[Entry], list[Entry]]:
    """Two feeds: reports, a copy, what is known, archive, another language, news of its own."""
    news = [
        entry(BRIDGE[0], NOW - timedelta(hours=3), excerpt=ALARM),
        entry(BRIDGE[3], NOW - timedelta(hours=2)),
        entry(VOLCANO[2], NOW - timedelta(hours=2)),
        entry(LONELY, NOW - timedelta(hours=1)),
        entry("Known everywhere", NOW, url="https://lantern.example/known?utm_source=feed"),
        entry(BRIDGE[2], NOW - timedelta(days=89)),
        entry("Museum lends a clock", NOW - timedelta(days=60)),
        entry("Gesperrt: Brücke in Alder", NOW - timedelta(hours=1), language="de"),
    ]
    sport = [
        entry(CUP[1], NOW - timedelta(hours=1)),
        entry(LONELY, NOW - timedelta(hours=1)),
        entry(CUP[2], NOW - timedelta(minutes=5)),
    ]
    return news, sport


def on_trial() -> list[tuple[Feed, list[Entry]]]:
    return [(Feed(pk=-1 - at, source_id=0), each) for at, each in enumerate(brought())]


def came_of(batch: list[tuple[Feed, list[Entry]]], stories: set[int]) -> dict[str, Fate]:
    """What grouping did, in the words of a dry run."""
    fates = {}
    for article in Article.objects.filter(feed__in=[feed for feed, _ in batch]):
        story = article.story_id if article.story_id in stories else None
        fates[article.url] = Fate(copy_of=article.copy_of_id, story=story)
    return fates


@pytest.mark.parametrize("filled_again", [False, True])
@pytest.mark.parametrize("size", [grouping.BATCH, 2])
def test_it_says_what_grouping_then_does(here, monkeypatch, filled_again, size):
    stories = set(Story.objects.values_list("pk", flat=True))
    monkeypatch.setattr(rehearsal, "BATCH", size)
    said = rehearse(on_trial(), OUTLET)

    source = make_source(OUTLET)
    batch = [(make_feed(source), each) for each in brought()]
    store_feeds(batch)
    monkeypatch.setattr(grouping, "BATCH", size)
    group(Grouper() if filled_again else here)

    done = came_of(batch, stories)
    stored = {url: fate for (_, url), fate in said.items() if not fate.article and not fate.repeats}
    assert stored == done
    assert sum(fate.story is not None for fate in done.values()) >= 5
    assert sum(fate.copy_of is not None for fate in done.values()) == 1


def test_it_knows_what_is_here_and_what_is_said_twice(here):
    said = rehearse(on_trial(), OUTLET)
    known = Article.objects.get(title="Known everywhere")
    assert said[-1, "https://lantern.example/known?utm_source=feed"] == Fate(article=known.pk)
    [lonely] = {url for _, url in said if "museum-of-clocks" in url}
    assert [said[-1, lonely], said[-2, lonely]] == [Fate(), Fate(repeats=True)]


def test_of_a_source_that_is_here_nothing_is_its_own_copy(here):
    bridge = Article.objects.get(title=BRIDGE[0])
    batch = [(Feed(pk=-1, source_id=bridge.source_id), brought()[0][:1])]
    [fate] = rehearse(batch, bridge.source.name).values()
    assert fate == Fate(article=bridge.pk)  # the same headline of one source on one day


def test_it_only_reads(here):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rehearse(on_trial(), OUTLET)
    assert queries.captured_queries
    written = [q["sql"] for q in queries if not q["sql"].lstrip().startswith(("SELECT", "WITH"))]
    assert [sql for sql in written if "CURSOR" not in sql] == []
    assert "nextval" not in "".join(q["sql"] for q in queries)
    assert not [q for q in queries if "UPDATE" in q["sql"] or "INSERT" in q["sql"]]


def test_of_nothing_comes_nothing(here):
    assert rehearse([(Feed(pk=-1, source_id=0), [])], OUTLET) == {}
