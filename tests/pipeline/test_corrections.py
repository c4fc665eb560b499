"""Curators' corrections: obeyed at once, by all later grouping, until they are undone."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, Correction, Held, Story
from articles.pipeline import corrections, lock, standing, stories
from articles.pipeline.corrections import CorrectionError
from articles.pipeline.grouping import Grouper
from tests.factories import make_article, make_source, make_story

pytestmark = pytest.mark.django_db

FLOOD = (
    "Flood in Harlow Vale forces 300 people from their homes",
    "Hundreds flee homes as Harlow Vale flood rises",
    "Harlow Vale flood: rescuers take 300 people from homes",
    "Harlow Vale homes emptied as flood forces 300 people out",
)
CUP = (
    "Dunmore Rovers win the Northern Cup after penalties",
    "Penalties decide Northern Cup as Dunmore Rovers win",
)


@pytest.fixture
def curator() -> User:
    return User.objects.create_user("curator")


@pytest.fixture
def grouper() -> Grouper:
    return Grouper()


@pytest.fixture
def told(grouper: Grouper) -> None:
    """Two events, grouped."""
    for hour, title in enumerate((*FLOOD, *CUP)):
        report(title, 10 - hour)
    grouper.group("en")
    assert partition() == {frozenset(FLOOD), frozenset(CUP)}


def report(title: str, hours_ago: float = 1, **fields) -> Article:
    published = timezone.now() - timedelta(hours=hours_ago)
    return make_article(title, published_at=published, **{"excerpt": ""} | fields)


def article(title: str) -> Article:
    return Article.objects.select_related("story").get(title=title)


def story_of(title: str) -> Story:
    found = article(title).story
    assert found is not None
    return found


def ids(*titles: str) -> list[int]:
    return [article(title).pk for title in titles]


def partition() -> set[frozenset[str]]:
    groups: dict[int | None, set[str]] = {}
    for story, title in Article.objects.values_list("story_id", "title"):
        groups.setdefault(story, set()).add(title)
    return {frozenset(group) for group in groups.values()}


def more_of_the_flood(grouper: Grouper, count: int = 40) -> None:
    """Later reports, seen by the process that grouped before and by one that has just begun."""
    for number in range(count):
        report(f"{FLOOD[number % 4]} {number % 7}", 0.5)
    grouper.group("en")
    for number in range(count):
        report(f"{FLOOD[number % 4]} {number % 5}", 0.4)
    Grouper().group("en")
    report(f"{FLOOD[0]} again", 0.1)
    grouper.group("en")


def test_merged_stories_are_one_at_once_and_the_old_address_leads_there(told, curator, client):
    flood, cup = story_of(FLOOD[0]), story_of(CUP[0])

    correction = corrections.merge([cup, flood], curator, "One day in Harlow Vale")

    flood.refresh_from_db()
    cup.refresh_from_db()
    assert partition() == {frozenset(FLOOD + CUP)}
    assert (flood.article_count, flood.source_count) == (6, 6)
    assert (cup.article_count, cup.merged_into) == (0, flood)
    response = client.get(cup.get_absolute_url())
    assert (response.status_code, response["Location"]) == (301, flood.get_absolute_url())
    assert (correction.made_by, correction.note) == (curator, "One day in Harlow Vale")
    assert correction.made_at <= timezone.now()


def test_merged_stories_stay_one_although_they_share_no_word(told, curator, grouper):
    corrections.merge([story_of(CUP[0]), story_of(FLOOD[0])], curator)
    more_of_the_flood(grouper)
    assert story_of(CUP[0]) == story_of(CUP[1]) == story_of(FLOOD[0]) == story_of(FLOOD[3])


def test_a_merge_undone_gives_the_story_back_at_its_own_address(told, curator, grouper, client):
    flood, cup = story_of(FLOOD[0]), story_of(CUP[0])
    correction = corrections.merge([flood, cup], curator)

    assert corrections.undo(correction, curator) == 2

    assert partition() == {frozenset(FLOOD), frozenset(CUP)}
    assert story_of(CUP[0]) == cup
    assert client.get(cup.get_absolute_url()).status_code == 200
    correction.refresh_from_db()
    assert correction.undone_by == curator
    more_of_the_flood(grouper)
    assert story_of(CUP[0]) == story_of(CUP[1]) == cup != story_of(FLOOD[0])


def test_a_merge_undone_gives_the_story_back_what_led_to_it(told, curator, client):
    flood, cup = story_of(FLOOD[0]), story_of(CUP[0])
    report("Rovers on their way home")
    former = make_story(article("Rovers on their way home"))
    standing.retitle(former, "How the cup was won", curator)
    corrections.merge([cup, former], curator)
    older = make_story(merged_into=flood)
    correction = corrections.merge([flood, cup], curator)
    flood.refresh_from_db()
    for story in (cup, former):
        assert client.get(story.get_absolute_url())["Location"] == flood.get_absolute_url()

    corrections.undo(correction, curator)

    cup.refresh_from_db()
    flood.refresh_from_db()
    assert client.get(former.get_absolute_url())["Location"] == cup.get_absolute_url()
    assert client.get(older.get_absolute_url())["Location"] == flood.get_absolute_url()
    assert cup.title == "How the cup was won" != flood.title


def test_what_led_to_a_story_that_does_not_come_back_stays_where_it_leads(told, curator, client):
    flood, cup = story_of(FLOOD[0]), story_of(CUP[0])
    former = make_story(merged_into=cup)
    correction = corrections.merge([flood, cup], curator)
    Article.objects.filter(pk__in=ids(*CUP)).update(story=make_story())

    assert corrections.undo(correction, curator) == 0

    former.refresh_from_db()
    assert former.merged_into == flood


def test_a_split_is_two_stories_at_once_each_with_its_counts(told, curator, client):
    flood = story_of(FLOOD[0])

    part = corrections.split(flood, ids(*FLOOD[2:]), curator).story

    assert part is not None
    flood.refresh_from_db()
    part.refresh_from_db()
    assert partition() == {frozenset(FLOOD[:2]), frozenset(FLOOD[2:]), frozenset(CUP)}
    assert (flood.article_count, part.article_count) == (2, 2)
    assert part.title == FLOOD[2]
    for story in (flood, part):
        assert client.get(story.get_absolute_url()).status_code == 200


def test_a_split_lasts_however_many_related_articles_arrive(told, curator, grouper):
    corrections.split(story_of(FLOOD[0]), ids(*FLOOD[2:]), curator)
    more_of_the_flood(grouper, 120)
    assert story_of(FLOOD[0]) == story_of(FLOOD[1]) != story_of(FLOOD[2]) == story_of(FLOOD[3])


def test_a_split_undone_takes_back_what_the_part_drew(told, curator, grouper):
    flood = story_of(FLOOD[0])
    correction = corrections.split(flood, ids(*FLOOD[2:]), curator)
    report(FLOOD[2] + " today")
    grouper.group("en")
    assert story_of(FLOOD[2] + " today") == correction.story

    assert corrections.undo(correction, curator) == 3

    assert partition() == {frozenset((*FLOOD, FLOOD[2] + " today")), frozenset(CUP)}
    assert correction.story is not None
    correction.story.refresh_from_db()
    assert correction.story.merged_into == flood


def test_a_moved_article_stays_where_it_was_moved(told, curator, grouper):
    flood, cup = story_of(FLOOD[0]), story_of(CUP[0])
    corrections.move(flood, ids(FLOOD[0]), cup, curator)
    assert partition() == {frozenset(FLOOD[1:]), frozenset((*CUP, FLOOD[0]))}
    more_of_the_flood(grouper)
    assert story_of(FLOOD[0]) == story_of(CUP[0]) != story_of(FLOOD[1])


def test_a_move_undone_brings_the_article_back(told, curator):
    correction = corrections.move(story_of(FLOOD[0]), ids(FLOOD[0]), story_of(CUP[0]), curator)
    corrections.undo(correction, curator)
    assert partition() == {frozenset(FLOOD), frozenset(CUP)}


def test_moving_the_last_article_leaves_a_redirect_and_undoing_it_a_story(told, curator):
    lonely = report("Museum of Clocks opens a wing for sundials")
    Grouper().group("en")
    home, flood = story_of(lonely.title), story_of(FLOOD[0])

    correction = corrections.move(home, [lonely.pk], flood, curator)
    home.refresh_from_db()
    assert home.merged_into == flood

    corrections.undo(correction, curator)
    assert story_of(lonely.title) == Story.objects.get(merged_into=None, pk=home.pk)


def test_stories_that_are_kept_apart_stay_so(curator, grouper):
    one, other = report(FLOOD[0], 4), report(FLOOD[1], 3)
    grouper_stories = [make_story(one), make_story(other)]
    Article.objects.update(clustered_at=timezone.now())
    corrections.keep_apart(grouper_stories, curator)
    more_of_the_flood(grouper)
    assert story_of(FLOOD[0]) != story_of(FLOOD[1])


def test_stories_that_were_kept_apart_may_become_one_again(curator, grouper):
    kept = [make_story(report(title, 3)) for title in FLOOD[:2]]
    Article.objects.update(clustered_at=timezone.now())
    correction = corrections.keep_apart(kept, curator)
    corrections.undo(correction, curator)
    more_of_the_flood(grouper)
    assert story_of(FLOOD[0]) == story_of(FLOOD[1])


def test_an_article_that_comes_back_edited_obeys_too(told, curator, grouper):
    corrections.split(story_of(FLOOD[0]), ids(*FLOOD[2:]), curator)
    edited = ids(FLOOD[2])
    Article.objects.filter(pk__in=edited).update(title=f"{FLOOD[0]}, new", clustered_at=None)
    grouper.group("en")
    assert story_of(f"{FLOOD[0]}, new") == story_of(FLOOD[3]) != story_of(FLOOD[0])


def test_a_copy_goes_with_its_original_and_an_original_with_its_copies(curator, grouper):
    text = (
        "Rescue crews worked through the night after the river Harl broke its banks above the old"
        " mill. Three hundred people were taken to a school on higher ground, the county said."
    )
    first = report(FLOOD[0], 5, excerpt=text)
    copied = report(f"{FLOOD[0]}.", 4, excerpt=text)
    report(FLOOD[1], 3)
    grouper.group("en")
    copied.refresh_from_db()
    assert copied.copy_of == first

    correction = corrections.split(story_of(FLOOD[1]), [copied.pk], curator)

    assert story_of(FLOOD[0]) == story_of(f"{FLOOD[0]}.") != story_of(FLOOD[1])
    assert "1 report with its copy" in correction.summary
    assert not Held.objects.filter(one=copied).union(Held.objects.filter(other=copied)).exists()


def test_the_newer_of_two_corrections_counts_and_the_older_again_after_it(told, curator, grouper):
    flood = story_of(FLOOD[0])
    first = corrections.split(flood, ids(*FLOOD[2:]), curator)
    part = story_of(FLOOD[2])
    second = corrections.merge([flood, part], curator)
    more_of_the_flood(grouper)
    assert story_of(FLOOD[0]) == story_of(FLOOD[2])

    with pytest.raises(CorrectionError, match="newer"):
        corrections.undo(first, curator)
    corrections.undo(second, curator)
    more_of_the_flood(grouper)

    assert story_of(FLOOD[0]) == story_of(FLOOD[1]) != story_of(FLOOD[2]) == story_of(FLOOD[3])


def test_a_correction_is_undone_only_once(told, curator):
    correction = corrections.split(story_of(FLOOD[0]), ids(FLOOD[0]), curator)
    corrections.undo(correction, curator)
    with pytest.raises(CorrectionError, match="already"):
        corrections.undo(correction, curator)


def test_what_has_gone_elsewhere_since_is_left_there_by_undoing(told, curator):
    correction = corrections.merge([story_of(FLOOD[0]), story_of(CUP[0])], curator)
    elsewhere = make_story(article(CUP[0]))
    assert corrections.undo(correction, curator) == 1
    assert story_of(CUP[0]) == elsewhere


def test_a_crash_leaves_nothing_half_done(told, curator, monkeypatch):
    flood, cup = story_of(FLOOD[0]), story_of(CUP[0])
    correction = corrections.split(flood, ids(FLOOD[0]), curator)
    before = partition()

    def crash(*_arguments):
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(stories, "_redirect_emptied", crash)
        with pytest.raises(RuntimeError):
            corrections.merge([flood, cup], curator)
        with pytest.raises(RuntimeError):
            corrections.undo(correction, curator)

    assert partition() == before
    assert Correction.objects.get(undone_at=None) == correction


def test_stories_in_two_languages_cannot_be_merged(told, curator):
    german = make_story(report("Flut im Harltal", language="de"))
    with pytest.raises(CorrectionError, match="languages"):
        corrections.merge([story_of(FLOOD[0]), german], curator)
    assert not Correction.objects.exists()


def test_what_cannot_be_corrected_is_refused_in_words(told, curator):
    flood, cup = story_of(FLOOD[0]), story_of(CUP[0])
    with pytest.raises(CorrectionError, match="must stay"):
        corrections.split(flood, ids(*FLOOD), curator)
    with pytest.raises(CorrectionError, match="at least one"):
        corrections.split(flood, [], curator)
    with pytest.raises(CorrectionError, match="1 of the chosen"):
        corrections.split(flood, ids(FLOOD[0], CUP[0]), curator)
    with pytest.raises(CorrectionError, match="different"):
        corrections.merge([flood, flood], curator)
    with pytest.raises(CorrectionError, match="no articles"):
        corrections.move(flood, ids(FLOOD[0]), Story.objects.create(language="en"), curator)
    assert partition() == {frozenset(FLOOD), frozenset(CUP)}
    assert cup.merged_into is None


def test_corrections_outlive_their_curator(told, curator):
    correction = corrections.split(story_of(FLOOD[0]), ids(FLOOD[0]), curator)
    curator.delete()
    correction.refresh_from_db()
    assert correction.made_by is None
    assert correction.held.exists()


def test_the_statements_of_a_batch_do_not_grow_with_the_corrections(told, curator, connection):
    counts = []
    for number in range(3):
        report(f"{FLOOD[number]} later")
        with CaptureQueriesContext(connection) as statements:
            Grouper().group("en")
        counts.append(len(statements))
        flood = story_of(FLOOD[3])
        corrections.split(flood, ids(f"{FLOOD[number]} later"), curator)
    assert len(set(counts[1:])) == 1
    assert max(counts) <= 40


@pytest.mark.django_db(transaction=True)
def test_a_correction_waits_for_the_batch_that_groups_and_gives_up_in_words(monkeypatch, curator):
    monkeypatch.setattr(lock, "PATIENCE_SECONDS", 1)
    stories_now = [make_story(report(title)) for title in (FLOOD[0], CUP[0])]
    with closing(connections.create_connection("default")) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [lock.LOCK, "en"])
        with pytest.raises(CorrectionError, match="Try again"):
            corrections.merge(stories_now, curator)
    assert not Correction.objects.exists()
    corrections.merge(stories_now, curator)
    assert Client().get(stories_now[1].get_absolute_url()).status_code == 301


def test_a_split_holds_while_a_thousand_more_reports_arrive_and_can_still_be_undone(
    curator, grouper
):
    """The reports of either part go on to be like those of the other."""
    mixed = (*FLOOD, "Harlow Vale flood: what insurers say", "Insurers count Harlow Vale flood")
    for hour, title in enumerate(mixed):
        report(title, 10 - hour)
    grouper.group("en")
    wrong = story_of(FLOOD[0])
    assert {story_of(title) for title in mixed} == {wrong}

    made = corrections.split(wrong, ids(*mixed[4:]), curator, "Another event")
    part = story_of(mixed[4])
    source = make_source()
    for number in range(1000):
        report(f"{mixed[number % 6]} {number}", 1 + number / 1000, source=source)
    while grouper.group("en"):
        pass

    assert {story_of(title) for title in mixed[:4]} == {wrong}
    assert {story_of(title) for title in mixed[4:]} == {part} != {wrong}
    assert Article.objects.filter(clustered_at=None).count() == 0

    corrections.undo(made, curator)
    Grouper().group("en")
    assert story_of(mixed[4]) == story_of(mixed[0])
