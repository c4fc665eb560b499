"""Whatever dies in the middle of a refresh, no news is lost and none comes twice."""

from __future__ import annotations

import itertools

import pytest
from kombu.exceptions import OperationalError

from tests.durability.conftest import PATIENCE, Site
from tests.local.processes import eventually

pytestmark = pytest.mark.stack

FETCHER = ("worker", "--queues", "fetch")
GROUPER = ("worker", "--queues", "group")
BEAT = ("celery", "--app", "newsreader", "beat")
WEB = ("granian", "newsreader.wsgi")
VALKEY = ("unixsocket:",)  # it writes its own title
EVERYTHING = (FETCHER, GROUPER, BEAT, WEB, VALKEY)
JUNK = "something big"


def everything_is_there(site: Site) -> None:
    """The site runs, and after a day of its schedule it has all news once, in stories."""
    assert eventually(site.up.is_healthy, PATIENCE), site.logs()
    assert eventually(lambda: all(site.runs(*part) for part in EVERYTHING), PATIENCE), site.logs()
    assert site.forgotten() == []
    site.let_a_day_pass()
    site.tick()
    told = site.wire.everything()
    assert eventually(lambda: site.stored() == told, PATIENCE), site.logs()
    assert eventually(lambda: grouped_by_asking(site), PATIENCE), site.logs()
    assert site.forgotten() == []


def grouped_by_asking(site: Site) -> bool:
    site.tick()
    return site.ungrouped() == 0


def kill_postgres(site: Site) -> None:
    pid = (site.layout.postgres_data / "postmaster.pid").read_text().split()[0]
    data = str(site.layout.postgres_data)
    assert site.kill(data) >= {int(pid)}


def test_each_part_may_be_killed_in_the_middle_of_a_refresh(site: Site) -> None:
    site.news()
    thresholds = itertools.count(30, 40)
    for part in EVERYTHING:
        site.told(next(thresholds))
        site.kill(*part)
        site.let_leases_end()
        assert eventually(lambda: ticks(site), PATIENCE), site.logs()
    site.told(next(thresholds))
    kill_postgres(site)
    everything_is_there(site)


def ticks(site: Site) -> bool:
    """Whether the queue takes what beat says."""
    try:
        site.tick()
    except OperationalError:
        return False
    return True


def test_the_queue_may_be_flushed_and_full(site: Site) -> None:
    site.news(answers=40, most=100)
    valkey = site.valkey()
    valkey.flushall()
    site.tick()
    # Its slice of time may be over soon, and a full queue takes no sequel: these are under way.
    assert eventually(lambda: site.wire.held >= 10, PATIENCE), site.logs()
    valkey.set(JUNK, b"." * 8_000_000)
    valkey.config_set("maxmemory", "4mb")
    try:
        site.wire.let_go()
        site.told(110)
        assert site.reads("/")
        assert eventually(lambda: not site.up.is_healthy())  # so its operator sees it
    finally:
        valkey.delete(JUNK)
        valkey.config_set("maxmemory", "256mb")
    everything_is_there(site)


def test_all_of_it_may_be_killed_at_once(site: Site) -> None:
    site.news(answers=100)
    site.up.process.kill()
    site.up.process.wait()
    site.up.ensure_running()
    everything_is_there(site)
