"""All feeds, or some, as lists that can be imported again; read row by row, one query a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, F, Func, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Coalesce, NullIf

from articles.models import Edition, Feed, Source
from articles.syndication.opml import Subscription, title_of

CHUNK = 500
LONGEST_TITLE = 500
"""What `Feed.title` holds."""
_PATH = ArrayField(TextField())
_AS_LISTED = Q(listings__isnull=False) & (
    Q(listings__topic=F("topic")) | Q(listings__topic=None, topic=None)
)
_FOLDERS = Case(
    When(_AS_LISTED, then=F("listings__folders")),
    When(topic__isnull=False, then=Func(F("topic__name"), template="ARRAY[%(expressions)s]")),
    default=Value([], output_field=_PATH),
    output_field=_PATH,
)
"""The folders of the list that a feed came from, unless a curator chose another topic since."""
_OF_SOURCE = ("name", "slug", "home_url", "owner", "country", "language", "kind")


def of_edition(edition: Edition | None) -> tuple[QuerySet[Feed], QuerySet[Source]]:
    """The feeds of an edition's sources, or all, and the sources among them that have none."""
    feeds, sources = Feed.objects.all(), Source.objects.filter(feeds=None)
    if edition:
        feeds, sources = feeds.filter(source__editions=edition), sources.filter(editions=edition)
    return feeds, sources


def subscriptions(feeds: QuerySet[Feed]) -> Iterator[Subscription]:
    """Feeds in the order and with all that OPML can say of them: `syndication.opml` writes them."""
    title = Coalesce(NullIf("title", Value("")), "source__name")
    rows = (
        feeds.order_by()
        .annotate(path=_FOLDERS, called=title)
        .order_by("path", "called", "url", "listings__pk")
        .values_list(
            *("url", "path", "called", "title", "listings__attributes"),
            *("source__home_url", "source__language"),
        )
    )
    before = None
    for url, path, called, own, attributes, home_url, language in rows.iterator(CHUNK):
        if (url, path) != before:
            yield Subscription(
                url, called, home_url, language, tuple(path), _said(attributes or {}, own)
            )
        before = (url, path)


def table(feeds: QuerySet[Feed], sources: QuerySet[Source]) -> Iterator[Sequence[str]]:
    """Feeds, then sources without feeds, as rows of `pipeline.tables.COLUMNS`."""
    of_feeds = (
        feeds.order_by("source__name", "source__slug", "url")
        .annotate(in_editions=_editions("source"))
        .values_list(
            *("url", "title", "topic__name", "active"),
            *(f"source__{name}" for name in _OF_SOURCE),
            *("in_editions", "source__weight", "source__notes"),
        )
    )
    of_sources = (
        sources.order_by("name", "slug")
        .annotate(in_editions=_editions("pk"))
        .values_list(*_OF_SOURCE, "in_editions", "weight", "notes")
    )
    alone = (("", "", "", True, *row) for row in of_sources.iterator(CHUNK))
    return map(_cells, chain(of_feeds.iterator(CHUNK), alone))


def _editions(source: str) -> ArraySubquery:
    return ArraySubquery(
        Edition.objects.filter(sources=OuterRef(source)).order_by("slug").values("slug")
    )


def _cells(row: Sequence[Any]) -> list[str]:
    feed, title, topic, active, *source, editions, weight, notes = row
    told = [feed, title, topic or "", "yes" if active else "no", *source]
    return [*told, " ".join(editions), f"{weight:g}", notes]


def _said(attributes: Mapping[str, str], title: str) -> Mapping[str, str]:
    """What the list said, without its title once the feed has another."""
    if title_of(attributes)[:LONGEST_TITLE] == title:
        return attributes
    return {name: value for name, value in attributes.items() if name not in ("text", "title")}
