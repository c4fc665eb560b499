"""The directory of sources and the page of one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.fetch.pace import host_of
from articles.models import Article, Host
from articles.selectors import days, keyset
from articles.selectors import sources as selectors
from articles.selectors.sources import ARTICLES_A_PAGE, SOURCES_A_PAGE
from tests.factories import (
    make_article,
    make_edition,
    make_feed,
    make_source,
    make_subscription,
)

QUERIES = 8


def test_sources_are_grouped_by_edition_and_those_without_one_come_last(uk, read):
    us = make_edition("us", name="United States", position=2)
    make_source("Western Post", editions=(us,))
    make_source("Northern Ledger", editions=(uk,))
    make_source("Atlantic Review", editions=(uk, us))
    make_source("Alone", editions=())
    text = read("/sources/").text
    text = text[text.index("Every publisher") :]
    order = ["Atlantic Review", "Northern Ledger", "Western Post", "In no edition", "Alone"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert text.count("Atlantic Review") == 2


def test_one_edition_alone_can_be_asked_for(uk, read):
    make_source("Northern Ledger", editions=(uk,))
    make_source("Alone")
    text = read("/sources/?edition=uk").text
    assert "Northern Ledger" in text
    assert "Alone" not in text


def test_health_is_told_in_words(uk, read):
    now = timezone.now()
    source = make_source("The Lantern", editions=(uk,))
    make_feed(source, last_fetch_at=now, failures=3, last_error="The server answered 503.")
    make_feed(source, last_fetch_at=now, last_success_at=now)
    make_feed(source)
    make_feed(source, last_fetch_at=now, retired_at=now, last_error="Gone for good (410).")
    make_feed(source, last_fetch_at=now, notice="One entry had no title.")
    make_feed(source, last_fetch_at=now, problems="One entry was left out.")
    make_feed(source, active=False)
    assert "2 feeds work Last read" in read("/sources/").text
    assert "Works." in read(source.get_absolute_url()).text
    for address in ("/sources/", source.get_absolute_url()):
        text = read(address).text
        assert "The server answered 503." in text
        assert "Waiting for its first fetch." in text
        assert "Gone for good (410)." in text
        assert "Works. One entry had no title." in text
        assert "Works in part: One entry was left out." in text
        assert "Checked about every 30 minutes" in text
        assert "Paused." in text


def test_the_next_check_is_not_before_the_host_may_be_asked(uk, read):
    now = timezone.now()
    source = make_source("The Lantern", editions=(uk,))
    feed = make_feed(source, last_fetch_at=now, next_fetch_at=now)
    assert "next check in a moment" in read("/sources/").text
    resting = now + timedelta(hours=2, minutes=1)
    Host.objects.create(name=host_of(feed.url), next_request_at=resting)
    for address in ("/sources/", source.get_absolute_url()):
        assert "next check in 2 hours" in read(address).text.replace("\xa0", " ")


def test_pages_follow_until_every_source_was_shown(uk, read):
    for number in range(SOURCES_A_PAGE + 1):
        make_source(f"Source {number:03}", editions=(uk,))
    first = read("/sources/")
    assert "Page 1 of 2" in first.text
    second = read(f"/sources/{first.link('Next page').href}")
    assert f"Source {SOURCES_A_PAGE:03}" in second.text
    assert second.link("Previous page").href == "?page=1"


@pytest.mark.parametrize(
    "page", ["0", "-1", "3", "x", "1.5", "99999999999999999999", "0000012", "", "²"]
)
def test_a_page_that_is_none_is_not_found(uk, client, page):
    make_source()
    assert client.get("/sources/", {"page": page}).status_code == 404


@pytest.mark.parametrize("name", ["lantern", "LANT", "the lantern ", "Nordkap", "Ñordkap"])
def test_a_source_is_found_by_a_part_of_its_name(uk, read, name):
    make_source("The Lantern", editions=(uk,))
    make_source("Ñordkap", slug="nordkap")
    make_source("Western Post", editions=(uk,))
    page = read(f"/sources/?name={quote(name)}")
    assert page.has_link("The Lantern") == ("lant" in name.lower())
    assert page.has_link("Ñordkap") == ("nordkap" in name.lower() or "ñ" in name.lower())
    assert not page.has_link("Western Post")
    assert "1 source found." in page.text
    assert page.link("Show all sources").href == "/sources/"


def test_a_name_and_an_edition_narrow_each_other(uk, read):
    ireland = make_edition("ireland", name="Ireland", position=2)
    make_source("Western Post", editions=(uk,))
    make_source("Northern Post", editions=(ireland,))
    page = read("/sources/?name=post&edition=ireland")
    assert page.has_link("Northern Post")
    assert not page.has_link("Western Post")
    assert [tag["value"] for tag in page.all("option") if "selected" in tag] == ["ireland"]


@pytest.mark.parametrize("name", ["%", "_", "\\", "'", "nobody", "\0" * 3 + "zzz", "—"])
def test_a_name_that_no_source_has_finds_none(uk, read, name):
    make_source("The Lantern", editions=(uk,))
    page = read(f"/sources/?name={quote(name)}")
    assert not page.has_link("The Lantern")
    assert "There is no such source here." in page.text


def test_an_unknown_edition_is_not_found(uk, client):
    assert client.get("/sources/?edition=atlantis").status_code == 404


def test_without_sources_it_says_what_to_do(uk, read):
    assert "Load the default sources or import" in read("/sources/").text


def test_a_source_shows_its_home_page_and_its_articles_the_newest_first(uk, read):
    source = make_source("The Lantern", home_url="https://www.lantern.example/", editions=(uk,))
    now = timezone.now()
    make_article("First", source=source, published_at=now.replace(year=2020))
    make_article("Second", source=source, published_at=now)
    make_article("Another's")
    page = read("/source/the-lantern/")
    assert page.link("lantern.example").href == "https://www.lantern.example/"
    assert page.text.index("Second") < page.text.index("First")
    assert "Another's" not in page.text


def test_a_source_tells_who_it_is(uk, read):
    make_source("The Lantern", owner="Lantern Group", country="GB", language="de", editions=(uk,))
    page = read("/source/the-lantern/")
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd.*?>(.*?)</dd>", page.source))
    assert facts == {"Country": "United Kingdom", "Language": "German", "Owner": "Lantern Group"}
    assert {link.text for link in page.to("/uk/")} >= {"United Kingdom"}


def test_a_source_tells_its_rhythm(uk, read):
    now = timezone.now()
    source = make_source("The Lantern", editions=(uk,))
    make_feed(source, last_fetch_at=now, last_success_at=now, interval=timedelta(minutes=20))
    make_feed(source, last_fetch_at=now, failures=1, interval=timedelta(minutes=5))
    for day in (1, 2, 3):
        for _ in range(3):
            make_article(source=source, published_at=now - timedelta(days=day))
    text = read("/source/the-lantern/").text.replace("\xa0", " ")
    assert "about 3 articles a day, checked about every 20 minutes" in text


def test_a_source_that_publishes_seldom_is_told_by_the_week(uk, read):
    source = make_source("The Lantern")
    for ago in (0, 7, 14):
        make_article(source=source, published_at=timezone.now() - timedelta(days=ago))
    assert "about 1 article a week" in read("/source/the-lantern/").text


def test_the_articles_of_each_day_are_a_chart_and_the_same_as_a_table(uk, read):
    source = make_source("The Lantern")
    now = timezone.now()
    for ago in (0, 2, 2, 45):
        make_article(source=source, published_at=now - timedelta(days=ago))
    page = read("/source/the-lantern/")
    bars = [int(tag["height"]) for tag in page.all("rect")]
    assert bars == [60, 0, 30]
    table = page.source[page.source.index("<tbody>") : page.source.index("</tbody>")]
    assert re.findall(r"<td>(\d+)</td>", table) == ["1", "0", "2"]
    assert page.all("svg")[0]["aria-hidden"] == "true"


def test_the_share_of_its_own_reports_is_told_and_whose_texts_it_carries(uk, read):
    source, wire = make_source("The Lantern"), make_source("Coastal Wire")
    for number in range(10):
        original = make_article(source=wire) if number < 4 else None
        make_article(source=source, copy_of=original)
    page = read("/source/the-lantern/")
    assert "10 articles on the last day. 60% are reports of its own" in page.text
    assert "Coastal Wire 4" in page.text
    assert page.link("Coastal Wire").href == "/source/coastal-wire/"
    assert "none of them a copy" in read("/source/coastal-wire/").text


def test_older_pages_of_a_source_hold_articles_alone(uk, read):
    source = make_source("The Lantern")
    for _ in range(ARTICLES_A_PAGE + 1):
        make_article(source=source)
    first = read("/source/the-lantern/")
    older = read(f"/source/the-lantern/{first.link('Older articles').href}")
    assert first.all("rect")
    assert not older.all("rect")
    assert len([link for link in older.links if link.text == "Bridge reopens"]) == 1


def test_of_a_source_that_publishes_very_much_fewer_days_are_told(uk, monkeypatch):
    monkeypatch.setattr(days, "READ", 25)
    source, now = make_source(), datetime(2026, 3, 9, 12, tzinfo=UTC)
    for number in range(40):
        make_article(source=source, published_at=now - timedelta(days=number // 10))
    output = days.output(source.pk, now)
    assert output is not None
    assert [day.articles for day in output.days] == [10, 10]


def test_a_source_with_very_many_articles_is_read_by_the_index_of_its_times(uk):
    article, *_others = (make_article("", excerpt="") for _ in range(40))
    own = {"id", "guid_hash", "url_hash", "published_at", "search"}
    fields = Article._meta.concrete_fields
    names = ", ".join(str(field.column) for field in fields if field.name not in own)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO articles_article (guid_hash, published_at, {names})"
            " SELECT decode(md5(number::text), 'hex'), now() - number * interval '3 hours',"
            f" {names} FROM articles_article, generate_series(1, 1000) AS number"
        )
        cursor.execute("ANALYZE articles_article")
    old = keyset.by_time(timezone.now() - timedelta(days=20), 1)
    with CaptureQueriesContext(connection) as captured:
        days.output(article.source_id, timezone.now())
        selectors.articles_of(article.source)
        selectors.articles_of(article.source, old)
    queries = [query["sql"] for query in captured]
    for query in queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {query}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "article_of_source" in plan, plan
        assert "Seq Scan on articles_article" not in plan, plan
    assert len(queries) == 3


def test_a_source_without_articles_says_what_comes_next(uk, read):
    make_source("The Lantern")
    assert "appear here as soon as" in read("/source/the-lantern/").text


def test_an_inactive_source_says_so(uk, read):
    make_source("The Lantern", active=False)
    assert "no longer fetched" in read("/source/the-lantern/").text


def test_the_feeds_of_an_inactive_source_are_paused(uk, read):
    now = timezone.now()
    source = make_source("The Lantern", active=False, editions=(uk,))
    make_feed(source, last_fetch_at=now, last_success_at=now)
    for address in ("/sources/", source.get_absolute_url()):
        text = read(address).text
        assert "Paused." in text
        assert "work" not in text
        assert "check" not in text


def test_a_feed_that_is_pushed_says_so(uk, read, settings):
    settings.PUBLIC_URL = "https://news.example.org"
    now = timezone.now()
    agreed = {"state": "active", "lease_until": now + timedelta(days=1)}
    source = make_source("The Lantern")
    make_subscription(make_feed(source), **agreed, last_push_at=now)
    assert "Pushes its news to us" in read("/source/the-lantern/").text

    quiet = make_source("The Whisper")
    make_subscription(make_feed(quiet), **agreed)
    assert "Pushes" not in read("/source/the-whisper/").text


def test_an_unknown_source_is_not_found(uk, client):
    assert client.get("/source/nobody/").status_code == 404
    make_source("The Lantern")
    assert client.get("/source/the-lantern/?after=x").status_code == 404


def test_the_number_of_queries_does_not_grow(uk, queries, settings):
    settings.PUBLIC_URL = "https://news.example.org"
    source = make_source("The Lantern", editions=(uk,))
    make_subscription(make_feed(source))
    make_article(source=source)
    few = [queries("/sources/"), queries("/source/the-lantern/")]
    for _ in range(8):
        make_feed(make_source(editions=(uk,)))
        make_subscription(make_feed(source))
        make_article(source=source)
    assert [queries("/sources/"), queries("/source/the-lantern/")] == few
    assert max(few) <= QUERIES
