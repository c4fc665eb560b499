"""How the database ranks stories: as the formula says, and as readers are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest
from django.db.models import TextField
from django.db.models.expressions import RawSQL
from django.utils import timezone

from articles.models import Article, Source, Story, StoryEdition
from articles.pipeline import stories
from articles.ranking.formula import HALF_LIFE, SPEED_WINDOW, Strength, rank
from tests.factories import make_article, make_edition, make_source, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def noon() -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0)


def outlet(country: str = "", owner: str = "", editions=()) -> Source:
    return make_source(country=country, owner=owner, editions=editions)


def report(moment: datetime, source: Source | None = None, **fields) -> Article:
    return make_article(source=source or outlet(), published_at=moment, **fields)


def ranked(*articles: Article) -> Story:
    """The story of these articles as grouping leaves it."""
    story = make_story(*articles)
    stories.derive([story.pk])
    story.refresh_from_db()
    return story


def test_the_database_and_the_formula_agree_on_every_story(noon):
    chance = Random(7)
    editions = [make_edition("uk"), make_edition("us")]
    outlets = [
        outlet(chance.choice(["", "GB", "US", "IE"]), chance.choice(["", "", "Group"]),
               chance.sample(editions, chance.randint(0, 2)))
        for _ in range(8)
    ]  # fmt: skip
    for _ in range(25):
        told = [
            report(noon - timedelta(minutes=chance.randint(0, 900)), chance.choice(outlets))
            for _ in range(chance.randint(1, 9))
        ]
        if len(told) > 2:
            Article.objects.filter(pk=told[-1].pk).update(copy_of=told[0])
        story = ranked(*told)
        found = stories.inputs(story.pk)
        everywhere = found[None]
        assert story.independent_count == everywhere.strength.independent
        assert story.rank == pytest.approx(rank(everywhere.middle_at, everywhere.strength), 1e-12)
        for place in StoryEdition.objects.filter(story=story):
            here = found[place.edition_id].strength if place.edition_id in found else Strength()
            expected = rank(everywhere.middle_at, everywhere.strength, here)
            assert place.rank == pytest.approx(expected, 1e-12)


def test_what_counts_of_a_story_is_told(noon):
    ranked_story = ranked(
        report(noon, outlet("GB")),
        report(noon + timedelta(hours=1), outlet("IE")),
        report(noon + timedelta(hours=9), outlet("GB")),
    )
    told = stories.inputs(ranked_story.pk)[None]
    assert told.strength == Strength(independent=3, early=2, countries=2)
    assert told.middle_at == noon + timedelta(hours=1)


def test_more_independent_reports_stand_higher(noon):
    two = ranked(report(noon), report(noon))
    three = ranked(report(noon), report(noon), report(noon))
    assert three.rank > two.rank


def test_reports_that_came_faster_stand_higher(noon):
    late = SPEED_WINDOW + timedelta(minutes=1)
    slow = ranked(report(noon - late), report(noon), report(noon + late))
    fast = ranked(report(noon - timedelta(minutes=1)), report(noon), report(noon + late))
    assert fast.rank > slow.rank


def test_reports_from_more_countries_stand_higher(noon):
    one = ranked(report(noon, outlet("GB")), report(noon, outlet("GB")))
    two = ranked(report(noon, outlet("GB")), report(noon, outlet("FR")))
    assert two.rank > one.rank


def test_a_lone_report_stands_below_a_confirmed_one_of_the_same_hour(noon):
    confirmed = ranked(report(noon), report(noon + timedelta(minutes=1)))
    lone = ranked(report(noon + timedelta(minutes=59)))
    assert confirmed.rank > lone.rank


def test_a_lone_outlet_does_not_keep_its_report_fresh_by_repeating_it(noon):
    paper = outlet("GB")
    once = ranked(report(noon, paper))
    again = ranked(report(noon, paper), report(noon + timedelta(hours=6), paper))
    assert again.rank == once.rank


def test_a_single_outlet_cannot_keep_a_confirmed_story_fresh(noon):
    insistent = outlet()
    quiet = ranked(report(noon, insistent), report(noon))
    pushed = ranked(
        report(noon, insistent), report(noon), report(noon + timedelta(hours=9), insistent)
    )
    assert pushed.rank == quiet.rank


def test_a_story_that_most_outlets_go_on_reporting_stays_fresh(noon):
    papers = [outlet() for _ in range(4)]
    first_day = [report(noon, paper) for paper in papers]
    told_once = ranked(*first_day)
    again = [report(noon + HALF_LIFE, paper) for paper in papers[:3]]
    told_again = ranked(*(report(noon, paper) for paper in papers), *again)
    assert told_again.rank == pytest.approx(told_once.rank + 1)


def test_copies_add_nothing(noon):
    original = report(noon, outlet("GB"))
    story = ranked(original, report(noon))
    before = story.rank
    for hours in range(1, 4):
        report(noon + timedelta(hours=hours), outlet("FR"), copy_of=original, story=story)
    stories.derive([story.pk])
    story.refresh_from_db()
    assert story.article_count == 5
    assert story.rank == before


def test_outlets_of_one_owner_add_nothing(noon):
    group = [outlet(country, "Group") for country in ("GB", "FR", "DE")]
    alone = ranked(report(noon, group[0]), report(noon, outlet("GB")))
    chorus = ranked(*(report(noon, paper) for paper in group), report(noon, outlet("GB")))
    assert chorus.rank == alone.rank


def test_an_edition_puts_higher_what_its_own_sources_report(noon):
    uk, us = make_edition("uk"), make_edition("us")
    story = ranked(
        *(report(noon, outlet("GB", editions=[uk])) for _ in range(3)),
        report(noon, outlet("US", editions=[us])),
    )
    here, there = (
        StoryEdition.objects.get(story=story, edition=edition).rank for edition in (uk, us)
    )
    assert there < here < story.rank


def test_a_story_that_an_edition_only_copied_stands_there_by_everybodys_strength(noon):
    us = make_edition("us")
    original = report(noon, outlet("GB"))
    copied = report(noon, outlet("US", editions=[us]))
    Article.objects.filter(pk=copied.pk).update(copy_of=original)
    story = ranked(original, report(noon, outlet("GB")), copied)
    everywhere = stories.inputs(story.pk)[None]
    expected = rank(everywhere.middle_at, everywhere.strength, Strength())
    assert StoryEdition.objects.get().rank == pytest.approx(expected)


def test_a_story_of_copies_alone_ranks_by_when_it_began(noon):
    original = report(noon - timedelta(days=1))
    copies = [report(noon + timedelta(hours=n)) for n in range(2)]
    for copied in copies:
        Article.objects.filter(pk=copied.pk).update(copy_of=original)
    story = ranked(*copies)
    assert stories.inputs(story.pk) == {}
    assert story.independent_count == 0
    assert story.rank == pytest.approx(rank(noon, Strength()))


def version(story: Story) -> str:
    """Where its place on a front is stored: elsewhere once it was written again."""
    where = RawSQL("ctid::text", [], TextField())
    placed: str = StoryEdition.objects.annotate(where=where).get(story=story).where
    return placed


def test_a_place_on_a_front_is_written_when_it_changes_only(noon):
    source = outlet(editions=(make_edition("uk"),))
    story = ranked(report(noon, source), first := report(noon))
    before = version(story)
    report(noon, copy_of=first, story=story)
    stories.derive([story.pk])
    assert version(story) == before
    report(noon, story=story)
    stories.derive([story.pk])
    assert version(story) != before
