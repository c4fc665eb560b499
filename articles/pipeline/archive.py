"""Earlier coverage: similar news from the whole archive, for an article whose window held too few.

Looked up once, when the article's page is first read. The full-text index gives the articles that
share at least two of its most telling words; they are compared as the window compares its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, count

from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from articles.clustering.parameters import DEFAULT
from articles.clustering.types import Similar
from articles.clustering.window import Window
from articles.models import SIMILAR_LIMIT, Article, SimilarLink
from articles.pipeline.documents import FIELDS, document

PARAMETERS = replace(DEFAULT, similar_floor=0.1)
"""Earlier coverage may be a little less alike than today's: it tells of the same matter."""

TELLING = 10
"""Words of the article that the index is asked for; at least two must be shared."""
TRIED = 64
"""The rarest words of the article, of which those found elsewhere are telling."""
COMMON = 0.05
"""A word in a larger share of articles tells nothing, unless that is fewer than `FEW` articles."""
FEW = 20
CANDIDATES = 100

SAMPLE = 3000
"""The newest articles of a language, in which the rarity of its words is counted."""
SAMPLE_SECONDS = 900

_WORDS = "SELECT lexeme FROM unnest((SELECT search FROM articles_article WHERE id = %s))"

_COUNTS = """
SELECT lexeme, count(*) FROM (
    SELECT search FROM articles_article WHERE language = %s
    ORDER BY published_at DESC LIMIT %s
) AS newest, unnest(newest.search)
GROUP BY lexeme HAVING count(*) > 1
"""

_ELSEWHERE = """
SELECT quoted FROM unnest(%s::text[]) WITH ORDINALITY AS word (quoted, place)
WHERE EXISTS (
    SELECT FROM articles_article
    WHERE search @@ quoted::tsquery AND language = %s AND id <> %s
)
ORDER BY place LIMIT %s
"""

_CANDIDATES = """
SELECT id FROM articles_article, CAST(%s AS tsquery) AS query
WHERE search @@ query AND language = %s AND id <> %s AND copy_of_id IS DISTINCT FROM %s
ORDER BY ts_rank(search, query) DESC, id
LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Rarity:
    """In how many of so many articles words occur; those that occur once are left out."""

    articles: int
    counts: Mapping[str, int]

    def rarest(self, words: Iterable[str]) -> list[str]:
        """The words that can tell something, the rarest first."""
        limit = max(COMMON * self.articles, FEW)
        return sorted(
            (word for word in words if self.counts.get(word, 1) <= limit),
            key=lambda word: (self.counts.get(word, 1), word),
        )


def complete_similar(article: Article) -> None:
    """Fill the article's similar news up to `SIMILAR_LIMIT` from the whole archive, once.

    Later calls do nothing; so does one that runs at the same time as another.
    """
    with transaction.atomic():
        mine = Article.objects.filter(pk=article.pk, archive_searched_at=None)
        if not mine.update(archive_searched_at=timezone.now()):
            return
        links = SimilarLink.objects.filter(article=article)
        sources = list(links.values_list("similar__source_id", flat=True))
        if len(sources) < SIMILAR_LIMIT:
            _add(article, compare(article, _candidates(article)), sources)


def _add(article: Article, found: Sequence[Similar], linked: Sequence[int]) -> None:
    """Store what is of no source linked already, behind what the window found."""
    source = dict(
        Article.objects.filter(pk__in=[each.article for each in found]).values_list(
            "pk", "source_id"
        )
    )
    fresh = [each for each in found if source[each.article] not in linked]
    # The worker that groups may be linking the same pair just now.
    SimilarLink.objects.bulk_create(
        (
            SimilarLink(
                article=article,
                similar_id=each.article,
                score=each.score,
                position=position,
                from_archive=True,
            )
            for position, each in enumerate(fresh[: SIMILAR_LIMIT - len(linked)], len(linked))
        ),
        ignore_conflicts=True,
    )


def compare(article: Article, candidates: Sequence[int]) -> tuple[Similar, ...]:
    """Which candidates are alike, by a window of their own: the rules of all similar news hold."""
    rows = Article.objects.filter(pk__in=[article.pk, *candidates]).order_by("pk")
    window = Window(article.language, parameters=PARAMETERS, new_story=count(1).__next__)
    grouped = window.group([document(row) for row in rows.values_list(*FIELDS)])
    return grouped.similar.get(article.pk, ())


def _candidates(article: Article) -> list[int]:
    """Articles of the language that share at least two telling words, the likeliest first."""
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, [article.pk])
        words = [row[0] for row in cursor.fetchall()]
        tried = [_quoted(word) for word in _rarity(article.language).rarest(words)[:TRIED]]
        cursor.execute(_ELSEWHERE, [tried, article.language, article.pk, TELLING])
        telling = [row[0] for row in cursor.fetchall()]
        if len(telling) < 2:
            return []
        query = " | ".join(f"{one} & {other}" for one, other in combinations(telling, 2))
        cursor.execute(_CANDIDATES, [query, article.language, article.pk, article.pk, CANDIDATES])
        return [row[0] for row in cursor.fetchall()]


def _quoted(word: str) -> str:
    """A lexeme as a text-search query of its own."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _rarity(language: str) -> Rarity:
    """Counted in the newest articles and kept for a while: rarity changes slowly."""
    key = f"rarity:{language}"
    kept: Rarity | None = cache.get(key)
    if kept is None:
        with connection.cursor() as cursor:
            cursor.execute(_COUNTS, [language, SAMPLE])
            counts = dict(cursor.fetchall())
        articles = Article.objects.filter(language=language)[:SAMPLE].count()
        kept = Rarity(articles, counts)
        cache.set(key, kept, SAMPLE_SECONDS)
    return kept
