"""What crawlers are told: which pages there are, and which are not for them."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from articles.selectors import sitemaps
from articles.syndication import sitemap
from articles.syndication.sitemap import News, Place
from articles.web.addresses import site
from articles.web.answers import document, machine

TYPE = f"{sitemap.MEDIA_TYPE}; charset=utf-8"


@machine
def robots(request: HttpRequest) -> HttpResponseBase:
    """robots.txt (RFC 9309)."""
    context = {"sitemaps": [site(request) + reverse("sitemap")]}
    # Without the request: no context processor asks who reads this.
    body = render_to_string("robots.txt", context).encode()
    return document(body, "text/plain; charset=utf-8")


@machine
def index(request: HttpRequest) -> HttpResponseBase:
    """All sitemaps."""
    base = site(request)
    named = [Place(base + reverse(name)) for name in ("sitemap-pages", "sitemap-news")]
    stories = [
        Place(base + reverse("sitemap-stories", args=[number]), changed)
        for number, changed in sitemaps.portions()
    ]
    body = sitemap.index([*named, *stories][: sitemap.MOST_URLS])
    return document(body, TYPE)


@machine
def pages(request: HttpRequest) -> HttpResponseBase:
    """The front pages, topics, sources, and what else there is one of."""
    base = site(request)
    body = sitemap.pages(Place(base + path) for path in _paths())
    return document(body, TYPE)


@machine
def stories(request: HttpRequest, portion: int) -> HttpResponseBase:
    """The stories of one portion."""
    found = sitemaps.stories(portion)
    if not found:
        raise Http404
    base = site(request)
    body = sitemap.pages(Place(base + each.get_absolute_url(), each.last_at) for each in found)
    return document(body, TYPE)


@machine
def news(request: HttpRequest) -> HttpResponseBase:
    """The stories of the last two days."""
    base = site(request)
    found = sitemaps.news(timezone.now(), sitemap.MOST_NEWS)
    body = sitemap.news(settings.SITE_NAME, (
        News(base + each.get_absolute_url(), each.title, each.language, each.first_at)
        for each in found
        if each.first_at
    ))  # fmt: skip
    return document(body, TYPE)


def _paths() -> Iterator[str]:
    for edition, topics in sitemaps.fronts():
        yield reverse("front", args=[edition])
        yield from (reverse("topic", args=[edition, topic]) for topic in topics)
    yield reverse("latest")
    yield reverse("sources")
    yield from (source.get_absolute_url() for source in sitemaps.sources())
