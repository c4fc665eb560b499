"""Turns: who may ask which host, and when the next may."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from articles.fetch.pace import host_of
from articles.models import Host
from articles.pipeline import hosts
from articles.pipeline.hosts import Visit
from tests.factories import make_feed

MINUTE = timedelta(minutes=1)
DB = pytest.mark.django_db


def pass_time(time: timedelta) -> None:
    """As if it had passed since the hosts were asked."""
    for host in Host.objects.all():
        Host.objects.filter(pk=host.pk).update(next_request_at=host.next_request_at - time)


@DB
def test_only_one_has_a_host_and_after_it_comes_a_pause():
    turn = hosts.take({"paper.example"})["paper.example"]
    assert turn.paced
    assert hosts.take({"paper.example"}) == {}
    assert set(hosts.take({"paper.example", "other.example"})) == {"other.example"}

    hosts.release([Visit(turn, pause=MINUTE)])
    assert hosts.take({"paper.example"}) == {}

    pass_time(MINUTE)
    assert set(hosts.take({"paper.example"})) == {"paper.example"}


@DB
def test_a_worker_that_died_keeps_its_host_no_longer_than_its_lease():
    hosts.take({"paper.example"})
    pass_time(hosts.LEASE - MINUTE)
    assert hosts.take({"paper.example"}) == {}
    pass_time(MINUTE)
    assert hosts.take({"paper.example"})


@DB
def test_a_turn_that_ended_long_ago_does_not_end_another():
    late = hosts.take({"paper.example"})["paper.example"]
    pass_time(hosts.LEASE)
    assert hosts.take({"paper.example"})

    hosts.release([Visit(late, pause=timedelta(0))])

    assert hosts.take({"paper.example"}) == {}


@DB
def test_a_host_inside_an_allowed_network_is_free_once_it_is_known(settings):
    turn = hosts.take({"intranet"})["intranet"]
    assert hosts.take({"intranet"}) == {}
    hosts.release([Visit(turn, pause=MINUTE, allowed=True)])

    turns = [hosts.take({"intranet"})["intranet"] for _ in range(3)]
    assert not any(turn.paced for turn in turns)

    settings.FETCH_PACE_ALLOWED = True
    assert hosts.take({"intranet"}) == {}


@DB
def test_a_host_that_left_the_allowed_networks_is_paced_again():
    turn = hosts.take({"intranet"})["intranet"]
    hosts.release([Visit(turn, pause=MINUTE, allowed=True)])
    free = hosts.take({"intranet"})["intranet"]

    hosts.release([Visit(free, pause=MINUTE, allowed=False)])

    assert hosts.take({"intranet"}) == {}


@DB
def test_how_often_a_host_asked_us_to_slow_down_is_known_at_the_next_turn():
    turn = hosts.take({"paper.example"})["paper.example"]
    hosts.release([Visit(turn, pause=timedelta(0), throttled=turn.throttled + 1)])
    assert hosts.take({"paper.example"})["paper.example"].throttled == 1


@DB
def test_turns_cost_one_statement_each_way_and_free_hosts_none(django_assert_num_queries):
    names = {f"paper{number}.example" for number in range(50)}
    with django_assert_num_queries(1):
        turns = hosts.take(names)
    assert len(turns) == 50
    with django_assert_num_queries(1):
        hosts.release([Visit(turn, pause=MINUTE, allowed=True) for turn in turns.values()])
    free = hosts.take(names)
    with django_assert_num_queries(0):
        hosts.release([Visit(turn, pause=MINUTE, allowed=True) for turn in free.values()])


@DB
def test_hosts_that_were_not_asked_for_days_are_forgotten():
    hosts.take({"old.example", "new.example"})
    Host.objects.filter(name="old.example").update(
        next_request_at=timezone.now() - timedelta(days=3)
    )
    assert hosts.forget() == 1
    assert Host.objects.get().name == "new.example"


@pytest.mark.django_db(transaction=True)
def test_of_many_that_ask_at_once_one_has_the_host():
    start = threading.Barrier(8)
    had: list[str] = []

    def ask() -> None:
        start.wait()
        had.extend(hosts.take({"paper.example", "other.example"}))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(had) == ["other.example", "paper.example"]


@DB
@pytest.mark.parametrize(
    "url",
    [
        "https://paper.example/feed",
        "HTTP://Paper.Example:80/feed",
        "https://paper.example:443",
        "http://paper.example?all=1",
        "http://paper.example:8080/feed",
        "http://paper.example:4430/feed",
        "http://[2001:db8::1]:8080/feed",
        "http://127.0.0.1:8900/a:80/b",
        "https://bücher.example/ä",
        f"https://{'a' * 300}.example/",
        "nonsense",
    ],
)
def test_database_and_program_name_a_host_alike(url):
    feed = make_feed(url=url)
    feed.refresh_from_db()
    assert feed.host == host_of(url)
