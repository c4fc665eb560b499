"""An invented archive of any size, for `pages.py`: written into an empty database by COPY.

Sources, editions and topics are the default catalogue's. Words follow a Zipf law, stories are of
many sizes, news comes at one rate whatever the archive's size: a larger one goes back further.
What follows from articles is derived by the pipeline itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from django.core.management import call_command
from django.db import connection, models
from numpy.typing import NDArray

from articles.models import Article, SimilarLink, Source, Story
from articles.pipeline import fronts, stories

Numbers = NDArray[np.int64]

ARTICLES_A_STORY = 5
SECONDS_AN_ARTICLE = 4.0
VOCABULARY = 60_000
TITLE_WORDS, EXCERPT_WORDS = 9, 30
TEXT_SENTENCES, SENTENCE_WORDS = 6, 20
WITH_TEXT = 0.3
"""The share of articles whose feed gives their text as well."""
COPIES = 0.15
LINKS = 3
DERIVED_AT_ONCE = 5_000

ONSETS = (*"bdfgklmnprstvz", "br", "dr", "fl", "gr", "kl", "pr", "st", "tr")
NUCLEI = (*"aeiou", "au", "ei", "ia", "ou")
SYLLABLES = [onset + nucleus for onset in ONSETS for nucleus in NUCLEI]


@cache
def vocabulary() -> list[str]:
    """Words of three syllables, the commonest first; the same at every run."""
    order = np.random.default_rng(7).permutation(len(SYLLABLES) ** 3)[:VOCABULARY]
    base = len(SYLLABLES)
    return [
        SYLLABLES[number // base**2] + SYLLABLES[number // base % base] + SYLLABLES[number % base]
        for number in map(int, order)
    ]


@dataclass(frozen=True, slots=True)
class Plan:
    """Which article is in which story, of which source, copied from which, and when.

    By position; ids are positions plus one. story: position of the story; original: position of
    the article that is copied, or -1. times: seconds before now, the oldest article first.
    """

    source: Numbers
    story: Numbers
    original: Numbers
    times: NDArray[np.float64]
    stories: int


def plan(size: int, languages: Numbers, rng: np.random.Generator) -> Plan:
    """`languages`: the number of the language of each source."""
    count = size // ARTICLES_A_STORY
    weights = np.minimum(rng.pareto(1.1, count) + 0.3, 150)
    shares = weights / weights.sum()
    extra = rng.multinomial(size - count, shares)
    story = np.repeat(np.arange(count), extra + 1)
    began = np.sort(rng.uniform(0, size * SECONDS_AN_ARTICLE, count))
    times = began[story] + rng.exponential(4 * 3600, size)
    order = np.argsort(times)
    story, times = story[order], times[order]
    activity = 1 / (1 + rng.permutation(len(languages)))
    story_language = languages[rng.choice(len(languages), count, p=activity / activity.sum())]
    source = _sources(story_language[story], languages, activity, rng)
    return Plan(source, story, _originals(story, source, rng), times[-1] - times, count)


def _sources(
    wanted: Numbers, languages: Numbers, activity: NDArray[np.float64], rng: np.random.Generator
) -> Numbers:
    """A source of the wanted language for each article; busy ones more often."""
    source = np.empty(len(wanted), dtype=np.int64)
    for language in np.unique(wanted):
        speaking = np.flatnonzero(languages == language)
        chances = activity[speaking] / activity[speaking].sum()
        where = wanted == language
        source[where] = rng.choice(speaking, where.sum(), p=chances)
    return source


def _originals(story: Numbers, source: Numbers, rng: np.random.Generator) -> Numbers:
    """Some articles copy the first of their story."""
    _, first = np.unique(story, return_index=True)
    original = first[story]
    copied = (rng.random(len(story)) < COPIES) & (source != source[original])
    return np.where(copied, original, -1)


def build(size: int) -> None:
    """Fill an empty database."""
    call_command("load_sources", verbosity=0)
    sources = list(Source.objects.prefetch_related("feeds").order_by("pk"))
    names = sorted({source.language for source in sources})
    languages = np.array([names.index(source.language) for source in sources])
    planned = plan(size, languages, np.random.default_rng(size))
    now = datetime.now(UTC)
    with _bare():
        _copy(Story, _stories(planned, sources))
        _copy(Article, _articles(planned, sources, now))
        _copy(SimilarLink, _links(planned))
    with connection.cursor() as cursor:
        for model in (Article, Story, SimilarLink):
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
    derive()


def derive() -> None:
    """Have the pipeline derive what follows from articles, and measure tables for the planner."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    pks = list(Story.objects.order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(pks), DERIVED_AT_ONCE):
        stories.derive(pks[at : at + DERIVED_AT_ONCE])
    fronts.arrange_fronts()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def _bare() -> Iterator[None]:
    """Without indexes and the checks of references, which cost more than all else."""
    tables = [model._meta.db_table for model in (Story, Article, SimilarLink)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique",
            [tables],
        )
        indexes = cursor.fetchall()
        cursor.execute("SET session_replication_role = replica")
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = origin")


def _copy(model: type[models.Model], rows: Iterator[dict[str, Any]]) -> None:
    """Write rows; what they leave out gets the default of its field."""
    first = next(rows)
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.generated and (field.attname in first or not field.has_db_default())
    ]
    defaults = {
        field.attname: field.get_db_prep_save(field.get_default(), connection) for field in fields
    }
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy,
    ):
        for row in itertools.chain([first], rows):
            copy.write_row(list((defaults | row).values()))


def _stories(planned: Plan, sources: Sequence[Source]) -> Iterator[dict[str, Any]]:
    _, first = np.unique(planned.story, return_index=True)
    for number, article in enumerate(first):
        yield {"id": number + 1, "language": sources[planned.source[article]].language}


def _articles(planned: Plan, sources: Sequence[Source], now: datetime) -> Iterator[dict[str, Any]]:
    feeds = [next(iter(source.feeds.all()), None) for source in sources]
    titles, excerpts = _Words(TITLE_WORDS), _Words(EXCERPT_WORDS)
    sentences = _Words(SENTENCE_WORDS)
    dice = np.random.default_rng(11).random(len(planned.source))
    for at, chosen in enumerate(planned.source.tolist()):
        source, feed = sources[chosen], feeds[chosen]
        published = now - timedelta(seconds=float(planned.times[at]))
        mark = at.to_bytes(16, "big")
        original = int(planned.original[at])
        yield {
            "id": at + 1,
            "source_id": source.pk,
            "feed_id": feed.pk if feed else None,
            "topic_id": feed.topic_id if feed else None,
            "guid": f"tag:{source.slug},{at}",
            "guid_hash": mark,
            "url": f"https://{source.slug}.example/news/{at}",
            "url_hash": mark,
            "title": titles.next(),
            "title_key": mark,
            "excerpt": f"{excerpts.next()}.",
            "text": _text(sentences) if dice[at] < WITH_TEXT else "",
            "image_url": f"https://{source.slug}.example/{at}.jpg" if dice[at] > 0.5 else "",
            "language": source.language,
            "content_hash": mark,
            "published_at": published,
            "published_claim": published,
            "fetched_at": published + timedelta(minutes=5),
            "story_id": int(planned.story[at]) + 1,
            "copy_of_id": original + 1 if original >= 0 else None,
            "clustered_at": published + timedelta(minutes=6),
            "archive_searched_at": published + timedelta(minutes=6),
        }


def _text(sentences: _Words) -> str:
    return "\n\n".join(f"{sentences.next()}." for _ in range(TEXT_SENTENCES))


def _links(planned: Plan) -> Iterator[dict[str, Any]]:
    """Each article's next ones in its story, and one of the story before."""
    order = np.argsort(planned.story, kind="stable")
    number = itertools.count(1)
    for place, article in enumerate(order.tolist()):
        for position in range(LINKS):
            other = int(order[(place + position + 1) % len(order)])
            yield {
                "id": next(number),
                "article_id": article + 1,
                "similar_id": other + 1,
                "score": 0.9 - position / 10,
                "position": position,
            }


class _Words:
    """Runs of words, by chunks: to draw many at once is what makes it fast."""

    CHUNK = 20_000

    def __init__(self, count: int) -> None:
        self._count = count
        self._rng = np.random.default_rng(count)
        self._words = np.array(vocabulary(), dtype=object)
        chances = 1 / np.arange(1, VOCABULARY + 1)
        self._cumulated = np.cumsum(chances / chances.sum())
        self._runs: Iterator[Any] = iter(())

    def next(self) -> str:
        run = next(self._runs, None)
        if run is None:
            self._runs = iter(self._draw())
            run = next(self._runs)
        return " ".join(run).capitalize()

    def _draw(self) -> list[Any]:
        drawn = self._rng.random((self.CHUNK, self._count))
        chosen = np.minimum(np.searchsorted(self._cumulated, drawn), VOCABULARY - 1)
        rows: list[Any] = self._words[chosen].tolist()
        return rows
