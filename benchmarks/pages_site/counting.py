"""Middleware: tells in a header how many queries an answer took, if that is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "X-Queries"


def count_queries(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    def counted(request: HttpRequest) -> HttpResponseBase:
        if HEADER not in request.headers:
            return get_response(request)
        count = 0

        def one_more(execute: Callable[..., Any], *words: Any) -> Any:
            nonlocal count
            count += 1
            return execute(*words)

        with connection.execute_wrapper(one_more):
            response = get_response(request)
        response.headers[HEADER] = str(count)
        return response

    return counted
