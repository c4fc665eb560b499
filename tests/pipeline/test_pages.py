"""Articles' own pages: fetched politely, read once, and told to their articles."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Event
from typing import Any

import pytest
from django.db import DataError, transaction
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from articles.entries.parsers import Allowance, Parsers
from articles.entries.types import Entry
from articles.entries.urls import canonical_url
from articles.models import TAKEN_DOWN, Article, Feed, Folded, Headline, Host, Page, Sighting, Story
from articles.pipeline import lock, page_text, pages, takedown
from articles.pipeline.grouping import Grouper
from articles.pipeline.pages import read_waiting
from articles.pipeline.store import Stored, short_hash, store_entries
from tests.article_pages import CLUTTER, article_page
from tests.factories import make_article, make_feed, make_source, make_story
from tests.fetch.publisher import Page as Answer
from tests.fetch.publisher import Request
from tests.pipeline.entries import entry
from tests.pipeline.page_sites import REPORT, TITLE, answering, asked, page_of, read, site, wanted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("loopback_allowed")]


def stored(feed: Feed, *entries: Entry) -> Stored:
    with transaction.atomic():
        return store_entries(feed, entries)


def test_a_page_gives_its_article_text_and_excerpt_without_clutter() -> None:
    with site(bridge=answering(body=article_page(TITLE, *REPORT))) as server:
        article = wanted(server, clustered_at=timezone.now())
        assert read() == {"en"}
    article.refresh_from_db()
    assert article.text == "\n\n".join(REPORT)
    assert article.excerpt.startswith(REPORT[0])
    assert not any(clutter in article.text + article.excerpt for clutter in CLUTTER)
    assert article.clustered_at is None
    assert page_of(article).state == Page.State.READ
    assert not Headline.objects.exists()


def test_a_page_is_fetched_once_after_its_sites_robots() -> None:
    with site(bridge=answering(body=article_page(TITLE, *REPORT))) as server:
        wanted(server)
        read()
        read()
        assert asked(server) == ["/robots.txt", "/bridge"]
        assert server.asked[0].headers["User-Agent"].startswith("Newsreader/")


def test_robots_are_asked_for_once_for_many_pages() -> None:
    page = answering(body=article_page(TITLE, *REPORT))
    with site(a=page, b=page, c=page) as server:
        for name in "abc":
            wanted(server, f"/{name}", f"Report {name}")
        read()
        assert sorted(asked(server)) == ["/a", "/b", "/c", "/robots.txt"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (answering(404), "does not exist"),
        (answering(403), "refuses"),
        (answering(body="%PDF", Content_Type="application/pdf"), "no web page but to"),
        (answering(body="<p>Watch.</p>"), "no text of a report"),
        (answering(body=""), "empty"),
        (answering(body="x" * 4_000_000), "larger than 3 MB"),
    ],
)
def test_what_cannot_be_read_is_given_up_in_words(answer: Answer, words: str, caplog) -> None:
    with site(bridge=answer) as server:
        article = wanted(server)
        assert read() == set()
    page = page_of(article)
    assert page.state == Page.State.FAILED
    assert words in page.error
    assert any(page.url in record.getMessage() for record in caplog.records)
    assert Article.objects.get().text == ""


def test_what_may_pass_is_tried_again_and_then_given_up() -> None:
    with site(bridge=answering(500)) as server:
        article = wanted(server)
        for attempt in range(1, 5):
            read()
            page = page_of(article)
            assert page.attempts == attempt
            assert page.claimed_until is None
            Page.objects.update(next_try_at=timezone.now())
        assert asked(server).count("/bridge") == 4
        read()
        assert asked(server).count("/bridge") == 4
    assert page.state == Page.State.FAILED
    assert page.error == (
        "The server has an error of its own (500). It was given up after 4 attempts."
    )


def test_a_failure_sets_the_time_of_the_next_try() -> None:
    with site(bridge=answering(503, Retry_After="7200")) as server:
        article = wanted(server)
        read()
    assert page_of(article).next_try_at > timezone.now() + timedelta(minutes=110)


def test_a_page_that_takes_too_long_to_read_costs_only_itself(monkeypatch) -> None:
    hasty = Parsers(allowance=Allowance(seconds=0.5, memory_bytes=1024**3))
    monkeypatch.setattr(pages, "_parsers", hasty)
    hostile = "<p " + " ".join(f"a{n}=1" for n in range(200_000)) + ">hello</p>"
    with site(slow=answering(body=hostile), good=answering(body=article_page(TITLE, *REPORT))) as s:
        slow, good = wanted(s, "/slow", "A slow page"), wanted(s, "/good")
        read()
    hasty.close()
    assert page_of(slow).state == Page.State.FAILED
    assert "takes too long" in page_of(slow).error
    assert page_of(good).state == Page.State.READ


def test_a_site_that_forbids_everything_for_now_is_waited_for_two_days() -> None:
    with site(answering(503)) as server:
        article = wanted(server)
        read()
        Page.objects.update(made_at=timezone.now() - timedelta(days=3))
        read()
    page = page_of(article)
    assert page.state == Page.State.FAILED
    assert "robots.txt cannot be read" in page.error


def test_a_page_that_ended_its_worker_each_time_is_given_up() -> None:
    with site() as server:
        article = wanted(server)
    Page.objects.update(attempts=5, claimed_until=timezone.now() - timedelta(minutes=1))
    read()
    assert page_of(article).state == Page.State.FAILED
    assert "ended the process" in page_of(article).error


def test_a_stop_gives_up_what_is_under_way_and_puts_it_back() -> None:
    reached, over = Event(), Event()

    def slow(request: Request) -> None:
        reached.set()
        over.wait(30)

    with site(bridge=slow) as server:
        article = wanted(server)
        assert list(read_waiting(stop=reached.is_set)) == []
        over.set()
    page = page_of(article)
    assert (page.state, page.attempts, page.error) == (Page.State.WAITING, 0, "")
    assert page.claimed_until is None


def test_one_process_at_a_time_reads_pages() -> None:
    with lock.alone(lock.READING) as first, ThreadPoolExecutor() as thread:
        assert first
        assert thread.submit(_alone).result() is False
    with ThreadPoolExecutor() as thread:
        assert thread.submit(_alone).result() is True


def _alone() -> bool:
    """Whether another connection would be the only one to read."""
    try:
        with lock.alone(lock.READING) as alone:
            return alone
    finally:
        database.close()


def test_a_host_is_asked_at_most_once_a_second(settings) -> None:
    settings.FETCH_PACE_ALLOWED = True
    times: list[float] = []

    def page(request: Request) -> None:
        times.append(time.monotonic())
        request.answer(body=article_page(TITLE, *REPORT).encode(), Content_Type="text/html")

    def robots(request: Request) -> None:
        times.append(time.monotonic())
        request.answer(404)

    with site(robots, a=page, b=page) as server:
        wanted(server, "/a", "Report a")
        wanted(server, "/b", "Report b")
        read()
    assert len(times) == 3
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(times))


def test_the_pause_that_robots_ask_for_is_kept(settings) -> None:
    settings.FETCH_PACE_ALLOWED = True
    robots = answering(body="User-agent: *\nCrawl-delay: 20", Content_Type="text/plain")
    with site(robots, bridge=answering(body=article_page(TITLE, *REPORT))) as server:
        article = wanted(server)
        read()
        assert asked(server) == ["/robots.txt"]
    host = Host.objects.get(name=page_of(article).host)
    assert host.next_request_at > timezone.now() + timedelta(seconds=15)


def test_what_the_feed_told_stays_and_gaps_are_filled() -> None:
    head = (
        '<meta property="og:image" content="/b.jpg"><meta name="author" content="Ines Amsel">'
        '<meta property="article:published_time" content="2026-03-01T08:30:00Z">'
    )
    with site(
        a=answering(body=article_page(TITLE, *REPORT, head=head)),
        b=answering(body=article_page(TITLE, *REPORT, head=head)),
    ) as server:
        bare = wanted(server, "/a", "Report a")
        full = wanted(
            *(server, "/b", "Report b"),
            excerpt=" ".join(["word"] * 40),
            image_url="https://i.example/own.jpg",
            authors=["Jo Fink"],
            published_claim=datetime(2026, 2, 1, tzinfo=UTC),
            published_at=datetime(2026, 2, 1, tzinfo=UTC),
        )
        read()
        bare.refresh_from_db()
        full.refresh_from_db()
        assert bare.image_url == server.url("/b.jpg")
    assert bare.authors == ["Ines Amsel"]
    assert bare.published_at == bare.published_claim == parse_datetime("2026-03-01T08:30:00Z")
    assert (full.image_url, full.authors) == ("https://i.example/own.jpg", ["Jo Fink"])
    assert full.published_at == datetime(2026, 2, 1, tzinfo=UTC)
    assert full.excerpt.startswith("word word")
    assert full.text == "\n\n".join(REPORT)


def test_what_cannot_be_stored_costs_only_its_own_page(monkeypatch) -> None:
    tell = page_text.tell

    def refusing(article: Article, *told: Any) -> bool:
        if article.title == "Report a":
            raise DataError("value too long")
        return tell(article, *told)

    monkeypatch.setattr(page_text, "tell", refusing)
    page = answering(body=article_page(TITLE, *REPORT))
    with site(a=page, b=page) as server:
        odd, good = wanted(server, "/a", "Report a"), wanted(server, "/b", "Report b")
        read()
    assert page_of(odd).state == Page.State.FAILED
    assert page_of(odd).error == "What it says could not be stored: DataError."
    assert page_of(good).state == Page.State.READ


def test_words_of_the_page_are_found_by_search() -> None:
    with site(bridge=answering(body=article_page(TITLE, *REPORT))) as server:
        article = wanted(server, excerpt="What is known about the bridge, " + "again " * 40)
        assert not Article.objects.filter(search="1871").exists()
        read()
    assert list(Article.objects.filter(search="1871")) == [article]


def test_a_story_keeps_its_id_and_copies_are_recognised_by_their_text() -> None:
    page = answering(body=article_page(TITLE, *REPORT))
    with site(a=page, b=page) as server:
        first = wanted(server, "/a", "Old bridge closes for a year after cracks are found")
        second = wanted(server, "/b", "Cracks found: drivers must take the mill road for a year")
        Grouper().group("en")
        first.refresh_from_db()
        story = first.story_id
        read()
        Grouper().group("en")
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.story_id == story
    assert second.story_id == story
    assert second.copy_of_id == first.pk


def canonical(path: str) -> str:
    return f'<link rel="canonical" href="{path}">'


def test_an_address_that_the_page_calls_its_own_recognises_the_article() -> None:
    page = article_page(TITLE, *REPORT, head=canonical("/news/bridge"))
    with site(bridge=answering(body=page)) as server:
        source = make_source(fetch_pages=True)
        article = wanted(server, source=source)
        read()
        again = entry("Another headline", url=server.url("/news/bridge").replace("http:", "https:"))
    assert stored(make_feed(source), again).new == 0
    assert list(Sighting.objects.values_list("article", flat=True)) == [article.pk]


def test_two_articles_with_one_address_of_their_own_are_made_one() -> None:
    page = article_page(TITLE, *REPORT, head=canonical("/bridge"))
    with site(bridge=answering(body=page), b=answering(body=page)) as server:
        source = make_source()
        feed = make_feed(source)
        kept = wanted(server, "/bridge", source=source)
        twin = wanted(server, "/b", "The old bridge closes for a year", source=source, feed=feed)
        other = make_article("Bridge story elsewhere", copy_of=twin)
        story = make_story(twin, other)
        read()
    assert not Article.objects.filter(pk=twin.pk).exists()
    assert Folded.objects.get().article_id == kept.pk
    assert Sighting.objects.get().feed_id == feed.pk
    other.refresh_from_db()
    assert other.copy_of_id == kept.pk
    assert Story.objects.get(pk=story.pk).article_count == 2  # the kept one took its place


def test_a_former_address_leads_to_the_article_that_stayed(client) -> None:
    kept = make_article(TITLE)
    Folded.objects.create(former=kept.pk + 7, article=kept)
    answer = client.get(f"/article/{kept.pk + 7}/anything/")
    assert answer.status_code == 301
    assert answer.url == kept.get_absolute_url()


def test_a_site_that_names_one_address_on_all_pages_loses_no_article() -> None:
    served = {
        name: answering(body=article_page(f"Report on {name}", text * 2, head=canonical("/news")))
        for name, text in zip(("ferries", "schools", "orchards"), REPORT[:3], strict=True)
    }
    with site(**served) as server:
        source = make_source()
        for name in served:
            wanted(server, f"/{name}", f"Report on {name}", source=source)
        read()
    assert Article.objects.count() == 3
    assert set(Page.objects.values_list("state", flat=True)) == {Page.State.READ}


def test_the_address_of_another_publisher_is_no_sign_of_one_article() -> None:
    head = canonical("https://agency.example/bridge")
    with site(bridge=answering(body=article_page(TITLE, *REPORT, head=head))) as server:
        original = make_article(TITLE, url="https://agency.example/bridge")
        article = wanted(server)
        before = bytes(article.url_hash or b"")
        read()
    article.refresh_from_db()
    assert bytes(article.url_hash or b"") == before
    assert Article.objects.filter(pk=original.pk).exists()


def test_pages_are_wanted_where_a_curator_wants_them_and_only_of_news() -> None:
    now = timezone.now()
    wanting = make_feed(make_source(fetch_pages=True))
    other = make_feed(make_source())
    told = [
        entry("Fresh", published=now - timedelta(hours=1)),
        entry("Old", published=now - timedelta(days=9)),
        entry("Nowhere", url="", published=now),
    ]
    stored(wanting, *told)
    stored(other, entry("Elsewhere", url="https://b.example/x", published=now))
    assert [page.article.title for page in Page.objects.select_related("article")] == ["Fresh"]


def test_wanting_pages_takes_a_constant_number_of_statements() -> None:
    def statements(count: int) -> int:
        feed = make_feed(make_source(fetch_pages=True))
        told = [entry(f"Report {feed.pk} {n}", published=timezone.now()) for n in range(count)]
        with CaptureQueriesContext(database) as queries:
            stored(feed, *told)
        return len(queries)

    assert statements(1) == statements(30)
    assert Page.objects.count() == 31


def test_an_edit_in_the_feed_does_not_take_back_what_the_page_told() -> None:
    head = '<meta property="og:image" content="/b.jpg">'
    with site(bridge=answering(body=article_page(TITLE, *REPORT, head=head))) as server:
        feed = make_feed(make_source(fetch_pages=True))
        told = {"url": server.url("/bridge"), "published": timezone.now(), "guid": "1"}
        stored(feed, entry(TITLE, excerpt="", **told))
        read()
        stored(feed, entry("Old bridge closes at once", excerpt="", **told))
        article = Article.objects.get()
        assert article.image_url == server.url("/b.jpg")
    assert article.title == "Old bridge closes at once"
    assert article.text == "\n\n".join(REPORT)
    assert article.excerpt.startswith(REPORT[0])


def test_a_page_that_is_under_way_while_its_article_is_taken_down_tells_it_nothing(
    django_user_model,
) -> None:
    with site(bridge=answering(body=article_page(TITLE, *REPORT))) as server:
        article = wanted(server, text="")
        editor = django_user_model.objects.create_user("editor")
        takedown.take_down([article.pk], takedown.Request("Wrong", "The publisher"), editor)
        # As the worker has it that claimed it just before.
        Page.objects.update(state=Page.State.WAITING)
        read()
        read()
        assert asked(server) == ["/robots.txt", "/bridge"]
    article.refresh_from_db()
    assert article.text == ""
    assert page_of(article).state == Page.State.REFUSED


def test_a_page_that_calls_itself_what_was_taken_down_is_that(django_user_model) -> None:
    page = article_page(TITLE, *REPORT, head=canonical("/news/bridge"))
    with site(bridge=answering(body=page)) as server:
        article = wanted(server)
        home = make_story(article)
        address = server.url("/news/bridge")
        gone = make_article(
            TITLE, source=article.source, url=address, url_hash=short_hash(canonical_url(address))
        )
        editor = django_user_model.objects.create_user("editor")
        takedown.take_down([gone.pk], takedown.Request("Wrong", "The publisher"), editor)
        read()
    gone.refresh_from_db()
    home.refresh_from_db()
    assert (gone.withheld, gone.story) == (TAKEN_DOWN, None)
    assert not Article.objects.filter(pk=article.pk).exists()
    assert (home.title, home.article_count) == ("", 0)
