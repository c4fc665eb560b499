"""Publishers: the directory of all of them, and one with its feeds."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import F, Prefetch, QuerySet

from articles.models import Article, Feed, Source
from articles.selectors import keyset
from articles.selectors.listing import listed, newest_first

SOURCES_A_PAGE = 60
ARTICLES_A_PAGE = 40

HEALTH = (
    "source_id",
    "url",
    "active",
    "last_fetch_at",
    "last_success_at",
    "last_error",
    "notice",
    "problems",
    "failures",
    "retired_at",
    "permanent_url",
    "interval",
    "next_fetch_at",
    "fetches",
    "not_modified",
    "bytes_saved",
    "subscription__state",
    "subscription__lease_until",
    "subscription__last_push_at",
    "subscription__missed_at",
)


@dataclass(frozen=True, slots=True)
class Member:
    """A source under one of its editions; `edition` is empty for a source that has none."""

    edition: str
    source: Source
    feeds: tuple[Feed, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """One page of all sources; `number` counts from 1."""

    members: tuple[Member, ...]
    number: int
    pages: int


def feeds() -> QuerySet[Feed]:
    """Feeds with what their health is told from."""
    feeds = Feed.objects.with_turns().order_by("url")
    return feeds.select_related("subscription").only(*HEALTH)


def directory(number: int, edition: str = "") -> Directory:
    """One page of sources by edition, then name; a source in two editions is there twice.

    `edition` is a slug and leaves the others out. Raises `django.core.paginator.InvalidPage`.
    Three queries.
    """
    sources = Source.objects.annotate(edition_name=F("editions__name"))
    sources = sources.alias(edition_slug=F("editions__slug"))
    if edition:
        sources = sources.filter(edition_slug=edition)
    ordered = sources.order_by(
        F("editions__position").asc(nulls_last=True), "edition_name", "name", "pk"
    ).prefetch_related(Prefetch("feeds", feeds()))
    page = Paginator(ordered, SOURCES_A_PAGE).page(number)
    return Directory(tuple(map(_member, page)), page.number, page.paginator.num_pages)


def _member(source: Source) -> Member:
    """A row of `directory` with the name of its edition."""
    return Member(vars(source)["edition_name"] or "", source, tuple(source.feeds.all()))


def source(slug: str) -> Source:
    """A source with its editions and feeds. Raises `Source.DoesNotExist`. Three queries."""
    return Source.objects.prefetch_related("editions", Prefetch("feeds", feeds())).get(slug=slug)


def articles_of(source: Source, after: str = "") -> keyset.Page[Article]:
    """One page of a source's articles, the newest first. Raises `CursorError`. One query."""
    return newest_first(listed().filter(source=source), after, ARTICLES_A_PAGE)
