"""Earlier coverage: similar news from the whole archive, for an article whose window held too few.

Looked up once, when the article's page is first read, by the full-text index: articles in its
language that share at least two of its most telling words. They are scored by the cosine of their
words, each weighted by its rarity (Salton and Buckley 1988), and the best of each source is kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from articles.models import SIMILAR_LIMIT, Article, SimilarLink

TELLING = 10
"""Words of the article that the index is asked for; at least two must be shared."""
CANDIDATES = 200
FLOOR = 0.08
"""Cosine below which an article is about something else."""

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

_CANDIDATES = """
SELECT id, source_id, tsvector_to_array(search)
FROM articles_article, to_tsquery('simple', %(query)s) AS query
WHERE search @@ query AND language = %(language)s
  AND id <> %(article)s AND copy_of_id IS NULL AND id <> %(original)s
ORDER BY ts_rank(search, query) DESC, id
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Rarity:
    """How often words occur among so many articles."""

    articles: int
    counts: Mapping[str, int]

    def weight(self, word: str) -> float:
        return math.log((self.articles + 1) / (self.counts.get(word, 1)))


def complete_similar(article: Article) -> None:
    """Fill the article's similar news up to `SIMILAR_LIMIT` from the whole archive, once.

    Later calls do nothing; so does one that runs at the same time as another.
    """
    with transaction.atomic():
        mine = Article.objects.filter(pk=article.pk, archive_searched_at=None)
        if not mine.update(archive_searched_at=timezone.now()):
            return
        links = list(
            SimilarLink.objects.filter(article=article).values_list("similar_id", "similar__source")
        )
        if len(links) < SIMILAR_LIMIT:
            found = _search(article)
            _add(article, found, links)


def _add(
    article: Article, found: Iterable[tuple[float, int, int]], links: list[tuple[int, int]]
) -> None:
    """Store the best of each source that is not linked yet, behind what the window found."""
    sources = {source for _, source in links}
    fresh: list[tuple[int, float]] = []
    for score, similar, source in sorted(found, key=lambda hit: (-hit[0], hit[1])):
        if len(links) + len(fresh) == SIMILAR_LIMIT:
            break
        if source not in sources and score >= FLOOR:
            sources.add(source)
            fresh.append((similar, score))
    SimilarLink.objects.bulk_create(
        (
            SimilarLink(
                article=article,
                similar_id=similar,
                score=round(score, 4),
                position=len(links) + place,
                from_archive=True,
            )
            for place, (similar, score) in enumerate(fresh)
        ),
        ignore_conflicts=True,
    )


def _search(article: Article) -> list[tuple[float, int, int]]:
    """(score, article, source) of what shares telling words."""
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, [article.pk])
        words = {row[0] for row in cursor.fetchall()}
        rarity = _rarity(article.language)
        telling = sorted(words, key=lambda word: (-rarity.weight(word), word))
        shared = [word for word in telling if rarity.counts.get(word, 0) > 1][:TELLING]
        if len(shared) < 2:
            return []
        cursor.execute(
            _CANDIDATES,
            {
                "query": _any_two(shared),
                "language": article.language,
                "article": article.pk,
                "original": article.copy_of_id or article.pk,
                "limit": CANDIDATES,
            },
        )
        rows = cursor.fetchall()
    return [(cosine(words, set(other), rarity), pk, source) for pk, source, other in rows]


def _any_two(words: Iterable[str]) -> str:
    """A text-search query that two of the words satisfy."""
    quoted = ["'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in words]
    return " | ".join(f"{one} & {other}" for one, other in combinations(quoted, 2))


def cosine(one: set[str], other: set[str], rarity: Rarity) -> float:
    """Cosine of two bags of words, each word once and weighted by its rarity."""

    def norm(words: set[str]) -> float:
        return math.sqrt(sum(rarity.weight(word) ** 2 for word in words))

    length = norm(one) * norm(other)
    return sum(rarity.weight(word) ** 2 for word in one & other) / length if length else 0.0


def _rarity(language: str) -> Rarity:
    """Counted in the newest articles and kept for a while: rarity changes slowly."""
    key = f"rarity:{language}"
    kept: Rarity | None = cache.get(key)
    if kept is None:
        with connection.cursor() as cursor:
            cursor.execute(_COUNTS, [language, SAMPLE])
            counts = dict(cursor.fetchall())
        articles = min(Article.objects.filter(language=language).count(), SAMPLE)
        kept = Rarity(articles, counts)
        cache.set(key, kept, SAMPLE_SECONDS)
    return kept
