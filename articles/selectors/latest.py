"""The newest articles by time, of one language, of one edition's sources, or of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from articles.models import Article, Edition, Source
from articles.models.visibility import shown
from articles.selectors import keyset
from articles.selectors.keyset import Page
from articles.selectors.listing import listed, newest_first, older

ARTICLES_A_PAGE = 60
COUNTED = 99
"""More new articles than these are not counted."""
ARRIVED = 1000
"""Articles looked at for what is new, the last that came."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is listed: what an edition's sources publish, else what is in a language, else all."""

    edition: Edition | None = None
    language: str = ""


def latest(choice: Choice, after: str = "") -> Page[Article]:
    """One page of the newest articles. Raises `CursorError`. One query, for an edition two."""
    if choice.edition:
        return _of_edition(choice.edition, after)
    articles = listed().filter(language=choice.language) if choice.language else listed()
    return newest_first(articles, after, ARTICLES_A_PAGE)


def _of_edition(edition: Edition, after: str) -> Page[Article]:
    """The newest articles of each source, by the index of its times, and the newest of these.

    Walking all articles in order of time, until enough are the edition's, could be a walk through
    the whole archive.
    """
    own = Article.objects.filter(shown(), source=OuterRef("pk"))
    if after:
        own = own.filter(older(after))
    newest = own.order_by("-published_at", "-pk")[: ARTICLES_A_PAGE + 1]
    sources = Source.objects.filter(editions=edition).order_by()
    found = sources.values_list(
        ArraySubquery(newest.values("published_at")), ArraySubquery(newest.values("pk"))
    )
    placed = [place for times, pks in found for place in zip(times, pks, strict=True)]
    wanted = [pk for _time, pk in nlargest(ARTICLES_A_PAGE + 1, placed)]
    return newest_first(listed().filter(pk__in=wanted), "", ARTICLES_A_PAGE)


def mark(articles: Sequence[Article]) -> str:
    """What a page of the newest articles remembers of itself, to be asked what came since."""
    if not articles:
        return ""
    return keyset.by_time(articles[-1].published_at, max(article.pk for article in articles))


def arrived(choice: Choice, mark: str) -> int:
    """How many articles that belong on the page with this `mark` came after it was made.

    At most `COUNTED`, among the last `ARRIVED` that came. Raises `CursorError`. One query, for an
    edition two.
    """
    oldest, newest = keyset.read_time(mark)
    came = Article.objects.filter(shown(), pk__gt=newest).order_by("-pk")
    rows = came.values_list("published_at", "language", "source_id")[:ARRIVED]
    members = _members(choice.edition)
    count = sum(
        1
        for published_at, language, source in rows
        if published_at >= oldest
        and (source in members if choice.edition else choice.language in ("", language))
    )
    return min(count, COUNTED)


def _members(edition: Edition | None) -> set[int]:
    """The sources of an edition."""
    return set(edition.sources.order_by().values_list("pk", flat=True)) if edition else set()
