"""The interface's language at work: activated for each request, and changed by its reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from articles.web import language
from articles.web.choices import remember
from articles.web.editions import reader

View = TypeVar("View", bound=Callable[..., Any])


def wordless(view: View) -> View:
    """Mark a view that says nothing to readers, so that no database is asked who they are."""
    vars(view)["wordless"] = True
    return view


class InterfaceLanguage:
    """Middleware: activates a language for as long as a request takes.

    Reading pages speak the language of their reader (`Reader.language`). The desk, and what fails
    before a view is found, speak what the request alone says.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(_of_request(request)):
            response = self.get_response(request)
            if response.headers.get("Content-Type", "").startswith("text/html"):
                _describe(request, response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        match = request.resolver_match
        at_desk = match is not None and "admin" in match.namespaces
        if not at_desk and not getattr(view, "wordless", False):
            speak(request)


def speak(request: HttpRequest) -> None:
    """Go on in the language of the reader, until the request ends."""
    translation.activate(reader(request).language)


def _of_request(request: HttpRequest) -> str:
    """What a request says without a look at the editions."""
    return language.choose(
        chosen=request.COOKIES.get(language.COOKIE, ""),
        accepted=request.headers.get("Accept-Language", ""),
    )


def _describe(request: HttpRequest, response: HttpResponse) -> None:
    """Say in which language the page is, and on what that depended."""
    response.headers.setdefault("Content-Language", translation.get_language() or "")
    patch_vary_headers(response, ("Accept-Language", "Cookie"))


@wordless
def switch(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language and go to the own path in `next`, else to the front page."""
    if code not in language.translated():
        raise Http404(_("There is no translation into this language."))
    return remember(request, {language.COOKIE: code}, "/")
