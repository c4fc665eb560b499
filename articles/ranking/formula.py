"""How high a story stands: one number that says when it was reported and how strongly.

The number is worked out in the database (`articles.pipeline.stories`), by the constants of this
module. Here is the same arithmetic in Python: for the page that explains it, and for the test that
holds the two equal. Time is no input: a fresh story starts higher, so none has to sink.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import log2

HALF_LIFE = timedelta(hours=8)
"""A story must double its independent reports every so long to keep its place."""

SPEED_WINDOW = timedelta(hours=3)
"""Reports that follow the first within so long came fast."""

SPEED_WEIGHT = 0.5
"""What a doubling of fast reports is worth; a doubling of independent reports is worth 1."""

BREADTH_WEIGHT = 0.5
"""What a doubling of the countries that a story is reported from is worth."""

HERE_WEIGHT = 0.5
"""On an edition's front page its own sources' strength counts so much, everybody's the rest."""

LEAST = 1 / 16
"""What a story's reports count as at least, whatever their sources weigh: four steps down."""

CORROBORATED = 2
"""So many independent reports, and a story may lead a page."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Strength:
    """What counts of a story's coverage, whatever the time: all are numbers of owners' voices.

    A voice is an outlet, or all outlets of one owner. Copies are nobody's report.
    """

    independent: int = 0
    """Voices with a report of their own."""
    early: int = 0
    """Those of them that first reported within `SPEED_WINDOW` of the first."""
    countries: int = 0
    """The countries that the voices' first reports came from."""
    added: float = 0.0
    """What the weights of the voices' sources make `independent` more, or less, in rank alone."""
    added_early: float = 0.0
    """The same of `early`."""

    @property
    def counted(self) -> float:
        """As how many independent reports they count."""
        return self.independent + self.added

    @property
    def reports(self) -> float:
        return log2(max(self.counted, LEAST)) if self.independent else 0.0

    @property
    def speed(self) -> float:
        return SPEED_WEIGHT * _doublings(self.early + self.added_early)

    @property
    def breadth(self) -> float:
        return BREADTH_WEIGHT * _doublings(self.countries)

    @property
    def total(self) -> float:
        return self.reports + self.speed + self.breadth


def rank(middle: datetime, everywhere: Strength, here: Strength | None = None) -> float:
    """The rank of a story, in half-lives; `here` is the strength in the edition of a front page.

    `middle` is when the story's middle voice last reported. Of a lone voice it is the first
    report: what one outlet says alone is not made fresh by saying it again.
    """
    strength = combined(everywhere, everywhere if here is None else here)
    return (middle - EPOCH) / HALF_LIFE + strength


def combined(everywhere: Strength, here: Strength) -> float:
    """A story's strength on the front page of an edition that reports it by the strength `here`."""
    return (1 - HERE_WEIGHT) * everywhere.total + HERE_WEIGHT * here.total


def _doublings(count: float) -> float:
    return log2(max(count, 1))
