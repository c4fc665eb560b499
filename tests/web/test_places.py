"""Editions and topics, which every page names, are asked for once in some seconds."""

from __future__ import annotations

from articles.models import Edition
from articles.selectors import places
from articles.selectors.places import Remembered
from tests.factories import make_article, make_edition, make_story, make_topic, place


class Answers:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.now = 0.0

    def __call__(self, key: str) -> int:
        self.asked.append(key)
        return len(self.asked)

    def clock(self) -> float:
        return self.now


def test_an_answer_is_kept_for_the_seconds_of_the_settings(settings):
    settings.PLACES_CACHE_SECONDS = 5
    answers = Answers()
    remembered = Remembered(answers, answers.clock)
    for answers.now, answer in ((0.0, 1), (4.9, 1), (5.0, 2), (9.9, 2)):
        assert remembered("uk") == answer


def test_each_key_has_an_answer_of_its_own(settings):
    settings.PLACES_CACHE_SECONDS = 5
    answers = Answers()
    remembered = Remembered(answers, answers.clock)
    assert [remembered(key) for key in ("uk", "us", "uk")] == [1, 2, 1]


def test_nothing_is_kept_where_the_settings_say_so(settings):
    settings.PLACES_CACHE_SECONDS = 0
    answers = Answers()
    remembered = Remembered(answers, answers.clock)
    assert [remembered("uk"), remembered("uk")] == [1, 2]


def test_editions_stand_in_the_order_of_the_menu(db):
    make_edition("us", position=2)
    make_edition("uk", position=1)
    assert [edition.slug for edition in places.editions()] == ["uk", "us"]
    Edition.objects.filter(slug="uk").delete()
    assert [edition.slug for edition in places.editions()] == ["us"]


def test_the_topics_of_an_edition_are_those_that_have_stories_there(uk):
    sport, _unused = make_topic("Sport"), make_topic("Culture")
    place(make_story(make_article("A match")), uk, topic=sport)
    assert places.topics(uk) == (sport,)
    assert places.topics(make_edition("us")) == ()
