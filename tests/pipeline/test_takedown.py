"""What is taken down: out of all that shows it, known when it returns, back when that is undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.entries.page import Page as Extract
from articles.models import (
    TAKEN_DOWN,
    Article,
    AuditEntry,
    Digest,
    FrontSlot,
    Headline,
    Page,
    SimilarLink,
    Source,
    Story,
    StoryEdition,
    TakeDown,
    Taken,
)
from articles.pipeline import archive, page_queue, takedown
from articles.pipeline import stories as storing
from articles.pipeline.blocking import blocked_words
from articles.pipeline.grouping import Grouper
from articles.pipeline.page_text import tell
from articles.pipeline.store import Stored, store_entries
from articles.pipeline.takedown import Request, TakeDownError
from tests.factories import (
    link,
    make_article,
    make_edition,
    make_feed,
    make_headline,
    make_source,
    make_story,
)
from tests.pipeline.entries import entry

pytestmark = pytest.mark.django_db

ASKED = Request("Names a minor", "The Winter family", "winter@example.org")
EVERYWHERE = Request("Names a minor", "The Winter family", copies=True)
LEAD = (
    "The ferry between Norwick and the outer skerries lost power on Tuesday evening with ninety"
    " people on board and drifted for three hours until two tugs brought it back to the harbour."
)


@pytest.fixture
def editor() -> User:
    return User.objects.create_user("editor")


@pytest.fixture
def story() -> Story:
    """A lead with two copies, and another report."""
    edition = make_edition("uk")
    lead = article("Ferry drifts for three hours", 5, source=make_source(editions=(edition,)))
    others = (
        article("Ferry drifts", 4, copy_of=lead),
        article("Ferry adrift", 3, copy_of=lead),
        article("Tugs bring the Norwick ferry home", 2),
    )
    made = make_story(lead, *others)
    storing.derive([made.pk])
    made.refresh_from_db()
    return made


def article(title: str, hours_ago: float = 1, **fields) -> Article:
    told = {
        "published_at": timezone.now() - timedelta(hours=hours_ago),
        "clustered_at": timezone.now(),
    }
    return make_article(title, **told | fields)


def named(title: str) -> Article:
    return Article.objects.select_related("story").get(title=title)


def down(*articles: Article, request: Request = ASKED, by: User) -> TakeDown:
    return takedown.take_down([each.pk for each in articles], request, by)


def store(feed, *entries) -> Stored:
    with transaction.atomic():
        return store_entries(feed, entries)


def test_a_taken_article_leaves_its_story_which_gets_another_lead(story, editor):
    made = down(story.lead, by=editor)
    story.refresh_from_db()
    assert (story.title, story.article_count) == ("Ferry drifts", 3)
    assert story.lead == named("Ferry drifts")
    gone = named("Ferry drifts for three hours")
    assert (gone.withheld, gone.story) == (TAKEN_DOWN, None)
    assert (made.reason, made.requester, made.contact) == (
        "Names a minor",
        "The Winter family",
        "winter@example.org",
    )
    assert made.made_by == editor


def test_the_log_repeats_no_headline(story, editor):
    made = down(story.lead, by=editor)
    assert made.summary == f"1 article of 1 source: {made.taken.get().article_id}"


def test_the_earliest_copy_stands_for_the_others_once_the_original_is_gone(story, editor):
    down(story.lead, by=editor)
    heir = named("Ferry drifts")
    assert heir.copy_of is None
    assert named("Ferry adrift").copy_of == heir
    story.refresh_from_db()
    assert story.independent_count == 2


def test_copies_go_too_where_that_is_wanted_whichever_of_them_is_named(story, editor):
    down(named("Ferry adrift"), request=EVERYWHERE, by=editor)
    story.refresh_from_db()
    assert [each.title for each in story.articles.all()] == ["Tugs bring the Norwick ferry home"]
    assert story.title == "Tugs bring the Norwick ferry home"
    assert Taken.objects.count() == 3


def test_a_story_without_its_only_article_keeps_nothing_to_be_shown(editor):
    edition = make_edition("uk")
    lone = article("Ferry drifts", source=make_source(editions=(edition,)))
    story = make_story(lone)
    storing.derive([story.pk])
    FrontSlot.objects.create(edition=edition, section="top", position=0, story=story)
    assert StoryEdition.objects.exists()

    down(lone, by=editor)

    story.refresh_from_db()
    assert (story.title, story.lead, story.article_count) == ("", None, 0)
    assert not StoryEdition.objects.exists()
    assert not FrontSlot.objects.exists()


def test_no_list_of_similar_news_and_no_kept_key_point_shows_it(story, editor):
    other = article("Storm closes Norwick harbour")
    link(other, story.lead)
    link(story.lead, other)
    Digest.objects.create(story=story, points=[(story.lead_id, "The ferry lost power.")])
    down(story.lead, by=editor)
    assert not SimilarLink.objects.exists()
    assert not Digest.objects.exists()


def test_the_archive_does_not_find_it_again(editor):
    for number in range(30):
        article(f"Council meets about road {number}", 100 + number)
    gone = article("Norwick ferry drifts past the skerries", 90)
    mine = article("Norwick ferry drifts again near the skerries")
    down(gone, by=editor)
    archive.complete_similar(mine)
    assert not SimilarLink.objects.filter(similar=gone).exists()


def test_grouping_neither_places_it_nor_counts_it(editor):
    grouper = Grouper()
    titles = (
        "Norwick ferry drifts past skerries",
        "Norwick ferry drifts past the skerries at night",
    )
    first, second = (article(title, excerpt="", clustered_at=None) for title in titles)
    grouper.group("en")
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.story == second.story is not None

    down(first, by=editor)
    newcomer = article("Ferry of Norwick drifts past skerries", excerpt="", clustered_at=None)
    grouper.group("en")

    first.refresh_from_db()
    newcomer.refresh_from_db()
    assert first.story is None
    assert newcomer.story == second.story
    assert second.story.articles.count() == 2
    assert not SimilarLink.objects.filter(similar=first).exists()


def test_undoing_brings_it_back_to_its_story_and_to_grouping(story, editor):
    lead = story.lead
    made = down(lead, by=editor)
    assert takedown.undo(made, editor) == 1
    story.refresh_from_db()
    lead.refresh_from_db()
    made.refresh_from_db()
    assert (story.lead, story.article_count) == (lead, 4)
    assert (lead.withheld, lead.clustered_at) == ("", None)
    assert made.undone_by == editor
    with pytest.raises(TakeDownError, match="undone already"):
        takedown.undo(made, editor)


def test_undoing_brings_an_emptied_story_back(editor):
    lone = article("Ferry drifts")
    story = make_story(lone)
    takedown.undo(down(lone, by=editor), editor)
    story.refresh_from_db()
    assert (story.title, story.lead) == ("Ferry drifts", lone)


def test_undoing_follows_a_story_that_went_into_another(story, editor):
    lead, other = story.lead, make_story(article("Another event"))
    made = down(lead, by=editor)
    Article.objects.filter(story=story).update(story=other)
    Story.objects.filter(pk=story.pk).update(merged_into=other)
    takedown.undo(made, editor)
    lead.refresh_from_db()
    assert lead.story == other


def test_undoing_gives_back_the_reason_for_which_it_was_withheld_before(editor):
    held = article("Win a car", withheld="blocked word")
    takedown.undo(down(held, by=editor), editor)
    held.refresh_from_db()
    assert held.withheld == "blocked word"


def test_what_is_down_already_is_not_taken_down_twice(story, editor):
    lead = story.lead
    down(lead, by=editor)
    with pytest.raises(TakeDownError, match="nothing to take down"):
        down(lead, by=editor)


def test_too_much_at_once_is_refused_in_words(story, editor, monkeypatch):
    monkeypatch.setattr(takedown, "MOST", 2)
    with pytest.raises(TakeDownError, match="more than 2 articles"):
        down(story.lead, request=EVERYWHERE, by=editor)
    assert not TakeDown.objects.exists()


def test_the_audit_log_tells_who_took_down_what_and_who_undid_it(story, editor):
    made = down(story.lead, by=editor)
    takedown.undo(made, editor)
    told = AuditEntry.objects.filter(kind="articles.takedown", object_id=str(made.pk))
    assert sorted(told.values_list("action", "by_name")) == [
        ("take_down", "editor"),
        ("undo", "editor"),
    ]


# -- what comes back


@pytest.fixture
def taken(editor) -> Article:
    """An article of a feed, taken down."""
    feed = make_feed()
    store(feed, entry("Ferry drifts", guid="f1", excerpt=LEAD, published=timezone.now()))
    down(Article.objects.get(), by=editor)
    return Article.objects.select_related("feed__source").get()


def test_an_edit_of_its_entry_changes_nothing(taken):
    edited = entry("Ferry drifted", guid="f1", excerpt="Now otherwise.", text="More of it.")
    assert store(taken.feed, edited) == Stored()
    now = Article.objects.get()
    assert (now.title, now.excerpt, now.withheld) == ("Ferry drifts", LEAD, TAKEN_DOWN)
    assert not Headline.objects.exists()


def test_an_edit_that_is_stored_while_its_article_is_taken_down_changes_nothing(
    editor, monkeypatch
):
    feed = make_feed()
    store(feed, entry("Ferry drifts", guid="f1", excerpt=LEAD))

    def meanwhile(sources):
        down(Article.objects.get(), by=editor)
        return blocked_words(sources)

    monkeypatch.setattr("articles.pipeline.store.blocked_words", meanwhile)
    store(feed, entry("Ferry drifted", guid="f1", excerpt="Now otherwise."))
    now = Article.objects.get()
    assert (now.title, now.excerpt, now.withheld) == ("Ferry drifts", LEAD, TAKEN_DOWN)
    assert now.clustered_at is not None
    assert Taken.objects.count() == 1


def test_the_same_address_under_another_guid_or_in_another_feed_is_no_new_article(taken):
    again = entry("Ferry drifted", guid="other", url=taken.url)
    store(taken.feed, again)
    store(make_feed(), again)
    assert Article.objects.count() == 1


def test_the_same_text_from_its_source_is_held_back(taken):
    elsewhere = make_feed(source=taken.source)
    again = entry("What happened at Norwick", excerpt=f"{LEAD} Nobody was hurt.")
    stored = store(elsewhere, again)
    back = Article.objects.get(title="What happened at Norwick")
    assert (back.withheld, back.story) == (TAKEN_DOWN, None)
    assert back.clustered_at is not None
    assert stored.new == 0
    assert TakeDown.objects.get().taken.count() == 2


def test_the_same_headline_from_its_source_is_held_back_on_another_day(taken):
    later = entry("Ferry drifts", guid="f9", url="https://a.example/f9", excerpt="Other words.")
    store(taken.feed, later)
    assert Article.objects.filter(withheld=TAKEN_DOWN).count() == 2


def test_another_report_of_its_source_is_shown(taken):
    store(taken.feed, entry("Lighthouse opens to visitors", excerpt="From May on, every Sunday."))
    assert Article.objects.get(title="Lighthouse opens to visitors").withheld == ""


@pytest.mark.parametrize(("copies", "withheld"), [(False, ""), (True, TAKEN_DOWN)])
def test_the_same_text_from_other_sources_is_held_back_where_copies_were_taken(
    editor, copies, withheld
):
    down(article("Ferry drifts", excerpt=LEAD), request=Request("x", "y", copies=copies), by=editor)
    store(make_feed(), entry("Ferry adrift", excerpt=LEAD))
    assert Article.objects.get(title="Ferry adrift").withheld == withheld


def test_nothing_is_held_back_once_it_is_undone(taken, editor):
    takedown.undo(TakeDown.objects.get(), editor)
    store(taken.feed, entry("At Norwick", excerpt=LEAD))
    assert Article.objects.get(title="At Norwick").withheld == ""


def test_what_was_held_back_comes_back_with_the_rest(taken, editor):
    store(taken.feed, entry("At Norwick", excerpt=LEAD))
    assert takedown.undo(TakeDown.objects.get(), editor) == 2
    assert not Article.objects.exclude(withheld="").exists()
    assert not Article.objects.exclude(clustered_at=None).exists()


@pytest.fixture
def stub(taken) -> Article:
    """Another report of the same source in a story of its own, shown."""
    store(taken.feed, entry("Ferry news to follow", guid="stub", excerpt="Soon more."))
    own = Article.objects.select_related("feed").get(title="Ferry news to follow")
    make_story(own)
    own.refresh_from_db()
    return own


def test_the_text_is_held_back_where_an_edit_brings_it(stub):
    """And grouping looks at the article again, so that its story is derived without it."""
    store(stub.feed, entry("What became of the ferry", guid="stub", excerpt=LEAD))
    edited = Article.objects.get(pk=stub.pk)
    assert (edited.withheld, edited.clustered_at) == (TAKEN_DOWN, None)
    Grouper().group("en")
    assert Story.objects.get(pk=stub.story_id).article_count == 0


def test_what_an_edit_brought_comes_back_to_its_story_with_the_rest(stub, editor):
    store(stub.feed, entry("What became of the ferry", guid="stub", excerpt=LEAD))
    takedown.undo(TakeDown.objects.get(), editor)
    back = Article.objects.get(pk=stub.pk)
    assert (back.withheld, back.story_id) == ("", stub.story_id)


def test_the_text_is_held_back_where_the_articles_own_page_brings_it(taken):
    store(taken.feed, entry("Norwick", guid="bare", excerpt=""))
    bare = Article.objects.get(title="Norwick")
    tell(bare, Extract(text=LEAD), timezone.now())
    bare.refresh_from_db()
    assert bare.withheld == TAKEN_DOWN


def test_blocked_words_withhold_what_comes_back_from_a_take_down(taken, editor):
    """As they are by then: one word was there when the text returned, one was added since."""
    Source.objects.update(blocked_words=["raffle"])
    store(taken.feed, entry("Raffle at Norwick", guid="r", excerpt=LEAD))
    assert Article.objects.filter(withheld=TAKEN_DOWN).count() == 2
    Source.objects.update(blocked_words=["raffle", "drifts"])
    takedown.undo(TakeDown.objects.get(), editor)
    reasons = dict(Article.objects.values_list("title", "withheld"))
    assert reasons == {
        "Raffle at Norwick": "blocked word: raffle",
        "Ferry drifts": "blocked word: drifts",
    }


def test_a_word_that_is_blocked_no_more_withholds_nothing_that_comes_back(editor):
    held = article("Win a car", withheld="blocked word: car")
    takedown.undo(down(held, by=editor), editor)
    held.refresh_from_db()
    assert held.withheld == ""


def test_recognising_takes_one_query_however_much_is_new(taken, connection):
    def statements(count: int) -> int:
        entries = [entry(f"Market day {count} {number}") for number in range(count)]
        with CaptureQueriesContext(connection) as asked:
            store(taken.feed, *entries)
        return len(asked)

    assert statements(1) == statements(30)


# -- its own page


def test_its_page_is_not_fetched_any_more(story, editor):
    lead = story.lead
    page_queue.want({lead.pk: "https://paper.example/ferry"})
    down(lead, by=editor)
    page = Page.objects.get()
    assert (page.state, page.error) == (Page.State.REFUSED, "The article was taken down.")
    assert page_queue.want_again([lead.pk]) == 0
    assert not Page.objects.filter(state=Page.State.WAITING).exists()


def test_the_pages_of_what_is_held_back_are_not_wanted(taken):
    Source.objects.update(fetch_pages=True)
    taken.feed.source.refresh_from_db()
    again = entry("At Norwick", excerpt=LEAD, published=timezone.now())
    store(taken.feed, again, entry("Quay repaired", published=timezone.now()))
    assert [page.article.title for page in Page.objects.all()] == ["Quay repaired"]


# -- for good


def test_what_it_said_is_deleted_after_a_time_and_cannot_come_back(story, editor):
    lead = story.lead
    Article.objects.filter(pk=lead.pk).update(text="All of it", html="<p>", authors=["Ann"])
    make_headline(lead, "Ferry in trouble")
    made = down(lead, by=editor)
    assert takedown.purge() == 0
    TakeDown.objects.update(made_at=timezone.now() - takedown.KEPT - timedelta(minutes=1))

    assert takedown.purge() == 1
    assert takedown.purge() == 0

    lead.refresh_from_db()
    said = (lead.title, lead.excerpt, lead.text, lead.html, lead.url, lead.guid, lead.image_url)
    assert not any(said)
    assert lead.authors == []
    assert not Headline.objects.exists()
    with pytest.raises(TakeDownError, match="cannot come back"):
        takedown.undo(made, editor)


def test_it_is_still_recognised_when_what_it_said_is_deleted(taken):
    TakeDown.objects.update(made_at=timezone.now() - takedown.KEPT - timedelta(minutes=1))
    takedown.purge()
    store(taken.feed, entry("Ferry drifts", guid="f1", excerpt=LEAD))
    store(
        taken.feed, entry("Norwick", guid="f2", url=f"https://a.example/{taken.pk}", excerpt=LEAD)
    )
    assert not Article.objects.filter(withheld="").exists()
    assert Article.objects.get(pk=taken.pk).title == ""


def test_what_returns_after_that_is_deleted_as_it_comes(taken):
    TakeDown.objects.update(made_at=timezone.now() - takedown.KEPT - timedelta(minutes=1))
    takedown.purge()
    store(taken.feed, entry("Norwick", guid="f2", url="https://a.example/f2", excerpt=LEAD))
    back = Article.objects.exclude(pk=taken.pk).get()
    assert (back.withheld, back.title, back.excerpt) == (TAKEN_DOWN, "", "")
