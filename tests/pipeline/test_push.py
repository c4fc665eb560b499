"""Subscriptions at a real hub: sought, confirmed, renewed, denied, ended."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.fetch.websub import DENIED_RETRY, Offer
from articles.models import Feed, Subscription
from articles.pipeline.hubs import UNCONFIRMED, ask_hubs
from articles.pipeline.push import MAX_FAREWELLS, MAX_REQUESTS, Note, note
from articles.pipeline.refresh import refresh_named
from tests.factories import make_feed
from tests.pipeline.feeds import rss
from tests.pipeline.hub import naming

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
State = Subscription.State


def serve(publisher, hub: str, *titles: str, path: str = "/feed", **headers: str) -> str:
    """Have the publisher serve a feed that names its hub; the feed's address."""
    publisher.clear()
    url: str = publisher.url_for(path)
    body = naming(hub, f"{url}?self", rss(*titles)) if hub else rss(*titles)
    publisher.expect_request(path).respond_with_data(body, headers=headers)
    return url


def refresh(feed: Feed) -> Feed:
    list(refresh_named([feed.pk]))
    feed.refresh_from_db()
    return feed


def subscription() -> Subscription:
    return Subscription.objects.select_related("feed").get()


def now_due(**other) -> None:
    Subscription.objects.update(next_request_at=timezone.now(), **other)


@pytest.fixture
def feed(publisher, hub) -> Feed:
    """A feed that was read once and names the hub."""
    return refresh(make_feed(url=serve(publisher, hub.url, "Bridge reopens")))


@pytest.fixture
def subscribed(feed: Feed) -> Feed:
    assert ask_hubs() == 1
    return feed


# Seeking


def test_a_feed_that_names_its_hub_is_subscribed_to(hub, feed):
    assert ask_hubs() == 1

    [form] = hub.requests
    assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", f"{feed.url}?self")
    known = subscription()
    assert (known.state, known.failures, known.error) == (State.ACTIVE, 0, "")
    assert known.lease_until is not None
    assert abs(known.lease_until - timezone.now() - DAY) < timedelta(minutes=1)
    assert 0.7 * DAY < known.next_request_at - timezone.now() < 0.9 * DAY
    assert form["hub.secret"] == known.secret
    assert form["hub.callback"].endswith(f"/websub/{known.token}/")
    assert ask_hubs() == 0


def test_a_hub_named_in_a_header_counts_too(publisher, hub):
    link = f'<{hub.url}>; rel="hub", </other>; rel="self"'
    refresh(make_feed(url=serve(publisher, "", "Bridge reopens", Link=link)))

    ask_hubs()

    assert hub.requests[0]["hub.topic"] == publisher.url_for("/other")


def test_every_subscription_has_an_address_and_a_secret_of_its_own(publisher, hub, feed):
    refresh(make_feed(url=serve(publisher, hub.url, "Ferry sinks", path="/second")))

    assert ask_hubs() == 2

    first, second = hub.requests
    assert first["hub.callback"] != second["hub.callback"]
    assert first["hub.secret"] != second["hub.secret"]


def test_a_site_without_a_public_address_asks_no_hub(publisher, hub, settings):
    settings.PUBLIC_URL = ""
    refresh(make_feed(url=serve(publisher, hub.url, "Bridge reopens")))

    assert ask_hubs() == 0
    assert not Subscription.objects.exists()


def test_a_feed_without_a_hub_is_only_asked(publisher, hub):
    refresh(make_feed(url=serve(publisher, "", "Bridge reopens")))

    assert ask_hubs() == 0


def test_many_feeds_that_name_hubs_take_as_many_statements_as_one(settings, live_server):
    settings.PUBLIC_URL = live_server.url

    def statements(feeds: list[Feed]) -> int:
        rows = Feed.objects.select_related("subscription").in_bulk([feed.pk for feed in feeds])
        offers = [(feed, Offer(("https://hub.example/",), feed.url)) for feed in rows.values()]
        with CaptureQueriesContext(connection) as captured:
            note([Note(feed, offer, new_articles=1) for feed, offer in offers])
        return len(captured)

    one, many = [make_feed()], [make_feed() for _ in range(9)]
    assert statements(one) == statements(many)
    Subscription.objects.update(state=State.ACTIVE, offered=False)
    assert statements(one) == statements(many) <= 2
    assert Subscription.objects.filter(offered=True, missed_at__isnull=False).count() == 10


# Confirming


def test_a_hub_may_confirm_later(hub, feed):
    hub.prompt = False
    ask_hubs()
    known = subscription()
    assert (known.state, known.error, known.failures) == (State.ASKING, UNCONFIRMED, 1)

    assert hub.verify(hub.requests[0]) == (200, "a challenge <&> of ours")
    known = subscription()
    assert (known.state, known.error, known.failures) == (State.ACTIVE, "", 0)


def test_what_a_hub_echoes_is_plain_text(hub, feed, client):
    known = subscription()
    query = {"hub.mode": "subscribe", "hub.topic": known.topic, "hub.challenge": "<script>"}

    answer = client.get(known.callback, query)

    assert answer.content == b"<script>"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "other",
    [
        {"topic": "https://other.example/"},
        {"topic": "\x00"},
        {"mode": "unsubscribe"},
        {"mode": "x"},
    ],
)
def test_what_nobody_asked_for_is_not_confirmed(hub, subscribed, other):
    before = subscription().lease_until
    assert hub.verify(hub.requests[0], **other)[0] == 404
    known = subscription()
    assert (known.state, known.lease_until) == (State.ACTIVE, before)


def test_an_address_that_nobody_has_is_not_found(hub, subscribed):
    form = hub.requests[0] | {"hub.callback": hub.requests[0]["hub.callback"][:-2] + "/"}
    assert hub.verify(form)[0] == 404


def test_without_a_public_address_nothing_is_confirmed(hub, subscribed, settings):
    settings.PUBLIC_URL = ""
    assert hub.verify(hub.requests[0])[0] == 404
    assert hub.push("news") == 404


# Failing


def test_a_hub_that_confirms_nothing_is_asked_again_later_each_time(hub, feed):
    hub.prompt = False
    waits = []
    for _ in range(3):
        now_due()
        assert ask_hubs() == 1
        waits.append(subscription().next_request_at - timezone.now())

    assert subscription().failures == 3
    assert waits[0] * 1.5 < waits[1] < waits[2] / 1.5


def test_a_hub_that_is_down_is_told_in_words_and_asked_once_a_round(publisher, hub, caplog):
    for path in ("/one", "/two"):
        refresh(make_feed(url=serve(publisher, "http://127.0.0.1:1/hub", "News", path=path)))

    with caplog.at_level(logging.WARNING, "articles"):
        assert ask_hubs() == 2

    for known in Subscription.objects.all():
        assert "No connection to 127.0.0.1" in known.error
        assert (known.state, known.failures) == (State.ASKING, 1)
        assert known.feed.url in caplog.text
    assert ask_hubs() == 0


def test_a_hub_is_asked_at_the_pace_of_any_host(publisher, hub, feed, settings):
    settings.FETCH_PACE_ALLOWED = True
    for path in ("/two", "/three"):
        url = serve(publisher, hub.url, "News", path=path)
        Subscription.objects.create(feed=make_feed(url=url), hub=hub.url, topic=url)

    assert ask_hubs() == 3

    first, second, third = hub.times
    assert second - first >= 1.0
    assert third - second >= 1.0


def test_a_hub_that_asks_for_a_pause_gets_it(publisher, hub, feed, settings):
    settings.FETCH_PACE_ALLOWED = True
    hub.prompt, hub.status = False, 429
    Subscription.objects.create(feed=make_feed(), hub=hub.url, topic="https://paper.example/")

    assert ask_hubs() == 1

    assert len(hub.requests) == 1
    assert Subscription.objects.due().count() == 1


def test_a_hub_that_refuses_is_told_in_words(hub, feed):
    hub.prompt, hub.status = False, 503
    ask_hubs()
    assert subscription().error == "The hub answered with status 503."


def test_a_hub_that_confirms_and_then_breaks_has_confirmed(hub, feed):
    hub.status = 500
    ask_hubs()
    assert (subscription().state, subscription().error) == (State.ACTIVE, "")


def test_a_hub_at_a_private_address_is_not_asked(hub, feed, settings):
    settings.FETCH = replace(settings.FETCH, allow_networks=())
    ask_hubs()
    assert not hub.requests
    assert "loopback" in subscription().error


# Renewing


def test_a_subscription_is_renewed_before_its_lease_ends(hub, subscribed):
    hub.lease = 5 * 86400
    now_due()

    assert ask_hubs() == 1

    first, second = hub.requests
    assert first == second
    known = subscription()
    assert known.state == State.ACTIVE
    assert known.lease_until is not None
    assert known.lease_until > timezone.now() + 4 * DAY


def test_a_renewal_that_fails_leaves_what_was_agreed(hub, subscribed):
    hub.prompt, hub.status = False, 500
    now_due()
    ask_hubs()
    assert (subscription().state, subscription().failures) == (State.ACTIVE, 1)


def test_a_lease_that_ran_out_is_sought_again_and_the_feed_asked_as_before(hub, subscribed):
    hub.prompt = False
    past = timezone.now() - timedelta(seconds=1)
    now_due(lease_until=past, last_push_at=past)
    Feed.objects.update(next_fetch_at=timezone.now() + DAY, interval=timedelta(hours=1))

    assert ask_hubs() == 1

    assert subscription().state == State.ASKING
    assert Feed.objects.get().next_fetch_at < timezone.now() + timedelta(hours=1, minutes=1)


# Being denied


def test_a_denial_ends_a_subscription_for_a_week(hub, subscribed):
    Feed.objects.update(next_fetch_at=timezone.now() + DAY, interval=timedelta(hours=1))

    answer = hub.verify(hub.requests[0], mode="denied", reason="not for\n\x00you", challenge="")

    assert answer == (200, "")
    known = subscription()
    assert (known.state, known.lease_until) == (State.DENIED, None)
    assert "not for you" in known.error
    assert known.next_request_at > timezone.now() + DENIED_RETRY - timedelta(minutes=1)
    assert hub.push("news") == 410
    assert Feed.objects.get().next_fetch_at < timezone.now() + timedelta(hours=1, minutes=1)
    assert ask_hubs() == 0

    now_due()
    ask_hubs()
    assert subscription().state == State.ACTIVE


def test_a_denial_of_another_topic_is_none(hub, subscribed):
    assert hub.verify(hub.requests[0], mode="denied", topic="https://x.example/")[0] == 404
    assert subscription().state == State.ACTIVE


# Another hub


def serve_two(publisher, first: str, second: str, *titles: str) -> str:
    """Have the publisher serve a feed that names two hubs; the feed's address."""
    return serve(publisher, "", *titles, Link=f'<{first}>; rel="hub", <{second}>; rel="hub"')


def test_where_a_hub_denies_the_next_one_is_asked_and_none_again(hub, publisher):
    hubs = (hub.url, f"{hub.url}?second")
    feed = refresh(make_feed(url=serve_two(publisher, *hubs, "Bridge reopens")))
    ask_hubs()
    old = subscription()
    hub.verify(hub.requests[-1], mode="denied", challenge="")

    serve_two(publisher, *hubs, "Bridge reopens", "Ferry sinks")
    refresh(feed)
    assert ask_hubs() == 1

    new = subscription()
    assert (old.hub, new.hub, new.state) == (*hubs, State.ACTIVE)
    assert new.token != old.token
    assert new.secret != old.secret
    assert hub.verify(hub.requests[0])[0] == 404

    hub.verify(hub.requests[-1], mode="denied", challenge="")
    serve_two(publisher, *hubs, "Bridge reopens", "Ferry sinks", "Mill burns")
    refresh(feed)
    assert ask_hubs() == 0
    assert (subscription().hub, subscription().state) == (hubs[1], State.DENIED)


def test_a_hub_that_does_not_answer_has_three_requests_until_the_next_one_is_asked(hub, publisher):
    hubs = ("http://127.0.0.1:1/hub", hub.url)
    feed = refresh(make_feed(url=serve_two(publisher, *hubs, "Bridge reopens")))
    told = []
    for number in range(MAX_REQUESTS):
        assert subscription().hub == hubs[0]
        now_due()
        ask_hubs()
        told.append(f"News {number}")
        serve_two(publisher, *hubs, *told)
        refresh(feed)

    assert ask_hubs() == 1
    assert (subscription().hub, subscription().state) == (hubs[1], State.ACTIVE)


def test_a_hub_that_was_agreed_with_is_not_left_for_another(hub, publisher):
    hubs = (hub.url, f"{hub.url}?second")
    feed = refresh(make_feed(url=serve_two(publisher, *hubs, "Bridge reopens")))
    ask_hubs()
    hub.prompt, hub.status = False, 500
    for number in range(MAX_REQUESTS):
        now_due()
        ask_hubs()
        serve_two(publisher, *hubs, f"News {number}")
        refresh(feed)

    assert (subscription().hub, subscription().state) == (hubs[0], State.ACTIVE)


# Ending


def pause(feed: Feed, publisher) -> None:
    Feed.objects.update(active=False)


def retire(feed: Feed, publisher) -> None:
    Feed.objects.update(retired_at=timezone.now())


def silence(feed: Feed, publisher) -> None:
    type(feed.source).objects.update(active=False)


def drop_hub(feed: Feed, publisher) -> None:
    serve(publisher, "", "Bridge reopens", "Ferry sinks")
    refresh(feed)


@pytest.mark.parametrize("stop", [pause, retire, silence, drop_hub])
def test_a_feed_that_is_no_longer_wanted_is_unsubscribed(hub, subscribed, publisher, stop):
    stop(subscribed, publisher)

    assert ask_hubs() == 1

    form = hub.requests[-1]
    assert form["hub.mode"] == "unsubscribe"
    assert "hub.secret" not in form
    known = subscription()
    assert (known.state, known.lease_until) == (State.ENDED, None)
    assert hub.push("news", secret=known.secret) == 410
    assert ask_hubs() == 0


def test_a_feed_that_is_fetched_again_is_subscribed_to_again(hub, subscribed):
    Feed.objects.update(active=False)
    ask_hubs()
    Feed.objects.update(active=True)

    assert ask_hubs() == 1

    assert subscription().state == State.ACTIVE
    assert [form["hub.mode"] for form in hub.requests] == ["subscribe", "unsubscribe", "subscribe"]


def test_what_was_never_agreed_needs_no_end(hub, feed):
    Feed.objects.update(active=False)
    assert ask_hubs() == 0
    assert subscription().state == State.ENDED


def test_a_hub_that_does_not_confirm_an_end_is_left_alone(hub, subscribed):
    hub.prompt = False
    Feed.objects.update(active=False)
    for _ in range(MAX_FAREWELLS):
        now_due()
        assert ask_hubs() == 1

    now_due()
    assert ask_hubs() == 0
    assert subscription().state == State.ENDED


def test_a_feed_that_changes_its_hub_ends_the_old_and_seeks_the_new(hub, subscribed, publisher):
    old = subscription()
    serve(publisher, f"{hub.url}?new", "Bridge reopens", "Ferry sinks")
    refresh(subscribed)
    ask_hubs()
    assert (hub.requests[-1]["hub.mode"], subscription().state) == ("unsubscribe", State.ENDED)

    serve(publisher, f"{hub.url}?new", "Bridge reopens", "Ferry sinks", "Mill burns")
    refresh(subscribed)
    ask_hubs()

    new = subscription()
    assert (new.state, new.hub) == (State.ACTIVE, f"{hub.url}?new")
    assert new.token != old.token
    assert new.secret != old.secret


# How often a feed is asked


def wait_after_reading(feed: Feed, publisher, hub, *titles: str) -> timedelta:
    Feed.objects.update(interval=timedelta(hours=1))
    serve(publisher, hub.url, *titles)
    return refresh(feed).next_fetch_at - timezone.now()


def test_a_feed_with_a_live_push_is_asked_once_a_day(hub, subscribed, publisher):
    Subscription.objects.update(last_push_at=timezone.now())
    wait = wait_after_reading(subscribed, publisher, hub, "Bridge reopens")
    assert DAY - timedelta(minutes=1) < wait <= DAY


def test_a_hub_that_never_pushed_changes_nothing(hub, subscribed, publisher):
    wait = wait_after_reading(subscribed, publisher, hub, "Bridge reopens")
    assert wait < timedelta(hours=2)


def test_news_that_was_not_pushed_ends_the_trust_until_the_next_push(hub, subscribed, publisher):
    Subscription.objects.update(last_push_at=timezone.now())
    titles = ["Bridge reopens", "Ferry sinks"]
    assert wait_after_reading(subscribed, publisher, hub, *titles) < timedelta(hours=2)
    assert wait_after_reading(subscribed, publisher, hub, *titles) < timedelta(hours=2)
    assert not subscription().is_live(timezone.now())

    Subscription.objects.update(last_push_at=timezone.now())
    assert wait_after_reading(subscribed, publisher, hub, *titles) > DAY / 2


def test_a_push_to_a_site_that_has_no_public_address_any_more_is_not_relied_on(
    hub, subscribed, publisher, settings
):
    Subscription.objects.update(last_push_at=timezone.now())
    settings.PUBLIC_URL = ""
    wait = wait_after_reading(subscribed, publisher, hub, "Bridge reopens")
    assert wait < timedelta(hours=2)
