"""Doubtful groupings are noticed ahead, go by themselves, and stay settled until stories grow."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import tasks
from articles.models import Article, AuditEntry, Doubt, SimilarLink, Story
from articles.pipeline import corrections, doubts, lock, standing, stories
from tests.factories import make_article, make_source, make_story, make_topic

pytestmark = pytest.mark.django_db

Kind = Doubt.Kind
HOUR = timedelta(hours=1)


@pytest.fixture
def curator() -> User:
    return User.objects.create_user("curator")


def told(*titles: str, near: float | None = 0.6, **fields) -> Story:
    """A story of these reports, an hour apart; each two are so near as similar news."""
    now = timezone.now()
    articles = [
        make_article(title, **{"published_at": now - (number + 1) * HOUR} | fields)
        for number, title in enumerate(titles)
    ]
    story = make_story(*articles)
    if near:
        for at, one in enumerate(articles):
            for other in articles[:at]:
                linked(one, other, near)
    stories.derive([story.pk])
    return Story.objects.get(pk=story.pk)


def linked(one: Article, other: Article, score: float) -> None:
    SimilarLink.objects.create(article=one, similar=other, score=score, position=0)


def reports(story: Story) -> list[Article]:
    return list(story.articles.order_by("pk"))


def noticed() -> set[tuple[str, int, int | None]]:
    doubts.notice()
    found = Doubt.objects.filter(settled_at=None)
    return set(found.values_list("kind", "story", "other"))


def outlet_alone(count: int = 5) -> Story:
    return told(*(f"Report {number}" for number in range(count)), source=make_source())


def test_reports_that_are_all_alike_are_no_doubt():
    told("Bridge opens", "Bridge is open", "Open: the bridge")
    assert noticed() == set()


def test_a_report_that_barely_belongs_is_named():
    story = told("Bridge opens", "Bridge is open", "Open: the bridge")
    stray = make_article("Bridge of sighs", story=story)
    linked(stray, reports(story)[0], 0.17)
    stories.derive([story.pk])
    assert noticed() == {(Kind.WEAK, story.pk, None)}
    assert Doubt.objects.get().part == [stray.pk]


def test_two_parts_that_one_weak_link_holds_are_a_chain():
    story, other = told("A one", "A two", "A three"), told("B one", "B two")
    part = reports(other)
    Article.objects.filter(story=other).update(story=story)
    linked(part[0], reports(story)[0], 0.2)
    stories.follow({article.pk: other.pk for article in part}, [story.pk])
    assert noticed() == {(Kind.CHAIN, story.pk, None)}
    assert Doubt.objects.get().part == [article.pk for article in part]


def test_the_parts_of_a_large_story_are_found_by_its_strong_links():
    names = [f"Report {number}" for number in range(7)]
    story, other = told(*names), told(*names)
    part = reports(other)
    Article.objects.filter(story=other).update(story=story)
    stories.follow({article.pk: other.pk for article in part}, [story.pk])
    assert noticed() == {(Kind.CHAIN, story.pk, None)}
    assert len(Doubt.objects.get().part) == 7


def test_two_stories_that_are_nearly_one_are_a_doubt_of_both():
    one, other = told("A one", "A two"), told("B one", "B two")
    for report in reports(one):
        linked(report, reports(other)[0], 0.3)
    assert noticed() == {(Kind.NEAR, one.pk, other.pk)}
    assert Doubt.objects.get().articles == 4


def test_many_articles_of_one_outlet_are_a_doubt():
    story = outlet_alone()
    told("Bridge opens", "Bridge is open", source=make_source())
    assert noticed() == {(Kind.OUTLET, story.pk, None)}


def test_very_large_mixed_and_long_stories_are_doubts():
    large = told(*(f"Report {number}" for number in range(doubts.LARGE)), near=None)
    Story.objects.filter(pk=large.pk).update(first_at=timezone.now() - 2 * doubts.LONG)
    topics = [make_topic(name) for name in ("World", "Sport", "Money")]
    for number, article in enumerate(reports(large)):
        Article.objects.filter(pk=article.pk).update(topic=topics[number % 3])
    kinds = {kind for kind, *_ in noticed()}
    assert {Kind.LARGE, Kind.LONG, Kind.MIXED} <= kinds
    assert Doubt.objects.get(kind=Kind.MIXED).measured == 3


def test_a_hidden_story_that_grows_is_a_doubt_and_no_other(curator):
    story = outlet_alone()
    standing.hide(story, "Wrong", curator)
    assert noticed() == set()
    make_article("Another", story=story, published_at=timezone.now() + HOUR)
    stories.derive([story.pk])
    assert noticed() == {(Kind.HIDDEN, story.pk, None)}


def test_what_is_old_is_looked_at_no_more():
    story = outlet_alone()
    old = timezone.now() - doubts.SPAN - HOUR
    Article.objects.filter(story=story).update(published_at=old)
    stories.derive([story.pk])
    assert noticed() == set()


def test_what_is_doubtful_no_more_goes_by_itself():
    story = outlet_alone()
    noticed()
    make_article("Another outlet", story=story)
    linked(Article.objects.latest("pk"), reports(story)[0], 0.9)
    stories.derive([story.pk])
    assert Kind.OUTLET not in {kind for kind, *_ in noticed()}


def test_looking_again_keeps_a_doubt_as_it_was_first_noticed():
    outlet_alone()
    noticed()
    first = Doubt.objects.get()
    noticed()
    assert Doubt.objects.get().noticed_at == first.noticed_at


def test_what_is_settled_stays_so_until_the_story_has_grown_by_half(curator):
    story = outlet_alone(6)
    noticed()
    doubt = Doubt.objects.get()
    assert doubts.settle([doubt], curator, "A live blog") == 1
    assert doubts.settle([doubt], curator) == 0
    assert AuditEntry.objects.get().note == "A live blog"
    source = reports(story)[0].source
    for expected in (0, 0, 1):
        more = make_article("One more", story=story, source=source)
        for report in reports(story)[:6]:
            linked(more, report, 0.6)
        stories.derive([story.pk])
        noticed()
        assert Doubt.objects.filter(settled_at=None).count() == expected


def test_what_was_settled_by_mistake_is_put_back(curator):
    outlet_alone()
    noticed()
    doubts.settle([Doubt.objects.get()], curator)
    doubts.reopen(Doubt.objects.get(), curator)
    assert Doubt.objects.get().settled_by is None
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["reopen", "settle"]


def test_what_curators_decided_is_no_doubt_any_more(curator):
    one, other = told("A one", "A two"), told("B one", "B two")
    for report in reports(one):
        linked(report, reports(other)[0], 0.3)
    assert noticed()
    correction = corrections.keep_apart([one, other], curator)
    assert not Doubt.objects.exists()
    assert noticed() == set()
    corrections.undo(correction, curator)
    assert noticed() == {(Kind.NEAR, one.pk, other.pk)}


def test_large_and_fresh_comes_before_small_and_stale():
    small, large = outlet_alone(4), outlet_alone(12)
    stale = outlet_alone(12)
    Article.objects.filter(story=stale).update(published_at=timezone.now() - timedelta(days=2))
    stories.derive([stale.pk])
    noticed()
    assert [doubt.story for doubt in Doubt.objects.all()] == [large, small, stale]


def test_the_statements_do_not_grow_with_the_stories(connection):
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            doubts.notice()
        return len(asked)

    outlet_alone()
    few = statements()
    for _ in range(8):
        outlet_alone()
        told("A one", "A two", near=0.2)
    assert statements() == few <= 20


def test_a_second_process_leaves_it_to_the_first(connection):
    outlet_alone()
    with closing(connections.create_connection("default")) as elsewhere, elsewhere.cursor() as cur:
        cur.execute("SELECT pg_advisory_lock(%s)", [lock.DOUBTING])
        assert doubts.notice() == 0
        cur.execute("SELECT pg_advisory_unlock(%s)", [lock.DOUBTING])
    assert doubts.notice() == 1


def test_the_tick_looks_for_doubts():
    outlet_alone()
    tasks.notice_doubts()
    assert Doubt.objects.exists()
