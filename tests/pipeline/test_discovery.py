"""Finding feeds on sites that a server on the loopback plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from articles.fetch.addresses import networks
from articles.pipeline.discovery import Bounds, Found, discover, spelled_out
from tests.fetch.publisher import Page, Server, serving
from tests.pipeline.feeds import rss

pytestmark = pytest.mark.django_db

USUAL = Bounds()


@pytest.fixture
def site(settings) -> Iterator[Callable[[dict[str, Page | str]], Server]]:
    """Starts sites of pages, strings being their bodies; every other address is missing."""
    settings.FETCH = replace(settings.FETCH, allow_networks=networks(["127.0.0.0/8"]))
    running = []

    def start(pages: dict[str, Page | str]) -> Server:
        manager = serving({path: as_page(page) for path, page in pages.items()})
        running.append(manager)
        return manager.__enter__()

    yield start
    for manager in running:
        manager.__exit__(None, None, None)


def as_page(page: Page | str) -> Page:
    if not isinstance(page, str):
        return page
    return lambda request: request.answer(200, page.encode())


def to(location: str, status: int = 302) -> Page:
    return lambda request: request.answer(status, Location=location)


def link(href: str, title: str = "") -> str:
    kind = "application/rss+xml"
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{href}">'


def found(url: str, bounds: Bounds = USUAL) -> Found:
    return discover(url, bounds=bounds)


def asked(server: Server) -> list[str]:
    return [request.path for request in server.asked]


def paths(result: Found) -> list[str]:
    return ["/" + feed.url.split("/", 3)[3] for feed in result.feeds]


def atom(*titles: str) -> str:
    entries = "".join(
        f"<entry><id>urn:{title}</id><title>{title}</title><link href='https://a.example/{title}'/>"
        f"<updated>2026-03-0{day}T12:00:00Z</updated></entry>"
        for day, title in enumerate(titles, 1)
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Atom</title>{entries}</feed>"


def test_an_address_that_is_a_feed_is_the_answer(site):
    server = site({"/news.xml": atom("one", "two")})
    result = found(server.url("/news.xml"))
    (feed,) = result.feeds
    assert (feed.url, feed.title, feed.entries) == (server.url("/news.xml"), "Atom", 2)
    assert feed.newest == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert result.error == ""
    assert asked(server) == ["/news.xml"]


def test_what_a_header_of_the_answer_names_as_a_feed_is_read_too(site):
    named = '</news>; rel="alternate"; type="application/rss+xml"'
    server = site({
        "/": lambda request: request.answer(200, b"<p>No links.", Link=named),
        "/news": rss("Storm hits coast"),
    })  # fmt: skip
    assert paths(found(server.url("/"))) == ["/news"]
    assert asked(server) == ["/", "/news"]


def test_what_a_page_links_to_as_feeds_is_read_and_nothing_more_is_asked(site):
    server = site({
        "/": link("/a") + link("/b") + "<a href='/rss'>RSS</a>",
        "/a": rss("Storm hits coast"), "/b": rss("Mayor resigns"),
    })  # fmt: skip
    assert paths(found(server.url("/"))) == ["/a", "/b"]
    assert asked(server) == ["/", "/a", "/b"]


def test_a_missing_feed_or_a_page_in_its_place_is_never_offered(site):
    server = site({"/": link("/gone") + link("/page") + link("/good"),
                   "/page": "<html>Hello</html>", "/good": rss("Storm hits coast")})  # fmt: skip
    result = found(server.url("/"))
    assert paths(result) == ["/good"]
    assert dict(result.refused) == {
        server.url("/gone"): "127.0.0.1 has nothing at this address (404).",
        server.url("/page"): "This is a web page, not a feed.",
    }


def test_an_articles_page_without_links_leads_to_the_home_page(site):
    server = site({"/2026/storm.html": "<p>Storm</p>", "/": link("/all"), "/all": rss("Storm")})
    assert paths(found(server.url("/2026/storm.html"))) == ["/all"]


def test_the_address_of_a_feed_that_is_gone_leads_to_the_home_page(site):
    server = site({"/": link("/new"), "/new": rss("Storm hits coast")})
    assert paths(found(server.url("/old.xml"))) == ["/new"]


def test_ordinary_links_are_tried_where_a_page_names_no_feed(site):
    server = site({"/": "<a href='/about'>About</a><a href='/updates'>RSS</a>",
                   "/updates": rss("Storm")})  # fmt: skip
    assert paths(found(server.url("/"))) == ["/updates"]


def test_a_page_that_lists_feeds_is_looked_through(site):
    server = site({"/": "<a href='/feeds'>RSS feeds</a>", "/sport.rss": rss("Cup final"),
                   "/feeds": "<a href='/world.rss'>World</a><a href='/sport.rss'>Sport</a>",
                   "/world.rss": rss("Storm hits coast")})  # fmt: skip
    assert paths(found(server.url("/"))) == ["/world.rss", "/sport.rss"]


def test_the_usual_places_are_tried_last_and_in_order(site):
    server = site({"/": "<p>Hello</p>", "/rss.xml": rss("Storm"), "/index.xml": rss("Flood")})
    assert paths(found(server.url("/"))) == ["/rss.xml"]
    assert asked(server) == ["/", "/feed", "/rss", "/rss.xml"]


def test_one_feed_at_two_addresses_is_offered_once(site):
    server = site({"/": link("/a") + link("/moved") + link("/also") + link("/b"),
                   "/a": rss("Storm"), "/also": rss("Storm").replace("<title>The", "<title>An"),
                   "/moved": to("/a", 301), "/b": rss("Flood")})  # fmt: skip
    result = found(server.url("/"))
    assert paths(result) == ["/a", "/b"]
    assert result.feeds[0].also_at == (server.url("/also"),)


def test_an_address_that_moved_for_good_is_offered_where_it_is_now(site):
    server = site({"/old": to("/new", 301), "/for-now": to("/b", 302), "/new": rss("Storm"),
                   "/": link("/old") + link("/for-now"), "/b": rss("Flood")})  # fmt: skip
    assert paths(found(server.url("/"))) == ["/new", "/for-now"]


@pytest.mark.parametrize(("status", "offered"), [(301, "/new"), (302, "/old")])
def test_so_is_the_address_that_the_search_began_with(site, status, offered):
    server = site({"/old": to("/new", status), "/new": rss("Storm")})
    assert paths(found(server.url("/old"))) == [offered]


def test_feeds_without_entries_are_not_taken_for_one_another(site):
    server = site({"/": link("/a") + link("/b"), "/a": rss(), "/b": rss()})
    result = found(server.url("/"))
    assert [(feed.entries, feed.newest) for feed in result.feeds] == [(0, None), (0, None)]


def test_feeds_of_comments_come_last(site):
    server = site({"/": link("/comments/feed") + link("/c", "Comments for News") + link("/feed"),
                   "/comments/feed": rss("Well said"), "/feed": rss("Storm"),
                   "/c": rss("Nonsense")})  # fmt: skip
    result = found(server.url("/"))
    assert paths(result) == ["/feed", "/comments/feed", "/c"]
    assert [feed.of_comments for feed in result.feeds] == [False, True, True]


def test_a_page_with_nothing_but_comments_is_searched_further(site):
    server = site({"/": link("/comments/feed"), "/comments/feed": rss("Well said"),
                   "/feed": rss("Storm")})  # fmt: skip
    assert paths(found(server.url("/"))) == ["/feed", "/comments/feed"]


def test_titles_are_plain_text(site):
    title = "&lt;script&gt;alert(1)&lt;/script&gt;News &lt;b&gt;now&lt;/b&gt;"
    server = site({"/feed": rss("Storm").replace("The Example", title)})
    assert found(server.url("/feed")).feeds[0].title == "News now"


def test_nothing_found_is_said_in_words(site):
    server = site({"/": "<p>Hello</p>"})
    result = found(server.url("/"))
    words = "127.0.0.1 names no feed that can be read, and has none at the usual addresses."
    assert (result.feeds, result.error) == ((), words)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://10.0.0.1/", "10.0.0.1 is a private address, which may not be fetched."),
        ("javascript:alert(1)", "“javascript:” addresses may not be fetched, only http and https."),
        ("http://no-such-host.invalid/", "There is no host named no-such-host.invalid."),
        ("", "“https://” names no host."),
    ],
)
def test_an_address_that_cannot_be_asked_is_said_so(url, words):
    assert found(url).error == words


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (500, "127.0.0.1 answered with the status 500."),
        (429, "127.0.0.1 asks us to come less often (429)."),
        (403, "127.0.0.1 answered with the status 403."),
    ],
)
def test_a_site_that_refuses_is_left_alone(site, status, words):
    server = site({"/": lambda request: request.answer(status)})
    assert found(server.url("/")).error == words
    assert asked(server) == ["/"]


def test_a_host_that_is_asked_too_often_is_not_asked_again(site):
    server = site({"/": link("/a") + link("/b"), "/a": lambda request: request.answer(429)})
    result = found(server.url("/"))
    assert asked(server) == ["/", "/a"]
    assert "asks us to come less often" in dict(result.refused)[server.url("/b")]


def test_links_into_private_networks_are_not_followed(site):
    server = site({"/": link("http://10.0.0.1/feed") + link("/moved") + link("/feed"),
                   "/moved": to("http://169.254.169.254/"), "/feed": rss("Storm")})  # fmt: skip
    result = found(server.url("/"))
    assert paths(result) == ["/feed"]
    assert "private address" in dict(result.refused)["http://10.0.0.1/feed"]
    assert "link-local address" in dict(result.refused)[server.url("/moved")]


def test_a_search_has_a_bounded_number_of_requests(site):
    server = site({"/": "".join(link(f"/{n}") for n in range(20))})
    result = found(server.url("/"), Bounds(requests=5))
    assert result.error == "No feed was found with 5 requests."
    assert len(asked(server)) == 5


def test_a_search_has_a_bounded_time(site):
    server = site({"/": link("/a")})
    result = found(server.url("/"), Bounds(seconds=0.0))
    assert result.error == "No feed was found within 0 seconds."
    assert asked(server) == []


def test_what_was_found_before_the_bounds_is_kept(site):
    server = site({"/": link("/a") + link("/b"), "/a": rss("Storm"), "/b": rss("Flood")})
    result = found(server.url("/"), Bounds(requests=2))
    assert (paths(result), result.error) == (["/a"], "")


def test_a_search_offers_a_bounded_number_of_feeds(site):
    pages = {f"/{n}": rss(f"Story {n}") for n in range(9)}
    server = site({"/": "".join(map(link, pages)), **pages})
    assert len(found(server.url("/"), Bounds(feeds=3)).feeds) == 3


def test_a_host_whose_turn_comes_too_late_is_not_asked(site, settings):
    settings.FETCH_PACE_ALLOWED = True
    settings.FETCH_HOST_SECONDS = 900.0
    server = site({"/": link("/a") + link("/b")})
    result = found(server.url("/"))
    assert asked(server) == ["/"]
    assert result.error.startswith("No feed was found, but not all could be tried. 127.0.0.1:")
    assert result.error.endswith(" was asked by us already, and may not be asked again in time.")


def test_progress_names_every_address_before_it_is_asked(site):
    server = site({"/": link("/a"), "/a": rss("Storm")})
    named: list[str] = []
    discover(server.url("/"), progress=named.append)
    assert named == [server.url("/"), server.url("/a")]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (" example.org ", ("https://example.org", "http://example.org")),
        ("example.org/a?b", ("https://example.org/a?b", "http://example.org/a?b")),
        ("//example.org", ("https://example.org", "http://example.org")),
        ("localhost:8000", ("https://localhost:8000", "http://localhost:8000")),
        ("HTTP://example.org", ("HTTP://example.org",)),
        ("feed://example.org/a", ("http://example.org/a",)),
        ("feed:https://example.org/a", ("https://example.org/a",)),
        ("feed:http://example.org/a", ("http://example.org/a",)),
        ("ftp://example.org", ("ftp://example.org",)),
    ],
)
def test_addresses_are_understood_as_people_write_them(written, meant):
    assert spelled_out(written) == meant


def test_a_site_without_https_is_found_without_its_scheme(site):
    server = site({"/feed": rss("Storm")})
    result = found(f"127.0.0.1:{server.server_port}/feed")
    assert [feed.url for feed in result.feeds] == [server.url("/feed")]


def test_the_command_prints_what_was_found_and_why_nothing_was(site):
    server = site({"/": link("/a") + link("/comments"), "/a": atom("one"), "/comments": rss("Yes")})
    other = site({"/": "<p>Hello</p>"})
    out = StringIO()
    call_command("discover_feeds", server.url("/"), other.url("/"), stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[:5] == [
        f"{server.url('/')}: 2 feeds",
        f"  {server.url('/a')}",
        "    “Atom”; 1 article, newest of 1 March 2026 12:00 UTC",
        f"  {server.url('/comments')}",
        "    “The Example”; 1 article, without dates; readers' comments",
    ]
    assert lines[5].endswith("has none at the usual addresses.")
    assert f"  not {other.url('/feed')}: 127.0.0.1 has nothing at this address (404)." in lines
