"""What a reader chooses by following a link: a cookie remembers it, no script and no account."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

COOKIE_SECONDS = 365 * 24 * 3600


def remember(request: HttpRequest, cookies: Mapping[str, str], otherwise: str) -> HttpResponse:
    """Keep these values in cookies, and go to the own path in `next`, else to that in `otherwise`.

    An empty value forgets its cookie. What a foreign page could reach by linking here is another
    choice, which any reader can change back.
    """
    target = request.GET.get("next", "")
    own = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    response = redirect(target if own else otherwise)
    for cookie, value in cookies.items():
        if not value:
            response.delete_cookie(cookie, samesite="Lax")
            continue
        response.set_cookie(
            cookie,
            value,
            max_age=COOKIE_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    response.headers["Cache-Control"] = "no-store"
    return response
