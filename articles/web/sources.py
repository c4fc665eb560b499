"""The pages of the publishers."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.charts import chart
from articles.models import Edition, Source
from articles.selectors import days, sources
from articles.selectors.days import Output
from articles.selectors.keyset import CursorError
from articles.selectors.sources import Directory, Member
from articles.web import publishing
from articles.web.addresses import no_page, number
from articles.web.editions import reader, varies

LONGEST_NAME = 80
"""Characters of a name that is looked for."""


@varies
def directory(request: HttpRequest) -> HttpResponse:
    """All sources by edition, or one edition's, or those of a name, with the health of feeds."""
    known = {edition.slug: edition for edition in reader(request).editions}
    slug = request.GET.get("edition", "")
    if slug and slug not in known:
        raise Http404(_("There is no such edition."))
    name = request.GET.get("name", "").replace("\0", "").strip()[:LONGEST_NAME]
    try:
        found = sources.directory(number(request), slug, name)
    except InvalidPage as error:
        raise no_page() from error
    context = {
        "directory": found,
        "groups": _groups(found, reader(request).editions),
        "only": known.get(slug),
        "name": name,
    }
    return render(request, "source/directory.html", context)


def _groups(
    directory: Directory, editions: Iterable[Edition]
) -> list[tuple[Edition | None, list[Member]]]:
    """The rows of a page under their editions."""
    known = {edition.pk: edition for edition in editions}
    grouped = groupby(directory.members, key=lambda member: member.edition)
    return [(known.get(pk or 0), list(members)) for pk, members in grouped]


@varies
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """One source: who it is, how it publishes, its feeds' health and its newest articles."""
    try:
        found = sources.source(slug)
    except Source.DoesNotExist as error:
        raise Http404(_("There is no such source.")) from error
    after = request.GET.get("after", "")
    try:
        page = sources.articles_of(found, after)
    except CursorError as error:
        raise no_page() from error
    context = {"source": found, "page": page, "first": not after}
    return render(request, "source/page.html", context if after else context | _about(found))


def _about(source: Source) -> dict[str, Any]:
    """What is told on the first page alone."""
    output = days.output(source.pk, timezone.now())
    rhythm = publishing.rhythm(output, list(source.feeds.all()))
    return {"rhythm": rhythm, "output": output, **(_drawn(output) if output else {})}


def _drawn(output: Output) -> dict[str, Any]:
    """The days in a chart, each bar with its day."""
    drawn = chart([day.articles for day in output.days], days.DAYS)
    return {
        "chart": drawn,
        "bars": list(zip(drawn.bars, output.days, strict=True)),
        "own_share": publishing.own_share(output),
    }
