"""What a real hub pushes: kept, stored like what was fetched, and kept in bounds."""

from __future__ import annotations

import hmac
import http.client
import logging
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu import pools

from articles.models import Article, Feed, Headline, Pushed, Story, Subscription
from articles.pipeline import pushed
from articles.pipeline.grouping import Grouper
from articles.pipeline.hubs import ask_hubs
from articles.pipeline.pushed import MAX_ATTEMPTS, MAX_WAITING, store_waiting
from articles.pipeline.refresh import refresh_named
from newsreader.celery import app
from tests.factories import make_article, make_feed
from tests.pipeline.feeds import rss
from tests.pipeline.hub import Hub, naming

pytestmark = pytest.mark.django_db(transaction=True)

FLOOD = (
    "Flood in Harlow Vale forces 300 people from their homes",
    "Harlow Vale flood: 300 people forced from homes",
)


@pytest.fixture
def feed(publisher, hub: Hub) -> Feed:
    """A feed whose subscription is agreed and whose next fetch is a day away."""
    url = publisher.url_for("/feed")
    old = rss("Old news").replace("all that is known so far about it", "a gardener's notes")
    publisher.expect_request("/feed").respond_with_data(naming(hub.url, url, old))
    found = make_feed(url=url)
    list(refresh_named([found.pk]))
    ask_hubs()
    a_day_on = timezone.now() + timedelta(days=1)
    past = timezone.now() - timedelta(hours=1)
    Feed.objects.update(next_fetch_at=a_day_on, last_fetch_at=past)
    return found


def titles() -> set[str]:
    return set(Article.objects.values_list("title", flat=True)) - {"Old news"}


def is_due() -> bool:
    return Feed.objects.due().exists()


def stored() -> int:
    """Store what waits; how many articles are new."""
    return sum(one.new for one in store_waiting())


# Storing


def test_what_is_pushed_becomes_articles_of_the_feed_in_a_story(hub, feed):
    make_article(FLOOD[0], excerpt="")

    assert hub.push(rss(FLOOD[1])) == 202
    assert stored() == 1
    Grouper().group("en")

    article = Article.objects.get(title=FLOOD[1])
    assert (article.feed_id, article.source_id) == (feed.pk, feed.source_id)
    assert Story.objects.get(articles=article).article_count == 2
    known = Subscription.objects.get()
    assert known.is_live(timezone.now())
    assert not is_due()


def test_a_push_leaves_what_makes_the_next_fetch_conditional(hub, feed):
    before = Feed.objects.values().get()
    hub.push(rss("Bridge reopens"))
    stored()
    assert Feed.objects.values().get() == before


def test_a_feed_relative_address_is_resolved_against_the_feeds_own(hub, feed):
    hub.push(rss("Bridge reopens", home="").replace("<link>/</link>", ""))
    stored()
    assert Article.objects.get(title="Bridge reopens").url == feed.url.replace(
        "/feed", "/bridge-reopens"
    )


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_every_method_of_signing_is_taken(hub, feed, method):
    assert hub.push(rss("Bridge reopens"), method=method) == 202
    assert stored() == 1


def test_pushes_of_one_feed_are_stored_in_their_order(hub, feed):
    hub.push(rss("Bridge closed").replace("bridge-closed", "bridge"))
    hub.push(rss("Bridge reopens").replace("bridge-reopens", "bridge"))

    assert stored() == 1

    assert titles() == {"Bridge reopens"}
    assert Headline.objects.get().title == "Bridge closed"


def test_two_workers_never_hold_two_pushes_of_one_feed(hub, feed):
    hub.push(rss("Bridge closed"))
    hub.push(rss("Ferry sinks"))
    assert pushed._claim() is not None
    assert pushed._claim() is None


def test_what_was_pushed_and_is_then_fetched_is_there_once(hub, feed, publisher):
    hub.push(rss("Bridge reopens"))
    stored()
    publisher.clear()
    publisher.expect_request("/feed").respond_with_data(
        naming(hub.url, feed.url, rss("Bridge reopens", "Old news"))
    )

    [refreshed] = refresh_named([feed.pk])

    assert refreshed.stored.new == 0
    assert refreshed.decision.next_fetch_at > timezone.now() + timedelta(hours=23)
    assert Article.objects.count() == 2


# Whom to believe


def test_a_push_with_a_wrong_signature_is_answered_and_ignored(hub, feed, caplog):
    with caplog.at_level(logging.WARNING, "articles"):
        assert hub.push(rss("Lies"), secret="guessed") == 202
    assert not Pushed.objects.exists()
    assert feed.url in caplog.text
    assert stored() == 0


def test_a_push_without_a_signature_is_ignored(hub, feed, client):
    callback = Subscription.objects.get().callback
    answer = client.post(callback, rss("Lies"), content_type="application/rss+xml")
    assert answer.status_code == 202
    assert not Pushed.objects.exists()


def test_a_push_that_comes_again_changes_nothing(hub, feed):
    old = rss("Bridge closed").replace("bridge-closed", "bridge")
    hub.push(old)
    hub.push(rss("Bridge reopens").replace("bridge-reopens", "bridge"))
    stored()

    assert hub.push(old) == 202
    assert stored() == 0

    assert titles() == {"Bridge reopens"}


def test_a_push_to_an_address_that_nobody_has_is_not_found(hub, feed):
    hub.requests[-1]["hub.callback"] = hub.requests[-1]["hub.callback"].replace(
        "/websub/", "/websub/x"
    )
    assert hub.push(rss("Bridge reopens")) == 404


def test_a_hub_needs_no_token_of_a_form(hub, feed):
    callback = Subscription.objects.get().callback
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(callback, b"x", content_type="text/xml").status_code == 202
    assert strict.put(callback, b"x").status_code == 405


# Bounds


def test_a_push_that_is_too_large_is_refused_and_the_feed_fetched(hub, feed, monkeypatch, caplog):
    monkeypatch.setattr(pushed, "MAX_BODY", 1000)
    assert hub.push("x" * 1001) == 413
    assert is_due()
    assert f"{feed.url}: a push of more than" in caplog.text
    assert not Pushed.objects.exists()


def test_a_push_that_does_not_tell_its_length_is_refused(hub, feed):
    callback = urlsplit(hub.requests[-1]["hub.callback"])
    caller = http.client.HTTPConnection(callback.netloc, timeout=10)
    caller.request("POST", callback.path, body=iter([b"news"]), encode_chunked=True)
    assert caller.getresponse().status == 411
    caller.close()


def test_too_many_pushes_an_hour_are_refused_for_a_while(hub, feed, monkeypatch, caplog):
    monkeypatch.setattr(pushed, "MAX_AN_HOUR", 2)
    answers = [hub.push(rss(f"News {number}")) for number in range(4)]
    assert answers == [202, 202, 429, 429]
    assert is_due()
    assert caplog.text.count("pushes an hour") == 1

    Pushed.objects.update(received_at=timezone.now() - timedelta(hours=2))
    assert hub.push(rss("News 9")) == 202


def test_when_too_much_waits_the_oldest_goes_and_the_feed_is_fetched(hub, feed, caplog):
    for number in range(MAX_WAITING + 2):
        hub.push(rss(f"News {number}"))
    assert stored() == MAX_WAITING
    assert titles() == {f"News {number}" for number in range(2, MAX_WAITING + 2)}
    assert Pushed.objects.count() == MAX_WAITING + 2
    assert is_due()
    assert caplog.text.count("the oldest is gone") == 2


def test_an_empty_push_has_the_feed_fetched(hub, feed):
    assert hub.push("") == 202
    assert is_due()
    assert not Pushed.objects.exists()


def test_a_hub_cannot_have_a_feed_fetched_again_and_again(hub, feed):
    Feed.objects.update(last_fetch_at=timezone.now())
    hub.push("")
    assert not is_due()
    assert Feed.objects.get().next_fetch_at < timezone.now() + timedelta(minutes=6)


def test_a_hub_cannot_have_a_feed_fetched_that_asks_us_to_wait(hub, feed):
    Feed.objects.update(failures=1)
    hub.push("")
    assert Feed.objects.get().next_fetch_at > timezone.now() + timedelta(hours=23)


def test_the_trace_of_a_push_is_kept_for_a_while(hub, feed):
    hub.push(rss("Bridge reopens"))
    stored()
    trace = Pushed.objects.get()
    assert (bytes(trace.body), trace.handled_at is None) == (b"", False)

    Pushed.objects.update(received_at=timezone.now() - pushed.KEPT)
    stored()
    assert not Pushed.objects.exists()


def test_receiving_takes_few_statements(hub, feed):
    known = pushed.addressed(Subscription.objects.get().token)
    assert known is not None
    hub.push(rss("Other news"))
    body = rss("Bridge reopens").encode()
    signature = _signed(body, known.secret)
    with CaptureQueriesContext(connection) as captured:
        receipt = pushed.receive(known, body, signature=signature, content_type="")
    assert receipt is pushed.Receipt.KEPT
    statements = [q for q in captured.captured_queries if "SAVEPOINT" not in q["sql"]]
    assert len(statements) <= 6


def _signed(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()


# Faults


def test_a_push_that_is_no_feed_is_given_up_and_the_feed_fetched(hub, feed, caplog):
    hub.push("<!doctype html><title>Hello</title>")
    assert stored() == 0
    assert is_due()
    assert f"{feed.url}: a push could not be read: This is a web page" in caplog.text
    assert stored() == 0
    assert not Subscription.objects.get().is_live(timezone.now())


def test_what_a_dead_worker_held_is_stored_when_its_lease_ends(hub, feed):
    hub.push(rss("Bridge reopens"))
    assert pushed._claim() is not None  # and the worker dies
    assert stored() == 0

    Pushed.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert stored() == 1


def test_a_push_that_ends_its_workers_is_given_up(hub, feed, caplog):
    hub.push(rss("Bridge reopens"))
    hub.push(rss("Ferry sinks"))
    Pushed.objects.filter(pk=Pushed.objects.earliest("pk").pk).update(attempts=MAX_ATTEMPTS)

    assert stored() == 1

    assert titles() == {"Ferry sinks"}
    assert is_due()
    assert "never stored" in caplog.text


def test_a_push_that_the_database_refuses_is_tried_again(hub, feed, monkeypatch, caplog):
    hub.push(rss("Bridge reopens"))

    def refuse(*_arguments):
        raise DatabaseError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(pushed, "store_entries", refuse)
        assert stored() == 0
    assert f"{feed.url}: a push could not be stored" in caplog.text

    Pushed.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert stored() == 1


def test_a_push_is_kept_when_the_queue_does_not_answer(hub, feed, monkeypatch, caplog):
    nowhere = pools.producers[app.connection_for_write("redis://127.0.0.1:1/0")]
    monkeypatch.setattr(app.amqp, "_producer_pool", nowhere)

    assert hub.push(rss("Bridge reopens")) == 202

    assert "the queue does not answer" in caplog.text
    assert stored() == 1
