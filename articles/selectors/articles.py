"""An article's page: what it says, who else says it, and what is similar."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from articles.models import SIMILAR_LIMIT, Article, SimilarLink
from articles.selectors.listing import Report, fold, listed, one_a_source, prefixed

MORE_REPORTS = 5
# More than are shown, because some of them come from one source.
MORE_CANDIDATES = 4 * MORE_REPORTS
COPIES_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Company:
    """The articles beside an article; none of them is in two of the lists."""

    also_in: tuple[Article, ...]
    """What it copies, and the copies of the same text in other sources."""
    more: tuple[Report, ...]
    """Other sources' reports in its story: first those linked as similar, then the newest."""
    similar: tuple[Report, ...]
    """Similar news outside of its story, the most similar first."""


def article(pk: int) -> Article:
    """An article in full, with its source's editions, topic, story and original.

    Raises `Article.DoesNotExist`. Two queries.
    """
    return (
        Article.objects.select_related("source", "topic", "story", "copy_of__source")
        .prefetch_related("source__editions")
        .defer("html", "search", "copy_of__text", "copy_of__html", "copy_of__search")
        .get(pk=pk)
    )


def company(article: Article) -> Company:
    """What stands beside an article. Four queries."""
    also_in = _also_in(article)
    apart = {article.pk, *(copy.pk for copy in also_in)}
    links = [found for found in _linked(article) if found.pk not in apart]
    story = article.story_id
    near = [found for found in links if story and found.story_id == story]
    more = one_a_source([*near, *_newest_in_story(article, apart)], {article.source_id})
    more = more[:MORE_REPORTS]
    shown = {found.pk for found in more}
    similar = [found for found in links if found.pk not in shown]
    reports = fold([*more, *similar])
    return Company(also_in, reports[: len(more)], reports[len(more) :])


def _also_in(article: Article) -> tuple[Article, ...]:
    original = article.copy_of
    copies = listed().filter(copy_of=original or article).exclude(pk=article.pk)
    found = list(copies.order_by("published_at", "pk")[:COPIES_LIMIT])
    return one_a_source([original, *found] if original else found, {article.source_id})


def _linked(article: Article) -> list[Article]:
    links = (
        SimilarLink.objects.filter(article=article)
        .select_related("similar__source")
        .only("article_id", "position", *prefixed("similar"))
        .order_by("position")
    )
    return [link.similar for link in links[:SIMILAR_LIMIT]]


def _newest_in_story(article: Article, apart: set[int]) -> list[Article]:
    if article.story_id is None:
        return []
    independent = Q(copy_of=None) | ~Q(copy_of__story=article.story_id)
    reports = listed().filter(independent, story=article.story_id).exclude(pk__in=apart)
    return list(reports.order_by("-published_at", "-pk")[:MORE_CANDIDATES])
