"""Answers for machines: validated, cached by anybody, the same for everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from hashlib import blake2b
from typing import ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from articles.web.interface import wordless

Arguments = ParamSpec("Arguments")


def machine(
    view: Callable[Arguments, HttpResponseBase],
) -> Callable[Arguments, HttpResponseBase]:
    """A view that only gives, and whose answer does not depend on who asks."""

    @wraps(view)
    def answering(*args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        return require_safe(view)(*args, **kwargs)

    return wordless(answering)


def document(
    request: HttpRequest,
    body: bytes,
    media_type: str,
    seconds: int,
    changed: datetime | None = None,
) -> HttpResponse:
    """`body`, or 304 where the asker has it already (RFC 9110, 13): by its digest or by time.

    It may be kept for `seconds`. `changed`, when it last did, comes from the data.
    """
    response = HttpResponse(body, content_type=media_type)
    etag = quote_etag(blake2b(body, digest_size=16).hexdigest())
    modified = int(changed.timestamp()) if changed else None
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    if modified is not None:
        response.headers["Last-Modified"] = http_date(modified)
    return get_conditional_response(request, etag, modified, response) or response
