"""A reader's question as an address puts it, and told back in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from articles.entries import query as queries
from articles.entries.query import Filter, Query
from articles.models import Edition
from articles.selectors.criteria import EVERY
from articles.web import names

FIELDS = {"edition": "edition", "language": "language", "period": "after"}
"""The form's fields that stand for an operator, and which."""
PERIODS = ("today", "7d", "30d", "365d")


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a field."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in words, and where it is taken away."""

    label: str
    without: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader asks for, and how the answer is to be told."""

    query: Query
    as_stories: bool = False
    by_time: bool = False

    @property
    def text(self) -> str:
        return str(self.query)

    @property
    def everywhere(self) -> bool:
        return EVERY in self.query.values("language")

    def address(self, query: Query | None = None, **changes: str) -> str:
        """Where this is answered, or another query in the same way."""
        told = {
            "q": str(self.query if query is None else query),
            "as": "stories" if self.as_stories else "",
            "sort": "time" if self.by_time else "",
        }
        asked = {name: value for name, value in (told | changes).items() if value}
        return reverse("search") + ("?" + urlencode(asked) if asked else "")

    def only(self, name: str, value: str) -> str:
        """Where the same is answered with one value for an operator, or with none."""
        return self.address(self.query.only(name, value))


def question(request: HttpRequest) -> Question:
    """What `q`, `as` and `sort` ask, and the form's fields with them."""
    query = queries.read(request.GET.get("q", ""))
    for field, name in FIELDS.items():
        value = request.GET.get(field, "")
        # What is written in the question itself counts more.
        if value and not any(part.name == name for part in query.filters):
            query = queries.read(str(query.only(name, value)))
    return Question(query, request.GET.get("as") == "stories", request.GET.get("sort") == "time")


def is_from_form(request: HttpRequest) -> bool:
    """Whether the address says with fields what a question says by itself."""
    return not FIELDS.keys().isdisjoint(request.GET)


@dataclass(frozen=True, slots=True)
class Form:
    """The page's form: a field for each filter it can show, and all else in the box."""

    box: str
    editions: tuple[Option, ...]
    languages: tuple[Option, ...]
    periods: tuple[Option, ...]


def form(asked: Question, editions: Sequence[Edition], usual: Sequence[str] | None) -> Form:
    """The form that asks `asked` again; `usual` are the languages it is answered in (None: all)."""
    query = asked.query
    spoken = sorted({known.language for known in editions})
    labels = {
        "edition": {known.slug: names.name(known) for known in editions},
        "language": {EVERY: _("All languages")}
        | {code: names.language_name(code).capitalize() for code in spoken},
        "after": dict(zip(PERIODS, _periods(), strict=True)),
    }
    own = ", ".join(map(names.language_name, usual)).capitalize() if usual else _("All languages")
    unset = {"edition": _("All editions"), "language": own, "after": _("Any time")}
    shown = {name: _shown(query, name, choices) for name, choices in labels.items()}
    rest = query.without(*(part for part in shown.values() if part))
    fields = {
        name: (
            Option("", unset[name], shown[name] is None),
            *(
                Option(value, label, (part := shown[name]) is not None and part.value == value)
                for value, label in choices.items()
            ),
        )
        for name, choices in labels.items()
    }
    box = " ".join(filter(None, (str(rest), *map(str, query.misread))))
    return Form(box, fields["edition"], fields["language"], fields["after"])


def _periods() -> tuple[str, ...]:
    return _("Today"), _("Past week"), _("Past month"), _("Past year")


def _shown(query: Query, name: str, choices: dict[str, str]) -> Filter | None:
    """The filter that a field can show: the only one of its operator, with one of its values."""
    parts = [part for part in query.filters if part.name == name]
    alone = len(parts) == 1 and not parts[0].excluded and parts[0].value in choices
    return parts[0] if alone else None


def chips(asked: Question, editions: Sequence[Edition]) -> tuple[Chip, ...]:
    """The filters in words."""
    places = {edition.slug: names.name(edition) for edition in editions}
    today = timezone.now().date()
    return tuple(
        Chip(_label(part, places, today), asked.address(asked.query.without(part)))
        for part in asked.query.filters
    )


def _label(part: Filter, places: dict[str, str], today: date) -> str:
    if part.name == "language" and part.value == EVERY:
        return _("All languages")
    moment = queries.day(part.value, today) if part.name in queries.MIRRORED else None
    value = {
        "edition": places.get(part.value, part.value),
        "language": names.language_name(part.value),
    }.get(part.name, part.value)
    return _pattern(part) % {"value": _day(moment) if moment else value}


def _day(day: date) -> str:
    return date_format(datetime.combine(day, time.min), _("j F Y"))


def _pattern(part: Filter) -> str:
    patterns = {
        ("source", False): _("Source: %(value)s"),
        ("source", True): _("Not the source %(value)s"),
        ("edition", False): _("Edition: %(value)s"),
        ("edition", True): _("Not the edition %(value)s"),
        ("topic", False): _("Topic: %(value)s"),
        ("topic", True): _("Not the topic %(value)s"),
        ("language", False): _("Language: %(value)s"),
        ("language", True): _("Not in the language %(value)s"),
        ("after", False): _("From %(value)s on"),
        ("before", False): _("Before %(value)s"),
    }
    return patterns[part.name, part.excluded]


def notes(query: Query, unknown: Sequence[Filter]) -> Iterator[str]:
    """What could not be understood, and what to write instead."""
    for part in query.misread:
        dates = _("“%(written)s” names no date: write 2026-11-20, 2026-11, 2026, today or 7d.")
        yield dates % {"written": str(part)}
    words = {
        "source": _("There is no source called “%(value)s”."),
        "edition": _("There is no edition called “%(value)s”."),
        "topic": _("There is no topic called “%(value)s”."),
    }
    for part in unknown:
        yield words[part.name] % {"value": part.value}
