"""What a question means here: its names of sources, editions, topics and languages looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypeVar

from django.conf.locale import LANG_INFO
from django.db.models import Q

from articles.entries import query as queries
from articles.entries.query import Filter, Query
from articles.models import Edition, Source, Topic

Place = TypeVar("Place", Edition, Topic)

# Index words of articles in languages without grammar rules of their own.
NO_LANGUAGE = ""
EVERY = "all"
"""The value of `language:` that leaves no language out."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which values a column may have, None standing for all, and which it must not."""

    kept: frozenset[int] | None = None
    dropped: frozenset[int] = frozenset()

    def __and__(self, other: Choice) -> Choice:
        """What both choices allow."""
        limits = [choice.kept for choice in (self, other) if choice.kept is not None]
        kept = frozenset.intersection(*limits) if limits else None
        return Choice(kept, self.dropped | other.dropped)


@dataclass(frozen=True, slots=True)
class Criteria:
    """What articles must be like."""

    query: Query
    reading: tuple[str, ...]
    """The languages in which the words are read."""
    languages: tuple[str, ...] | None = None
    """Those of the articles; None for any."""
    usual: tuple[str, ...] | None = None
    """Those they would be, had the question named none."""
    other_languages: tuple[str, ...] = ()
    """Languages the articles must not be in."""
    sources: Choice = Choice()
    topics: Choice = Choice()
    since: datetime | None = None
    before: datetime | None = None
    unknown: tuple[Filter, ...] = ()
    """Filters that name nothing we know."""

    @property
    def possible(self) -> bool:
        """Whether anything can match."""
        none: frozenset[int] = frozenset()
        return none not in (self.sources.kept, self.topics.kept)


def criteria(
    query: Query, editions: Sequence[Edition], edition: Edition | None, today: date
) -> Criteria:
    """Look up what `query` names. `edition` is the reader's, `today` a day of UTC.

    At most two queries, and none for words alone.
    """
    places = {
        part: _named(part.value, editions) for part in query.filters if part.name == "edition"
    }
    topics = _topics(query)
    by_name, by_edition = _sources(query, places)
    usual = _usual_languages(query, places, edition)
    languages = _asked_languages(query, usual)
    spoken = sorted({known.language for known in editions})
    known: dict[Filter, object] = {**topics, **by_name, **places}
    return Criteria(
        query,
        reading=languages or (*spoken, NO_LANGUAGE),
        languages=languages,
        usual=usual,
        other_languages=tuple(map(_code, query.values("language", excluded=True))),
        sources=_choice(by_name) & _choice(by_edition),
        topics=_choice(topics),
        since=max(_times(query, "after", today), default=None),
        before=min(_times(query, "before", today), default=None),
        unknown=tuple(part for part, found in known.items() if not found),
    )


def _choice(found: Mapping[Filter, set[int]]) -> Choice:
    """What any of the filters keeps and none drops."""
    kept = [pks for part, pks in found.items() if not part.excluded]
    dropped = [pks for part, pks in found.items() if part.excluded]
    none: frozenset[int] = frozenset()
    return Choice(none.union(*kept) if kept else None, none.union(*dropped))


def _topics(query: Query) -> dict[Filter, set[int]]:
    """The topic of each filter that names one."""
    parts = [part for part in query.filters if part.name == "topic"]
    topics = tuple(Topic.objects.all()) if parts else ()
    found = {part: _named(part.value, topics) for part in parts}
    return {part: {topic.pk} if topic else set() for part, topic in found.items()}


def _sources(
    query: Query, placed: Mapping[Filter, Edition | None]
) -> tuple[dict[Filter, set[int]], dict[Filter, set[int]]]:
    """The sources of each filter that names some, and of each that names their edition."""
    named = [part for part in query.filters if part.name == "source"]
    editions = [edition for edition in placed.values() if edition]
    if not (named or editions):
        return {}, {part: set() for part in placed}
    wanted = Q(editions__in=editions)
    for part in named:
        # PostgreSQL has capitals of its own: none for ß.
        wanted |= Q(slug=part.value.lower()) | Q(name__iexact=part.value)
    rows = Source.objects.filter(wanted).values_list("pk", "slug", "name", "editions")
    found = [(pk, {slug.upper(), name.upper()}, edition) for pk, slug, name, edition in rows]
    return (
        {part: {pk for pk, names, _ in found if part.value.upper() in names} for part in named},
        {
            part: {pk for pk, _, edition in found if own and edition == own.pk}
            for part, own in placed.items()
        },
    )


def _named(value: str, places: Iterable[Place]) -> Place | None:
    """The edition or topic of a slug or name."""
    key = value.casefold()
    return next((each for each in places if key in (each.slug, each.name.casefold())), None)


def _asked_languages(query: Query, usual: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Those that the question names, None for any; the usual ones if it names none."""
    asked = tuple(dict.fromkeys(map(_code, query.values("language"))))
    if not asked:
        return usual
    return None if EVERY in asked else asked


def _usual_languages(
    query: Query, places: Mapping[Filter, Edition | None], edition: Edition | None
) -> tuple[str, ...] | None:
    """Those of the editions asked for; else the reader's.

    None for any: whoever names a source knows in what language it is.
    """
    placed = {place.language for part, place in places.items() if place and not part.excluded}
    if placed:
        return tuple(sorted(placed))
    return (edition.language,) if edition and not query.values("source") else None


def _code(language: str) -> str:
    """The code of a language that is named by it, in English or as it names itself."""
    key = language.casefold()
    for code, names in LANG_INFO.items():
        if key in (names.get("name", "").casefold(), names.get("name_local", "").casefold()):
            return code.partition("-")[0]
    return key


def _times(query: Query, name: str, today: date) -> list[datetime]:
    days = (queries.day(value, today) for value in query.values(name))
    return [datetime.combine(day, time.min, UTC) for day in days if day]
