"""Pages for what went wrong, with a way on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string

from articles.web.editions import varies
from articles.web.interface import speak


@varies
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: what was looked for, a search, and the front pages."""
    reason = exception.args[0] if exception.args else ""
    # Of an address that no pattern matches, Django's resolver tells in a dictionary.
    words = reason if isinstance(reason, str) else ""
    speak(request)  # no view was found that would have done so
    page = render(request, "errors/404.html", {"reason": words})
    return HttpResponseNotFound(page.content)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a page that needs neither the database nor the request."""
    return HttpResponseServerError(render_to_string("errors/500.html"))
