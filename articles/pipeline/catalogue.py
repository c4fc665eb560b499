"""Catalogues of editions, topics and sources: read from TOML, added to the database.

A catalogue only ever adds. Rows are known by their natural keys (slugs; a feed by its address) and
what is already there stays as curators left it, so adding twice is harmless.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin

from django.db import models, transaction
from django.utils import timezone

from articles.entries.urls import CLICK_PARAMETERS, TRACKING_PREFIXES
from articles.fetch.addresses import check_url
from articles.fetch.pace import host_of
from articles.fetch.types import FetchError
from articles.models import Edition, Feed, Source, Topic

DEFAULT = Path(__file__).resolve().parent.parent / "data"

FEEDS_A_SECOND = 40
LONGEST_SPREAD = timedelta(minutes=1)


class CatalogueError(Exception):
    """A catalogue cannot be read; the message says where and why."""


class _Record:
    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Self:
        """Build the record from a TOML table; raise CatalogueError for what does not fit."""
        names = {item.name for item in fields(cls)}  # type: ignore[arg-type]
        if unknown := set(row) - names:
            raise CatalogueError(f"“{min(unknown)}” means nothing in {dict(row)!r}.")
        try:
            return cls(**row)
        except TypeError as error:
            raise CatalogueError(f"Something is missing in {dict(row)!r}: {error}.") from error


@dataclass(frozen=True, slots=True)
class EditionRecord(_Record):
    slug: str
    name: str
    country: str
    """ISO 3166, two capital letters; empty for an edition of no single country."""
    language: str
    """ISO 639-1."""
    position: int = 100


@dataclass(frozen=True, slots=True)
class TopicRecord(_Record):
    slug: str
    name: str
    position: int = 100


@dataclass(frozen=True, slots=True)
class FeedRecord(_Record):
    url: str
    topic: str = ""
    """A topic's slug; empty for a feed of no single topic."""
    title: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class SourceRecord(_Record):
    slug: str
    name: str
    home_url: str = ""
    owner: str = ""
    country: str = ""
    language: str = ""
    kind: str = ""
    """One of `Source.Kind`; empty where nobody said."""
    weight: float = 1.0
    notes: str = ""
    editions: Sequence[str] = ()
    """Slugs."""
    feeds: Sequence[FeedRecord] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    editions: tuple[EditionRecord, ...] = ()
    topics: tuple[TopicRecord, ...] = ()
    sources: tuple[SourceRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """How many rows a catalogue added."""

    editions: int = 0
    topics: int = 0
    sources: int = 0
    feeds: int = 0
    feeds_present: int = field(default=0)
    """Feeds that were there already."""


def read(path: Path, base_url: str = "") -> Catalogue:
    """The catalogue in a TOML file, or in all those of a folder.

    Addresses may be relative to `base_url`. Raises CatalogueError.
    """
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    tables = [_tables(file) for file in files]
    return Catalogue(
        editions=tuple(EditionRecord.read(row) for row in _rows(tables, "editions")),
        topics=tuple(TopicRecord.read(row) for row in _rows(tables, "topics")),
        sources=tuple(_source(row, base_url) for row in _rows(tables, "sources")),
    )


def load(path: Path = DEFAULT) -> Added:
    """Add the default sources, or those of another catalogue. Raises CatalogueError."""
    return add(read(path))


def edition(slug: str) -> Edition:
    """The edition of this slug, added from the default ones where it is not there.

    Raises CatalogueError where nobody knows it.
    """
    if found := Edition.objects.filter(slug=slug).first():
        return found
    default = read(DEFAULT)
    editions = tuple(record for record in default.editions if record.slug == slug)
    if not editions:
        known = {record.slug for record in default.editions}
        known |= set(Edition.objects.values_list("slug", flat=True))
        raise CatalogueError(
            f"There is no edition “{slug}”. There are: {', '.join(sorted(known))}."
        )
    add(replace(default, editions=editions, sources=()))
    return Edition.objects.get(slug=slug)


@transaction.atomic
def add(catalogue: Catalogue) -> Added:
    """Add what is missing. A constant number of statements whatever the catalogue's size.

    Raises CatalogueError where a source names an edition or topic that nobody knows.
    """
    editions = _add_missing(Edition, catalogue.editions)
    topics = _add_missing(Topic, catalogue.topics)
    _check_names(catalogue, editions.ids, topics.ids)
    sources = _add_missing(Source, catalogue.sources, leave={"editions", "feeds"})
    _join_editions(catalogue.sources, sources, editions.ids)
    feeds, present = _missing_feeds(catalogue.sources)
    Feed.objects.bulk_create(_feed_rows(feeds, sources.ids, topics.ids), ignore_conflicts=True)
    return Added(len(editions.new), len(topics.new), len(sources.new), len(feeds), present)


@lru_cache(maxsize=100_000)
def feed_key(url: str) -> str:
    """What two spellings of one feed's address have in common.

    Scheme, `www.`, default port, fragment, a slash at the end and what only says how a visitor came
    make no difference. Other parameters do: `?feed=rss2` and `?feed=comments-rss2` are two feeds.
    """
    try:
        target = check_url(url)
    except FetchError:
        return url
    path, _, query = target.path.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not _is_mark(part))
    key = f"{target.authority.removeprefix('www.')}{path.rstrip('/')}"
    return f"{key}?{kept}".rstrip("/") if kept else key


def with_www(url: str) -> tuple[str, str]:
    """The host of an address, without `www.` and with it."""
    bare = host_of(url).removeprefix("www.")
    return bare, f"www.{bare}"


def known_keys() -> set[str]:
    """The keys of all feeds' addresses, and of those that feeds seem to have moved to."""
    known = Feed.objects.values_list("url", "permanent_url")
    return {feed_key(url) for urls in known.iterator() for url in urls if url}


def _is_mark(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name in CLICK_PARAMETERS or name.startswith(TRACKING_PREFIXES)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Primary keys by slug, and the slugs that were not there before."""

    ids: dict[str, int]
    new: frozenset[str]


def _tables(file: Path) -> Mapping[str, Any]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogueError(f"{file} cannot be read: {error}") from error
    if unknown := set(tables) - {"editions", "topics", "sources"}:
        raise CatalogueError(f"{file}: “{min(unknown)}” means nothing here.")
    return tables


def _rows(tables: Iterable[Mapping[str, Any]], name: str) -> Iterable[Mapping[str, Any]]:
    return chain.from_iterable(table.get(name, ()) for table in tables)


def _source(row: Mapping[str, Any], base_url: str) -> SourceRecord:
    source = SourceRecord.read(row)
    feeds = [FeedRecord.read(feed) for feed in row.get("feeds", ())]
    return replace(
        source,
        home_url=urljoin(base_url, source.home_url),
        feeds=tuple(replace(feed, url=urljoin(base_url, feed.url)) for feed in feeds),
    )


def _add_missing(
    model: type[models.Model],
    records: Sequence[EditionRecord | TopicRecord | SourceRecord],
    leave: Iterable[str] = (),
) -> _Rows:
    """Insert the records whose slug is not there."""
    manager = model._default_manager
    slugs = [record.slug for record in records]
    known = set(manager.filter(slug__in=slugs).values_list("slug", flat=True))
    rows = [model(**_columns(record, leave)) for record in records if record.slug not in known]
    manager.bulk_create(rows, ignore_conflicts=True)
    return _Rows(dict(manager.values_list("slug", "pk")), frozenset(slugs) - known)


def _columns(record: Any, leave: Iterable[str]) -> dict[str, Any]:
    names = {item.name for item in fields(record)} - set(leave)
    return {name: getattr(record, name) for name in names}


def _check_names(
    catalogue: Catalogue, editions: Mapping[str, int], topics: Mapping[str, int]
) -> None:
    for source in catalogue.sources:
        for slug in set(source.editions) - set(editions):
            raise CatalogueError(f"{source.name}: there is no edition “{slug}”.")
        for slug in {feed.topic for feed in source.feeds if feed.topic} - set(topics):
            raise CatalogueError(f"{source.name}: there is no topic “{slug}”.")


def _join_editions(
    records: Sequence[SourceRecord], sources: _Rows, editions: Mapping[str, int]
) -> None:
    """Only new sources join editions: where the others belong is a curator's decision."""
    through = Source.editions.through
    through._default_manager.bulk_create(
        [
            through(source_id=sources.ids[record.slug], edition_id=editions[slug])
            for record in records
            if record.slug in sources.new
            for slug in record.editions
        ],
        ignore_conflicts=True,
    )


def _missing_feeds(
    sources: Sequence[SourceRecord],
) -> tuple[list[tuple[SourceRecord, FeedRecord]], int]:
    """The feeds whose address is not there, every source's first feed before any second one.

    And how many were there.
    """
    seen = known_keys()
    rows = [(place, source, feed) for source in sources for place, feed in enumerate(source.feeds)]
    missing = []
    for _, source, feed in sorted(rows, key=lambda row: row[0]):
        key = feed_key(feed.url)
        if key not in seen:
            missing.append((source, feed))
        seen.add(key)
    return missing, len(rows) - len(missing)


def _feed_rows(
    feeds: Sequence[tuple[SourceRecord, FeedRecord]],
    sources: Mapping[str, int],
    topics: Mapping[str, int],
) -> list[Feed]:
    """Rows due within the first minute at the latest, one after the other."""
    now = timezone.now()
    step = min(timedelta(seconds=1) / FEEDS_A_SECOND, LONGEST_SPREAD / max(len(feeds), 1))
    return [
        Feed(
            source_id=sources[source.slug],
            url=feed.url,
            title=feed.title,
            active=feed.active,
            topic_id=topics.get(feed.topic),
            next_fetch_at=now + step * number,
        )
        for number, (source, feed) in enumerate(feeds)
    ]
