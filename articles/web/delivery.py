"""How public pages reach their readers: rendered for all, completed for the one who asks.

An answer that says nothing of caching is public: it depends on its address, on the edition,
language and look that its reader chose, and on nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers

from articles.web.marks import Marked
from articles.web.visits import COOKIE_SECONDS, Note, reading


class Delivery:
    """The middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if request.method == "GET" and isinstance(response, HttpResponse) and is_page(response):
            _complete(request, response)
        return response


def is_page(response: HttpResponse) -> bool:
    """Whether this is a public page that was found."""
    return (
        response.status_code == 200
        and "Cache-Control" not in response.headers
        and response.headers.get("Content-Type", "").startswith("text/html")
    )


def _complete(request: HttpRequest, response: HttpResponse) -> None:
    now = int(time.time())
    read = reading(request.COOKIES, now, story=story_of(request), counts=is_read(request))
    marked = Marked.read(response.content)
    response.content = marked.page(marked.variant(read.since))
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    for note in read.notes:
        _write(response, note)


def story_of(request: HttpRequest) -> int | None:
    """The id of the story whose page this is."""
    match = request.resolver_match
    return match.kwargs.get("pk") if match and match.url_name == "story" else None


def is_read(request: HttpRequest) -> bool:
    """Whether somebody reads the answer: not where a page refreshes or a browser looks ahead."""
    script = request.headers.get("HX-Request") == "true" and "HX-Boosted" not in request.headers
    return not script and "prefetch" not in request.headers.get("Sec-Purpose", "")


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
    patch_cache_control(response, private=True)
