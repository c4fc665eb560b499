"""Full text search through PostgreSQL: phrases in quotes, `-` excludes, `or` joins.

What is asked is read in the same language as the article was indexed in (`article_search_config`
of the first migration), so that the words meet as stems.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_

from django.contrib.postgres.search import (
    CombinedSearchQuery,
    SearchConfig,
    SearchHeadline,
    SearchQuery,
    SearchRank,
)
from django.db.models import F, Func, QuerySet, Subquery, TextField, Value
from django.db.models.expressions import Combinable, Expression

from articles.models import Article
from articles.selectors.listing import listed

HITS_A_PAGE = 20
CANDIDATES = 200
"""The newest matches are weighed, no more: a common word matches half of an archive."""
RECENT = 10_000
"""Articles that are looked through before the index of words is asked."""

MARK, UNMARK = "\ue000", "\ue001"
"""Round what matched in a hit. From the private use area: no text has a meaning for them."""

AnyQuery = SearchQuery | CombinedSearchQuery


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that matches; `title` and `excerpt` are plain text with `MARK` and `UNMARK`."""

    article: Article
    title: str
    excerpt: str
    copies: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of hits, the best first."""

    items: tuple[Hit, ...]
    number: int
    more: bool


def search(
    words: str, languages: Sequence[str], number: int = 1, *, elsewhere: bool = False
) -> Hits:
    """One page of the articles that match `words`, read in each of `languages`.

    At most three queries.
    Articles in other languages are found only if `elsewhere` is asked for.
    `words` must not hold NUL. `number` counts from 1; pages end where the candidates do.
    """
    query = read_words(words, languages)
    articles = Article.objects.all()
    if not elsewhere:
        articles = articles.filter(language__in=languages)
    start = (number - 1) * HITS_A_PAGE
    ranked = list(_ranked(candidates(articles, query), query)[start : start + HITS_A_PAGE + 1])
    return Hits(_folded(ranked[:HITS_A_PAGE]), number, len(ranked) > HITS_A_PAGE)


def _folded(found: Sequence[Article]) -> tuple[Hit, ...]:
    """Hits with the copies that were found too under what they copy."""
    copies: dict[int | None, list[Article]] = {article.pk: [] for article in found}
    for article in found:
        if article.copy_of_id in copies:
            copies[article.copy_of_id].append(article)
    return tuple(
        Hit(
            article,
            vars(article)["marked_title"],
            vars(article)["marked_excerpt"],
            tuple(copies[article.pk]),
        )
        for article in found
        if article.copy_of_id not in copies
    )


def candidates(articles: QuerySet[Article], query: AnyQuery) -> list[int]:
    """The ids of the newest matches, at most `CANDIDATES`. One or two queries.

    A common question has enough of them among the newest articles. All others are rare, and the
    index of words finds them. Which it is must not be left to the planner: it cannot know how
    often words occur together, and walks the whole archive where it guesses too high.
    """
    matches = articles.filter(search=query).values_list("pk", flat=True)
    oldest = articles.order_by("-published_at").values("published_at")[RECENT - 1 : RECENT]
    recent = matches.filter(published_at__gte=Subquery(oldest)).order_by("-published_at", "-pk")
    found = list(recent[:CANDIDATES])
    return found if len(found) == CANDIDATES else list(in_archive(matches))


def in_archive(matches: QuerySet[Article, int]) -> QuerySet[Article, int]:
    """The newest of all matches, by the index of words."""
    # A sum is in no index: the index of times cannot be walked for this order.
    time = F("published_at") + timedelta(0)
    return matches.order_by(time.desc(), "-pk")[:CANDIDATES]


def _ranked(pks: Sequence[int], query: AnyQuery) -> QuerySet[Article]:
    return (
        listed()
        .filter(pk__in=pks)
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
