"""The page of an article."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from articles.entries.keypoints import key_points
from articles.models import Article
from articles.pipeline import archive
from articles.selectors import articles
from articles.web.addresses import moved
from articles.web.editions import reader, varies


@varies
def article(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """An article: what it says, who else says it, what is similar."""
    try:
        found = articles.article(pk)
    except Article.DoesNotExist as error:
        if twin := articles.folded_into(pk):
            return moved(request, twin.get_absolute_url())
        raise Http404(_("There is no such article.")) from error
    if slug != found.slug:
        return moved(request, found.get_absolute_url())
    _complete(found)
    points = [point for point in key_points(found.text) if point not in found.excerpt]
    context = {
        "article": found,
        "editions": articles.editions_of(found, reader(request).editions),
        "points": points,
        "former_headlines": articles.former_headlines(found),
        "company": articles.company(found),
    }
    return render(request, "article/page.html", context)


def _complete(article: Article) -> None:
    """Fill its similar news from the whole archive when it is read for the first time."""
    if article.clustered_at and not article.archive_searched_at:
        archive.complete_similar(article)
