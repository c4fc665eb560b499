"""The newest articles, and how many came since a page of them was made."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from articles.selectors import latest as selector
from articles.selectors.keyset import CursorError
from articles.selectors.latest import Choice
from articles.web.addresses import every_language, no_page
from articles.web.editions import reader, varies


@varies
def latest(request: HttpRequest) -> HttpResponse:
    """The newest articles by hour."""
    choice, after = _choice(request), request.GET.get("after", "")
    try:
        page = selector.latest(choice, after)
    except CursorError as error:
        raise no_page() from error
    context = {
        "choice": choice,
        "page": page,
        "first": not after,
        "mark": selector.mark(page.items),
    }
    return render(request, "latest/page.html", context)


@varies
def since(request: HttpRequest) -> HttpResponse:
    """How many articles came since the page with the mark in `since` was made: part of that page.

    204 where `known` says that the page tells that number already, so that nothing is read out
    again.
    """
    try:
        count = selector.arrived(_choice(request), request.GET.get("since", ""))
    except CursorError as error:
        raise no_page() from error
    if request.GET.get("known", "0") == str(count):
        return HttpResponse(status=204)
    return render(request, "latest/_since.html", {"count": count, "most": selector.COUNTED})


def _choice(request: HttpRequest) -> Choice:
    """One edition's sources as `edition` asks, every language, or that of the reader's edition."""
    who = reader(request)
    if slug := request.GET.get("edition", ""):
        asked = next((edition for edition in who.editions if edition.slug == slug), None)
        if asked is None:
            raise Http404(_("There is no such edition."))
        return Choice(asked)
    if every_language(request) or who.edition is None:
        return Choice()
    return Choice(language=who.edition.language)
