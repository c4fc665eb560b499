"""What is shown of articles, and what stories make of those that are not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from articles.models import Article, FollowUp, Source, Story, StoryEdition
from articles.models.visibility import shown, shown_sql
from articles.pipeline import blocking, followups, stories
from articles.pipeline.lock import wait_for
from articles.pipeline.store import store_entries
from articles.ranking.formula import LEAST, rank
from tests.factories import make_article, make_edition, make_feed, make_source, make_story
from tests.pipeline.entries import entry

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)


def in_sql() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM articles_article AS article WHERE {shown_sql('article.')}")
        return {row[0] for row in cursor.fetchall()}


def test_the_two_forms_of_the_rule_show_the_same_articles():
    kept = [
        make_article(),
        make_article(source=make_source(muted_until=NOW - DAY)),
    ]
    make_article(withheld="blocked word: rumour")
    make_article(source=make_source(muted_until=NOW + DAY))
    assert set(Article.objects.filter(shown())) == set(kept)
    assert in_sql() == {article.pk for article in kept}


def test_a_copy_is_asked_whether_its_original_is_shown():
    loud, quiet = make_article(), make_article(source=make_source(muted_until=NOW + DAY))
    of_loud, of_quiet = make_article(copy_of=loud), make_article(copy_of=quiet)
    copies = Article.objects.filter(copy_of__isnull=False)
    assert set(copies.filter(shown("copy_of__"))) == {of_loud}
    assert set(copies.exclude(shown("copy_of__"))) == {of_quiet}


def told(story: Story) -> tuple[int, int, int, int | None]:
    story.refresh_from_db()
    return story.article_count, story.source_count, story.independent_count, story.lead_id


def derived(*articles: Article) -> Story:
    story = make_story(*articles)
    stories.derive([story.pk])
    return story


def test_a_muted_source_leaves_its_stories_and_comes_back_to_them():
    uk, us = make_edition("uk"), make_edition("us")
    loud = make_source(editions=(uk,))
    first = make_article("First", source=loud, published_at=NOW - DAY)
    second = make_article("Second", source=make_source(editions=(us,)))
    story = derived(first, second)
    assert told(story) == (2, 2, 2, first.pk)

    assert followups.mute([loud.pk], DAY) == 1
    assert followups.follow() == 1
    assert told(story) == (1, 1, 1, second.pk)
    assert story.title == "Second"
    assert [place.edition for place in StoryEdition.objects.filter(story=story)] == [us]

    Source.objects.filter(pk=loud.pk).update(muted_until=NOW - timedelta(seconds=1))
    assert followups.end_mutes() == 1
    followups.follow()
    assert told(story) == (2, 2, 2, first.pk)
    assert StoryEdition.objects.filter(story=story).count() == 2
    assert followups.end_mutes() == 0


def test_a_story_of_muted_reports_alone_vanishes_and_keeps_its_name():
    loud = make_source(editions=(make_edition("uk"),))
    lone = make_article("Alone", source=loud)
    story = derived(lone)
    followups.mute([loud.pk], DAY)
    followups.follow()
    assert told(story) == (0, 0, 0, None)
    assert story.title == "Alone"
    assert not StoryEdition.objects.exists()
    assert followups.mute([loud.pk], None) == 1
    followups.follow()
    assert told(story) == (1, 1, 1, lone.pk)


def test_what_follows_is_gone_through_in_batches_from_the_newest_back(monkeypatch):
    monkeypatch.setattr(followups, "BATCH", 2)
    source = make_source()
    reports = [make_article(source=source, published_at=NOW - n * DAY) for n in range(5)]
    told_in = [derived(report) for report in reports]
    Story.objects.update(article_count=9)
    followups.ask([source.pk])
    batches = iter([False, True])
    assert followups.follow(lambda: next(batches)) == 2
    assert [told(story)[0] for story in told_in] == [1, 1, 9, 9, 9]
    assert FollowUp.objects.get().article == reports[1].pk
    assert followups.follow() == 3
    assert [told(story)[0] for story in told_in] == [1] * 5
    assert not FollowUp.objects.exists()


def test_a_source_with_much_of_old_keeps_none_waiting_that_has_newer(monkeypatch):
    monkeypatch.setattr(followups, "BATCH", 1)
    large, small = make_source(), make_source()
    old = [make_article(source=large, published_at=NOW - n * DAY) for n in (1, 3, 5)]
    new = [make_article(source=small, published_at=NOW - n * DAY) for n in (2, 4)]
    told_in = {report.pk: derived(report) for report in (*old, *new)}
    Story.objects.update(article_count=9)
    followups.ask([large.pk])
    followups.ask([small.pk])
    batches = iter([False, False, False, True])
    followups.follow(lambda: next(batches))
    done = [report.pk for report in (*old, *new) if told(told_in[report.pk])[0] == 1]
    assert done == [old[0].pk, old[1].pk, new[0].pk]


def test_a_language_is_held_before_anything_is_written_that_grouping_may_write_too(monkeypatch):
    source = make_source(blocked_words=["rumour"])
    make_article("A rumour", source=source)
    seen = []

    def watched(language: str) -> datetime:
        seen.append((language, Article.objects.get().withheld))
        return wait_for(language)

    monkeypatch.setattr(followups, "wait_for", watched)
    followups.ask([source.pk])
    followups.follow()
    assert seen == [("en", "")]
    assert Article.objects.get().withheld == "blocked word: rumour"


def test_another_decision_begins_anew(monkeypatch):
    monkeypatch.setattr(followups, "BATCH", 1)
    source = make_source()
    for n in range(3):
        make_article(source=source, published_at=NOW - n * DAY)
    followups.ask([source.pk])
    batches = iter([False, True])
    followups.follow(lambda: next(batches))
    followups.ask([source.pk])
    assert FollowUp.objects.get().article is None
    assert followups.follow() == 3


# -- blocked words


@pytest.mark.parametrize(
    ("blocked", "text", "found"),
    [
        ("rumour", "A RUMOUR spreads", True),
        ("rumour", "Rumours spread", False),
        ("cafe", "Das Café schließt", True),
        ("Café", "The cafe closes", True),
        ("strasse", "In der Straße", True),
        ("live blog", "Live-Blog: the vote", True),
        ("live blog", "A blog, live", False),
        ("live blog", "The live and the blog", False),
        ("東京タワー", "iPhone発売、東京タワーで", True),
        ("東京タワー", "東京の高いタワー", False),
        ("โควิด", "ข่าวโควิดวันนี้", True),
        ("محمد", "قال مُحَمَّد أمس", True),
        ("bad", "𝐁𝐀𝐃 ＮＥＷＳ", True),
        ("(a+)+$", "C'est (bien)", False),
        ("!", "Watch this!", False),
        ("", "Anything", False),
    ],
)
def test_blocked_words_are_found_as_whole_words(blocked, text, found):
    assert bool(blocking.reason([blocked], text)) is found


def test_a_phrase_is_not_found_across_headline_and_summary():
    assert not blocking.reason(["live blog"], "They live", "Blog of the day")


def test_an_entry_with_a_blocked_word_is_kept_and_withheld():
    feed = make_feed(make_source(blocked_words=["horoscope"]))
    store_entries(feed, [entry("Your horoscope"), entry("Bridge reopens")])
    kept = dict(Article.objects.values_list("title", "withheld"))
    assert kept == {"Your horoscope": "blocked word: horoscope", "Bridge reopens": ""}


def test_words_are_blocked_from_the_moment_that_they_are_stored():
    feed = make_feed()
    Source.objects.update(blocked_words=["horoscope"])  # while it was fetched
    store_entries(feed, [entry("Your horoscope")])
    assert Article.objects.get().withheld


def block(source: Source, *words: str) -> None:
    source.blocked_words = list(words)
    source.save()
    followups.ask([source.pk])
    followups.follow()


def test_new_blocked_words_reach_back_two_weeks_and_are_undone():
    source = make_source()
    recent = make_article("Your horoscope", source=source, published_at=NOW - 13 * DAY)
    old = make_article("Old horoscope", source=source, published_at=NOW - 15 * DAY)
    taken = make_article("Horoscope", source=source, withheld="taken down at their wish")
    story = derived(recent, make_article())
    block(source, "horoscope")
    assert told(story)[0] == 1
    assert reasons(recent, old, taken) == ["blocked word: horoscope", "", taken.withheld]
    block(source)
    assert told(story)[0] == 2
    assert reasons(recent, old, taken) == ["", "", taken.withheld]


def reasons(*articles: Article) -> list[str]:
    found = Article.objects.in_bulk([article.pk for article in articles])
    return [found[article.pk].withheld for article in articles]


# -- weight


def weighed(moment: datetime, *weights: float) -> Story:
    reports = [
        make_article(source=make_source(weight=weight), published_at=moment) for weight in weights
    ]
    story = derived(*reports)
    story.refresh_from_db()
    return story


def test_a_source_counts_in_rank_as_it_weighs_and_in_numbers_as_one():
    plain, heavy, light = (weighed(NOW, 1, 1, each) for each in (1, 3, 0.5))
    assert heavy.rank > plain.rank > light.rank
    assert {story.independent_count for story in (plain, heavy, light)} == {3}
    assert heavy.rank == pytest.approx(weighed(NOW, 1, 1, 1, 1, 1).rank)


def test_the_database_and_the_formula_agree_whatever_the_weights():
    for weights in ([0], [0, 0, 0], [0.5], [4], [0, 1, 2.5], [0.25, 0.25]):
        story = weighed(NOW, *weights)
        everywhere = stories.inputs(story.pk)[None]
        expected = rank(everywhere.middle_at, everywhere.strength)
        assert story.rank == pytest.approx(expected, 1e-12), weights
        assert everywhere.strength.counted == pytest.approx(sum(weights))


def test_a_story_of_weightless_sources_stands_below_any_other_of_its_time():
    assert weighed(NOW, 0).rank == weighed(NOW, 0, 0, 0).rank < weighed(NOW, 0.5).rank
    assert 0 < LEAST < 0.25


def test_a_weightless_source_does_not_keep_a_story_fresh():
    quiet = weighed(NOW, 1, 1)
    noisy = weighed(NOW, 1, 1)
    for hours in range(1, 4):
        later = NOW + timedelta(hours=hours)
        make_article(source=make_source(weight=0), story=noisy, published_at=later)
    stories.derive([noisy.pk])
    noisy.refresh_from_db()
    assert noisy.rank == quiet.rank


def test_what_another_weight_would_make_of_a_story_is_told_without_changing_it():
    story = weighed(NOW, 1, 1)
    source = Source.objects.filter(articles__story=story)[0]
    supposed = stories.inputs(story.pk, stories.Supposed(source.pk, 3.0))[None]
    assert supposed.strength.counted == 4
    assert stories.inputs(story.pk)[None].strength.counted == 2
