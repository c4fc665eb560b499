"""What a story's page tells in short."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import tasks
from articles.models import Article, Digest, Source, Story
from articles.pipeline import digests, followups, lock, stories
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


def in_short(story: Story) -> digests.InShort:
    """What its page tells, once nothing waits."""
    digests.digest_waiting()
    return digests.in_short(read(story.pk))


def said(story: Story) -> list[str]:
    return [point.sentence for point in in_short(story).points]


def grow(story: Story, *articles: Article) -> None:
    """Add reports, as long after the digest as it takes to be told anew."""
    Article.objects.filter(pk__in=[article.pk for article in articles]).update(story=story)
    stories.derive([story.pk])
    if story.digested_at:
        Story.objects.filter(pk=story.pk).update(digested_at=story.digested_at - digests.PAUSE)


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
    points = in_short(story).points
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
    assert digests.digest_waiting() == 1
    assert digests.digest_waiting() == 0
    assert said(story) == list(FACTS[:2])
    assert queries(story) == 1

    grow(read(story.pk), third)
    assert said(story) == list(FACTS)
    assert queries(story) == 1


def test_it_stays_where_a_source_only_counts_for_more_and_not_where_one_goes():
    told = reports(*FACTS)
    story = make_story(*told)
    stories.derive([story.pk])
    digests.digest_waiting()
    Story.objects.update(
        digested_at=F("changed_at") - digests.PAUSE, changed_at=F("changed_at") - digests.PAUSE
    )
    story.refresh_from_db()

    Source.objects.filter(pk=told[0].source_id).update(weight=4.0)
    followups.ask([told[0].source_id])
    followups.follow()
    assert digests.digest_waiting() == 0
    before, after = story.rank, Story.objects.get().rank
    assert after > before

    followups.mute([told[0].source_id], timedelta(days=1))
    followups.follow()
    assert said(story) == list(FACTS[1:])


def test_a_reader_never_waits_for_it():
    first, second, third = reports(*FACTS)
    story = make_story(first, second)
    assert digests.in_short(read(story.pk)) == digests.InShort((), ())
    assert said(story) == list(FACTS[:2])

    grow(read(story.pk), third)
    before = digests.in_short(read(story.pk))
    assert [point.sentence for point in before.points] == list(FACTS[:2])


def test_a_story_that_goes_on_changing_is_told_anew_after_a_pause():
    first, second, third = reports(*FACTS)
    story = make_story(first, second)
    digests.digest_waiting()
    Article.objects.filter(pk=third.pk).update(story=story)
    stories.derive([story.pk])
    assert digests.digest_waiting() == 0

    earlier = timezone.now() - digests.PAUSE
    Story.objects.filter(pk=story.pk).update(digested_at=earlier)
    assert digests.digest_waiting() == 1
    assert said(story) == list(FACTS)


def test_a_second_process_leaves_it_to_the_first():
    make_story(*reports(*FACTS))
    with closing(connections.create_connection("default")) as elsewhere, elsewhere.cursor() as cur:
        cur.execute("SELECT pg_advisory_lock(%s)", [lock.DIGESTING])
        assert digests.digest_waiting() == 0
        cur.execute("SELECT pg_advisory_unlock(%s)", [lock.DIGESTING])
    assert digests.digest_waiting() == 1


def test_the_tick_tells_what_waits():
    story = make_story(*reports(*FACTS))
    tasks.digest_stories()
    assert Digest.objects.get().story_id == story.pk


def test_the_foremost_stories_are_told_first():
    last, first = (make_story(*reports(*FACTS), rank=rank) for rank in (1.0, 2.0))
    stops = iter([False, True])
    assert digests.digest_waiting(lambda: next(stops)) == 1
    assert [digest.story_id for digest in Digest.objects.all()] == [first.pk]
    digests.digest_waiting()
    assert Digest.objects.filter(story=last).exists()


def test_what_one_outlet_says_is_worked_out_when_it_is_read():
    source = make_source()
    story = make_story(*reports(*FACTS, source=source))
    assert digests.digest_waiting() == 0
    assert queries(story) == 1
    assert said(story) == list(FACTS)
    assert not Digest.objects.exists()


def test_what_was_kept_of_other_outlets_is_not_told_once_they_are_gone():
    first, second = reports(*FACTS[:2])
    story = make_story(first, second)
    assert len(said(story)) == 2
    Article.objects.filter(pk=second.pk).update(story=make_story())
    Article.objects.filter(pk=first.pk).update(text=FACTS[2])
    stories.derive([story.pk])
    assert said(story) == [FACTS[2]]


def test_a_digest_of_a_story_that_changed_meanwhile_is_not_kept(monkeypatch):
    first, second, third = reports(*FACTS)
    story = make_story(first, second)
    work_out = digests._digest

    def meanwhile(told: Story, reports: dict[int, Article]) -> Digest:
        monkeypatch.setattr(digests, "_digest", work_out)
        Article.objects.filter(pk=third.pk).update(story=story)
        stories.derive([story.pk])
        return work_out(told, reports)

    monkeypatch.setattr(digests, "_digest", meanwhile)
    stops = iter([False, True])
    digests.digest_waiting(lambda: next(stops))
    assert not Digest.objects.exists()
    assert said(story) == list(FACTS)


def test_a_story_that_cannot_be_told_keeps_no_others_waiting(monkeypatch, caplog):
    bad = make_story(*reports(*FACTS), rank=2.0)
    good = make_story(*reports(*FACTS))

    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(digests, "key_points", fail)
        with pytest.raises(ZeroDivisionError):
            digests.digest_waiting()
    assert f"story {bad.pk}" in caplog.text
    assert said(good) == list(FACTS)
    assert said(bad) == []


def test_what_waits_is_found_by_its_index():
    make_story(*reports(*FACTS))
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as captured:
        digests._next()
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {captured[0]['sql']}")
        assert "story_to_digest" in str(cursor.fetchall())


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
    assert in_short(story) == digests.InShort((), ())


def test_the_first_headline_of_an_edited_report_is_known():
    edited, plain = reports("", "")
    make_headline(edited, "Second headline", replaced_at=timezone.now())
    make_headline(edited, "First headline", replaced_at=timezone.now() - timedelta(hours=1))
    headlines = in_short(make_story(edited, plain)).headlines
    assert [vars(article)["first_headline"] for article in headlines] == ["First headline", None]


def test_one_owners_outlets_are_one_voice():
    told = reports(*FACTS, *FACTS)
    for article in told:
        article.source.owner = "The Group"
        article.source.save()
    short = in_short(make_story(*told))
    assert len(short.points) == 3
    assert len(short.headlines) == 1
