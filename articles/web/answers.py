"""Answers for machines: the same for whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from django.http import HttpResponse
from django.http.response import HttpResponseBase
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


def document(body: bytes, media_type: str) -> HttpResponse:
    """`body`, for `Delivery` to keep, compress and answer 304 for."""
    return HttpResponse(body, content_type=media_type)
