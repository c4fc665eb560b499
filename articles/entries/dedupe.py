"""One entry for each article within one feed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from articles.entries.types import Entry


def dedupe(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Of entries with one guid or one canonical address, the last edited; in the feed's order.

    Between entries of the same time, the first stays: feeds list the newest first.
    """
    kept: list[Entry | None] = []
    places: dict[str, int] = {}
    for entry in entries:
        keys = _keys(entry)
        known = sorted({places[key] for key in keys if key in places})
        place = known[0] if known else len(kept)
        rivals = [rival for i in known if (rival := kept[i])]
        if not known:
            kept.append(None)
        for other in known[1:]:
            kept[other] = None  # this entry shows two kept ones to be the same
        kept[place] = max([*rivals, entry], key=_edited)
        places.update(dict.fromkeys([*keys, *(k for r in rivals for k in _keys(r))], place))
    return tuple(entry for entry in kept if entry)


def _keys(entry: Entry) -> list[str]:
    keys = [f"guid {entry.guid}"]
    return [*keys, f"url {entry.canonical_url}"] if entry.canonical_url else keys


def _edited(entry: Entry) -> datetime:
    return entry.updated or entry.published
