"""Measure the grouping on a corpus with known stories, with the engine that production uses.

A corpus holds one JSON object a line: id, title, text, source, url, published (ISO 8601 or null),
lang, story (null where unknown). Rows go through a window of their language in the order of time,
those without a date first, in batches as they come to a worker that keeps up, and the window
forgets what is old as a worker's does. What counts is where each article is in the end.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any, Final, TextIO, cast

from articles.clustering.background import Background
from articles.clustering.embedding import Encoder, embedded, reads
from articles.clustering.parameters import DAY, DEFAULT, Parameters
from articles.clustering.scores import Score, bcubed, companions_found, pairwise
from articles.clustering.types import Document, Placement
from articles.clustering.window import Window

BATCH: Final = 50
"""Articles handed to the window at a time."""
UNKNOWN_SOURCES: Final = frozenset({"", "unknown"})


class BadRowError(ValueError):
    """A line of a corpus that cannot be read; the message names the line."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a corpus."""

    title: str
    text: str
    source: str
    published: float | None
    language: str
    story: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured for one language, or for all of a corpus."""

    articles: int
    labelled: int
    stories: int
    copies: int
    bcubed: Score
    pairwise: Score
    similar_recall: float | None
    """Share of the gold companions (at most eight) among the similar news; None without any."""
    similar_links: int
    links_across_sources: int
    articles_per_second: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the window made of one language; articles are numbered by their place in the rows."""

    rows: Sequence[Row]
    places: dict[int, Placement]
    similar: dict[int, tuple[int, ...]]
    seconds: float


def read(path: Path) -> Iterator[Row]:
    """The rows of a corpus file, plain or gzipped.

    Raises BadRowError, naming the line, for what is not such a row, and OSError for a bad file.
    """
    with cast(TextIO, gzip.open(path, "rt") if path.suffix == ".gz" else path.open()) as lines:
        try:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _row(line, number)
        except (UnicodeDecodeError, EOFError) as error:
            raise BadRowError(f"{path}: {error}") from error


def _row(line: str, number: int) -> Row:
    try:
        data = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadRowError(f"line {number}: not JSON: {error}") from error
    if not isinstance(data, dict):
        raise BadRowError(f"line {number}: not a JSON object")
    try:
        story = data.get("story")
        return Row(
            _text(data, "title"),
            _text(data, "text"),
            _text(data, "source"),
            _seconds(data.get("published")),
            _text(data, "lang"),
            None if story is None else str(story),
        )
    except (TypeError, ValueError) as error:
        raise BadRowError(f"line {number}: {error}") from error


def _text(data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"{key} is not a string")
    return value


def _seconds(published: object) -> float | None:
    if published is None or published == "":
        return None
    if not isinstance(published, str):
        raise TypeError("published is not a string")
    moment = datetime.fromisoformat(published)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


@dataclass(frozen=True, slots=True)
class Corpus:
    """The labelled rows of one language of a corpus."""

    name: str
    language: str
    rows: Sequence[Row]
    lead_words: int | None
    """Words kept of each text; None keeps all."""

    @property
    def documents(self) -> list[Document]:
        """What grouping reads, in the order of time, numbered by place in `rows`."""
        return documents_of(self.rows, self.lead_words)


def labelled(names: Iterable[str]) -> Iterator[Corpus]:
    """Every language of every corpus named, as FILE or FILE:LEAD_WORDS. Raises as `read` does."""
    for name in names:
        path, _, lead = name.partition(":")
        rows = [row for row in read(Path(path)) if row.story is not None]
        for language in sorted({row.language for row in rows}):
            own = [row for row in rows if row.language == language]
            title = f"{Path(path).name.partition('.')[0]} {language}"
            yield Corpus(title, language, own, int(lead) if lead else None)


def backgrounds(rows: Iterable[Row]) -> dict[str, Background]:
    """The word counts of a corpus, for each of its languages."""
    texts: dict[str, list[str]] = {}
    for row in rows:
        texts.setdefault(row.language, []).append(f"{row.title}\n{row.text}")
    return {language: Background.from_texts(language, given) for language, given in texts.items()}


def run(
    rows: Iterable[Row],
    *,
    background: dict[str, Background] | None = None,
    lead_words: int | None = None,
    parameters: Parameters = DEFAULT,
    encoder: Encoder | None = None,
) -> dict[str, Outcome]:
    """Group a corpus, one language after another. `lead_words` cuts the text; None leaves it."""
    languages: dict[str, list[Row]] = {}
    for row in rows:
        languages.setdefault(row.language, []).append(row)
    priors = background or {}
    return {
        language: _run_language(
            language, given, priors.get(language), lead_words, parameters, encoder
        )
        for language, given in sorted(languages.items())
    }


def _run_language(
    language: str,
    rows: Sequence[Row],
    background: Background | None,
    lead_words: int | None,
    parameters: Parameters,
    encoder: Encoder | None,
) -> Outcome:
    documents = documents_of(rows, lead_words)
    numbers = count(1)
    places: dict[int, Placement] = {}
    similar: dict[int, tuple[int, ...]] = {}
    started = perf_counter()
    window = Window(
        language,
        background=background,
        parameters=parameters,
        new_story=lambda: next(numbers),
    )
    for start in range(0, len(documents), BATCH):
        batch = documents[start : start + BATCH]
        if encoder is not None and reads(encoder, language):
            batch = embedded(batch, encoder)
        grouped = window.group(batch)
        places.update((place.article, place) for place in grouped.placements)
        similar.update(
            (article, tuple(link.article for link in links))
            for article, links in grouped.similar.items()
        )
        if (newest := batch[-1].published) is not None:
            window.forget(newest - parameters.window_days * DAY)
    return Outcome(rows, places, similar, perf_counter() - started)


def documents_of(rows: Sequence[Row], lead_words: int | None) -> list[Document]:
    """Rows in order of time. A row whose publisher is unknown is given a publisher of its own."""
    sources: dict[str, int] = {}
    documents = []
    for number, row in enumerate(rows):
        own = f"\0{number}" if row.source.casefold() in UNKNOWN_SOURCES else row.source
        source = sources.setdefault(own, len(sources))
        lead = row.text if lead_words is None else " ".join(row.text.split()[:lead_words])
        documents.append(
            Document(number, row.title, lead, source, row.published, outlet=row.source)
        )
    return sorted(documents, key=_dateless_first)


def _dateless_first(document: Document) -> tuple[bool, float]:
    return document.published is not None, document.published or 0.0


def measure(outcomes: Iterable[Outcome]) -> Result:
    """Score what the windows made of one or several languages; unlabelled rows are not scored."""
    gold: list[str] = []
    found: list[tuple[int, int]] = []
    recalls: list[tuple[int, float]] = []
    given = list(outcomes)
    for at, outcome in enumerate(given):
        labelled = {
            number: row.story for number, row in enumerate(outcome.rows) if row.story is not None
        }
        gold += labelled.values()
        found += ((at, outcome.places[number].story) for number in labelled)
        originals = {number: _original(outcome.places[number]) for number in outcome.places}
        recall = companions_found(labelled, originals, outcome.similar)
        if recall is not None:
            recalls.append((len(labelled), recall))
    articles = sum(len(outcome.rows) for outcome in given)
    seconds = sum(outcome.seconds for outcome in given)
    links = [link for outcome in given for link in _links(outcome)]
    return Result(
        articles=articles,
        labelled=len(gold),
        stories=sum(len({place.story for place in each.places.values()}) for each in given),
        copies=sum(place.copy_of is not None for each in given for place in each.places.values()),
        bcubed=bcubed(gold, found),
        pairwise=pairwise(gold, found),
        similar_recall=_mean(recalls),
        similar_links=len(links),
        links_across_sources=sum(
            one != other or one.casefold() in UNKNOWN_SOURCES for one, other in links
        ),
        articles_per_second=articles / seconds if seconds else 0.0,
    )


def _original(place: Placement) -> int:
    return place.article if place.copy_of is None else place.copy_of


def _links(outcome: Outcome) -> Iterator[tuple[str, str]]:
    for article, others in outcome.similar.items():
        for other in others:
            yield outcome.rows[article].source, outcome.rows[other].source


def _mean(weighted: Sequence[tuple[int, float]]) -> float | None:
    total = sum(weight for weight, _ in weighted)
    return sum(weight * value for weight, value in weighted) / total if total else None
