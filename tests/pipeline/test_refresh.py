"""A refresh of feeds from a publisher that answers over HTTP."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.utils import timezone
from werkzeug import Request, Response

from articles.entries.parse import parse
from articles.entries.parsers import Allowance, Parsers
from articles.models import Article, Feed, Host
from articles.pipeline import claims
from articles.pipeline.claims import LEASE
from articles.pipeline.refresh import Summary, refresh_due, refresh_named
from tests.factories import make_feed, make_source
from tests.pipeline.feeds import rss

pytestmark = pytest.mark.django_db


def feed_at(publisher, path: str, **fields) -> Feed:
    return make_feed(url=publisher.url_for(path), **fields)


def claim_due(limit: int) -> list[Feed]:
    return [claim.feed for claim in claims.claim_due(limit)]


def claim_named(ids: list[int]) -> list[Feed]:
    return [claim.feed for claim in claims.claim_named(ids, len(ids))]


def refresh(*feeds: Feed) -> Summary:
    summary = Summary()
    for refreshed in refresh_named([feed.pk for feed in feeds]):
        summary.add(refreshed)
    for feed in feeds:
        feed.refresh_from_db()
    return summary


def test_a_due_feed_is_fetched_stored_and_given_its_next_time(publisher):
    publisher.expect_request("/feed").respond_with_data(rss("Bridge reopens", "Ferry sinks"))
    feed = feed_at(publisher, "/feed")

    summary = Summary()
    for refreshed in refresh_due():
        summary.add(refreshed)

    feed.refresh_from_db()
    assert (summary.feeds, summary.new_articles, summary.languages) == (1, 2, {"en"})
    assert set(Article.objects.values_list("title", flat=True)) == {"Bridge reopens", "Ferry sinks"}
    assert feed.title == "The Example"
    assert feed.next_fetch_at > timezone.now()
    assert feed.claimed_until is None
    assert feed.last_success_at is not None
    assert not list(refresh_due())


def test_the_second_request_is_conditional_and_a_304_counts_as_success(publisher):
    seen = []

    def answer(request: Request) -> Response:
        seen.append(request.headers.get("If-None-Match"))
        if request.headers.get("If-None-Match") == '"v1"':
            return Response(status=304)
        return Response(rss("Bridge reopens"), headers={"ETag": '"v1"'})

    publisher.expect_request("/feed").respond_with_handler(answer)
    feed = feed_at(publisher, "/feed")

    refresh(feed)
    first = feed.next_fetch_at
    summary = refresh(feed)

    assert seen == [None, '"v1"']
    assert (summary.unchanged, summary.failed) == (1, 0)
    assert feed.last_error == ""
    assert feed.next_fetch_at != first


def test_a_body_that_did_not_change_is_not_parsed_again(publisher, monkeypatch):
    publisher.expect_request("/feed").respond_with_data(rss("Bridge reopens"))
    feed = feed_at(publisher, "/feed")
    refresh(feed)

    def never(*_arguments, **_named):
        raise AssertionError("parsed again")

    monkeypatch.setattr("articles.pipeline.refresh._parsers.parse", never)

    assert refresh(feed).unchanged == 1


def test_a_failure_is_told_in_words_and_the_feed_is_asked_again_later(publisher, caplog):
    publisher.expect_request("/feed").respond_with_data("no", status=404)
    feed = feed_at(publisher, "/feed")

    with caplog.at_level(logging.WARNING, "articles"):
        summary = refresh(feed)

    assert summary.failed == 1
    assert "404" in feed.last_error
    assert feed.failures == 1
    assert feed.next_fetch_at > timezone.now()
    assert feed.url in caplog.text


def test_a_page_where_a_feed_should_be_is_told_in_words(publisher):
    publisher.expect_request("/feed").respond_with_data(
        "<!doctype html><title>Hello</title><p>No feed", content_type="text/html"
    )
    feed = feed_at(publisher, "/feed")

    refresh(feed)

    assert "web page" in feed.last_error


def test_a_success_clears_the_error_and_revives_a_retired_feed(publisher):
    publisher.expect_ordered_request("/feed").respond_with_data("gone", status=410)
    publisher.expect_ordered_request("/feed").respond_with_data(rss("Bridge reopens"))
    feed = feed_at(publisher, "/feed")
    refresh(feed)
    assert Feed.objects.filter(retired_at__isnull=False).exists()
    assert not Feed.objects.due().exists()

    refresh(feed)

    assert not Feed.objects.filter(retired_at__isnull=False).exists()
    assert (feed.last_error, feed.failures) == ("", 0)


def test_one_feed_that_fails_costs_the_others_nothing(publisher):
    publisher.expect_request("/good").respond_with_data(rss("Bridge reopens"))
    publisher.expect_request("/bad").respond_with_data(b"\x00\xff", status=200)
    good, bad = feed_at(publisher, "/good"), feed_at(publisher, "/bad")

    summary = refresh(good, bad)

    assert (summary.feeds, summary.failed, summary.new_articles) == (2, 1, 1)
    assert bad.last_error


def test_a_fault_of_ours_in_one_feed_costs_the_others_nothing(publisher, monkeypatch, caplog):
    publisher.expect_request("/good").respond_with_data(rss("Bridge reopens"))
    publisher.expect_request("/odd").respond_with_data(rss("Odd news"))
    good, odd = feed_at(publisher, "/good"), feed_at(publisher, "/odd")

    def faulty(body, *, url, **named):
        if url.endswith("/odd"):
            raise ZeroDivisionError
        return parse(body, url=url, **named)

    monkeypatch.setattr("articles.pipeline.refresh._parsers.parse", faulty)

    summary = refresh(good, odd)

    assert (summary.failed, summary.new_articles) == (1, 1)
    assert "ZeroDivisionError" in odd.last_error
    assert odd.claimed_until is None
    assert "Traceback" in caplog.text


def test_a_feed_beyond_the_limits_of_reading_fails_in_words_and_costs_the_others_nothing(
    publisher, monkeypatch
):
    items = "".join(f"<odd/><item><title>News {n}</title></item>" for n in range(1000))
    body = f"<rss><channel><language>en</language>{items}</channel></rss>"
    publisher.expect_request("/huge").respond_with_data(body)
    publisher.expect_request("/good").respond_with_data(rss("Bridge reopens"))
    huge, good = feed_at(publisher, "/huge"), feed_at(publisher, "/good")

    with Parsers(allowance=Allowance(seconds=0.03, loading_seconds=0)) as parsers:
        monkeypatch.setattr("articles.pipeline.refresh._parsers", parsers)
        summary = refresh(huge, good)

    assert (summary.failed, summary.new_articles) == (1, 1)
    assert "takes too long" in huge.last_error
    assert (good.last_error, huge.claimed_until) == ("", None)


def test_a_private_address_is_refused_unless_allowed(publisher, settings):
    from dataclasses import replace

    settings.FETCH = replace(settings.FETCH, allow_networks=())
    feed = feed_at(publisher, "/feed")

    refresh(feed)

    assert "private" in feed.last_error or "loopback" in feed.last_error
    assert publisher.log == []


def test_a_claimed_feed_is_nobody_elses_until_the_lease_ends():
    feed = make_feed()

    assert claim_due(10) == [feed]
    assert claim_due(10) == []
    assert claim_named([feed.pk]) == []

    past = timezone.now() - timedelta(seconds=1)
    Feed.objects.update(claimed_until=past)
    Host.objects.update(next_request_at=past)
    assert claim_named([feed.pk]) == [feed]
    assert Feed.objects.filter(claimed_until__gt=timezone.now() + LEASE / 2).exists()


def test_the_longest_overdue_is_claimed_first():
    now = timezone.now()
    late = make_feed(next_fetch_at=now - timedelta(hours=2))
    later = make_feed(next_fetch_at=now - timedelta(hours=1))
    make_feed(next_fetch_at=now + timedelta(hours=1))

    assert claim_due(1) == [late]
    assert claim_due(10) == [later]


def test_paused_retired_and_inactive_feeds_are_left_alone_but_can_be_fetched_by_hand():
    now = timezone.now()
    paused = make_feed(active=False)
    retired = make_feed(retired_at=now, next_fetch_at=now + timedelta(days=1))
    inactive = make_feed(source=make_source(active=False))

    assert claim_due(10) == []
    assert len(claim_named([paused.pk, retired.pk, inactive.pk])) == 3


def test_more_feeds_than_threads_are_all_fetched(publisher, settings):
    settings.FETCH_CONCURRENCY = 3
    publisher.expect_request("/feed").respond_with_data(rss("Bridge reopens"))
    feeds = [feed_at(publisher, f"/feed?{n}") for n in range(12)]

    assert refresh(*feeds).feeds == 12
