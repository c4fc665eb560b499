"""The pace of requests, by the clock of the servers that are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_network
from itertools import pairwise

import pytest
from django.utils import timezone

from articles import tasks
from articles.models import Article, Feed, Host
from articles.pipeline import claims
from articles.pipeline.refresh import refresh_due, refresh_named
from newsreader.celery import app
from tests.factories import make_feed
from tests.fetch.publisher import Page, Request, Server, serving
from tests.pipeline.feeds import rss
from tests.pipeline.worker import eventually, working

PAUSE = 1.0


@pytest.fixture
def serve(settings) -> Iterator[Callable[..., Server]]:
    """Servers of their own on the loopback, asked at the pace of any other host."""
    settings.FETCH = replace(settings.FETCH, allow_networks=(ip_network("127.0.0.0/8"),))
    settings.FETCH_PACE_ALLOWED = True
    running = []

    def start(**pages: Page) -> Server:
        manager = serving({f"/{name}": page for name, page in pages.items()})
        running.append(manager)
        return manager.__enter__()

    yield start
    for manager in running:
        manager.__exit__(None, None, None)


def news(request: Request) -> None:
    """A feed that knows when it has not changed."""
    tag = f'"{request.path}"'
    if request.headers.get("If-None-Match") == tag:
        request.answer(304, ETag=tag)
    else:
        request.answer(200, rss(f"News of {request.path}").encode(), ETag=tag)


def to(location: str) -> Page:
    return lambda request: request.answer(302, Location=location)


def gaps(server: Server) -> list[float]:
    """Seconds between the requests to a server."""
    return [later.at - earlier.at for earlier, later in pairwise(server.asked)]


def pages(count: int) -> dict[str, Page]:
    return {f"feed{number}": news for number in range(count)}


def feeds_of(server: Server) -> list[Feed]:
    return [make_feed(url=server.url(path)) for path in server.pages]


@pytest.mark.django_db
def test_the_feeds_of_one_host_are_asked_one_after_another_with_a_pause(serve):
    server = serve(**pages(3))
    feeds_of(server)

    assert len(list(refresh_due())) == 3

    assert len(server.asked) == 3
    assert min(gaps(server)) >= PAUSE


@pytest.mark.django_db
def test_other_hosts_do_not_wait_for_it(serve):
    slow, quick = serve(**pages(3)), serve(**pages(1))
    feeds_of(slow)
    feeds_of(quick)

    assert len(list(refresh_due())) == 4

    assert quick.asked[0].at < slow.asked[1].at


@pytest.mark.django_db
def test_a_redirect_waits_for_the_turn_of_its_host(serve):
    target = serve(**pages(3))
    feeds_of(target)
    other = serve(moved=to(target.url("/feed0")))
    feeds_of(other)
    away = serve(old=to("/new"), new=news)
    make_feed(url=away.url("/old"))

    assert len(list(refresh_due())) == 5

    assert len(target.asked) == 4
    assert min(gaps(target)) >= PAUSE
    assert [asked.path for asked in away.asked] == ["/old", "/new"]
    assert min(gaps(away)) >= PAUSE
    assert not Feed.objects.exclude(last_error="").exists()


@pytest.mark.django_db
def test_http_and_https_are_one_host_and_two_ports_are_two():
    names = ["http://paper.example/a", "https://paper.example/b", "http://paper.example:8080/c"]
    for url in names:
        make_feed(url=url)
    claimed = {claim.feed.url for claim in claims.claim_due(10)}
    assert claimed == {names[0], names[2]}


@pytest.mark.django_db
@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_us_to_slow_down_is_left_alone_with_all_its_feeds(
    serve, status, monkeypatch
):
    monkeypatch.setattr("articles.pipeline.refresh.PATIENCE", 0.1)

    def busy(request: Request) -> None:
        request.answer(status, Retry_After="3600")

    server = serve(first=busy, second=news)
    first, second = feeds_of(server)
    list(refresh_named([first.pk]))

    assert list(refresh_due()) == []
    assert list(refresh_named([second.pk])) == []

    assert [asked.path for asked in server.asked] == ["/first"]
    assert (claims.soonest() or 0) > 3500
    second.refresh_from_db()
    assert (second.claimed_until, second.failures, second.attempts) == (None, 0, 0)


@pytest.mark.django_db
def test_a_feed_that_is_redirected_to_a_host_at_rest_comes_again_when_that_can_be_asked(
    serve, monkeypatch
):
    monkeypatch.setattr("articles.pipeline.refresh.HOP_PATIENCE", 0.1)
    target = serve(feed=news)
    server = serve(old=to(target.url("/feed")))
    feed = make_feed(url=server.url("/old"))
    resting = make_feed(url=target.url("/feed"))
    [claim] = claims.claim_named([resting.pk], 1)  # another worker is at it

    list(refresh_named([feed.pk]))

    feed.refresh_from_db()
    assert (feed.claimed_until, feed.failures, feed.attempts) == (None, 0, 0)
    assert feed.next_fetch_at == claim.turn.until
    assert target.asked == []


@pytest.mark.django_db
def test_hosts_inside_allowed_networks_are_asked_as_fast_as_it_goes(serve, settings):
    settings.FETCH_PACE_ALLOWED = False
    settings.FETCH_HOST_SECONDS = 3600
    server = serve(**pages(30))
    feeds_of(server)

    assert len(list(refresh_due())) == 30

    assert Host.objects.get().allowed


@pytest.mark.django_db(transaction=True)
@pytest.mark.stack
def test_two_worker_processes_keep_the_pace_together(serve, worker_environment, tmp_path):
    """And ask conditionally, and nothing before its time."""
    app.control.purge()
    server = serve(**pages(3))
    feeds = feeds_of(server)
    environment = {**worker_environment, "FETCH_PACE_ALLOWED": "1"}
    with working(environment, tmp_path / "worker.log", processes=2):
        for _ in range(2):
            Feed.objects.update(next_fetch_at=timezone.now())
            for _ in range(4):
                tasks.refresh_due_feeds.delay()
            eventually(lambda: not Feed.objects.due().exists())
            eventually(lambda: not Feed.objects.exclude(claimed_until=None).exists())
    assert len(server.asked) == 6
    assert min(gaps(server)) >= PAUSE
    assert Feed.objects.filter(fetches=2, not_modified=1).count() == len(feeds)
    assert Article.objects.count() == 3
