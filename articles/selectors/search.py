"""Full text search through PostgreSQL: phrases in quotes, `-` excludes, `or` joins.

What is asked is read in the same language as the article was indexed in (`article_search_config`
of the first migration), so that the words meet as stems.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.contrib.postgres.search import (
    CombinedSearchQuery,
    SearchConfig,
    SearchHeadline,
    SearchQuery,
    SearchRank,
)
from django.db.models import F, Func, QuerySet, TextField, Value
from django.db.models.expressions import Combinable, Expression

from articles.models import Article
from articles.selectors.listing import listed

HITS_A_PAGE = 20
CANDIDATES = 400
"""The newest matches are weighed, no more: a common word matches half of an archive."""

MARK, UNMARK = "\ue000", "\ue001"
"""Round what matched in a hit. From the private use area: no text has a meaning for them."""

AnyQuery = SearchQuery | CombinedSearchQuery


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that matches; `title` and `excerpt` are plain text with `MARK` and `UNMARK`."""

    article: Article
    title: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of hits, the best first."""

    items: tuple[Hit, ...]
    number: int
    more: bool


def search(
    words: str, languages: Sequence[str], number: int = 1, *, elsewhere: bool = False
) -> Hits:
    """One page of the articles that match `words`, read in each of `languages`. One query.

    Articles in other languages are found only if `elsewhere` is asked for.

    `words` must not hold NUL. `number` counts from 1; pages end where the candidates do.
    """
    query = read_words(words, languages)
    start = (number - 1) * HITS_A_PAGE
    found = Article.objects.all() if elsewhere else Article.objects.filter(language__in=languages)
    ranked = list(_ranked(found, query)[start : start + HITS_A_PAGE + 1])
    items = tuple(
        Hit(article, vars(article)["marked_title"], vars(article)["marked_excerpt"])
        for article in ranked[:HITS_A_PAGE]
    )
    return Hits(items, number, len(ranked) > HITS_A_PAGE)


def newest_matches(articles: QuerySet[Article], query: AnyQuery) -> QuerySet[Article]:
    """The newest articles that match.

    Of a rare word the index of words finds all and the newest are kept; for a common one the
    planner walks the index of times until it has enough.
    """
    return articles.filter(search=query).order_by("-published_at", "-pk")[:CANDIDATES]


def _ranked(articles: QuerySet[Article], query: AnyQuery) -> QuerySet[Article]:
    return (
        listed()
        .filter(pk__in=newest_matches(articles, query).values("pk"))
        .annotate(
            weight=SearchRank(F("search"), query),
            marked_title=_marked("title", query),
            marked_excerpt=_marked("excerpt", query),
        )
        .order_by("-weight", "-published_at", "-pk")
    )


def read_words(words: str, languages: Sequence[str]) -> AnyQuery:
    read = [
        SearchQuery(words, config=_config(Value(language)), search_type="websearch")
        for language in languages
    ]
    return reduce(or_, read)


def _config(language: Expression | Combinable) -> SearchConfig:
    return SearchConfig(Func(language, function="article_search_config", output_field=TextField()))


def _marked(column: str, query: AnyQuery) -> SearchHeadline:
    return SearchHeadline(
        column,
        query,
        config=_config(F("language")),
        start_sel=MARK,
        stop_sel=UNMARK,
        highlight_all=True,
    )
