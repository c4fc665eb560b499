"""Articles that wait are brought into stories, and what is stored follows."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connections
from django.db.backends.utils import CursorWrapper
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.clustering.types import Grouped, Similar
from articles.models import (
    SIMILAR_LIMIT,
    Article,
    GroupingAttempt,
    SimilarLink,
    Story,
    StoryEdition,
)
from articles.pipeline import stories
from articles.pipeline.grouping import Grouper, languages_waiting
from articles.pipeline.lock import GROUPING, LOCK, BusyError
from tests.factories import make_article, make_edition, make_source

pytestmark = pytest.mark.django_db

FLOOD = (
    "Flood in Harlow Vale forces 300 people from their homes",
    "Hundreds flee homes as Harlow Vale flood rises",
    "Harlow Vale flood: rescuers take 300 people from homes",
)
CUP = (
    "Dunmore Rovers win the Northern Cup after penalties",
    "Penalties decide Northern Cup as Dunmore Rovers win",
)


@pytest.fixture
def grouper() -> Grouper:
    return Grouper()


def report(title: str, hours_ago: float = 1, **fields) -> Article:
    fields.setdefault("excerpt", "")
    published = timezone.now() - timedelta(hours=hours_ago)
    return make_article(title=title, published_at=published, language="en", **fields)


def story_of(title: str) -> Story:
    return Story.objects.get(articles__title=title)


def partition() -> set[frozenset[str]]:
    groups: dict[int, set[str]] = {}
    for story, title in Article.objects.values_list("story_id", "title"):
        groups.setdefault(story, set()).add(title)
    return {frozenset(group) for group in groups.values()}


def test_reports_of_one_event_form_a_story_and_others_do_not(grouper):
    for title in FLOOD + CUP:
        report(title)

    assert grouper.group("en") == 5

    assert partition() == {frozenset(FLOOD), frozenset(CUP)}
    assert languages_waiting() == []


def test_a_story_counts_its_articles_sources_and_independent_reports(grouper):
    text = (
        "Rescue crews worked through the night after the river Harl broke its banks above the old"
        " mill. Three hundred people were taken to a school on higher ground, the county said."
    )
    first = report(FLOOD[0], 5, excerpt=text)
    copied = report(FLOOD[0], 4, excerpt=text)
    report(FLOOD[1], 3)

    grouper.group("en")

    story = Story.objects.get()
    copied.refresh_from_db()
    assert copied.copy_of == first
    assert (story.article_count, story.source_count, story.independent_count) == (3, 3, 2)
    assert story.lead == first
    assert story.title == first.title
    assert story.first_at == first.published_at


def test_outlets_of_one_owner_are_one_independent_voice(grouper):
    uk = make_edition("uk")
    for title, owner in zip(FLOOD, ("Harl Press", "Harl Press", ""), strict=True):
        report(title, source=make_source(owner=owner, editions=(uk,)))

    grouper.group("en")

    story = Story.objects.get()
    assert (story.source_count, story.independent_count) == (3, 2)
    # The edition's own reports are all there are, so its front ranks the story as everybody does.
    assert StoryEdition.objects.get().rank == pytest.approx(story.rank)


def test_a_story_keeps_its_id_as_it_grows(grouper):
    report(FLOOD[0], 3)
    grouper.group("en")
    story = Story.objects.get()

    report(FLOOD[1], 1)
    grouper.group("en")

    assert Story.objects.get() == story
    assert Article.objects.filter(story=story).count() == 2


def test_another_process_goes_on_where_the_first_stopped(grouper):
    report(FLOOD[0], 3)
    grouper.group("en")
    report(FLOOD[1], 2)
    Grouper().group("en")
    report(FLOOD[2], 1)

    grouper.group("en")

    assert partition() == {frozenset(FLOOD)}


def test_a_crash_before_the_commit_loses_and_doubles_nothing(grouper, monkeypatch):
    for title in FLOOD:
        report(title)
    with monkeypatch.context() as patched:

        def crash(*_arguments):
            raise RuntimeError("killed")

        patched.setattr(stories, "derive", crash)
        with pytest.raises(RuntimeError):
            grouper.group("en")
    assert Story.objects.count() == 0

    grouper.group("en")

    assert partition() == {frozenset(FLOOD)}
    assert Story.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_article_that_was_deleted_costs_no_batch(grouper):
    gone = report(FLOOD[0], 3)
    grouper.group("en")
    gone.source.delete()
    report(FLOOD[1], 2)

    assert grouper.group("en") == 1

    assert partition() == {frozenset({FLOOD[1]})}
    assert not SimilarLink.objects.exists()


def test_old_articles_are_grouped_among_those_of_their_own_days(grouper):
    report(FLOOD[0], 1)
    old = [report(title, 24 * 200 + hour) for hour, title in enumerate(FLOOD[1:])]
    older = report(FLOOD[2], 24 * 400)

    grouper.group("en")

    for article in (*old, older):
        article.refresh_from_db()
    assert old[0].story == old[1].story
    assert Story.objects.count() == 3
    assert older.story_id not in {old[0].story_id, Article.objects.get(title=FLOOD[0]).story_id}


def test_similar_news_is_stored_in_both_directions(grouper):
    articles = [report(title) for title in FLOOD]

    grouper.group("en")

    for article in articles:
        others = {other.pk for other in articles if other != article}
        links = SimilarLink.objects.filter(article=article)
        assert {link.similar_id for link in links} == others
        assert [link.position for link in links] == [0, 1]


def test_similar_news_follows_when_more_arrives(grouper):
    first = report(FLOOD[0], 2)
    grouper.group("en")
    assert not SimilarLink.objects.exists()

    second = report(FLOOD[1], 1)
    grouper.group("en")

    assert SimilarLink.objects.get(article=first).similar == second
    assert SimilarLink.objects.get(article=second).similar == first


def test_a_list_that_changed_is_stored_as_it_is_now_with_earlier_coverage_behind():
    article, *others = [make_article(f"Report {n}") for n in range(SIMILAR_LIMIT + 2)]
    archived = others.pop()
    SimilarLink.objects.create(
        article=article, similar=archived, score=0.1, position=0, from_archive=True
    )

    def store(*links: tuple[Article, float]) -> list[tuple[int, int, bool]]:
        found = tuple(Similar(other.pk, score) for other, score in links)
        stories.apply("en", Grouped(similar={article.pk: found}), timezone.now())
        stored = SimilarLink.objects.filter(article=article)
        return list(stored.values_list("similar_id", "position", "from_archive"))

    first, second, third = others[:3]
    assert store((first, 0.5), (second, 0.4)) == [
        (first.pk, 0, False),
        (second.pk, 1, False),
        (archived.pk, 2, True),
    ]
    assert store((third, 0.6), (first, 0.5)) == [
        (third.pk, 0, False),
        (first.pk, 1, False),
        (archived.pk, 2, True),
    ]
    full = store(*((other, 0.9) for other in others))
    assert full == [(other.pk, place, False) for place, other in enumerate(others)]


def test_a_story_stands_on_the_fronts_of_its_sources_editions(grouper):
    uk, us = make_edition(slug="uk"), make_edition(slug="us")
    british, american = make_source(), make_source()
    british.editions.add(uk)
    american.editions.add(us)
    report(FLOOD[0], source=british)
    report(FLOOD[1], source=american)
    report(CUP[0], source=british)

    grouper.group("en")

    on_front = {
        edition.slug: set(
            StoryEdition.objects.filter(edition=edition).values_list("story__title", flat=True)
        )
        for edition in (uk, us)
    }
    flood = story_of(FLOOD[0]).title
    assert on_front == {"uk": {flood, CUP[0]}, "us": {flood}}


def test_many_independent_reports_outrank_one_that_is_a_little_fresher(grouper):
    for hour, title in enumerate(FLOOD, 2):
        report(title, hour)
    report(CUP[0], 1)

    grouper.group("en")

    assert Story.objects.order_by("-rank")[0].article_count == 3


@pytest.mark.parametrize("days_ago", [0, 40])
def test_an_edit_is_grouped_by_a_process_that_fills_its_window_too(grouper, days_ago):
    for hours, title in enumerate(FLOOD):
        report(title, 24 * days_ago + hours + 1)
    grouper.group("en")
    edited = Article.objects.filter(title=FLOOD[1])
    edited.update(title=CUP[0], clustered_at=None)

    Grouper().group("en")

    assert partition() == {frozenset({FLOOD[0], FLOOD[2]}), frozenset({CUP[0]})}
    assert not SimilarLink.objects.filter(article__title=CUP[0]).exists()
    assert not SimilarLink.objects.filter(similar__title=CUP[0]).exists()


def test_an_edited_article_that_tells_of_another_event_moves_and_its_address_stays_good(grouper):
    report(FLOOD[0], 3)
    moving = report(CUP[0], 2)
    grouper.group("en")
    former = story_of(CUP[0])
    Article.objects.filter(pk=moving.pk).update(title=FLOOD[1], clustered_at=None)

    grouper.group("en")

    moving.refresh_from_db()
    former.refresh_from_db()
    assert former.merged_into == story_of(FLOOD[0]) == moving.story
    assert former.article_count == 0


def test_languages_are_grouped_apart(grouper):
    report(FLOOD[0])
    make_article(title=FLOOD[0], language="de", excerpt="")

    assert languages_waiting() == ["de", "en"]
    grouper.group("en")
    assert languages_waiting() == ["de"]


def test_the_statements_of_a_batch_do_not_grow_with_it(grouper, connection):
    counts = []
    for size in (5, 60):
        for n in range(size):
            report(f"{FLOOD[n % 3]} number {size} {n}")
        with CaptureQueriesContext(connection) as statements:
            grouper.group("en")
        counts.append(len(statements))

    assert counts[1] <= counts[0] <= 40


def test_grouping_a_thousand_articles_takes_at_most_forty_statements(grouper, connection):
    sources = [make_source(f"Outlet {n}") for n in range(20)]
    now = timezone.now()
    Article.objects.bulk_create(
        Article(
            source=sources[n % 20],
            guid_hash=n.to_bytes(16, "big"),
            content_hash=n.to_bytes(16, "big"),
            title=f"{(FLOOD + CUP)[n % 5]} near place{n // 10}",
            language="en",
            published_at=now - timedelta(minutes=n),
        )
        for n in range(1000)
    )

    with CaptureQueriesContext(connection) as statements:
        assert grouper.group("en") == 1000

    assert len(statements) <= 40


def test_a_named_agencys_own_article_is_the_original_though_it_came_later(grouper):
    text = (
        "HARLOW (Reuters) - Rescue crews worked through the night after the river Harl broke its"
        " banks above the old mill. Three hundred people were taken to a school, officials said."
    )
    early = report(FLOOD[0], 5, excerpt=text)
    grouper.group("en")
    own = report(FLOOD[0], 1, excerpt=text, source=make_source("Reuters UK"))
    grouper.group("en")

    early.refresh_from_db()
    own.refresh_from_db()
    assert (early.copy_of, own.copy_of) == (own, None)


@pytest.mark.django_db(transaction=True)
def test_two_processes_never_group_one_language_at_once(grouper):
    report(FLOOD[0])
    key: list[int | str] = [GROUPING, "en"]
    with closing(connections.create_connection("default")) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", key)

        with pytest.raises(BusyError):
            grouper.group("en")
        assert GroupingAttempt.objects.get().failures == 0

        cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", key)
    assert grouper.group("en") == 1


@pytest.mark.django_db(transaction=True)
def test_grouping_waits_its_turn_where_stories_follow_a_decision_batch_after_batch(grouper):
    """Who goes on and on comes after who waits."""
    report(FLOOD[0])
    key: list[int | str] = [LOCK, "en"]
    done = Event()

    def hold(cursor: CursorWrapper) -> None:
        """Let go only to ask again, as one batch follows on another."""
        while not done.is_set():
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", key)
            cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", key)

    with closing(connections.create_connection("default")) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", key)
        holding = Thread(target=hold, args=[cursor])
        holding.start()
        try:
            assert grouper.group("en") == 1
        finally:
            done.set()
            holding.join()
