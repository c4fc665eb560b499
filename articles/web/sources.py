"""The pages of the publishers."""

from __future__ import annotations

from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from articles.models import Source
from articles.selectors import sources
from articles.selectors.keyset import CursorError
from articles.web.addresses import no_page, number
from articles.web.editions import reader, varies


@varies
def directory(request: HttpRequest) -> HttpResponse:
    """All sources by edition, or one edition's, with the health of their feeds."""
    known = {edition.slug: edition for edition in reader(request).editions}
    slug = request.GET.get("edition", "")
    if slug and slug not in known:
        raise Http404(_("There is no such edition."))
    try:
        found = sources.directory(number(request), slug)
    except InvalidPage as error:
        raise no_page() from error
    context = {"directory": found, "only": known.get(slug)}
    return render(request, "source/directory.html", context)


@varies
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """One source: its feeds' health and its newest articles."""
    try:
        found = sources.source(slug)
    except Source.DoesNotExist as error:
        raise Http404(_("There is no such source.")) from error
    after = request.GET.get("after", "")
    try:
        page = sources.articles_of(found, after)
    except CursorError as error:
        raise no_page() from error
    return render(request, "source/page.html", {"source": found, "page": page, "first": not after})
