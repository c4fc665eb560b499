"""What would become of entries, were they stored and grouped now. Reads only.

    fates = rehearse([(feed, entries)], outlet="The Lantern")

It goes the ways of storing and grouping themselves: the same keys recognise what is known, and the
rest is grouped in windows that are filled from what is stored and thrown away afterwards, in the
batches in which it would be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from django.db.models import Max
from django.utils import timezone

from articles.clustering.embedding import embedded
from articles.clustering.types import Document, Known, Placement
from articles.clustering.window import Window
from articles.entries.types import Entry
from articles.models import Article, Feed
from articles.pipeline import embeddings
from articles.pipeline.grouping import BATCH, Days, days_around, filled
from articles.pipeline.store import foresee

Batch = Sequence[tuple[Feed, Sequence[Entry]]]
Key = tuple[int, str]
"""A feed's key and an entry's GUID."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What would become of one entry; empty for news that begins a story of its own."""

    article: int | None = None
    """The article that it is already."""
    repeats: bool = False
    """Whether another of the entries stands for it."""
    copy_of: int | None = None
    """The article of which it would be a copy."""
    story: int | None = None
    """The story, of those that there are, that it would join."""


def rehearse(batch: Batch, outlet: str) -> dict[Key, Fate]:
    """The fate of every entry of feeds of one source, whose name is `outlet`.

    The feeds may be unsaved, but each must have a key that no other has, and a source's.
    """
    foreseen = foresee(batch)
    entries = {(feed.pk, entry.guid): (feed, entry) for feed, each in batch for entry in each}
    first = (Article.objects.aggregate(last=Max("id"))["last"] or 0) + 1
    numbers = {key: first + place for place, key in enumerate(foreseen.fresh)}
    waiting: dict[str, list[Document]] = defaultdict(list)
    for key, number in numbers.items():
        feed, entry = entries[key]
        waiting[entry.language].append(_document(number, feed, entry, outlet))
    placed: dict[int, Placement] = {}
    for language, documents in waiting.items():
        placed |= _Rehearsal(language).group(documents)
    fates = {key: _fate(placed[number], first) for key, number in numbers.items()}
    fates |= {key: Fate(article=article) for key, article in foreseen.known.items()}
    return {key: fates.get(key, Fate(repeats=True)) for key in entries}


def _document(number: int, feed: Feed, entry: Entry, outlet: str) -> Document:
    time = entry.published.timestamp()
    return Document(number, entry.title, entry.excerpt, feed.source_id, time, entry.authors, outlet)


def _fate(placement: Placement, first: int) -> Fate:
    original = placement.copy_of
    return Fate(
        copy_of=original if original is not None and original < first else None,
        story=placement.story if placement.story > 0 else None,
    )


class _Rehearsal:
    """Groups documents of one language, batch after batch, as they would be."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._begun = count(-1, -1)
        self._model = embeddings.encoder(language)
        self._known: dict[int, Known] = {}
        """What earlier batches would have stored."""

    def group(self, documents: Sequence[Document]) -> dict[int, Placement]:
        """Where each would be placed. New stories have numbers below zero."""
        waiting = sorted(documents, key=_by_time)
        now = timezone.now()
        present: Window | None = None
        while waiting:
            days = days_around(_time(waiting[0]), now)
            batch = [each for each in waiting if days.before is None or _time(each) < days.before]
            if days.before:
                self._group(self._window(days), batch[:BATCH])
            else:
                present = self._window(days) if present is None else present
                self._group(present, batch[:BATCH])
            waiting = [each for each in waiting if each.id not in self._known]
        return {
            number: Placement(number, known.story, known.copy_of)
            for number, known in self._known.items()
        }

    def _window(self, days: Days) -> Window:
        of_these_days = [
            known
            for known in self._known.values()
            if days.since <= _time(known.document) <= days.until
        ]
        return filled(
            self._language, days.since, days.until, lambda: next(self._begun), of_these_days
        )

    def _group(self, window: Window, batch: Sequence[Document]) -> None:
        if self._model:
            batch = embedded(batch, self._model)
        documents = {number: known.document for number, known in self._known.items()}
        documents |= {each.id: each for each in batch}
        for placement in window.group(batch).placements:
            if document := documents.get(placement.article):
                known = Known(document, placement.story, placement.copy_of)
                self._known[placement.article] = known


def _by_time(document: Document) -> tuple[datetime, int]:
    return _time(document), document.id


def _time(document: Document) -> datetime:
    return datetime.fromtimestamp(document.published or 0.0, UTC)
