"""The page of a story, its headlines, and why an article is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from articles.entries.changes import Change, changes
from articles.models import Article, Story
from articles.pipeline import digests, reasons
from articles.selectors import articles, coverage, stories
from articles.selectors.coverage import Cell, Choice
from articles.selectors.keyset import CursorError
from articles.web.addresses import moved, no_article, no_page, no_story
from articles.web.articles import rewordings
from articles.web.coverage import choice, count, facets, order, query, times
from articles.web.editions import varies
from articles.web.timeline import timeline


@dataclass(frozen=True, slots=True)
class Heading:
    """A report and how its headline came to be what it is; empty where it was never another."""

    article: Article
    changes: tuple[Change, ...]


@varies
def story(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """A story: its lead and key points, how headlines differ, its coverage, stories next to it."""
    found = _story(pk)
    if found.hidden_at:
        return _hidden(request, found)
    if slug != found.slug or pk != found.pk:
        return moved(request, found.get_absolute_url())
    chosen = choice(request.GET)
    after = request.GET.get("after", "")
    try:
        reports = coverage.coverage(found, chosen, after)
    except CursorError as error:
        raise no_page() from error
    cells = coverage.profile(found)
    shown = {
        "story": found,
        "coverage": reports,
        "first": not after,
        "every": count(cells, Choice()),
        "chosen": count(cells, chosen),
        "facets": facets(cells, chosen),
        "order": order(chosen),
        "clear": None if chosen.everything else query(Choice(newest_first=chosen.newest_first)),
        "times": times(cells),
        "similar": stories.similar_stories(found),
    }
    above = {} if after else _in_short(found, cells)
    return render(request, "story/page.html", shown | above)


def _in_short(story: Story, cells: Sequence[Cell]) -> dict[str, Any]:
    """What stands above the coverage on its first page."""
    short = digests.in_short(story)
    headings = [
        Heading(article, _changes(vars(article)["first_headline"], article.title))
        for article in short.headlines
    ]
    differ = len(headings) > 1 or any(heading.changes for heading in headings)
    return {
        "points": short.points,
        "headings": headings if differ else [],
        "timeline": timeline(cells),
    }


def _changes(before: str | None, after: str) -> tuple[Change, ...]:
    return () if before is None else changes(before, after)


@varies
def headlines(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Every headline of a story, and what each was before."""
    found = _story(pk)
    if found.hidden_at:
        return _hidden(request, found)
    if slug != found.slug or pk != found.pk:
        return moved(request, reverse("headlines", args=[found.pk, found.slug]))
    after = request.GET.get("after", "")
    try:
        page = coverage.headlines(found, after)
    except CursorError as error:
        raise no_page() from error
    listed = [
        (article, rewordings(article.title, vars(article)["last_headlines"]))
        for article in page.items
    ]
    context = {"story": found, "headlines": listed, "after": page.after, "first": not after}
    return render(request, "story/headlines.html", context)


def _story(pk: int) -> Story:
    """A story, or the one that it was merged into. Raises `Http404`."""
    try:
        found = stories.story(pk)
    except Story.DoesNotExist as error:
        raise no_story(pk) from error
    return found.merged_into or found


def _hidden(request: HttpRequest, story: Story) -> HttpResponse:
    """410: the curators hid this story; why they did."""
    return render(request, "story/hidden.html", {"story": story}, status=410)


@varies
def why(request: HttpRequest, pk: int, slug: str, article: int) -> HttpResponse:
    """Why an article is in a story; where it is in another one by now, the page is that one's."""
    if not Story.objects.filter(pk=pk).exists():
        raise Http404(_("There is no such story."))
    try:
        found = articles.article(article)
    except Article.DoesNotExist as error:
        raise no_article(article) from error
    story = found.story
    if story is None:
        raise Http404(_("This article is in no story at present."))
    if story.hidden_at:
        return _hidden(request, story)
    address = reverse("why", args=[story.pk, story.slug, found.pk])
    if story.pk != pk:
        return redirect(address)  # not for good: it may come back
    if slug != story.slug:
        return moved(request, address)
    context = {
        "story": story,
        "article": found,
        "reason": reasons.reason(found),
        "decided_at": articles.decided_at(found),
    }
    return render(request, "story/why.html", context)
