"""An article that cannot be grouped costs only itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from django.utils import timezone

from articles.clustering.types import Document
from articles.clustering.window import Window
from articles.models import Article, GroupingAttempt, SimilarLink, Story
from articles.pipeline import grouping
from articles.pipeline.attempts import PATIENCE
from articles.pipeline.grouping import Grouper, languages_waiting
from tests.clustering.news import BRIDGE
from tests.factories import make_article

pytestmark = pytest.mark.django_db

POISON = "Bridge over troubled code"


class DiedError(BaseException):
    """The process ends here."""


@pytest.fixture
def deadly(monkeypatch) -> None:
    """Reading the poison into a window ends the process."""
    enter = Window._enter

    def entering(self: Window, document: Document) -> int:
        if document.title == POISON:
            raise DiedError
        return enter(self, document)

    monkeypatch.setattr(Window, "_enter", entering)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(grouping, "BATCH", 8)


def arrive(titles: Sequence[str]) -> list[Article]:
    now = timezone.now()
    return [
        make_article(title, excerpt="", published_at=now - timedelta(minutes=len(titles) - n))
        for n, title in enumerate(titles)
    ]


def lives() -> Iterator[int]:
    """Processes that group what waits, one after the other dies; how many articles each stored."""
    while languages_waiting():
        before = Article.objects.filter(clustered_at=None).count()
        try:
            Grouper().group("en")
        except DiedError:
            yield before - Article.objects.filter(clustered_at=None).count()


def test_all_others_are_grouped_and_the_one_is_alone_with_the_reason(deadly, caplog):
    *_, poison = arrive([*BRIDGE, *(f"Quiet day {n}" for n in range(9)), POISON])

    with caplog.at_level(logging.ERROR, "articles"):
        assert len(list(lives())) < 30

    poison.refresh_from_db()
    assert Article.objects.exclude(grouping_error="").get() == poison
    assert "failed" in poison.grouping_error
    alone = Story.objects.get(articles=poison)
    assert (alone.article_count, alone.lead) == (1, poison)
    assert Story.objects.get(articles__title=BRIDGE[0]).article_count == len(BRIDGE)
    assert f"article {poison.pk} is kept out of grouping" in caplog.text


def test_what_was_set_apart_stays_out_of_windows_that_are_filled_again(deadly):
    arrive([BRIDGE[0], POISON])
    assert list(lives())
    arrive([BRIDGE[1]])

    assert Grouper().group("en") == 1

    assert Story.objects.get(articles__title=BRIDGE[0]).article_count == 2


def test_an_edit_has_it_tried_again(deadly):
    first, poison = arrive([BRIDGE[0], POISON])
    assert list(lives())
    alone = Story.objects.get(articles=poison)
    Article.objects.filter(pk=poison.pk).update(title=BRIDGE[1], clustered_at=None)

    Grouper().group("en")

    poison.refresh_from_db()
    first.refresh_from_db()
    alone.refresh_from_db()
    assert (poison.grouping_error, poison.story) == ("", first.story)
    assert alone.merged_into == first.story


def test_an_article_that_was_grouped_before_leaves_its_story_and_the_lists_it_was_in(deadly):
    first, *_ = arrive(BRIDGE[:3])
    Grouper().group("en")
    Article.objects.filter(pk=first.pk).update(title=POISON, clustered_at=None)

    assert not any(lives())

    assert Story.objects.get(articles__title=BRIDGE[1]).article_count == 2
    assert not SimilarLink.objects.filter(article=first).exists()


def test_a_few_failures_leave_the_batches_as_they_are(monkeypatch):
    arrive([f"Quiet day {n}" for n in range(8)])
    with monkeypatch.context() as failing:
        failing.setattr(Window, "group", lambda *_: 1 / 0)
        for _ in range(PATIENCE - 1):
            with pytest.raises(ZeroDivisionError):
                Grouper().group("en")

    stop = iter((False, True))
    assert Grouper().group("en", lambda: next(stop)) == 8


def test_batches_grow_again_with_every_success(monkeypatch):
    arrive([f"Quiet day {n}" for n in range(40)])
    GroupingAttempt.objects.create(language="en", failures=PATIENCE + 2, first=0)
    sizes, group = [], Window.group

    def counting(self: Window, documents: Sequence[Document]):
        sizes.append(len(documents))
        return group(self, documents)

    monkeypatch.setattr(Window, "group", counting)
    assert Grouper().group("en") == 40
    assert sizes == [1, 2, 4, 8, 8, 8, 8, 1]


def test_a_fault_that_is_no_articles_makes_few_suffer_and_is_raised(monkeypatch):
    arrive([f"Quiet day {n}" for n in range(8)])
    monkeypatch.setattr(Window, "group", lambda *_: 1 / 0)
    raised = 0
    while not Article.objects.exclude(grouping_error="").exists():
        with pytest.raises(ZeroDivisionError):
            Grouper().group("en")
        raised += 1
    assert raised > PATIENCE
    assert Article.objects.exclude(grouping_error="").count() == 1
