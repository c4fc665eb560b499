"""Invented news: events of an invented country, told by several outlets."""

from __future__ import annotations

from itertools import count

from articles.clustering.parameters import DAY
from articles.clustering.types import Document, Grouped, Placement
from articles.clustering.window import Window

NOON = 1_700_000_000.0
HOUR = DAY / 24

BRIDGE = [
    "Harbour bridge in Port Alder closes after crack is found in cable",
    "Port Alder bridge shut as inspectors find crack in main cable",
    "Crack in cable shuts Port Alder's harbour bridge for four weeks",
    "Port Alder: harbour bridge closed over cracked cable, commuters stranded",
]
VOLCANO = [
    "Mount Kessa erupts, thousands leave villages on its northern slope",
    "Eruption of Mount Kessa drives thousands from northern villages",
    "Thousands flee villages as Mount Kessa volcano erupts",
]
CUP = [
    "Dunmore Rovers win Lantern Cup after penalties against Vale Athletic",
    "Lantern Cup: Dunmore Rovers beat Vale Athletic on penalties",
    "Vale Athletic lose Lantern Cup to Dunmore Rovers in penalty shootout",
]
LONELY = "Museum of Clocks opens a wing for sundials"


def article(
    number: int, title: str, *, source: int | None = None, at: float | None = NOON, lead: str = ""
) -> Document:
    """A document; every outlet its own unless told."""
    return Document(number, title, lead, number if source is None else source, at)


def edition() -> list[Document]:
    """Three events and a lonely article within a day, one article an hour, well mixed."""
    titles = [title for pair in zip(BRIDGE, VOLCANO, CUP, strict=False) for title in pair]
    titles += [BRIDGE[3], LONELY]
    return [article(at + 1, title, at=NOON + at * HOUR) for at, title in enumerate(titles)]


def window(language: str = "en", **parameters: object) -> Window:
    """An empty window that numbers its stories from 1."""
    numbers = count(1)
    return Window(language, new_story=lambda: next(numbers), **parameters)  # type: ignore[arg-type]


class Reader:
    """Applies what windows say, as a database would."""

    def __init__(self) -> None:
        self.places: dict[int, Placement] = {}
        self.similar: dict[int, dict[int, float]] = {}

    def take(self, grouped: Grouped) -> None:
        """Apply one batch."""
        for place in grouped.placements:
            self.places[place.article] = place
        for number, links in grouped.similar.items():
            self.similar[number] = {link.article: link.score for link in links}

    def stories(self) -> set[frozenset[int]]:
        """The stories as sets of articles."""
        found: dict[int, set[int]] = {}
        for place in self.places.values():
            found.setdefault(place.story, set()).add(place.article)
        return {frozenset(each) for each in found.values()}

    def copies(self) -> dict[int, int]:
        """What each copy is a copy of."""
        return {
            place.article: place.copy_of
            for place in self.places.values()
            if place.copy_of is not None
        }


def read(documents: list[Document], batch: int = 5) -> Reader:
    """Group documents in batches, in the order given."""
    reader, into = Reader(), window()
    for start in range(0, len(documents), batch):
        reader.take(into.group(documents[start : start + batch]))
    return reader
