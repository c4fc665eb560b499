"""Feeds out: Atom and JSON Feed of every page that has news.

A feed is the same for whoever asks: what a page takes from its reader, a feed takes from its
address, and its words are in the language of what it is of.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseGone
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from articles.models import Article, Edition, Source, Story, Topic
from articles.selectors import fronts, places, stories, syndication
from articles.selectors.criteria import criteria
from articles.selectors.keyset import CursorError, Page
from articles.selectors.latest import Choice
from articles.syndication import atom, json_feed
from articles.syndication.types import Feed
from articles.web import language, names
from articles.web.addresses import moved, no_page, no_story
from articles.web.answers import document, machine
from articles.web.channels import Channel, Press
from articles.web.question import FIELDS, question

Row = TypeVar("Row")

_CODE = re.compile("[a-z]{2}|all")


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a feed."""

    media_type: str
    write: Callable[[Feed], bytes]


FORMATS = {
    "atom": Format(f"{atom.MEDIA_TYPE}; charset=utf-8", atom.write),
    "json": Format(json_feed.MEDIA_TYPE, json_feed.write),
}


class FormatConverter:
    """The end of a feed's address."""

    regex = "|".join(FORMATS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


@machine
def front(request: HttpRequest, kind: str, edition: str, topic: str = "") -> HttpResponseBase:
    """The stories of an edition, or of one topic of it, by rank."""
    place = _edition(edition)
    section = _topic(place, topic) if topic else None
    page = _page(request, lambda after: fronts.front(place, section, after))
    with translation.override(language.choose(asked=place.language)):
        press = Press.of(request)
        items = [press.story(teaser) for teaser in page.items]
        feed = press.feed(_front(place, section), request.path, _query(request), items, page.after)
    return _answer(kind, feed)


@machine
def story(request: HttpRequest, kind: str, pk: int, slug: str = "") -> HttpResponseBase:
    """The reports of a story. Its address has no title, which would change with its lead."""
    try:
        found = stories.story(pk)
    except Story.DoesNotExist as error:
        raise no_story(pk) from error
    survivor = found.merged_into or found
    if survivor.hidden_at:
        return HttpResponseGone(
            _("This story is not shown any more."), content_type="text/plain; charset=utf-8"
        )
    if slug or survivor != found:
        return moved(request, reverse("story-feed", args=[survivor.pk, kind]))
    channel = Channel(
        f"story:{found.pk}", found.title, "", found.get_absolute_url(), found.language
    )
    page = _page(request, lambda after: syndication.reports(found, after))
    return _articles(request, kind, channel, page)


@machine
def source(request: HttpRequest, kind: str, slug: str) -> HttpResponseBase:
    """The articles of a source."""
    try:
        found = syndication.source(slug)
    except Source.DoesNotExist as error:
        raise Http404(_("There is no such source.")) from error
    channel = Channel(
        f"source:{found.pk}", found.name, "", found.get_absolute_url(), found.language
    )
    page = _page(request, lambda after: syndication.of_source(found, after))
    return _articles(request, kind, channel, page)


@machine
def latest(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The newest articles: of the sources of `edition`, else in `language`, a code, else all."""
    slug, code = request.GET.get("edition", ""), _language(request)
    choice = Choice(_edition(slug)) if slug else Choice(language=code)
    page = _page(request, lambda after: syndication.latest(choice, after))
    place = choice.edition
    code = place.language if place else code
    with translation.override(language.choose(asked=code)):
        known = names.language_name(code) if code else _("All languages")
        name = names.name(place) if place else known
        home = reverse("latest") + (f"?edition={slug}" if place else "")
        of = f"edition:{place.pk}" if place else code
        title = _("Latest")
        channel = Channel(f"latest:{of}", f"{title} · {name}", "", home, code)
        return _articles(request, kind, channel, page, "edition", "language")


@machine
def search(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The newest articles that match `q`, in all languages unless it names one."""
    asked = question(request)
    if not asked.query.names_something:
        raise Http404(_("There is nothing to search for in this address."))
    meant = criteria(asked.query, places.editions(), None, timezone.now().date())
    page = _page(request, lambda after: syndication.matching(meant, after))
    code = meant.languages[0] if meant.languages and len(meant.languages) == 1 else ""
    with translation.override(language.choose(asked=code)):
        title = _("Search: %(words)s") % {"words": asked.text}
        channel = Channel(f"search:{asked.text}", title, "", asked.address(), code)
        response = _articles(request, kind, channel, page, "q", *FIELDS)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _language(request: HttpRequest) -> str:
    """The code of the language that is asked for; empty for all."""
    code = request.GET.get("language", "all")
    if not _CODE.fullmatch(code):
        raise Http404(_("There is no such language."))
    return "" if code == "all" else code


def _edition(slug: str) -> Edition:
    found = places.edition(slug)
    if found is None:
        raise Http404(_("There is no such edition."))
    return found


def _topic(edition: Edition, slug: str) -> Topic:
    try:
        return syndication.topic(edition, slug)
    except Topic.DoesNotExist as error:
        raise Http404(_("This edition has no such topic now.")) from error


def _front(edition: Edition, topic: Topic | None) -> Channel:
    place = names.name(edition)
    about = _("The news of %(edition)s from many outlets, every event once.") % {"edition": place}
    if topic is None:
        page = reverse("front", args=[edition.slug])
        return Channel(f"front:{edition.pk}", place, about, page, edition.language)
    page = reverse("topic", args=[edition.slug, topic.slug])
    title = f"{names.name(topic)} · {place}"
    return Channel(f"front:{edition.pk}:{topic.pk}", title, about, page, edition.language)


def _page(request: HttpRequest, read: Callable[[str], Page[Row]]) -> Page[Row]:
    """The page that `after` asks for; `Http404` where no page of ours wrote it."""
    try:
        return read(request.GET.get("after", ""))
    except CursorError as error:
        raise no_page() from error


def _articles(
    request: HttpRequest, kind: str, channel: Channel, page: Page[Article], *known: str
) -> HttpResponse:
    with translation.override(language.choose(asked=channel.language)):
        press = Press.of(request)
        items = [press.article(article) for article in page.items]
        feed = press.feed(channel, request.path, _query(request, *known), items, page.after)
    return _answer(kind, feed)


def _answer(kind: str, feed: Feed) -> HttpResponse:
    written = FORMATS[kind]
    return document(written.write(feed), written.media_type)


def _query(request: HttpRequest, *known: str) -> dict[str, str]:
    """What of a query says which feed, and which page of it, this is."""
    return {name: request.GET[name] for name in (*known, "after") if request.GET.get(name)}
