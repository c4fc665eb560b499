"""What the desk asks of a session, before any of its pages opens."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, user_logged_in
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.utils.translation import gettext

from articles.pipeline import second_factor

SIGNED_IN, SEEN = "signed_in_at", "seen_at"
"""Keys of the session; Unix times in seconds."""
SEEN_SECONDS = 60
"""Between two notes that a session is in use: each is a write."""

OPEN = frozenset({"login", "logout", "verify", "jsi18n"})
"""Pages for who has signed in with a password only."""
SET_UP = OPEN | {"second_factor", "password_change", "password_change_done"}
"""Pages for who has to set up a second factor first."""


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest, **signal: Any) -> None:
    """Django has given the session a new key by now (`login`)."""
    request.session[SIGNED_IN] = request.session[SEEN] = int(time.time())


class DeskSession:
    """Middleware: ends sessions that are too old, asks for the second factor, has nothing kept.

    Refusals and the pages for passwords say nothing of caching by themselves.
    Sessions that are not used end by themselves: their cookie and their row expire after
    `SESSION_COOKIE_AGE`, which counts from the last note that they were used.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _at_desk(request) and "Cache-Control" not in response:
            add_never_cache_headers(response)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not _at_desk(request):
            return None
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("PostgreSQL has no text with this character in it.")
        if not request.user.is_authenticated:
            return None
        if _too_old(request):
            logout(request)
            messages.info(request, gettext("Your session has ended. Sign in again."))
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        return _second_factor(request, request.user)


def _at_desk(request: HttpRequest) -> bool:
    return request.resolver_match is not None and "admin" in request.resolver_match.namespaces


def _too_old(request: HttpRequest) -> bool:
    """Whether the session is; notes that it is in use."""
    now = int(time.time())
    if now - request.session.setdefault(SIGNED_IN, now) > settings.SESSION_HOURS * 3600:
        return True
    if now - request.session.get(SEEN, 0) > SEEN_SECONDS:
        request.session[SEEN] = now
    return False


def _second_factor(request: HttpRequest, user: User) -> HttpResponseBase | None:
    """Where the person has to go first, if anywhere."""
    page = request.resolver_match.url_name if request.resolver_match else None
    if page in OPEN or not user.is_staff or getattr(user, "otp_device", None):
        return None
    if second_factor.is_on(user):
        address = reverse("admin:verify")
    elif settings.STAFF_TWO_FACTOR and page not in SET_UP:
        address = reverse("admin:second_factor")
    else:
        return None
    return redirect(f"{address}?{urlencode({'next': request.get_full_path()})}")
