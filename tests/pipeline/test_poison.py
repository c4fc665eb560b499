"""Feeds that workers die with."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Feed, Host
from articles.pipeline import claims
from articles.pipeline.claims import MOST_DEATHS
from articles.pipeline.refresh import TICK, refresh_due
from tests.factories import make_feed
from tests.fetch.publisher import Request, serving
from tests.pipeline.feeds import rss

pytestmark = pytest.mark.django_db


def let_leases_end() -> None:
    past = timezone.now() - timedelta(seconds=1)
    Feed.objects.exclude(claimed_until=None).update(claimed_until=past)
    Host.objects.update(next_request_at=past)


def die_with(feed: Feed) -> None:
    """A worker claims the feed and does not live to tell."""
    assert [claim.feed for claim in claims.claim_named([feed.pk], 1)] == [feed]
    let_leases_end()


def become_suspect(feed: Feed) -> None:
    """One more death, and the feed is put aside."""
    for _ in range(MOST_DEATHS - 1):
        die_with(feed)


def test_what_has_a_single_death_left_is_claimed_alone():
    feeds = [make_feed() for _ in range(3)]
    for feed in feeds[:2]:
        become_suspect(feed)
    die_with(feeds[2])

    [other] = claims.claim_due(10)
    assert (other.feed, other.suspect) == (feeds[2], False)
    [first] = claims.claim_suspect()
    assert first.suspect
    assert first.feed in feeds[:2]


def test_nothing_else_is_under_way_while_a_suspect_is_fetched(loopback_allowed):
    beside: dict[str, int] = {}

    def answer(request: Request) -> None:
        if request.path in suspects:
            asked = len(server.asked)
            time.sleep(3 * TICK)  # so often others are looked for
            beside[request.path] = len(server.asked) - asked
        request.answer(body=rss(f"News of {request.path}").encode())

    paths = [f"/feed{number}" for number in range(8)]
    suspects = paths[:2]
    with serving(dict.fromkeys(paths, answer)) as server:
        feeds = [make_feed(url=server.url(path)) for path in paths]
        for feed in feeds[: len(suspects)]:
            become_suspect(feed)

        assert len(list(refresh_due())) == 8

    assert beside == dict.fromkeys(suspects, 0)
    assert not Feed.objects.exclude(attempts=0).exists()


def test_after_three_deaths_a_feed_is_put_aside_with_the_reason(publisher, caplog):
    publisher.expect_request("/poison").respond_with_data(rss("Bridge reopens"))
    feed = make_feed(url=publisher.url_for("/poison"))
    for _ in range(MOST_DEATHS):
        die_with(feed)

    with caplog.at_level(logging.ERROR, "articles"):
        assert list(refresh_due()) == []

    feed.refresh_from_db()
    assert publisher.log == []
    assert "put aside" in feed.last_error
    assert (feed.failures, feed.claimed_until) == (1, None)
    assert feed.next_fetch_at > timezone.now() + timedelta(hours=23)
    assert feed.url in caplog.text


def test_it_is_tried_again_later_and_put_aside_after_one_more_death(publisher):
    publisher.expect_request("/poison").respond_with_data(rss("Bridge reopens"))
    feed = make_feed(url=publisher.url_for("/poison"))
    for _ in range(MOST_DEATHS):
        die_with(feed)
    claims.put_aside()
    Feed.objects.update(next_fetch_at=timezone.now())
    die_with(feed)
    assert claims.put_aside() == [feed.url]

    Feed.objects.update(next_fetch_at=timezone.now())
    assert len(list(refresh_due())) == 1
    feed.refresh_from_db()
    assert (feed.attempts, feed.failures, feed.last_error) == (0, 0, "")


def test_a_feed_that_was_given_up_in_good_order_is_no_suspect():
    feed = make_feed()
    claims.give_up(claims.claim_due(1))
    feed.refresh_from_db()
    assert (feed.attempts, feed.claimed_until) == (0, None)


def test_giving_up_late_leaves_the_claim_of_another_alone():
    feed = make_feed()
    late = claims.claim_due(1)
    let_leases_end()
    [claim] = claims.claim_named([feed.pk], 1)

    claims.give_up(late)

    feed.refresh_from_db()
    assert feed.claimed_until == claim.feed.claimed_until
