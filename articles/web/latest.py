"""The newest articles."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.selectors import latest as selector
from articles.selectors.keyset import CursorError
from articles.web.addresses import every_language, no_page
from articles.web.editions import reader, varies


@varies
def latest(request: HttpRequest) -> HttpResponse:
    """The newest articles by hour, in the language of the reader's edition or in all."""
    edition = reader(request).edition
    everything = every_language(request) or edition is None
    after = request.GET.get("after", "")
    try:
        page = selector.latest("" if everything or not edition else edition.language, after)
    except CursorError as error:
        raise no_page() from error
    context = {"page": page, "everything": everything, "first": not after}
    return render(request, "latest/page.html", context)
