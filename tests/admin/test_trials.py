"""Adding a source at the desk: the pages, what they say in each state, and who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu import pools

from articles.models import AuditEntry, Feed, Source, Trial, TrialEntry, TrialFeed
from articles.pipeline import trials
from newsreader.celery import app
from tests.factories import (
    make_article,
    make_edition,
    make_feed,
    make_source,
    make_story,
    make_topic,
    place,
)

LIST = "/admin/articles/trial/"
ADD = f"{LIST}add/"
NOW = timezone.now()
State = Trial.State


def make_trial(state: State = State.READY, **fields: Any) -> Trial:
    """A trial of one feed, that is chosen."""
    trial = Trial.objects.create(address="lantern.example", state=state, **fields)
    made = TrialFeed.objects.create(
        trial=trial,
        position=0,
        chosen=True,
        url="https://lantern.example/feed",
        title="The Lantern",
        home_url="https://lantern.example/",
        language="en",
        region="GB",
        entry_count=1,
        entry_gap=timedelta(hours=8),
        newest_at=NOW,
    )
    make_entry(made, 0)
    return trial


def make_entry(feed: TrialFeed, position: int, **fields: Any) -> TrialEntry:
    told = {"title": "Bridge reopens", "url": f"https://lantern.example/{position}"}
    defaults = {"guid": str(position), "language": "en", "published_at": NOW} | told
    return TrialEntry.objects.create(feed=feed, position=position, **defaults | fields)


def page_of(trial: Trial) -> str:
    return f"{LIST}{trial.pk}/change/"


def progress_of(trial: Trial) -> str:
    return f"{LIST}{trial.pk}/progress/"


def shown(desk: Client, trial: Trial) -> str:
    return desk.get(page_of(trial)).content.decode()


def keeping(**changed: Any) -> dict[str, Any]:
    return {"name": "The Lantern", "country": "gb", "language": "en"} | changed


@pytest.mark.parametrize("model", ["source", "feed"])
def test_the_lists_lead_to_the_page_where_an_address_is_pasted(desk, model):
    assert "Add a source" in desk.get(f"/admin/articles/{model}/").content.decode()
    assert desk.get(f"/admin/articles/{model}/try/")["Location"] == ADD


def test_the_desks_first_page_leads_there_whoever_may_add(desk, sign_in):
    assert f'href="{ADD}"' in desk.get("/admin/").content.decode()
    assert f'href="{ADD}"' not in sign_in("view_source").get("/admin/").content.decode()


def test_an_address_is_put_on_trial_and_a_worker_is_woken(desk, admin_user):
    app.control.purge()
    answer = desk.post(ADD, {"address": " lantern.example "})
    trial = Trial.objects.get()
    assert answer["Location"] == page_of(trial)
    assert (trial.address, trial.asked_by, trial.state) == (
        "lantern.example", admin_user, State.SEARCHING,
    )  # fmt: skip
    with app.connection_for_read() as connection, connection.SimpleQueue("fetch") as queue:
        message = queue.get(timeout=5)
        message.ack()
    assert message.headers["task"] == "articles.tasks.search_trials"


def test_an_address_waits_for_beat_where_the_queue_does_not_answer(desk, monkeypatch):
    nowhere = pools.producers[app.connection_for_write("redis://127.0.0.1:1/0")]
    monkeypatch.setattr(app.amqp, "_producer_pool", nowhere)
    assert desk.post(ADD, {"address": "lantern.example"}).status_code == 302
    assert Trial.objects.exists()


@pytest.mark.parametrize("address", ["", "   ", "x" * 2001, "nul\0.example"])
def test_what_cannot_be_an_address_is_refused_at_once(desk, address):
    assert desk.post(ADD, {"address": address}).status_code == 200
    assert not Trial.objects.exists()


def test_nothing_begins_by_looking(desk):
    assert 'value="lantern.example"' in desk.get(f"{ADD}?address=lantern.example").content.decode()
    assert not Trial.objects.exists()


@pytest.mark.parametrize(
    ("state", "asked", "words"),
    [
        (State.SEARCHING, [], "in a moment"),
        (State.SEARCHING, ["https://lantern.example/"], "1 address asked"),
        (State.COMPARING, ["https://lantern.example/"], "is compared with what is here"),
    ],
)
def test_a_page_says_what_is_done_and_asks_again_with_and_without_script(desk, state, asked, words):
    trial = make_trial(state, asked=asked)
    page = shown(desk, trial)
    assert words in page
    assert all(f"<li>{address}</li>" in page for address in asked)
    assert f'hx-get="{progress_of(trial)}" hx-trigger="every 2s"' in page
    assert 'aria-live="polite"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "Cancel" in page
    assert words in desk.get(progress_of(trial)).content.decode()


@pytest.mark.parametrize("state", [State.READY, State.FAILED])
def test_a_page_is_loaded_anew_once_the_trial_has_gone_on(desk, state):
    assert desk.get(progress_of(make_trial(state)))["HX-Refresh"] == "true"


def test_what_came_to_nothing_says_why_and_what_was_tried(desk):
    known = make_feed(make_source("The Crier"), title="Crier news")
    refused = [["https://lantern.example/gone", "lantern.example has nothing there (404)."]]
    trial = make_trial(State.FAILED, error="All feeds are <here>.", refused=refused)
    trial.feeds.update(known=known)
    page = shown(desk, trial)
    assert "All feeds are &lt;here&gt;." in page
    assert "lantern.example has nothing there (404)." in page
    assert f"/admin/articles/source/{known.source_id}/change/" in page
    assert "Crier news" in page
    assert f"{ADD}?address=lantern.example" in page
    assert "http-equiv" not in page


def test_a_dry_run_shows_what_the_source_is_and_what_it_would_bring(desk):
    make_edition("uk")
    story = make_story(make_article("Harbour flooded"))
    original = make_article("Storm hits", source=make_source("The Crier"))
    trial = make_trial()
    made = trial.feeds.get()
    make_entry(made, 1, title="Harbour under water", story=story)
    make_entry(made, 2, title="Storm hits", copy_of=original)
    make_entry(made, 3, title="Known", article=original)
    page = " ".join(shown(desk, trial).split())
    for words in (
        "Dry run: nothing is stored yet",
        "United Kingdom",
        "about 3 entries a day",
        "It would join a story:",
        f'href="{story.get_absolute_url()}"',
        "A copy of what The Crier has:",
        "It is here already:",
        "It would begin a story of its own.",
    ):
        assert words in page


def test_a_dry_run_foresees_what_a_blocked_word_of_its_source_would_withhold(desk):
    trial = make_trial(source=make_source("The Crier", blocked_words=["horoscope"]))
    made = trial.feeds.get()
    make_entry(made, 1, title="Your horoscope")
    make_entry(made, 2, title="A day of words", excerpt="With a HOROSCOPE.")
    make_entry(made, 3, title="Horoscope, again", repeats=True)
    page = " ".join(shown(desk, trial).split())
    assert "Would not be shown, for a blocked word</dt> <dd>2</dd>" in page
    assert page.count('It would not be shown: <span dir="auto">blocked word: horoscope') == 2
    Source.objects.update(blocked_words=[])
    assert "Would not be shown" not in shown(desk, trial)


def test_entries_look_as_in_the_lists_of_readers(desk):
    page = shown(desk, make_trial())
    assert '<template shadowrootmode="open">' in page
    assert '<article class="item" dir="ltr">' in page
    assert 'href="https://lantern.example/0" rel="noopener external"' in page


def test_what_a_feed_says_is_escaped(desk):
    trial = make_trial()
    hostile = "</template><script>alert(1)</script>"
    trial.feeds.update(title=hostile)
    TrialEntry.objects.update(title=hostile, excerpt=hostile)
    assert "<script>alert" not in shown(desk, trial)


def test_guesses_stand_in_the_form(desk):
    uk, sport = make_edition("uk"), make_topic("Sport")
    make_edition("us", country="US")
    trial = make_trial()
    trial.feeds.update(url="https://lantern.example/sport/feed")
    initial = desk.get(page_of(trial)).context["form"].initial
    assert (initial["name"], initial["country"], initial["language"]) == ("The Lantern", "GB", "en")
    assert (initial["editions"], initial["topic"]) == ([uk], sport)


def test_a_dry_run_takes_the_same_queries_however_much_it_shows(desk):
    trial = make_trial()
    made = trial.feeds.get()

    def queries(numbers: range) -> int:
        for number in numbers:
            known = make_article(f"Report {number}", feed=make_feed())
            story = make_story(make_article(f"Story {number}"))
            make_entry(made, number, article=known)
            make_entry(made, 50 + number, story=story)
        desk.get(page_of(trial))
        with CaptureQueriesContext(connection) as captured:
            desk.get(page_of(trial))
        return len(captured)

    assert queries(range(1, 3)) == queries(range(3, 12)) <= 24


def test_one_click_keeps_and_has_it_fetched_at_once(desk):
    app.control.purge()
    uk, trial = make_edition("uk"), make_trial()
    answer = desk.post(f"{LIST}{trial.pk}/keep/", keeping(editions=[uk.pk], fetch_pages="on"))
    assert answer["Location"] == page_of(trial)
    source = Source.objects.get()
    assert (source.name, source.country, source.fetch_pages) == ("The Lantern", "GB", True)
    assert source.editions.get() == uk
    made = Feed.objects.get()
    with app.connection_for_read() as connection, connection.SimpleQueue("fetch") as queue:
        message = queue.get(timeout=5)
        message.ack()
    assert message.headers["task"] == "articles.tasks.refresh_feeds"
    assert message.payload[0] == [[made.pk]]
    page = shown(desk, trial)
    assert "“The Lantern” is kept" in page
    assert "The feed is to be fetched." in page


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"country": "Britain"}, {"language": "english"}, {"kind": "gossip"}]
)
def test_nonsense_is_not_kept(desk, wrong):
    trial = make_trial()
    answer = desk.post(f"{LIST}{trial.pk}/keep/", keeping(**wrong))
    assert set(answer.context["form"].errors) == set(wrong)
    assert "Dry run" in answer.content.decode()
    assert not Source.objects.exists()


def test_of_a_source_that_is_here_only_the_topic_is_asked(desk):
    source, topic = make_source("The Lantern"), make_topic("Sport")
    trial = make_trial(source=source)
    page = desk.get(page_of(trial))
    assert set(page.context["form"].fields) == {"topic"}
    desk.post(f"{LIST}{trial.pk}/keep/", {"topic": topic.pk})
    assert (Feed.objects.get().source, Feed.objects.get().topic) == (source, topic)
    assert Source.objects.count() == 1


def test_what_cannot_be_kept_any_more_is_said(desk):
    trial = make_trial()
    make_feed(url="https://lantern.example/feed")
    answer = desk.post(f"{LIST}{trial.pk}/keep/", keeping(), follow=True)
    assert "has become a feed in the meantime" in answer.content.decode()


def test_other_feeds_and_another_source_can_be_chosen(desk):
    trial, source = make_trial(), make_source(home_url="https://lantern.example/")
    other = TrialFeed.objects.create(trial=trial, position=1, url="https://lantern.example/sport")
    choice = desk.get(page_of(trial)).context["choice"]
    assert list(choice.fields["source"].queryset) == [source]
    sent = {"feeds": [other.pk], "source": source.pk}
    assert desk.post(f"{LIST}{trial.pk}/choose/", sent)["Location"] == page_of(trial)
    trial.refresh_from_db()
    assert (trial.state, trial.source) == (State.COMPARING, source)
    assert [feed.chosen for feed in trial.feeds.all()] == [False, True]


@pytest.mark.parametrize("sent", [{}, {"feeds": ["x"]}, {"feeds": ["0"]}])
def test_no_feed_is_no_choice(desk, sent):
    trial = make_trial()
    answer = desk.post(f"{LIST}{trial.pk}/choose/", sent, follow=True)
    assert "Choose at least one feed." in answer.content.decode()
    trial.refresh_from_db()
    assert trial.state == State.READY


def test_a_source_that_is_not_offered_cannot_be_chosen(desk):
    trial, stranger = make_trial(), make_source("Stranger")
    sent = {"feeds": [trial.feeds.get().pk], "source": stranger.pk}
    desk.post(f"{LIST}{trial.pk}/choose/", sent)
    trial.refresh_from_db()
    assert trial.source is None


@pytest.mark.parametrize("state", [State.SEARCHING, State.COMPARING, State.READY, State.FAILED])
def test_a_trial_is_discarded_in_any_state(desk, state):
    trial = make_trial(state)
    answer = desk.post(f"{LIST}{trial.pk}/discard/", follow=True)
    assert "nothing of it was kept" in answer.content.decode()
    assert not Trial.objects.exists()
    assert desk.get(page_of(trial)).status_code == 404


def test_who_discarded_what_is_recorded(desk):
    trial = make_trial()
    for _ in range(2):
        desk.post(f"{LIST}{trial.pk}/discard/")
    entry = AuditEntry.objects.get(action="discard")
    assert (entry.by_name, entry.object_text) == ("admin", trial.address)


def test_a_kept_one_is_not_discarded(desk):
    trial = make_trial(State.KEPT, source=make_source(), kept_at=NOW)
    assert (
        "decided already" in desk.post(f"{LIST}{trial.pk}/discard/", follow=True).content.decode()
    )
    assert Trial.objects.get() == trial


@pytest.fixture
def kept(db) -> Trial:
    source = make_source("The Lantern", editions=(make_edition("uk", name="United Kingdom"),))
    trial = make_trial(State.KEPT, source=source, kept_at=timezone.now())
    trial.feeds.update(known=make_feed(source, url="https://lantern.example/feed"))
    return trial


def test_a_kept_source_is_followed_until_its_news_is_on_a_front_page(desk, kept):
    made = Feed.objects.get()
    assert "It is on no front page yet." in shown(desk, kept)
    assert desk.get(progress_of(kept)).status_code == 200
    Feed.objects.update(last_fetch_at=timezone.now())
    article = make_article("Bridge reopens", source=made.source, feed=made, clustered_at=NOW)
    page = " ".join(desk.get(progress_of(kept)).content.decode().split())
    assert "The feed was fetched." in page
    assert "1 article of it is here." in page
    place(make_story(article), made.source.editions.get())
    answer = desk.get(progress_of(kept))
    assert answer.status_code == 286  # as htmx is told to ask no more
    assert "front page of United Kingdom" in " ".join(answer.content.decode().split())
    assert "every 2s" not in shown(desk, kept)


def test_why_a_kept_feed_brings_nothing_is_said(desk, kept):
    Feed.objects.update(last_fetch_at=timezone.now(), last_error="It does not answer.")
    assert "It does not answer." in shown(desk, kept)


def test_a_kept_source_that_is_in_no_edition_is_on_no_front_page(desk, kept):
    kept.source.editions.clear()
    assert "It is in no edition" in shown(desk, kept)


def test_a_kept_source_that_was_deleted_since_is_said_to_be_gone(desk, kept):
    kept.source.delete()
    assert "The source is gone again." in shown(desk, kept)
    assert "gone again" in desk.get(progress_of(kept)).content.decode()


def test_after_a_while_nothing_is_expected_of_a_kept_source(desk, kept):
    Trial.objects.update(kept_at=NOW - timedelta(hours=1))
    assert "every 2s" not in shown(desk, kept)


def test_the_list_tells_how_each_stands(desk, kept):
    make_trial(State.FAILED, error="It does not answer.")
    page = desk.get(LIST).content.decode()
    assert "came to nothing" in page
    assert "The Lantern" in page
    assert "bg-red-100" in page
    assert "bg-green-100" in page


@pytest.mark.parametrize("name", ["keep", "choose", "discard"])
def test_nothing_is_decided_by_looking(desk, name):
    trial = make_trial()
    assert desk.get(f"{LIST}{trial.pk}/{name}/").status_code == 405


@pytest.mark.parametrize("name", ["keep", "choose", "discard"])
def test_deciding_needs_the_token_of_its_form(admin_user, name):
    trial = make_trial()
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert client.post(f"{LIST}{trial.pk}/{name}/", keeping()).status_code == 403


def addresses(trial: Trial) -> list[tuple[str, str]]:
    posted = [("post", f"{LIST}{trial.pk}/{name}/") for name in ("keep", "choose", "discard")]
    read = [("get", url) for url in (LIST, ADD, page_of(trial), progress_of(trial))]
    return [*posted, *read, ("post", ADD), ("get", "/admin/articles/source/try/")]


@pytest.mark.parametrize("missing", ["add_source", "add_feed"])
def test_all_of_it_needs_leave_to_add_sources_and_feeds(sign_in, missing):
    trial = make_trial()
    granted = {"view_source", "add_source", "add_feed"}
    client = sign_in(*(granted - {missing}))
    for method, url in addresses(trial):
        assert getattr(client, method)(url, {"address": "a.example"}).status_code == 403
    assert Trial.objects.get() == trial
    assert "Add a source" not in client.get("/admin/articles/source/").content.decode()
    assert sign_in(*granted).get(page_of(trial)).status_code == 200


def test_readers_and_strangers_are_asked_to_sign_in(sign_in, client):
    trial = make_trial()
    for visitor in (client, sign_in("add_source", "add_feed", staff=False)):
        for method, url in addresses(trial):
            assert getattr(visitor, method)(url)["Location"].startswith("/admin/login/")


def test_whose_account_is_gone_leaves_the_trial(db):
    person = User.objects.create_user("curator")
    trials.begin("lantern.example", person)
    person.delete()
    assert Trial.objects.get().asked_by is None
