"""Publishers: the directory of all of them, and one with its feeds."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import F, Prefetch, Q, QuerySet
from django.utils.text import slugify

from articles.models import Article, Feed, Source
from articles.models.visibility import unmuted
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
    """A source under one of its editions; `edition` is the id, None for a source that has none."""

    edition: int | None
    source: Source
    feeds: tuple[Feed, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """One page of all sources; `count` is of all pages, `number` counts from 1."""

    members: tuple[Member, ...]
    count: int
    number: int
    pages: int


def feeds() -> QuerySet[Feed]:
    """Feeds with what their health is told from."""
    feeds = Feed.objects.with_turns().order_by("url")
    return feeds.select_related("subscription").only(*HEALTH)


def directory(number: int, edition: str = "", name: str = "") -> Directory:
    """One page of sources by edition, then name; a source in two editions is there twice.

    `edition` is a slug and leaves the others out; `name` is a part of the names that are sought, in
    any case and with or without accents. Raises `django.core.paginator.InvalidPage`. Three queries.
    """
    sources = Source.objects.filter(unmuted()).annotate(edition=F("editions__pk"))
    # Joined once: conditions on an alias do not join again.
    sources = sources.alias(edition_slug=F("editions__slug"), edition_name=F("editions__name"))
    if edition:
        sources = sources.filter(edition_slug=edition)
    if name:
        sources = sources.filter(_called(name))
    ordered = sources.order_by(
        F("editions__position").asc(nulls_last=True), "edition_name", "name", "pk"
    ).prefetch_related(Prefetch("feeds", feeds()))
    page = Paginator(ordered, SOURCES_A_PAGE).page(number)
    return Directory(
        tuple(map(_member, page)), page.paginator.count, page.number, page.paginator.num_pages
    )


def _called(name: str) -> Q:
    """Sources of such a name. No index serves a part of a name; sources are thousands at most."""
    plain = slugify(name)
    return Q(name__icontains=name) | (Q(slug__contains=plain) if plain else Q())


def _member(source: Source) -> Member:
    """A row of `directory` with its edition."""
    return Member(vars(source)["edition"], source, tuple(source.feeds.all()))


def source(slug: str) -> Source:
    """A source with its editions and feeds. Three queries.

    Raises `Source.DoesNotExist`, also for a muted one.
    """
    sources = Source.objects.filter(unmuted())
    return sources.prefetch_related("editions", Prefetch("feeds", feeds())).get(slug=slug)


def articles_of(source: Source, after: str = "") -> keyset.Page[Article]:
    """One page of a source's articles, the newest first. Raises `CursorError`. One query."""
    return newest_first(listed().filter(source=source), after, ARTICLES_A_PAGE)
