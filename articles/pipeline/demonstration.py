"""The demonstration's sources: invented outlets, served by this machine.

Its news is told as if it happened around the moment it starts, so it starts afresh each time, and
whoever starts without it finds nothing of it among the real news.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from articles.models import Feed, Source, Story
from articles.pipeline import catalogue
from articles.pipeline.catalogue import Added
from articles.pipeline.stories import derive

INTERVAL = timedelta(minutes=5)
"""News that breaks while somebody looks on should not keep them waiting."""
OUTLETS = Path(__file__).resolve().parent.parent / "demo" / "sources.toml"


@transaction.atomic
def load(base_url: str) -> Added:
    """Add the outlets as served at `base_url`, and the editions they use, in place of older ones.

    Raises CatalogueError.
    """
    remove()
    default, demo = catalogue.read(catalogue.DEFAULT), catalogue.read(OUTLETS, base_url)
    used = {slug for source in demo.sources for slug in source.editions}
    editions = tuple(edition for edition in default.editions if edition.slug in used)
    added = catalogue.add(replace(default, editions=editions, sources=demo.sources))
    Feed.objects.filter(source__in=_outlets()).update(interval=INTERVAL)
    return added


@transaction.atomic
def remove() -> None:
    """Remove the outlets with all they published, and the stories that were theirs alone."""
    outlets = _outlets()
    told = set(Story.objects.filter(articles__source__in=outlets).values_list("pk", flat=True))
    outlets.delete()
    Story.objects.filter(pk__in=told, articles=None).delete()
    derive(told)


def _outlets() -> QuerySet[Source]:
    return Source.objects.filter(slug__in=[row.slug for row in catalogue.read(OUTLETS).sources])
