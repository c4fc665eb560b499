"""The page of an article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.entries.changes import Change, changes
from articles.entries.keypoints import key_points
from articles.models import Article, Headline
from articles.pipeline import archive
from articles.selectors import articles
from articles.web.addresses import moved, no_article
from articles.web.editions import reader, varies
from articles.web.media import media

CATEGORIES = 8
"""Of the publisher's own tags so many are shown; some feeds give dozens."""


@dataclass(frozen=True, slots=True)
class Rewording:
    """How a headline became the one after it, and when that was seen."""

    changes: tuple[Change, ...]
    replaced_at: datetime


@varies
def article(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """An article: what it says, who else says it, what is similar."""
    try:
        found = articles.article(pk)
    except Article.DoesNotExist as error:
        if twin := articles.folded_into(pk):
            return moved(request, twin.get_absolute_url())
        raise no_article(pk) from error
    if slug != found.slug:
        return moved(request, found.get_absolute_url())
    _complete(found)
    points = [point for point in key_points(found.text) if point not in found.excerpt]
    context = {
        "article": found,
        "editions": articles.editions_of(found, reader(request).editions),
        "points": points,
        "rewordings": rewordings(found.title, articles.former_headlines(found)),
        "media": media(found),
        "categories": found.categories[:CATEGORIES],
        "company": articles.company(found),
    }
    return render(request, "article/page.html", context)


def rewordings(title: str, former: Sequence[Headline]) -> tuple[Rewording, ...]:
    """What changed from each former headline, the newest first, to the one that replaced it."""
    replaced_by = [title, *(headline.title for headline in former)]
    return tuple(
        Rewording(changes(headline.title, after), headline.replaced_at)
        for headline, after in zip(former, replaced_by, strict=False)
    )


def _complete(article: Article) -> None:
    """Fill its similar news from the whole archive when it is read for the first time."""
    if article.clustered_at and not article.archive_searched_at:
        archive.complete_similar(article)
