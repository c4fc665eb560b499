"""Earlier coverage: similar news from the whole archive, for an article whose window held too few.

Looked up once, when the article's page is first read. The full-text index gives the articles that
share at least two of its most telling words; they are compared as the window compares its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, count

from django.core.cache import cache
from django.db import connection
from django.db.backends.utils import CursorWrapper

from articles.clustering.parameters import DEFAULT
from articles.clustering.types import Document, Similar
from articles.clustering.window import Window
from articles.models import SIMILAR_LIMIT, Article
from articles.pipeline.documents import FIELDS, document

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

_READ = """
SELECT tsvector_to_array(ts_filter(article.search, '{a,b}')),
       array_remove(array_agg(linked.id), NULL),
       array_remove(array_agg(linked.source_id), NULL)
FROM articles_article AS article
LEFT JOIN articles_similarlink AS link ON link.article_id = article.id
LEFT JOIN articles_article AS linked ON linked.id = link.similar_id
WHERE article.id = %s AND article.archive_searched_at IS NULL
GROUP BY article.id
"""

_COUNTS = """
WITH newest AS (
    SELECT ts_filter(search, '{a,b}') AS search FROM articles_article WHERE language = %s
    ORDER BY published_at DESC LIMIT %s
)
SELECT lexeme, count(*), (SELECT count(*) FROM newest)
FROM newest, unnest(newest.search)
GROUP BY lexeme HAVING count(*) > 1
"""

_ELSEWHERE = """
SELECT quoted FROM unnest(%s::text[]) WITH ORDINALITY AS word (quoted, place)
WHERE EXISTS (
    SELECT FROM articles_article
    WHERE article_search_marked(search, source_id, topic_id, published_at) @@ quoted::tsquery
        AND language = %s AND id <> %s
)
ORDER BY place LIMIT %s
"""

_CANDIDATES = f"""
SELECT {", ".join(FIELDS)}
FROM articles_article, CAST(%s AS tsquery) AS query
WHERE article_search_marked(search, source_id, topic_id, published_at) @@ query
    AND language = %s AND id <> ALL(%s) AND copy_of_id IS NULL AND withheld = ''
ORDER BY ts_rank(search, query) DESC, id
LIMIT %s
"""  # noqa: S608 - the names of our own columns

# One statement marks and stores, so that an interrupted search is made again. The worker that
# groups may be linking the same pair just now.
_KEEP = """
WITH mine AS (
    UPDATE articles_article SET archive_searched_at = now()
    WHERE id = %s AND archive_searched_at IS NULL
    RETURNING id
)
INSERT INTO articles_similarlink (article_id, similar_id, score, position, from_archive)
SELECT mine.id, found.article, found.score, found.position, true
FROM mine, unnest(%s::bigint[], %s::float8[], %s::int[]) AS found (article, score, position)
ON CONFLICT (article_id, similar_id) DO NOTHING
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

    Later calls do nothing; of two at the same time, one stores.
    """
    with connection.cursor() as cursor:
        cursor.execute(_READ, [article.pk])
        unsearched = cursor.fetchone()
        if unsearched is None:
            return
        words, linked, sources = unsearched
        found: list[Similar] = []
        if len(linked) < SIMILAR_LIMIT:
            candidates = _candidates(cursor, article, words, linked)
            found = compare(article, _of_free_sources(candidates, sources))
        fresh = list(enumerate(found[: SIMILAR_LIMIT - len(linked)], len(linked)))
        columns = (
            [each.article for _, each in fresh],
            [each.score for _, each in fresh],
            [position for position, _ in fresh],
        )
        cursor.execute(_KEEP, [article.pk, *columns])


def compare(article: Article, candidates: Sequence[Document]) -> list[Similar]:
    """Which candidates are alike, by a window of their own: the rules of all similar news hold."""
    window = Window(article.language, new_story=count(1).__next__)
    mine = document([getattr(article, name) for name in FIELDS])
    return list(window.group([mine, *candidates]).similar.get(article.pk, ()))


def _of_free_sources(candidates: Iterable[Document], sources: Iterable[int]) -> list[Document]:
    """The likeliest candidates, no more of a source than may still be linked."""
    named = Counter(sources)
    kept = []
    for each in candidates:
        if named[each.source] < DEFAULT.similar_per_source:
            named[each.source] += 1
            kept.append(each)
    return kept


def _candidates(
    cursor: CursorWrapper, article: Article, words: Sequence[str], linked: Sequence[int]
) -> list[Document]:
    """Articles of the language that share at least two telling words, the likeliest first."""
    tried = [_quoted(word) for word in _rarity(article.language).rarest(words)[:TRIED]]
    cursor.execute(_ELSEWHERE, [tried, article.language, article.pk, TELLING])
    telling = [row[0] for row in cursor.fetchall()]
    if len(telling) < 2:
        return []
    query = " | ".join(f"{one} & {other}" for one, other in combinations(telling, 2))
    known = [article.pk, article.copy_of_id or article.pk, *linked]
    cursor.execute(_CANDIDATES, [query, article.language, known, CANDIDATES])
    return [document(row) for row in cursor.fetchall()]


def _quoted(word: str) -> str:
    """A lexeme as a text-search query of its own, for title and excerpt: the text is no measure."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "':AB"


def _rarity(language: str) -> Rarity:
    """Counted in the newest articles and kept for a while: rarity changes slowly."""
    key = f"rarity:{language}"
    kept: Rarity | None = cache.get(key)
    if kept is None:
        with connection.cursor() as cursor:
            cursor.execute(_COUNTS, [language, SAMPLE])
            rows = cursor.fetchall()
        kept = Rarity(
            articles=rows[0][2] if rows else 0, counts={word: found for word, found, _ in rows}
        )
        cache.set(key, kept, SAMPLE_SECONDS)
    return kept
