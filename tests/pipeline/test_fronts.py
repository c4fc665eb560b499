"""The front pages are arranged ahead, all editions by one number of statements."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import tasks
from articles.models import Article, Edition, FrontSlot, Story
from articles.pipeline import fronts, lock, stories
from articles.pipeline.fronts import DEVELOPING_SPAN
from tests.factories import make_article, make_edition, make_source, make_story, make_topic

pytestmark = pytest.mark.django_db

Section = FrontSlot.Section


@pytest.fixture
def uk() -> Edition:
    return make_edition("uk")


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def told(edition: Edition, *minutes_ago: float, **fields) -> Story:
    """A story with a report of another outlet of the edition at each of these times."""
    now = timezone.now()
    return placed(*(
        make_article(
            source=make_source(editions=(edition,)),
            published_at=now - timedelta(minutes=minutes),
            **fields,
        )
        for minutes in minutes_ago
    ))  # fmt: skip


def placed(*articles: Article) -> Story:
    story = make_story(*articles)
    stories.derive([story.pk])
    return story


def shown(edition: Edition, section: str) -> list[Story]:
    slots = FrontSlot.objects.filter(edition=edition, section=section)
    return [slot.story for slot in slots.order_by("topic", "position").select_related("story")]


def test_a_confirmed_story_leads_though_lone_reports_are_fresher(uk):
    lone = told(uk, 1)
    confirmed = told(uk, 2000, 2010)
    fronts.arrange_fronts()
    assert shown(uk, Section.TOP) == [confirmed, lone]


def test_a_lone_report_leads_where_there_is_nothing_else(uk):
    lone = told(uk, 1)
    fronts.arrange_fronts()
    assert shown(uk, Section.TOP) == [lone]


def test_topics_have_sections_of_what_the_top_left(uk):
    sport = make_topic("Sport")
    top = [told(uk, 1, 2, 3) for _ in range(4)]
    games = [told(uk, minutes, topic=sport) for minutes in (10, 20, 30)]
    fronts.arrange_fronts()
    assert set(shown(uk, Section.TOP)) == set(top)
    assert shown(uk, Section.TOPIC) == games


def test_what_gained_independent_reports_in_the_last_hours_develops(uk):
    before = DEVELOPING_SPAN.total_seconds() / 60
    [told(uk, *range(5, 11)) for _ in range(4)]
    growing = told(uk, 5, 10, 20, before + 60)
    steady = told(uk, before + 10, before + 20, before + 30)
    fronts.arrange_fronts()
    assert shown(uk, Section.DEVELOPING) == [growing]
    assert FrontSlot.objects.get(story=growing).gained == 3
    assert not FrontSlot.objects.filter(story=steady, section=Section.DEVELOPING).exists()


def test_copies_and_what_an_outlet_repeats_are_no_gain(uk, now):
    [told(uk, *range(5, 11)) for _ in range(4)]
    paper = make_source(editions=(uk,))
    original = make_article(source=paper, published_at=now - timedelta(hours=9))
    repeated = make_article(source=paper, published_at=now)
    copies = [make_article(published_at=now, copy_of=original) for _ in range(3)]
    story = placed(original, repeated, *copies)
    fronts.arrange_fronts()
    assert not FrontSlot.objects.filter(story=story, section=Section.DEVELOPING).exists()


def test_a_story_is_no_longer_developing_when_its_hours_have_passed(uk):
    [told(uk, *range(5, 11)) for _ in range(4)]
    growing = told(uk, 5, 10, 20)
    fronts.arrange_fronts()
    Article.objects.filter(story=growing).update(
        published_at=timezone.now() - DEVELOPING_SPAN - timedelta(minutes=1)
    )
    stories.derive([growing.pk])
    fronts.arrange_fronts()
    assert not FrontSlot.objects.filter(section=Section.DEVELOPING).exists()


def test_what_is_big_in_another_edition_of_the_language_and_absent_here_is_told(uk):
    us, de = make_edition("us"), make_edition("de", language="de")
    american = told(us, 1, 2, 3)
    told(de, 1, 2, 3)
    common = told(us, 1, 2, 3)
    make_article(source=make_source(editions=(uk, us)), story=common)
    stories.derive([common.pk])
    fronts.arrange_fronts()
    assert shown(uk, Section.ELSEWHERE) == [american]
    assert FrontSlot.objects.get(edition=uk, section=Section.ELSEWHERE).elsewhere == us
    assert not shown(us, Section.ELSEWHERE)
    assert not shown(de, Section.ELSEWHERE)


def test_arranging_again_changes_nothing_and_writes_nothing(uk):
    topic = make_topic()
    [told(uk, 1, 2, topic=topic) for _ in range(12)]
    fronts.arrange_fronts()
    before = set(FrontSlot.objects.values_list())
    fronts.arrange_fronts()
    assert set(FrontSlot.objects.values_list()) == before


def test_stories_change_places_without_ever_standing_in_two(uk):
    first, second = told(uk, 30, 31), told(uk, 60, 61)
    fronts.arrange_fronts()
    assert shown(uk, Section.TOP) == [first, second]
    make_article(source=make_source(editions=(uk,)), story=second)
    stories.derive([second.pk])
    fronts.arrange_fronts()
    assert shown(uk, Section.TOP) == [second, first]


def test_the_statements_do_not_grow_with_stories_topics_or_editions(uk, connection):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            fronts.arrange_fronts()
        return len(captured)

    told(uk, 5, 6)
    fronts.arrange_fronts()
    told(uk, 1, 2)
    first = statements()
    for name in ("ie", "us", "nz"):
        edition = make_edition(name)
        for topic in (make_topic(f"World {name}"), make_topic(f"Sport {name}")):
            [told(edition, 1, 2, 3, topic=topic) for _ in range(8)]
    assert statements() == first <= 12


def test_a_second_process_leaves_it_to_the_first(uk):
    told(uk, 1, 2)
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [lock.ARRANGING])
        fronts.arrange_fronts()
        assert not FrontSlot.objects.exists()
        with other.cursor() as cursor:  # closing alone would let it go only a moment later
            cursor.execute("SELECT pg_advisory_unlock(%s)", [lock.ARRANGING])
    finally:
        other.close()
    fronts.arrange_fronts()
    assert FrontSlot.objects.exists()


def test_grouping_has_the_fronts_arranged(uk):
    make_article(source=make_source(editions=(uk,)))
    tasks.group_language("en")
    assert len(shown(uk, Section.TOP)) == 1


def test_the_tick_arranges_the_fronts(uk):
    story = told(uk, 1)
    tasks.arrange_fronts()
    assert shown(uk, Section.TOP) == [story]
