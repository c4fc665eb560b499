"""Which edition a reader gets: the one asked for, else the one chosen before, else by language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.vary import vary_on_headers

from articles.models import Edition, Topic
from articles.selectors import places
from articles.web import language
from articles.web.choices import remember

COOKIE = "edition"

varies = vary_on_headers("Accept-Language", "Cookie")
"""Marks a page whose edition depends on who asks, so that no cache gives it to another."""


def choose(
    editions: Sequence[Edition], *, cookie: str, accept_language: str, default: str
) -> Edition | None:
    """The edition for a reader who asked for none; None only where there are no editions.

    `cookie` and `default` are slugs, `accept_language` is the header of RFC 9110, 12.5.4.
    """
    named = {edition.slug: edition for edition in editions}
    return (
        named.get(cookie)
        or by_language(editions, accept_language)
        or named.get(default)
        or next(iter(editions), None)
    )


def by_language(editions: Sequence[Edition], accept_language: str) -> Edition | None:
    """The first edition in the reader's best language; a region (`en-AU`) chooses among several."""
    for tag, quality in parse_accept_lang_header(accept_language):
        language, _, region = tag.partition("-")
        spoken = [edition for edition in editions if edition.language == language]
        if spoken and quality > 0:
            there = (edition for edition in spoken if edition.country.lower() == region)
            return next(there, spoken[0])
    return None


@dataclass
class Reader:
    """What one request says about its reader; asks the database once, and only if it is asked."""

    request: HttpRequest

    @cached_property
    def editions(self) -> tuple[Edition, ...]:
        return places.editions()

    @cached_property
    def asked(self) -> Edition | None:
        """The edition whose page this is: its slug is the first part of the address."""
        slug = self.request.path_info.removeprefix("/").partition("/")[0]
        return next((edition for edition in self.editions if edition.slug == slug), None)

    @cached_property
    def edition(self) -> Edition | None:
        return self.asked or choose(
            self.editions,
            cookie=self.request.COOKIES.get(COOKIE, ""),
            accept_language=self.request.headers.get("Accept-Language", ""),
            default=settings.DEFAULT_EDITION,
        )

    @cached_property
    def language(self) -> str:
        """The language of the interface: one that there is a translation for."""
        return language.choose(
            asked=self.asked.language if self.asked else "",
            chosen=self.request.COOKIES.get(language.COOKIE, ""),
            edition=self.edition.language if self.edition else "",
            accepted=self.request.headers.get("Accept-Language", ""),
        )

    @cached_property
    def languages(self) -> dict[str, str]:
        """The languages to choose from; none where the edition asked for brings its own."""
        fixed = self.asked is not None and self.asked.language in language.translated()
        return {} if fixed else language.translated()

    @cached_property
    def topics(self) -> tuple[Topic, ...]:
        return places.topics(self.edition) if self.edition else ()


def reader(request: HttpRequest) -> Reader:
    """The one `Reader` of a request."""
    found: Reader = vars(request).setdefault("reader", Reader(request))
    return found


def switch(request: HttpRequest, slug: str) -> HttpResponse:
    """Remember the edition and go to its front page, or to the own path in `next`."""
    if slug not in {edition.slug for edition in reader(request).editions}:
        raise Http404(_("There is no such edition."))
    return remember(request, {COOKIE: slug}, reverse("front", args=[slug]))
