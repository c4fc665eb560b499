"""What a story's page tells in short."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, Digest, Story
from articles.pipeline import digests, stories
from articles.selectors.stories import story as read
from tests.factories import make_article, make_headline, make_source, make_story

pytestmark = pytest.mark.django_db

FACTS = (
    "Engineers found two cracks in the northern pier on Monday.",
    "Ferries carry passengers across until repairs end next spring.",
    "Traders along Harbour Street expect losses of nine million pounds.",
)


def reports(*texts: str, **fields) -> list[Article]:
    """Reports of outlets of their own, an hour apart, the first the earliest."""
    start = timezone.now() - timedelta(hours=len(texts))
    return [
        make_article(
            f"Bridge, part {number}",
            text=text,
            excerpt="",
            published_at=start + timedelta(hours=number),
            **fields,
        )
        for number, text in enumerate(texts)
    ]


def said(story: Story) -> list[str]:
    return [point.sentence for point in digests.in_short(read(story.pk)).points]


def queries(story: Story) -> int:
    found = read(story.pk)
    with CaptureQueriesContext(connection) as captured:
        digests.in_short(found)
    return len(captured)


@pytest.mark.parametrize("count", [1, 2, 40, 400])
def test_points_are_quoted_from_the_reports_however_many(count):
    source = make_source()
    told = reports(*FACTS[:count])
    now = timezone.now()
    told += [
        make_article(f"Bridge {number}", source=source, excerpt="", text="", published_at=now)
        for number in range(count - len(told))
    ]
    story = make_story(*told)
    points = digests.in_short(read(story.pk)).points
    assert [point.sentence for point in points] == list(FACTS[:count])
    for point in points:
        assert point.sentence in Article.objects.get(pk=point.article.pk).text


def test_only_the_first_and_the_newest_reports_are_read(monkeypatch):
    monkeypatch.setattr(digests, "FIRST", 1)
    monkeypatch.setattr(digests, "NEWEST", 1)
    assert said(make_story(*reports(*FACTS))) == [FACTS[0], FACTS[2]]


def test_the_excerpt_stands_in_where_there_is_no_text():
    article = make_article("Bridge", excerpt=FACTS[0])
    other = make_article("Ferries", excerpt="")
    assert said(make_story(other, article)) == [FACTS[0]]


def test_copies_and_other_languages_are_not_quoted():
    original, copy, german = reports(*FACTS)
    story = make_story(original, copy, german)
    Article.objects.filter(pk=copy.pk).update(copy_of=original)
    Article.objects.filter(pk=german.pk).update(language="de")
    assert said(story) == [FACTS[0]]


def test_it_is_worked_out_once_and_again_when_the_story_has_changed():
    first, second, third = reports(*FACTS)
    story = make_story(first, second)
    assert said(story) == list(FACTS[:2])
    assert queries(story) == 1

    Article.objects.filter(pk=third.pk).update(story=story)
    stories.derive([story.pk])
    assert queries(story) == 2
    assert queries(story) == 1
    assert said(story) == list(FACTS)


def test_a_report_that_went_takes_its_sentences_along_at_once():
    first, second = reports(*FACTS[:2])
    story = make_story(first, second)
    assert len(said(story)) == 2
    Article.objects.filter(pk=second.pk).update(story=make_story())
    assert said(story) == [FACTS[0]]
    first.delete()
    assert said(story) == []


def test_a_story_without_reports_has_nothing_to_say():
    story = make_story(title="Emptied")
    short = digests.in_short(read(story.pk))
    assert short == digests.InShort((), ())


def test_the_first_headline_of_an_edited_report_is_known():
    edited, plain = reports("", "")
    make_headline(edited, "Second headline", replaced_at=timezone.now())
    make_headline(edited, "First headline", replaced_at=timezone.now() - timedelta(hours=1))
    headlines = digests.in_short(read(make_story(edited, plain).pk)).headlines
    assert [vars(article)["first_headline"] for article in headlines] == ["First headline", None]


def test_one_owners_outlets_are_one_voice():
    told = reports(*FACTS, *FACTS)
    for article in told:
        article.source.owner = "The Group"
        article.source.save()
    short = digests.in_short(read(make_story(*told).pk))
    assert len(short.points) == 3
    assert len(short.headlines) == 1


def test_two_readers_at_one_time_leave_one_digest():
    story = make_story(*reports(*FACTS))
    one, other = read(story.pk), read(story.pk)
    assert digests.in_short(one) == digests.in_short(other)
    assert Digest.objects.count() == 1
