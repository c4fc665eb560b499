"""An article's page: what it says, who else says it, and what is similar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Max, Q
from django.db.models.expressions import RawSQL

from articles.models import (
    SIMILAR_LIMIT,
    TAKEN_DOWN,
    Article,
    Edition,
    Folded,
    Headline,
    Held,
)
from articles.models.visibility import shown, shown_sql
from articles.selectors.listing import HEADLINE_CHANGES, HEADLINES
from articles.selectors.teasers import LINE, Line, Outlet, Report, line, one_an_outlet

MORE_REPORTS = 5
# More than are shown, because some of them come from one source.
MORE_CANDIDATES = 4 * MORE_REPORTS
COPIES = 400
"""Copies listed on one page, over all the articles on it."""

# As text: a query within the query would take longer to put together than to run.
_EDITIONS = RawSQL(
    "ARRAY(SELECT edition_id FROM articles_source_editions"
    " WHERE source_id = articles_article.source_id)",
    (),
)


@dataclass(frozen=True, slots=True)
class Company:
    """The articles beside an article; none of them is in two of the lists."""

    also_in: tuple[Line, ...]
    """What it copies, and the copies of the same text in other sources."""
    more: tuple[Report, ...]
    """Other sources' reports in its story: first those linked as similar, then the newest."""
    similar: tuple[Report, ...]
    """Similar news outside of its story, the most similar first."""
    # The independent reports next to it in its story, in order of time.
    earlier: Line | None
    later: Line | None


_Beside: TypeAlias = tuple[int | None, int | None, Line]
"""An article, behind the ids of its story and of what it copies."""

# Written by hand: putting these together would take longer than running them.
_OTHERS = f"""
    FROM articles_article AS article
    WHERE article.story_id = %(story)s AND article.id <> %(article)s AND {shown_sql("article.")}
      AND NOT EXISTS (
          SELECT FROM articles_article AS original
          WHERE original.id = article.copy_of_id AND original.story_id = %(story)s
            AND {shown_sql("original.")}
      )
"""
_BESIDE = f"""
SELECT near.kind, article.story_id, article.copy_of_id, {LINE}
FROM (
    (
        SELECT 'link' AS kind, link.position, article.id
        FROM articles_similarlink AS link
        JOIN articles_article AS article ON article.id = link.similar_id
        WHERE link.article_id = %(article)s AND {shown_sql("article.")}
        ORDER BY link.position
        LIMIT %(links)s
    ) UNION ALL (
        SELECT 'newest', 0, article.id {_OTHERS} AND article.id <> %(original)s
            AND article.copy_of_id IS DISTINCT FROM %(original)s
        ORDER BY article.published_at DESC, article.id DESC
        LIMIT %(newest)s
    ) UNION ALL (
        SELECT 'earlier', 0, article.id {_OTHERS}
            AND (article.published_at, article.id) < (%(time)s, %(article)s)
        ORDER BY article.published_at DESC, article.id DESC
        LIMIT 1
    ) UNION ALL (
        SELECT 'later', 0, article.id {_OTHERS}
            AND (article.published_at, article.id) > (%(time)s, %(article)s)
        ORDER BY article.published_at, article.id
        LIMIT 1
    )
) AS near
JOIN articles_article AS article ON article.id = near.id
JOIN articles_source AS source ON source.id = article.source_id
ORDER BY near.position, article.published_at DESC, article.id DESC
"""  # noqa: S608 - text of ours
_COPIES = f"""
SELECT article.copy_of_id, {LINE}
FROM articles_article AS article
JOIN articles_source AS source ON source.id = article.source_id
WHERE article.copy_of_id = ANY (%s) AND {shown_sql("article.")}
ORDER BY article.published_at, article.id
LIMIT %s
"""  # noqa: S608 - text of ours


def article(pk: int) -> Article:
    """An article in full, with its source, topic, story, original and `headline_changes`.

    One whose original is not shown reads as if it were nobody's copy.
    Raises `Article.DoesNotExist`, also for one that is not shown. One query.
    """
    found = (
        Article.objects.filter(shown())
        .select_related("source", "topic", "story", "copy_of__source")
        .defer("html", "search", "copy_of__text", "copy_of__html", "copy_of__search")
        .annotate(
            edition_ids=_EDITIONS,
            headline_changes=HEADLINE_CHANGES,
            original_shown=ExpressionWrapper(shown("copy_of__"), BooleanField()),
        )
        .get(pk=pk)
    )
    if not vars(found)["original_shown"]:
        found.copy_of = None
    return found


def folded_into(pk: int) -> Article | None:
    """The article that an article, which is no more, turned out to be. One query."""
    known = Folded.objects.filter(former=pk).values("article")
    return Article.objects.filter(shown(), pk__in=known).first()


def is_taken_down(pk: int) -> bool:
    """Whether an article, or the one that it turned out to be, was taken down. One query."""
    known = Folded.objects.filter(former=pk).values("article")
    found = Article.objects.filter(Q(pk=pk) | Q(pk__in=known), withheld=TAKEN_DOWN)
    return found.exists()


def editions_of(article: Article, editions: Iterable[Edition]) -> tuple[Edition, ...]:
    """Those of `editions` that the source of a read `article` belongs to. No query."""
    belongs = vars(article)["edition_ids"]
    return tuple(edition for edition in editions if edition.pk in belongs)


def former_headlines(article: Article) -> tuple[Headline, ...]:
    """The last of a read `article`'s former headlines, the newest first. At most one query."""
    changed = vars(article)["headline_changes"]
    return tuple(article.former_headlines.all()[:HEADLINES]) if changed else ()


def decided_at(article: Article) -> datetime | None:
    """When a curator last decided where an article belongs, of what is in force. One query."""
    held = Q(one__in=_text(article)) | Q(other__in=_text(article))
    decisions = Held.objects.filter(held, correction__undone_at=None)
    last: datetime | None = decisions.aggregate(last=Max("correction__made_at"))["last"]
    return last


def _text(article: Article) -> list[int]:
    """An article and what it copies: a copy goes with its original."""
    return [article.pk, article.copy_of_id or article.pk]


def company(article: Article) -> Company:
    """What stands beside an article. Two queries."""
    original = _line(article.copy_of or article)
    beside = _beside(article, original)
    # A copy that was linked before it was known as one stands under its original, in its story.
    links = [
        (story, found)
        for story, copy_of, found in beside["link"]
        if original.pk not in (found.pk, copy_of) and (copy_of is None or story != article.story_id)
    ]
    near = [found for story, found in links if story and story == article.story_id]
    newest, earlier, later = (
        [found for _story, _copy_of, found in beside[kind]]
        for kind in ("newest", "earlier", "later")
    )
    own = {article.source.slug}
    more = one_an_outlet([*near, *newest], own)[:MORE_REPORTS]
    similar = [found for _story, found in links if found not in more]
    copies = _copies([original, *more, *similar])
    same = [text for text in (original, *copies[original.pk]) if text.pk != article.pk]
    return Company(
        also_in=one_an_outlet(same, own),
        more=tuple(Report(each, copies[each.pk]) for each in more),
        similar=tuple(Report(each, copies[each.pk]) for each in similar),
        earlier=next(iter(earlier), None),
        later=next(iter(later), None),
    )


def _line(article: Article) -> Line:
    source = Outlet(article.source.name, article.source.slug)
    told = (article.pk, article.title, article.language, article.published_at, article.url)
    return Line(*told, source, article.excerpt, article.image_url)


def _beside(article: Article, original: Line) -> Mapping[str, Sequence[_Beside]]:
    """What may stand beside an article, by kind: those linked, the newest, and those next to it."""
    asked = {
        "article": article.pk,
        "story": article.story_id,
        "original": original.pk,
        "time": article.published_at,
        "links": SIMILAR_LIMIT,
        "newest": MORE_CANDIDATES,
    }
    found = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE, asked)
        for kind, story, copy_of, *row in cursor.fetchall():
            found[kind].append((story, copy_of, line(row)))
    return found


def _copies(articles: Sequence[Line]) -> Mapping[int, tuple[Line, ...]]:
    """The copies of each, one an outlet."""
    found: dict[int, list[Line]] = {article.pk: [] for article in articles}
    with connection.cursor() as cursor:
        cursor.execute(_COPIES, [list(found), COPIES])
        for original, *row in cursor.fetchall():
            found[original].append(line(row))
    return {each.pk: one_an_outlet(found[each.pk], {each.source.slug}) for each in articles}
