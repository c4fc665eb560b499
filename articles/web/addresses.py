"""What views do with addresses: read parameters, and lead from a former one to the right one."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponsePermanentRedirect
from django.utils.translation import gettext as _

from articles.selectors import articles, stories

LAST_PAGE = 10_000


class Gone(Http404):
    """What was at an address was taken down: 410 (RFC 9110, 15.5.11)."""


def no_article(pk: int) -> Http404:
    """Why an article is not shown: there is none, or it was taken down."""
    if articles.is_taken_down(pk):
        return Gone(_("The editors took this article down."))
    return Http404(_("There is no such article."))


def no_story(pk: int) -> Http404:
    """Why a story is not shown: there is none, or its reports were taken down."""
    if stories.is_taken_down(pk):
        return Gone(_("The editors took the reports of this story down."))
    return Http404(_("There is no such story."))


def number(request: HttpRequest) -> int:
    """The page's number in `page`, from 1. Raises `Http404` for anything else."""
    text = request.GET.get("page", "1")
    short = len(text) <= len(str(LAST_PAGE))
    if not (short and text.isascii() and text.isdecimal() and 1 <= int(text) <= LAST_PAGE):
        raise no_page()
    return int(text)


def every_language(request: HttpRequest) -> bool:
    """Whether `language` asks for more than the language of the reader's edition."""
    return request.GET.get("language") == "all"


def no_page() -> Http404:
    """There is no such page of a list."""
    return Http404(_("This list has no such page."))


def moved(request: HttpRequest, path: str) -> HttpResponsePermanentRedirect:
    """To `path` for good, with the parameters that were asked for."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)


def site(request: HttpRequest) -> str:
    """The address of the site, without a slash: the one that is set, else the one asked at."""
    return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
