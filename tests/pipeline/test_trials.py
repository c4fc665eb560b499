"""A source on trial: searched, compared, chosen otherwise, kept or forgotten; and workers die."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.utils import timezone

from articles import tasks
from articles.fetch.addresses import networks
from articles.models import (
    Article,
    AuditEntry,
    Feed,
    Host,
    Source,
    Story,
    StoryEdition,
    Trial,
    TrialEntry,
)
from articles.pipeline import trials
from articles.pipeline.grouping import Grouper
from articles.pipeline.refresh import never, refresh_named
from articles.pipeline.trials import DecidedError, Wanted
from articles.selectors import trials as selected
from newsreader.celery import app
from tests.clustering.news import BRIDGE, LONELY, VOLCANO
from tests.factories import (
    make_article,
    make_edition,
    make_feed,
    make_source,
    make_story,
    make_topic,
)
from tests.fetch.publisher import Page, Server, serving
from tests.pipeline.trial_sites import feed, home, page
from tests.pipeline.worker import eventually, kill, working

pytestmark = pytest.mark.django_db

Site = Callable[[dict[str, Page]], Server]

State = Trial.State
NOW = timezone.now().replace(microsecond=0)


@pytest.fixture
def site(settings) -> Iterator[Site]:
    """Starts sites of pages; every other address is missing."""
    settings.FETCH = replace(settings.FETCH, allow_networks=networks(["127.0.0.0/8"]))
    with ExitStack() as running:
        yield lambda pages: running.enter_context(serving(pages))


@pytest.fixture
def curator(db) -> User:
    return User.objects.create_user("curator")


@pytest.fixture
def lantern(site: Site) -> Server:
    """A publisher with a feed of three reports, one of sport and one of readers' comments."""
    return site({
        "/": home("/comments/feed", "/feed", "/sport"),
        "/comments/feed": feed(("Well said", NOW), title="Comments"),
        "/feed": feed(
            (BRIDGE[1], NOW - timedelta(hours=1)),
            (LONELY, NOW - timedelta(hours=3)),
            ("Known everywhere", NOW - timedelta(hours=5)),
        ),
        "/sport": feed(("Rovers lose", NOW), title="The Lantern: Sport"),
    })  # fmt: skip


def tried(address: str, curator: User) -> Trial:
    """A trial, as far as it goes by itself."""
    trial = trials.begin(address, curator)
    trials.search_waiting(never)
    trials.compare_waiting(never)
    trial.refresh_from_db()
    return trial


def in_order(trial: Trial, name: str) -> list[object]:
    return list(trial.feeds.values_list(name, flat=True))


def test_a_home_page_becomes_a_dry_run_of_its_best_feed(lantern, curator):
    story = make_story(make_article(BRIDGE[0], excerpt="", clustered_at=NOW))
    known = make_feed(make_source("The Crier"))
    make_article("Known", url="https://lantern.example/known-everywhere", feed=known)

    trial = tried(lantern.url("/"), curator)

    assert (trial.state, trial.error, trial.claimed_until) == (State.READY, "", None)
    assert trial.asked == [lantern.url(at) for at in ("/", "/feed", "/sport", "/comments/feed")]
    assert in_order(trial, "chosen") == [True, False, False]
    run = selected.dry_run(trial)
    assert (run.entries, run.known, run.copies, run.joining, run.alone) == (3, 1, 0, 1, 1)
    assert [(joined.story, joined.entries) for joined in run.joined] == [(story, 1)]
    assert run.brought_by == [(known, 1)]
    assert run.per_day == pytest.approx(12)
    assert [entry.title for entry in run.newest] == [BRIDGE[1], LONELY, "Known everywhere"]


def test_nothing_of_a_trial_is_stored_as_news(lantern, curator):
    tried(lantern.url("/"), curator)
    assert not Feed.objects.exists()
    assert not Source.objects.exists()
    assert not Article.objects.exists()
    assert not Story.objects.exists()


def test_guesses_come_from_the_feed(lantern, curator):
    uk, _ = make_edition("uk"), make_edition("us", country="US")
    sport = make_topic("Sport")
    trial = tried(lantern.url("/sport"), curator)
    guess = selected.guess(trial)
    assert (guess.name, guess.home_url) == ("The Lantern: Sport", "https://lantern.example/")
    assert (guess.country, guess.language) == ("GB", "en")
    assert (guess.editions, guess.topic) == ([uk], sport)


def test_a_large_feed_is_judged_by_its_newest_entries(site, curator, monkeypatch):
    monkeypatch.setattr(trials, "MOST_ENTRIES", 2)
    news = [(f"Clock {number} repaired", NOW - timedelta(hours=number)) for number in range(5)]
    trial = tried(site({"/": feed(*news)}).url("/"), curator)
    titles = [entry.title for entry in selected.dry_run(trial).newest]
    assert titles == ["Clock 0 repaired", "Clock 1 repaired"]
    assert trial.feeds.get().entry_count == 5


def test_a_feed_without_entries_can_be_tried(site, curator):
    trial = tried(site({"/": feed()}).url("/"), curator)
    run = selected.dry_run(trial)
    assert (trial.state, run.entries, run.per_day, run.newest_at) == (State.READY, 0, None, None)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://10.0.0.1/feed", "10.0.0.1 is a private address, which may not be fetched."),
        ("ftp://lantern.example/", "“ftp:” addresses may not be fetched, only http and https."),
        ("http://no-such-host.invalid/", "There is no host named no-such-host.invalid."),
        ("nonsense with blanks", "names no host"),
    ],
)
def test_an_address_that_cannot_be_asked_fails_in_words(curator, address, reason):
    trial = tried(address, curator)
    assert trial.state == State.FAILED
    assert reason in trial.error


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ({"/": page("<p>Hello</p>")}, "names no feed that can be read"),
        ({}, "has nothing at this address (404)"),
        ({"/": lambda request: request.answer(429)}, "asks us to come less often"),
        ({"/": lambda request: request.answer(500)}, "answered with the status 500"),
        ({"/": lambda request: request.raw(b"\x16\x03 not http")}, "127.0.0.1"),
    ],
)
def test_a_site_without_a_feed_fails_in_words(site, curator, pages, reason):
    trial = tried(site(pages).url("/"), curator)
    assert trial.state == State.FAILED
    assert reason in trial.error


def test_what_looked_like_a_feed_is_named_with_the_reason(site, curator):
    server = site({"/": home("/gone", "/page"), "/page": page("<html>Hello</html>")})
    trial = tried(server.url("/"), curator)
    assert [server.url("/gone"), "127.0.0.1 has nothing at this address (404)."] in trial.refused
    assert [server.url("/page"), "This is a web page, not a feed."] in trial.refused


def test_a_feed_whose_address_cannot_be_kept_is_refused(site, curator):
    long = "/feed?" + "x" * 2000
    trial = tried(site({"/": home(long), "/feed": feed((LONELY, NOW))}).url("/"), curator)
    assert (trial.state, in_order(trial, "url")) == (State.FAILED, [])
    assert trial.error == trials.TOO_LONG
    assert trial.refused[0][1] == trials.TOO_LONG


def test_feeds_that_are_here_are_recognised_through_redirects_and_spellings(site, curator):
    server = site({"/": home("/old"), "/feed": feed((LONELY, NOW)),
                   "/old": lambda r: r.answer(301, Location="/feed")})  # fmt: skip
    known = make_feed(url=server.url("/feed/"))
    trial = tried(server.url("/"), curator)
    assert (trial.state, trial.error) == (State.FAILED, trials.ALL_KNOWN)
    assert [each.known for each in trial.feeds.all()] == [known]


def test_the_best_feed_that_is_not_here_is_compared_as_one_of_its_source(lantern, curator):
    known = make_feed(make_source("The Lantern"), url=lantern.url("/feed"))
    trial = tried(lantern.url("/"), curator)
    assert trial.state == State.READY
    assert in_order(trial, "chosen") == [False, True, False]
    assert trial.source == known.source


def test_a_source_is_recognised_by_its_home_page(site, curator):
    source = make_source(home_url="https://www.lantern.example/news")
    make_source(home_url="https://lantern.example.org/")
    trial = tried(site({"/": feed((LONELY, NOW))}).url("/"), curator)
    assert trial.source == source


def test_other_feeds_can_be_chosen(lantern, curator):
    trial = tried(lantern.url("/"), curator)
    [news, sport] = trial.feeds.filter(of_comments=False)
    trials.choose(trial, [news.pk, sport.pk], None)
    trials.compare_waiting(never)
    trial.refresh_from_db()
    assert (trial.state, selected.dry_run(trial).entries) == (State.READY, 4)


def test_findings_of_feeds_that_are_no_longer_chosen_are_forgotten(lantern, curator):
    make_story(make_article(BRIDGE[0], excerpt="", clustered_at=NOW))
    trial = tried(lantern.url("/"), curator)
    assert TrialEntry.objects.exclude(story=None).exists()
    trials.choose(trial, [trial.feeds.all()[1].pk], None)
    assert not TrialEntry.objects.exclude(story=None).exists()


def test_at_least_one_new_feed_must_be_chosen(lantern, curator):
    trial = tried(lantern.url("/"), curator)
    other = tried(lantern.url("/"), curator)
    for feeds in ([], [other.feeds.all()[0].pk]):
        with pytest.raises(DecidedError, match="at least one"):
            trials.choose(trial, feeds, None)
    trial.refresh_from_db()
    assert trial.state == State.READY


def test_what_is_kept_is_a_source_with_feeds_that_are_due(lantern, curator):
    uk, world = make_edition("uk"), make_topic("World")
    make_source("The Lantern")
    trial = tried(lantern.url("/"), curator)
    wanted = Wanted(
        name="The Lantern",
        home_url="https://lantern.example/",
        country="GB",
        language="en",
        kind="newspaper",
        owner="Alder Press",
        editions=[uk],
        topic=world,
        fetch_pages=True,
    )
    source = trials.keep(trial, wanted, curator)
    trial.refresh_from_db()
    assert (trial.state, trial.source) == (State.KEPT, source)
    assert (source.slug, source.country, source.kind) == ("the-lantern-2", "GB", "newspaper")
    assert (source.owner, source.fetch_pages, list(source.editions.all())) == (
        "Alder Press", True, [uk],
    )  # fmt: skip
    [made] = Feed.objects.due()
    assert (made.url, made.topic, made.source) == (lantern.url("/feed"), world, source)
    assert selected.kept(trial) == [made]
    logged = AuditEntry.objects.order_by("pk").values_list("action", "kind", "object_text")
    assert list(logged) == [
        ("add", "articles.source", "The Lantern"),
        ("add", "articles.feed", "The Lantern"),
    ]
    assert AuditEntry.objects.get(kind="articles.feed").changes["url"] == [None, made.url]


def test_feeds_can_join_a_source_that_is_here(lantern, curator):
    source = make_feed(make_source("The Lantern"), url=lantern.url("/feed")).source
    trial = tried(lantern.url("/"), curator)
    assert trials.keep(trial, Wanted(), curator) == source
    assert Source.objects.count() == 1
    assert Feed.objects.filter(source=source).count() == 2


def test_what_blocked_words_of_the_source_withhold_is_what_was_foreseen(lantern, curator):
    source = make_source("The Lantern", blocked_words=["rovers"])
    trial = tried(lantern.url("/sport"), curator)
    assert trials.foreseen_withheld(trial) == {}
    chosen = list(trial.feeds.filter(chosen=True).values_list("pk", flat=True))
    trials.choose(trial, chosen, source)
    trials.compare_waiting(never)
    trial.refresh_from_db()
    (foreseen,) = trials.foreseen_withheld(trial).values()
    trials.keep(trial, Wanted(), curator)
    list(refresh_named(source.feeds.values_list("pk", flat=True)))
    assert Article.objects.get(title="Rovers lose").withheld == foreseen == "blocked word: rovers"


def test_a_trial_is_kept_once(lantern, curator):
    trial = tried(lantern.url("/"), curator)
    trials.keep(trial, Wanted(name="The Lantern"), curator)
    with pytest.raises(DecidedError, match="decided already"):
        trials.keep(trial, Wanted(name="The Lantern"), curator)
    assert Feed.objects.count() == 1


def test_a_feed_that_came_in_meanwhile_is_not_kept_twice(lantern, curator):
    trial = tried(lantern.url("/"), curator)
    make_feed(url=lantern.url("/feed"))
    with pytest.raises(DecidedError, match="in the meantime"):
        trials.keep(trial, Wanted(name="The Lantern"), curator)
    assert not Source.objects.filter(name="The Lantern").exists()


def test_nor_is_one_that_comes_in_while_it_is_kept(lantern, curator, monkeypatch):
    trial = tried(lantern.url("/"), curator)
    make = trials._made

    def slowly(*wanted):
        make_feed(url=lantern.url("/feed"))
        return make(*wanted)

    monkeypatch.setattr(trials, "_made", slowly)
    with pytest.raises(DecidedError, match="in the meantime"):
        trials.keep(trial, Wanted(name="The Lantern"), curator)
    assert not Source.objects.filter(name="The Lantern").exists()


def test_a_search_that_is_discarded_asks_no_more(lantern, curator, monkeypatch):
    trial = trials.begin(lantern.url("/"), curator)
    # The site's thread shares no transaction with this one: what claims the trial discards it.
    mine = trials._mine

    def watched(claimed):
        if len(claimed.asked) == 2:
            Trial.objects.filter(pk=trial.pk).delete()
        return mine(claimed)

    monkeypatch.setattr(trials, "_mine", watched)
    trials.search_waiting(never)
    assert [each.path for each in lantern.asked] == ["/"]
    assert not Trial.objects.exists()


def test_a_worker_that_stops_leaves_its_search_to_the_next(lantern, curator):
    trial = trials.begin(lantern.url("/"), curator)
    asked = iter([False, False, True, True])
    trials.search_waiting(lambda: next(asked))
    trial.refresh_from_db()
    assert (trial.state, trial.attempts, trial.claimed_until) == (State.SEARCHING, 0, None)
    trials.search_waiting(never)
    trial.refresh_from_db()
    assert trial.state == State.COMPARING
    assert trial.asked[0] == lantern.url("/")
    assert len(trial.asked) == len(set(trial.asked))


def test_what_another_worker_has_claimed_is_left_to_it(lantern, curator):
    trial = trials.begin(lantern.url("/"), curator)
    Trial.objects.update(claimed_until=Now() + timedelta(seconds=30), attempts=1)
    trials.search_waiting(never)
    trial.refresh_from_db()
    assert trial.state == State.SEARCHING
    assert lantern.asked == []


@pytest.mark.parametrize("state", [State.SEARCHING, State.COMPARING])
def test_a_trial_with_which_workers_die_fails_in_words(curator, state):
    trial = trials.begin("lantern.example", curator)
    Trial.objects.update(
        state=state, attempts=trials.MOST_ATTEMPTS, claimed_until=Now() - timedelta(seconds=1)
    )
    trials.search_waiting(never)
    trials.compare_waiting(never)
    trial.refresh_from_db()
    assert (trial.state, trial.error) == (State.FAILED, trials.GIVEN_UP[state])


def test_old_trials_are_forgotten(curator):
    old, young = trials.begin("old.example", curator), trials.begin("young.example", curator)
    Trial.objects.filter(pk=old.pk).update(made_at=Now() - timedelta(days=15))
    assert trials.forget() == 1
    assert Trial.objects.get() == young


def test_a_kept_source_is_followed_to_a_front_page(lantern, curator):
    uk = make_edition("uk")
    trial = tried(lantern.url("/"), curator)
    trials.keep(trial, Wanted(name="The Lantern", language="en", editions=[uk]), curator)
    trial.refresh_from_db()
    before = selected.progress(trial)
    assert (before.fetched, before.articles, before.grouped, before.front) == (0, 0, 0, None)

    list(refresh_named([made.pk for made in selected.kept(trial)]))
    assert selected.progress(trial).articles == 3
    Grouper().group("en")
    after = selected.progress(trial)
    assert (after.fetched, after.articles, after.grouped, after.failed) == (1, 3, 3, [])
    assert after.front is not None
    assert after.front[0] == uk
    assert StoryEdition.objects.filter(story=after.front[1], edition=uk).exists()


def test_the_tasks_have_their_queues():
    routed = {name: app.amqp.router.route({}, name)["queue"].name for name in app.tasks}
    assert routed["articles.tasks.search_trials"] == "fetch"
    assert routed["articles.tasks.group_trials"] == "group"
    assert routed["articles.tasks.forget_trials"] == "fetch"


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_a_search_whose_worker_is_killed_is_made_by_the_next(
    site, curator, worker_environment, tmp_path
):
    app.control.purge()
    held = []

    def slow(request):
        held.append(request.path)
        if len(held) == 1:
            eventually(lambda: bool(dead))  # its worker is killed while it waits
        else:
            feed((VOLCANO[0], NOW))(request)

    dead: list[bool] = []
    server = site({"/": slow})
    trial = trials.begin(server.url("/"), curator)
    with working(worker_environment, tmp_path / "first.log") as first:
        tasks.try_soon()
        eventually(lambda: bool(held))
        kill(first)
    dead.append(True)
    # Its leases run out.
    Trial.objects.update(claimed_until=Now() - timedelta(seconds=1))
    Host.objects.update(next_request_at=Now())

    with working(worker_environment, tmp_path / "second.log"):
        tasks.try_soon()
        eventually(lambda: Trial.objects.get().state == State.READY)
    trial.refresh_from_db()
    assert [entry.title for entry in selected.dry_run(trial).newest] == [VOLCANO[0]]
