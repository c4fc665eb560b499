"""How public pages reach their readers: rendered for all, completed for the one who asks.

An answer that says nothing of caching is public: it depends on its address, on the edition,
language and look that its reader chose, and on nothing else. It is kept for some seconds, so that
many readers cost as much as one. What says something of caching, or sets a cookie, passes as it is.

When a list last changed no data tells: something may have been taken down, hidden or moved. It is
known from making it: one that reads as before, made anew, has not changed (RFC 9110, 8.8.2). Each
process knows by itself; one that has just begun answers those who ask by time alone once more.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from hashlib import blake2b

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.utils.translation.trans_real import parse_accept_lang_header

from articles.web import appearance, codings, editions, language
from articles.web.rendered import Rendered
from articles.web.shelf import Shelf
from articles.web.visits import COOKIE_SECONDS, Note, reading

MOST_BYTES = 64 * 1024 * 1024
"""Of kept pages, in each process."""
CHOICES = (editions.COOKIE, language.COOKIE, appearance.THEME, appearance.DENSITY)
"""The cookies that a public page may depend on."""
CACHE_CONTROL = "public, max-age=0, stale-while-revalidate=10"

_CHOICE = re.compile(r"[\w-]{1,50}", re.ASCII)


class Delivery:
    """The middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self.shelf: Shelf[Rendered] = Shelf(
            settings.PAGE_CACHE_SECONDS, MOST_BYTES, lambda page: page.weight
        )

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self.shelf.seconds and request.method in ("GET", "HEAD") and not is_signed_in(request):
            return self._kept(request)
        response = self._get_response(request)
        page = rendered(request, response)
        return deliver(request, page) if page else response

    def _kept(self, request: HttpRequest) -> HttpResponseBase:
        key = key_of(request)
        with self.shelf.turn(key) as turn:
            page = turn.found
            if page is None:
                response = self._get_response(request)
                page = rendered(request, response)
                if page is None:
                    return response
                # A view may answer HEAD without a body.
                if request.method == "GET" or page.content:
                    turn.keep(page)
        page = turn.made or page
        forms = len(page.forms)
        answer = deliver(request, page, changed=int(page.made_at))
        if len(page.forms) > forms:
            self.shelf.weigh_again(key)
        return answer


def is_signed_in(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def key_of(request: HttpRequest) -> bytes:
    """All that a public page may depend on; of one size, for an address may be as long as pages."""
    accepted = parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    chosen = [request.COOKIES.get(name, "") for name in CHOICES]
    told = (
        request.scheme,
        request.META.get("HTTP_HOST"),
        request.path_info,
        request.META.get("QUERY_STRING"),
        "HTTP_HX_REQUEST" in request.META,
        "HTTP_HX_BOOSTED" in request.META,
        # What cannot be a choice is none to the pages either.
        *(choice if _CHOICE.fullmatch(choice) else "" for choice in chosen),
        *(tag for tag, quality in accepted if quality > 0),
    )
    return blake2b(repr(told).encode(), digest_size=16).digest()


def rendered(request: HttpRequest, response: HttpResponseBase) -> Rendered | None:
    """A public answer to a GET or HEAD; None for all others, which pass unchanged."""
    if (
        not isinstance(response, HttpResponse)
        or request.method not in ("GET", "HEAD")
        or response.status_code != 200
        or response.cookies
        or any(response.has_header(name) for name in ("Cache-Control", "Content-Encoding"))
    ):
        return None
    vary = ["Accept-Encoding"]
    if response.headers.get("Content-Type", "").startswith("text/html"):
        vary += ["Accept-Language", "Cookie"]
    patch_vary_headers(response, vary)
    headers = {name: value for name, value in response.items() if name != "Content-Length"}
    return Rendered(response.content, headers, story_of(request), made_at=time.time())


def story_of(request: HttpRequest) -> int | None:
    """The id of the story whose page this is."""
    match = request.resolver_match
    return match.kwargs.get("pk") if match and match.url_name == "story" else None


def deliver(request: HttpRequest, page: Rendered, changed: int | None = None) -> HttpResponseBase:
    """The answer to one reader: the page with their marks, in their coding, unless they have it.

    `changed` is since when, POSIX time, it has been as it is; None where that is not known. It is
    said of answers for machines only: a page for people also changes with its reader's visits.
    """
    is_html = page.headers.get("Content-Type", "").startswith("text/html")
    counts = is_html and is_read(request)
    read = reading(request.COOKIES, int(time.time()), story=page.story, counts=counts)
    # What somebody who is signed in gets may hold secrets, and its length would tell (BREACH).
    private = is_signed_in(request)
    coding = "" if private else codings.chosen(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    form = page.form(read.since, coding)
    response = HttpResponse(form.content, headers=page.headers)
    headers = response.headers
    headers["Content-Length"] = str(len(form.content))
    headers["ETag"] = form.etag
    headers["Cache-Control"] = "private, max-age=0" if private or read.notes else CACHE_CONTROL
    if form.coding:
        headers["Content-Encoding"] = form.coding
    for note in read.notes:
        _write(response, note)
    changed = None if is_html else changed
    if changed is not None:
        headers["Last-Modified"] = http_date(changed)
    return get_conditional_response(request, form.etag, changed, response) or response


def is_read(request: HttpRequest) -> bool:
    """Whether somebody reads the answer: not where a page refreshes or a browser looks ahead."""
    if request.method != "GET" or "prefetch" in request.META.get("HTTP_SEC_PURPOSE", ""):
        return False
    return "HTTP_HX_REQUEST" not in request.META or "HTTP_HX_BOOSTED" in request.META


def _write(response: HttpResponse, note: Note) -> None:
    response.set_cookie(
        note.name,
        note.value,
        path=note.path,
        max_age=COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
