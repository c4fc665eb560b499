"""An article's page: what it says, who else says it, and what is similar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BooleanField, ExpressionWrapper, Max, Q, QuerySet
from django.db.models.expressions import RawSQL

from articles.models import (
    SIMILAR_LIMIT,
    TAKEN_DOWN,
    Article,
    Edition,
    Folded,
    Headline,
    Held,
    SimilarLink,
)
from articles.models.visibility import shown
from articles.selectors.listing import (
    Report,
    fold,
    independent_in,
    listed,
    one_a_source,
    prefixed,
)

MORE_REPORTS = 5
# More than are shown, because some of them come from one source.
MORE_CANDIDATES = 4 * MORE_REPORTS
HEADLINES = 20
"""Former headlines that are listed; their number is told in full."""

# As text: a query within the query would take longer to put together than to run.
_EDITIONS = RawSQL(
    "ARRAY(SELECT edition_id FROM articles_source_editions"
    " WHERE source_id = articles_article.source_id)",
    (),
)
_HEADLINE_CHANGES = RawSQL(
    "(SELECT count(*) FROM articles_headline WHERE article_id = articles_article.id)", ()
)


@dataclass(frozen=True, slots=True)
class Company:
    """The articles beside an article; none of them is in two of the lists."""

    also_in: tuple[Article, ...]
    """What it copies, and the copies of the same text in other sources."""
    more: tuple[Report, ...]
    """Other sources' reports in its story: first those linked as similar, then the newest."""
    similar: tuple[Report, ...]
    """Similar news outside of its story, the most similar first."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The independent reports next to an article in its story, in order of time."""

    earlier: Article | None = None
    later: Article | None = None


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
            headline_changes=_HEADLINE_CHANGES,
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


def neighbours(article: Article) -> Neighbours:
    """The reports next to an article in its story; none for one alone. At most one query."""
    if article.story is None or article.story.article_count < 2:
        return Neighbours()
    time, pk = article.published_at, article.pk
    # The second condition bounds the walk along the index, the first orders equal times.
    others = _others(article, article.story.pk)
    before = others.filter(Q(published_at__lt=time) | Q(pk__lt=pk), published_at__lte=time)
    after = others.filter(Q(published_at__gt=time) | Q(pk__gt=pk), published_at__gte=time)
    earlier = before.order_by("-published_at", "-pk")[:1]
    later = after.order_by("published_at", "pk")[:1]
    found = {_place(report) < (time, pk): report for report in earlier.union(later, all=True)}
    return Neighbours(earlier=found.get(True), later=found.get(False))


def _place(article: Article) -> tuple[datetime, int]:
    """Where an article stands in order of time."""
    return article.published_at, article.pk


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
    """What stands beside an article. Three queries."""
    original = article.copy_of or article
    links = [found for found in _linked(article) if not _same_text(found, original)]
    story = article.story_id
    # A copy that was linked before it was known as one stands under its original, in its story.
    links = [found for found in links if found.copy_of_id is None or found.story_id != story]
    near = [found for found in links if story and found.story_id == story]
    more = one_a_source([*near, *_newest_in_story(article, original)], {article.source_id})
    more = more[:MORE_REPORTS]
    shown = {found.pk for found in more}
    similar = [found for found in links if found.pk not in shown]
    itself, *reports = fold([original, *more, *similar])
    same = [text for text in (original, *itself.copies) if text.pk != article.pk]
    return Company(
        one_a_source(same, {article.source_id}),
        tuple(reports[: len(more)]),
        tuple(reports[len(more) :]),
    )


def _same_text(found: Article, original: Article) -> bool:
    return original.pk in (found.pk, found.copy_of_id)


def _linked(article: Article) -> list[Article]:
    links = (
        SimilarLink.objects.filter(shown("similar__"), article=article)
        .select_related("similar__source")
        .only("article_id", "position", *prefixed("similar"))
        .order_by("position")
    )
    return [link.similar for link in links[:SIMILAR_LIMIT]]


def _newest_in_story(article: Article, original: Article) -> list[Article]:
    if article.story_id is None:
        return []
    others = _others(article, article.story_id).exclude(pk=original.pk).exclude(copy_of=original)
    return list(others.order_by("-published_at", "-pk")[:MORE_CANDIDATES])


def _others(article: Article, story: int) -> QuerySet[Article]:
    """The other independent reports of an article's story."""
    others = listed().exclude(pk=article.pk)
    return others.filter(independent_in(story), story=story)
