"""Pages for what went wrong, with a way on."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from articles.web.addresses import Gone
from articles.web.appearance import appearance
from articles.web.editions import varies
from articles.web.interface import speak


@varies
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, or 410 for what was taken down: a search, and the front pages."""
    reason = exception.args[0] if exception.args else ""
    # Of an address that no pattern matches, Django's resolver tells in a dictionary.
    words = reason if isinstance(reason, str) else ""
    speak(request)  # no view was found that would have done so
    status = 410 if isinstance(exception, Gone) else 404
    context = {"reason": words, "own_search": True}
    return render(request, f"errors/{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: something was asked that no page of ours asks."""
    return _plain(request, "errors/400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: only curators may."""
    return _plain(request, "errors/403.html", 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form came without the token that shows it was ours."""
    return _plain(request, "errors/403_csrf.html", 403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: the fault is ours."""
    return _plain(request, "errors/500.html", 500)


def _plain(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """A page that asks no database and nothing of the request but its cookies: both may be bad."""
    looks = {"site_name": settings.SITE_NAME, "appearance": appearance(request)}
    return HttpResponse(render_to_string(template, looks), status=status)
