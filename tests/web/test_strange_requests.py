"""Requests that no page of ours leads to: every address answers them, and none fails."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from articles import urls
from articles.web.about import cookies
from tests.factories import (
    link,
    make_article,
    make_edition,
    make_headline,
    make_source,
    make_story,
    make_topic,
    place,
)

ROUTES = {str(each.pattern) for each in urls.urlpatterns} - {"healthz"}

READ = {
    "": "after",
    "about/ranking/": "story",
    "appearance/": "theme density next",
    "edition/<slug:slug>/": "next",
    "language/<slug:code>/": "next",
    "latest/": "after edition language",
    "latest/feed.<format:kind>": "after edition language",
    "latest/since/": "since known edition language",
    "search/": "q as sort page until edition language period",
    "search/feed.<format:kind>": "q after edition language period",
    "search/suggest/": "q",
    "source/<slug:slug>/": "after",
    "source/<slug:slug>/feed.<format:kind>": "after",
    "sources/": "page edition name",
    "sources/feeds.opml": "edition",
    "story/<int:pk>/<str:slug>/": "after country language only order",
    "story/<int:pk>/<str:slug>/headlines/": "after",
    "story/<int:pk>/feed.<format:kind>": "after",
    "websub/<slug:token>/": "hub.mode hub.topic hub.challenge hub.lease_seconds",
    "<slug:edition>/": "after",
    "<slug:edition>/<slug:topic>/": "after",
    "<slug:edition>/feed.<format:kind>": "after",
}
"""What pages read from a query."""

STRANGE = [
    "\0", "\ud800", "x\r\nSet-Cookie: x=1", "//elsewhere.example/", "a" * 3000, "9" * 5000,
    f"0-{2**63}", f"-{10**17}-1", 'a or -"b source:\\\' & | <-> :*', "<!--seen 1 2--><script>",
]  # fmt: skip

ANSWERS = {200, 204, 301, 302, 304, 400, 404, 405, 412}


@pytest.fixture
def words(uk) -> dict[str, object]:
    """What can stand in addresses, where there is a page with something on it."""
    make_edition("de", language="de")
    world, source = make_topic("World"), make_source("Lantern", editions=(uk,))
    article = make_article("Bridge", source=source, text="The bridge is open again. " * 9)
    make_headline(article, "Bridge closed")
    copy, near = make_article("Bridge", copy_of=article), make_article("Near")
    story = make_story(article, copy, make_article("Bridge open"), topic=world)
    link(article, near)
    place(story, uk, topic=world)
    return {
        "article": article.pk,
        "code": "de",
        "edition": "uk",
        "kind": "atom",
        "pk": article.pk,
        "portion": story.pk // 5000,
        "slug": "bridge",
        "story": story.pk,
        "token": "token",
        "topic": "world",
    }


def address(route: str, words: dict[str, object], **other: str) -> str:
    """A route's address with these words, but for `other`."""
    slugs = {"source": "lantern", "edition": "uk"}
    kind = route.partition("/")[0]
    known = words | {"slug": slugs.get(kind, words["slug"])}
    known["pk"] = known["story" if "story" in route else "article"]

    def filled(gap: re.Match[str]) -> str:
        word = other.get(gap[1], str(known[gap[1]]))
        return quote(word.encode(errors="surrogatepass"), safe="")

    return "/" + re.sub(r"<\w+:(\w+)>", filled, route)


def asked(name: str, value: str) -> str:
    return f"{name}={quote(value.encode(errors='surrogatepass'))}"


def test_the_table_names_addresses_that_there_are():
    assert READ.keys() <= ROUTES


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_anything_may_stand_in_an_address(words, client, route):
    for kind, name in re.findall(r"<(\w+):(\w+)>", route):
        # The others say themselves what they take.
        for strange in [*STRANGE, str(2**63)] if kind in ("int", "str") else STRANGE[:1]:
            response = client.get(address(route, words, **{name: strange}))
            assert response.status_code in ANSWERS, (name, strange)


@pytest.mark.parametrize("route", sorted(READ))
def test_anything_may_be_asked_for(words, client, route):
    for name in READ[route].split():
        for strange in STRANGE:
            response = client.get(f"{address(route, words)}?{asked(name, strange)}")
            assert response.status_code in ANSWERS, (name, strange)
            assert leads_here(response), (name, strange)


def leads_here(response: HttpResponse) -> bool:
    """Whether an answer that leads elsewhere leads to a page of ours."""
    return re.match(r"/(?![/\\])", response.headers.get("Location", "/")) is not None


NAMES = [cookie.name for cookie in cookies()]
VALUES = ["", "\0", '"\\000aaaaaaaa"', "é", "a.b_" * 500, "zzzzzzz.zzzzzzz", "0.0", '"\\777', "=;"]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("route", ["", "story/<int:pk>/<str:slug>/", "no/such/page/"])
def test_anything_may_stand_in_cookies(words, client, route, value):
    named = [*NAMES, settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages"]
    cookies = "; ".join(f"{name}={value}" for name in named)
    response = client.get(address(route, words), headers={"Cookie": cookies})
    assert response.status_code == (200 if route in ROUTES else 404)


HEADERS = {
    "Accept-Encoding": ["*;q=0", "br;q=1.0.0", "gzip;q=٣", ";", "identity;q=0"],
    "Accept-Language": ["*", "de;q=nan", "de;q=9e9", "x" * 600, "\0", "-", ";;,"],
    "If-Match": ['"x"', "*"],
    "If-Modified-Since": ["now", "Fri, 31 Dec 9999 23:59:59 GMT", "0"],
    "If-None-Match": ["*", '"', ",,", 'W/"x"'],
    "HX-Current-URL": ["http://["],
    "Range": ["bytes=5-1"],
    "Referer": ["http://["],
}


@pytest.mark.parametrize("name", HEADERS)
def test_anything_may_stand_in_a_header(words, client, name):
    for strange in HEADERS[name]:
        response = client.get("/latest/", headers={name: strange})
        assert response.status_code in ANSWERS, strange


@pytest.mark.parametrize("path", ["*", "bridge"])
def test_a_path_without_a_slash_is_not_found(uk, path):
    # As in `OPTIONS *` (RFC 9110, 9.3.7).
    response = Client().generic("OPTIONS", "/", PATH_INFO=path)
    assert response.status_code == 404
