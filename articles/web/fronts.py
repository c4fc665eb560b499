"""Front pages: an edition's stories, and one topic of them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from articles.models import Edition, Topic
from articles.selectors import fronts
from articles.selectors.keyset import CursorError
from articles.selectors.status import reading
from articles.web.addresses import no_page
from articles.web.editions import reader, varies


@varies
def home(request: HttpRequest) -> HttpResponse:
    """The front page of the reader's own edition."""
    edition = reader(request).edition
    if edition is None:
        return render(request, "front/no_editions.html")
    return _front(request, edition)


def front(request: HttpRequest, edition: str) -> HttpResponse:
    """The front page of one edition."""
    return _front(request, _asked(request))


def topic(request: HttpRequest, edition: str, topic: str) -> HttpResponse:
    """One topic's stories in one edition."""
    place = _asked(request)
    named = {known.slug: known for known in reader(request).topics}
    if topic not in named:
        raise Http404(_("This edition has no such topic now."))
    return _front(request, place, named[topic])


def _asked(request: HttpRequest) -> Edition:
    asked = reader(request).asked
    if asked is None:
        raise Http404(_("There is no such edition."))
    return asked


def _front(request: HttpRequest, edition: Edition, topic: Topic | None = None) -> HttpResponse:
    after = request.GET.get("after", "")
    try:
        page = fronts.arranged(edition, reader(request).topics, topic, after)
    except CursorError as error:
        raise no_page() from error
    empty = not after and not page.top
    context = {
        "edition": edition,
        "topic": topic,
        "front": page,
        "first": not after,
        "reading": reading(edition) if empty else None,
    }
    return render(request, "front/page.html", context)
