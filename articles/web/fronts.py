"""Front pages: an edition's stories, and one topic of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from articles.models import Edition, Topic
from articles.selectors import fronts
from articles.selectors.fronts import Teaser
from articles.selectors.keyset import CursorError, Page
from articles.web.addresses import no_page
from articles.web.editions import reader, varies

SECONDS = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """A page of stories by weight: one lead, a few seconds, the rest; later pages are all rest."""

    lead: Teaser | None
    seconds: tuple[Teaser, ...]
    rest: tuple[Teaser, ...]
    after: str

    @classmethod
    def of(cls, page: Page[Teaser], *, first: bool) -> Layout:
        stories = page.items
        if not (first and stories):
            return cls(None, (), stories, page.after)
        return cls(stories[0], stories[1 : 1 + SECONDS], stories[1 + SECONDS :], page.after)


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
        page = fronts.front(edition, topic, after)
    except CursorError as error:
        raise no_page() from error
    layout = Layout.of(page, first=not after)
    context = {"edition": edition, "topic": topic, "layout": layout, "first": not after}
    return render(request, "front/page.html", context)
