"""What leaves the site: kept pages, validators, codings."""

from __future__ import annotations

import gc
import gzip
import time
import tracemalloc
from collections.abc import Callable

import brotli
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from articles.web import visits
from articles.web.codings import chosen, encoded
from articles.web.delivery import Delivery
from articles.web.marks import piece
from articles.web.rendered import Rendered
from articles.web.visits import Visit
from tests.factories import make_article, make_edition, make_story, place

PAGE = "<p>" + "All the news that fits. " * 200

Ask = Callable[..., HttpResponse]


class View:
    """A view that counts, and a reader's way to it."""

    def __init__(self, **headers: str) -> None:
        self.calls = 0
        self.headers = headers
        self.page = PAGE
        self.status = 200
        self.sets = ""
        self.delivery = Delivery(self)

    def __call__(self, request: object) -> HttpResponse:
        self.calls += 1
        response = HttpResponse(self.page, status=self.status, headers=self.headers)
        if self.sets:
            response.set_cookie(self.sets, "secret")
        return response

    def ask(
        self, path: str = "/", method: str = "GET", cookies: str = "", **headers: str
    ) -> HttpResponse:
        request = RequestFactory().generic(
            method, path, headers={"Cookie": f"visit=1.1;{cookies}", **headers}
        )
        request.resolver_match = None
        answer = self.delivery(request)
        assert isinstance(answer, HttpResponse)
        return answer


@pytest.fixture
def view(settings) -> View:
    settings.PAGE_CACHE_SECONDS = 60
    return View()


# Keeping


def test_one_page_serves_many(view):
    assert view.ask().content == view.ask().content == PAGE.encode()
    assert view.calls == 1


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/other/"},
        {"path": "/?page=2"},
        {"Host": "other.example"},
        {"Accept-Language": "de"},
        {"cookies": "edition=uk"},
        {"cookies": "language=fr"},
        {"cookies": "theme=dark"},
        {"cookies": "density=compact"},
        {"HX-Request": "true"},
    ],
)
def test_what_a_page_depends_on_keeps_it_apart(view, other):
    view.ask()
    view.ask(**other)
    assert view.calls == 2


@pytest.mark.parametrize(
    "same",
    [
        {"cookies": "stranger=1"},
        {"cookies": "theme=<script>"},
        {"User-Agent": "another"},
        {"Accept-Language": "*;q=0"},
        {"method": "HEAD"},
    ],
)
def test_what_no_page_depends_on_does_not(view, same):
    view.ask()
    view.ask(**same)
    assert view.calls == 1


def test_the_order_of_languages_counts_and_not_how_it_is_written(view):
    view.ask(**{"Accept-Language": "en-GB,de;q=0.8"})
    view.ask(**{"Accept-Language": "en-gb, de;q=0.5"})
    view.ask(**{"Accept-Language": "de, en-gb;q=0.5"})
    assert view.calls == 2


@pytest.mark.parametrize(("method", "page"), [("POST", PAGE), ("HEAD", "")])
def test_only_what_was_read_is_kept(view, method, page):
    view.page = page
    for _ in range(2):
        view.ask(method=method)
    assert view.calls == 2


def test_nothing_is_kept_for_or_from_somebody_who_is_signed_in(view):
    for _ in range(2):
        answer = view.ask(cookies=f"{settings.SESSION_COOKIE_NAME}=x", **{"Accept-Encoding": "br"})
    assert view.calls == 2
    assert answer["Cache-Control"] == "private, max-age=0"
    assert not answer.has_header("Content-Encoding")


@pytest.mark.parametrize("headers", [{"Cache-Control": "no-store"}, {"Content-Encoding": "zip"}])
def test_what_speaks_for_itself_passes_as_it_is(settings, headers):
    settings.PAGE_CACHE_SECONDS = 60
    view = View(**headers)
    answers = [view.ask(**{"Accept-Encoding": "br"}) for _ in range(2)]
    assert view.calls == 2
    assert answers[0].content == PAGE.encode()
    assert not answers[0].has_header("ETag")


@pytest.mark.parametrize("status", [404, 301, 500])
def test_only_pages_that_were_found_are_kept(view, status):
    view.status = status
    assert [view.ask().status_code, view.ask().status_code] == [status, status]
    assert view.calls == 2


def test_what_sets_a_cookie_is_for_one_reader(view):
    view.sets = "token"
    for _ in range(2):
        assert view.ask().cookies["token"].value == "secret"
    assert view.calls == 2


def test_nothing_is_kept_where_that_is_switched_off(settings):
    settings.PAGE_CACHE_SECONDS = 0
    view = View()
    for _ in range(2):
        assert view.ask().has_header("ETag")
    assert view.calls == 2


def test_a_kept_page_marks_for_each_reader_what_is_new_to_them(view):
    view.page = piece("new", 1, 500)
    bodies = {}
    for since in (0, 100, 600):
        cookie = Visit(since, 1000).write()
        answer = view.ask(cookies=f"visit={cookie}", **{"HX-Request": "true"})
        bodies[since] = (answer.content, answer["ETag"])
    assert view.calls == 1
    assert [body for body, _ in bodies.values()] == [b"", b"new", b""]
    assert len({tag for _, tag in bodies.values()}) == 2


def test_a_page_is_weighed_with_all_its_forms(view):
    view.ask()
    before = view.delivery.shelf.weight
    view.ask(**{"Accept-Encoding": "br"})
    assert before < view.delivery.shelf.weight < before + len(PAGE)


def test_what_is_kept_stays_within_bounds_however_short_pages_and_long_addresses_are(
    view, monkeypatch
):
    monkeypatch.setattr(view.delivery.shelf, "most", 200_000)
    view.page = "short"
    tracemalloc.start()
    for number in range(400):
        request = RequestFactory().get("/", {"q": f"{number}{'a' * 10_000}"})
        request.resolver_match = None
        view.delivery(request)
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert view.delivery.shelf.entries
    assert taken < 300_000


# Validators


def test_who_has_the_page_is_told_so(view):
    first = view.ask(**{"Accept-Encoding": "gzip"})
    again = view.ask(**{"Accept-Encoding": "gzip", "If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary"):
        assert again[name] == first[name]


def test_a_changed_page_has_another_tag(view):
    first = view.ask()
    view.page += "More."
    view.delivery.shelf.seconds = 0
    assert view.ask(**{"If-None-Match": first["ETag"]}).status_code == 200


def test_each_coding_has_a_tag_of_its_own(view):
    tags = {view.ask(**{"Accept-Encoding": coding})["ETag"] for coding in ("", "gzip", "br")}
    assert len(tags) == 3
    assert not any(tag.startswith("W/") for tag in tags)


@pytest.fixture
def feed(settings, monkeypatch) -> View:
    """A list for machines, made at 9:00:00 and anew for whoever asks afterwards."""
    settings.PAGE_CACHE_SECONDS = 60
    feed = View(**{"Content-Type": "application/atom+xml"})
    feed.delivery.shelf.seconds = 1e-9
    tell(monkeypatch, 0)
    feed.ask()
    return feed


def tell(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Let it be so many seconds after nine."""
    monkeypatch.setattr("articles.web.delivery.time.time", lambda: 1795251600.5 + seconds)


def at(seconds: int) -> str:
    return f"Sat, 21 Nov 2026 09:00:{seconds:02} GMT"


def test_a_list_that_reads_as_before_was_last_modified_then(feed, monkeypatch):
    tell(monkeypatch, 5)
    for asked in ({}, {"If-Modified-Since": at(0)}, {"If-Modified-Since": at(3)}):
        answer = feed.ask(**asked)
        assert answer["Last-Modified"] == at(0)
        assert answer.status_code == (304 if asked else 200)
    assert feed.calls == 4


def test_asking_for_the_head_alone_makes_no_list_newer(feed, monkeypatch):
    tell(monkeypatch, 5)
    assert feed.ask(method="HEAD")["Last-Modified"] == at(0)
    assert feed.ask()["Last-Modified"] == at(0)


def test_a_list_that_lost_something_is_sent_to_whoever_asks_by_time(feed, monkeypatch):
    feed.page = feed.page[:-1000]
    tell(monkeypatch, 5)
    answer = feed.ask(**{"If-Modified-Since": at(0)})
    assert (answer.status_code, answer["Last-Modified"]) == (200, at(5))
    tell(monkeypatch, 9)
    assert feed.ask(**{"If-Modified-Since": at(5)}).status_code == 304


def test_a_process_that_has_just_begun_claims_no_earlier_time(feed, monkeypatch):
    tell(monkeypatch, 5)
    other = View(**feed.headers)
    assert other.ask(**{"If-Modified-Since": at(0)})["Last-Modified"] == at(5)


def test_a_page_for_people_has_a_tag_and_no_time(view):
    assert not view.ask().has_header("Last-Modified")


def test_a_public_page_says_on_what_it_depends_and_how_long_it_holds(view):
    answer = view.ask(cookies=f"visit={Visit(1, 2).write()}", **{"HX-Request": "true"})
    assert answer["Cache-Control"] == "public, max-age=0, stale-while-revalidate=10"
    assert set(answer["Vary"].split(", ")) == {"Accept-Encoding", "Accept-Language", "Cookie"}


def test_a_page_that_notes_a_visit_is_for_one_reader(view):
    answer = view.ask(cookies="visit=x")
    assert visits.COOKIE in answer.cookies
    assert answer["Cache-Control"] == "private, max-age=0"


# Codings


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", ""),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0.5, gzip", "gzip"),
        ("br;q=0, gzip;q=0", ""),
        ("*", "br"),
        ("*;q=0.1, br;q=0", "gzip"),
        ("identity, gzip;q=0.5", ""),
        ("GZIP", "gzip"),
        ("br;q=nonsense, gzip;q=", ""),
        ("deflate", ""),
        (";;,=,", ""),
        ("gzip; q=.5", "gzip"),
    ],
)
def test_the_coding_that_the_browser_wants_most_is_chosen(header, coding):
    assert chosen(header) == coding


def test_codings_are_read_back():
    content = PAGE.encode()
    assert brotli.decompress(encoded(content, "br")) == content
    assert gzip.decompress(encoded(content, "gzip")) == content
    assert encoded(content, "gzip") == encoded(content, "gzip")


def test_a_coded_answer_says_so_and_how_long_it_is(view):
    answer = view.ask(**{"Accept-Encoding": "br"})
    assert answer["Content-Encoding"] == "br"
    assert answer["Content-Length"] == str(len(answer.content))
    assert brotli.decompress(answer.content) == PAGE.encode()


@pytest.mark.parametrize(
    ("content_type", "size", "coding"),
    [
        ("text/html; charset=utf-8", 5000, "br"),
        ("application/atom+xml", 5000, "br"),
        ("application/feed+json", 5000, "br"),
        ("image/png", 5000, ""),
        ("", 5000, ""),
        ("text/html", 10, ""),
    ],
)
def test_only_what_becomes_smaller_is_coded(content_type, size, coding):
    page = Rendered(b"x" * size, {"Content-Type": content_type})
    assert page.form(0, "br").coding == coding


# The site


@pytest.fixture
def keeping(settings, db) -> Client:
    settings.PAGE_CACHE_SECONDS = 60
    return Client()


def test_a_kept_page_asks_the_database_nothing(keeping):
    make_edition("uk")
    keeping.get("/uk/")
    with CaptureQueriesContext(connection) as captured:
        assert keeping.get("/uk/").status_code == 200
    assert len(captured) == 0


def test_a_kept_page_has_the_headers_of_any_other(keeping):
    make_edition("uk")
    first, again = keeping.get("/uk/"), keeping.get("/uk/")
    for name in ("Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options"):
        assert first[name] == again[name]


def test_a_kept_page_changes_within_seconds_of_its_story(settings, db, client):
    settings.PAGE_CACHE_SECONDS = 1
    report = make_article("Bridge closed")
    place(make_story(report), make_edition("uk"))
    assert b"Bridge closed" in client.get("/uk/").content
    Article.objects.filter(pk=report.pk).update(title="Bridge open")
    deadline = time.monotonic() + 10
    while b"Bridge open" not in client.get("/uk/").content:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_staff_see_the_site_as_it_is(keeping):
    make_edition("uk")
    keeping.get("/uk/")
    user = User.objects.create_user("ada", password="secret", is_staff=True)
    keeping.force_login(user)
    assert b"/admin/" in keeping.get("/uk/").content
    keeping.logout()
    assert b"/admin/" not in keeping.get("/uk/").content


def test_the_desk_keeps_nothing(keeping):
    first, again = keeping.get("/admin/login/"), keeping.get("/admin/login/")
    assert "no-store" in again["Cache-Control"]
    assert first.content != again.content  # each has a token of its own


def test_a_choice_is_seen_at_once(keeping):
    for slug in ("uk", "ie"):
        make_edition(slug, name=f"Edition {slug}")
    for slug in ("uk", "ie"):
        keeping.get(f"/edition/{slug}/")
        assert f"Edition {slug}</h1>" in keeping.get("/").content.decode().replace(
            " <span", "</h1>"
        )
