"""What can be chosen of a story's coverage: read from an address, and offered as links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from articles.selectors.coverage import Cell, Choice
from articles.web import names
from articles.web.addresses import no_page

UNKNOWN = "unknown"
"""In an address, for the country of sources whose country is not known."""

_COUNTRY = re.compile(rf"[A-Z]{{2}}|{UNKNOWN}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2}", re.ASCII)
_ONLY = re.compile(r"independent")
_ORDER = re.compile(r"newest")


@dataclass(frozen=True, slots=True)
class Option:
    """One choice among others, as a link."""

    words: str
    query: str
    """What follows the page's address: empty, or beginning with a question mark."""
    current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """Choices that exclude each other."""

    name: str
    words: str
    options: tuple[Option, ...]


def choice(asked: QueryDict) -> Choice:
    """Which reports an address asks for. Raises `Http404` for what no page of ours links to."""
    country = _value(asked, "country", _COUNTRY)
    return Choice(
        independent=_value(asked, "only", _ONLY) is not None,
        country="" if country == UNKNOWN else country,
        language=_value(asked, "language", _LANGUAGE),
        newest_first=_value(asked, "order", _ORDER) is not None,
    )


def _value(asked: QueryDict, name: str, allowed: re.Pattern[str]) -> str | None:
    text = asked.get(name, "")
    if text and not allowed.fullmatch(text):
        raise no_page()
    return text or None


def query(chosen: Choice) -> str:
    """Undo `choice`: empty where nothing is chosen."""
    said = {
        "only": "independent" if chosen.independent else None,
        "country": UNKNOWN if chosen.country == "" else chosen.country,
        "language": chosen.language,
        "order": "newest" if chosen.newest_first else None,
    }
    text = urlencode({name: value for name, value in said.items() if value})
    return f"?{text}" if text else ""


def count(cells: Iterable[Cell], chosen: Choice) -> int:
    """How many reports are chosen, copies counted."""
    return sum(len(cell.times) for cell in cells if _is_among(cell, chosen))


def times(cells: Iterable[Cell]) -> Iterable[datetime]:
    """When each report was published."""
    return chain.from_iterable(cell.times for cell in cells)


def _is_among(cell: Cell, chosen: Choice) -> bool:
    return (
        not (chosen.independent and cell.copy)
        and chosen.country in (None, cell.country)
        and chosen.language in (None, cell.language)
    )


def facets(cells: Sequence[Cell], chosen: Choice) -> tuple[Facet, ...]:
    """What can be chosen, each with how many reports that leaves; only where reports differ."""
    found = []
    if len({cell.copy for cell in cells}) > 1:
        only = [(_("Without copies"), replace(chosen, independent=True))]
        every = replace(chosen, independent=False)
        found.append(_facet("only", _("Reports"), every, only, cells, chosen))
    if len(countries := _most_first(cells, lambda cell: cell.country)) > 1:
        known = [(_country(code), replace(chosen, country=code)) for code in countries]
        every = replace(chosen, country=None)
        found.append(_facet("country", _("Countries"), every, known, cells, chosen))
    if len(languages := _most_first(cells, lambda cell: cell.language)) > 1:
        spoken = [(names.language_name(code), replace(chosen, language=code)) for code in languages]
        every = replace(chosen, language=None)
        found.append(_facet("language", _("Languages"), every, spoken, cells, chosen))
    return tuple(found)


def _facet(
    name: str,
    words: str,
    every: Choice,
    choices: Iterable[tuple[str, Choice]],
    cells: Sequence[Cell],
    chosen: Choice,
) -> Facet:
    options = (
        Option(label, query(each), each == chosen, count(cells, each))
        for label, each in [(_("All"), every), *choices]
    )
    return Facet(name, words, tuple(options))


def _most_first(cells: Iterable[Cell], of: Callable[[Cell], str]) -> list[str]:
    """The values that cells have, those of most reports first, an empty one last."""
    counts: Counter[str] = Counter()
    for cell in cells:
        counts[of(cell)] += len(cell.times)
    return sorted(counts, key=lambda value: (not value, -counts[value], value))


def _country(code: str) -> str:
    return names.country_name(code) if code else _("Not known")


def order(chosen: Choice) -> Facet:
    """Which end of the coverage comes first."""
    first = {False: _("Oldest first"), True: _("Newest first")}
    options = (
        Option(words, query(replace(chosen, newest_first=newest)), newest == chosen.newest_first)
        for newest, words in first.items()
    )
    return Facet("order", _("Order"), tuple(options))
