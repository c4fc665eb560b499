"""What a row of a table asks for: its cells read and checked, each by its column. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from articles.entries.sanitise import plain_text
from articles.entries.urls import safe_url
from articles.fetch.addresses import Network
from articles.models import Source
from articles.pipeline.opml import why_refused
from articles.pipeline.tables import Line

HEAVIEST = 4.0
_YES, _NO = frozenset({"", "yes", "true", "1"}), frozenset({"no", "false", "0"})
_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,80}")


@dataclass(frozen=True, slots=True)
class Wish:
    """Fields of a feed and of its source, as they are to be; those not named stay as they are."""

    url: str = ""
    feed: Mapping[str, Any] = field(default_factory=dict)
    """`title`, `active`, and `topic` by its name."""
    source: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `Source`, `editions` by their slugs."""
    refusal: str = ""
    """Why nothing of it can be done, in words for a curator."""


def read_wish(line: Line, allow: Sequence[Network] = ()) -> Wish:
    """Understand one row."""
    url = line.values.get("feed", "")
    if url and (reason := why_refused(url, allow)):
        return Wish(url, refusal=reason)
    read: dict[str, Any] = {}
    for column, cell in line.values.items():
        if column in _READERS:
            try:
                read[column] = _READERS[column](cell)
            except ValueError as error:
                return Wish(url, refusal=f"{column}: {error}")
    feed = {name: value for name, value in read.items() if name in _OF_FEED}
    source = {name: read[column] for column, name in _OF_SOURCE.items() if column in read}
    return Wish(url, feed, {name: value for name, value in source.items() if _counts(name, value)})


def _counts(name: str, value: object) -> bool:
    """A source keeps its name and slug where their cells are empty."""
    return bool(value) or name not in ("name", "slug")


def _text(longest: int) -> Callable[[str], str]:
    def read(cell: str) -> str:
        text = plain_text(cell)
        if len(text) > longest:
            raise ValueError(f"it is longer than {longest} characters.")
        return text

    return read


def _notes(cell: str) -> str:
    if len(cell) > 10_000:
        raise ValueError("they are longer than 10000 characters.")
    return cell


def _matching(pattern: str, wanted: str) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if cell and not re.fullmatch(pattern, cell):
            raise ValueError(f"“{cell[:40]}” is not {wanted}.")
        return cell

    return read


def _home(cell: str) -> str:
    url = safe_url(cell)
    if cell and not url:
        raise ValueError(f"“{cell[:80]}” is not a web address.")
    return url


def _kind(cell: str) -> str:
    kind = cell.lower()
    if kind and kind not in Source.Kind.values:
        raise ValueError(f"“{cell[:40]}” is none of {', '.join(Source.Kind.values)}.")
    return kind


def _weight(cell: str) -> float:
    try:
        weight = float(cell.replace(",", ".") or 1)
    except ValueError:
        weight = math.nan
    if not 0 <= weight <= HEAVIEST:
        raise ValueError(f"“{cell[:40]}” is not a number from 0 to {HEAVIEST:g}.")
    return weight


def _active(cell: str) -> bool:
    word = cell.lower()
    if word not in _YES | _NO:
        raise ValueError(f"“{cell[:40]}” is neither yes nor no.")
    return word in _YES


def _editions(cell: str) -> list[str]:
    return sorted(set(cell.replace(",", " ").replace(";", " ").split()))


_READERS: Mapping[str, Callable[[str], Any]] = {
    "title": _text(500),
    "topic": _text(80),
    "active": _active,
    "source": _text(200),
    "slug": _matching(_SLUG.pattern, "a slug of letters, digits and hyphens"),
    "home_page": _home,
    "owner": _text(200),
    "country": lambda cell: _matching("[A-Z]{2}", "a country such as GB")(cell.upper()),
    "language": lambda cell: _matching("[a-z]{2}", "a language such as en")(cell.lower()),
    "kind": _kind,
    "editions": _editions,
    "weight": _weight,
    "notes": _notes,
}
_OF_FEED = frozenset({"title", "topic", "active"})
_OF_SOURCE = {"source": "name", "home_page": "home_url"} | {
    name: name
    for name in ("slug", "owner", "country", "language", "kind", "editions", "weight", "notes")
}
