"""Whoever groups, in whatever batches, and whatever breaks on the way: what is stored is the same.

Two promises are tested. Of news whose events are clear: the outcome is that of one orderly run by
one process over all of it. Of any news: a turn depends on nothing but what is stored and waits,
except that a process which grouped last goes on with its own window. A window that is filled again
weighs words by all it holds, one that grew by what it held when an article came, so they may differ
over a doubtful pair; an orderly run that changes windows at the same turns is what counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import event, given, settings
from hypothesis import strategies as st

from articles.models import Article, SimilarLink, Source, Story
from articles.pipeline import attempts, grouping
from articles.pipeline.grouping import Grouper, languages_waiting
from tests.factories import make_article, make_source

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(minute=30, second=0, microsecond=0)
BATCH = 4
STATEMENTS = 30
"""Not all batches have so many, so that some of the faults come too late to happen."""

EVENTS = (
    (
        "Harbour bridge in Port Alder closes after crack is found in cable",
        "Port Alder bridge shut after inspectors find crack in main cable",
        "Crack in cable shuts harbour bridge in Port Alder",
    ),
    (
        "Mount Kessa erupts, thousands leave villages on northern slope",
        "Eruption of Mount Kessa drives thousands out of northern villages",
        "Thousands flee northern villages as Mount Kessa erupts",
    ),
    (
        "Dunmore Rovers win Lantern Cup by penalties against Vale Athletic",
        "Lantern Cup: Dunmore Rovers beat Vale Athletic by penalties",
        "Vale Athletic lose Lantern Cup to Dunmore Rovers by penalties",
    ),
)
WORDS = """
    bridge harbour crack cable volcano kessa village erupts cup rovers vale penalty final
    minister budget strike ferry aground museum clock wing storm coast
""".split()  # noqa: SIM905


class KilledError(Exception):
    """The process ends here."""


@dataclass(frozen=True)
class Report:
    """An article that arrives. `copied` is told by another outlet under the same title."""

    title: str
    source: int
    hours_ago: int


@dataclass(frozen=True)
class Turn:
    """Reports arrive, then one of two processes groups one batch, or dies at a statement of it."""

    arrivals: Sequence[Report]
    process: int
    dies_at: int | None


def turns_of(reports: Sequence[Report]) -> st.SearchStrategy[list[Turn]]:
    """Any way to have these reports arrive and be grouped."""
    dies_at = st.none() | st.none() | st.integers(0, STATEMENTS)
    plan = st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 1), dies_at), min_size=3, max_size=9
    )
    return plan.map(lambda plan: _dealt(list(reports), plan))


def _dealt(reports: list[Report], plan: list[tuple[int, int, int | None]]) -> list[Turn]:
    turns = []
    for arriving, process, dies_at in plan:
        turns.append(Turn(reports[:arriving], process, dies_at))
        reports = reports[arriving:]
    return [*turns, Turn(reports, 0, None)]


@st.composite
def clear_news(draw: st.DrawFn) -> list[Report]:
    """Reports of three events that share no word, some copied, within two days, in any order."""
    reports = [
        Report(title, source, draw(st.integers(1, 48)))
        for event_told in EVENTS
        for source, title in enumerate(event_told)
    ]
    copied = draw(st.lists(st.sampled_from(reports), max_size=3, unique=True))
    copies = [Report(each.title, 3, max(each.hours_ago - 1, 0)) for each in copied]
    return draw(st.permutations([*reports, *copies]))


any_news = st.lists(
    st.builds(
        Report,
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join),
        st.integers(0, 3),
        st.integers(0, 4 * 24).map(lambda step: 5 * step),
    ),
    min_size=4,
    max_size=16,
)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(grouping, "BATCH", BATCH)
    # Batches that shrink after many faults are tested in test_grouping_poison.py.
    monkeypatch.setattr(attempts, "PATIENCE", 100)


@contextmanager
def forgotten() -> Iterator[None]:
    """Whatever is stored inside is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def dying_at(statement: int | None) -> Iterator[None]:
    """Let the process die when it is about to execute its n-th statement."""
    numbers = count()

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "SAVEPOINT" not in sql and next(numbers) == statement:
            raise KilledError
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield


def one_batch(grouper: Grouper, dies_at: int | None = None) -> int:
    asked = iter((False, True))
    with dying_at(dies_at):
        return grouper.group("xx", lambda: next(asked))


def arrive(reports: Sequence[Report], sources: Sequence[Source]) -> None:
    for report in reports:
        make_article(
            title=report.title,
            excerpt="",
            language="xx",
            source=sources[report.source],
            published_at=NOW - timedelta(hours=report.hours_ago),
        )


def drive(turns: Sequence[Turn]) -> list[bool]:
    """Take turns, with all their faults; then group what is left. Which turns died."""
    sources = [make_source() for _ in range(4)]
    processes = [Grouper(), Grouper()]
    died = []
    for turn in turns:
        arrive(turn.arrivals, sources)
        before = stored() if turn.dies_at is not None else {}
        try:
            one_batch(processes[turn.process], turn.dies_at)
        except KilledError:
            assert stored() == before
            died.append(True)
        else:
            died.append(False)
    drain(processes[0])
    return died


def drive_orderly(turns: Sequence[Turn], died: Sequence[bool]) -> None:
    """The same turns without faults, by one process after another, each until it is disturbed."""
    sources = [make_source() for _ in range(4)]
    grouper, holder = Grouper(), 0
    for turn, dead in zip(turns, died, strict=True):
        arrive(turn.arrivals, sources)
        if dead:
            if turn.process == holder:
                grouper = Grouper()
            continue
        if turn.process != holder and languages_waiting():
            grouper, holder = Grouper(), turn.process
        one_batch(grouper)
    drain(grouper if holder == 0 else Grouper())


def drain(grouper: Grouper) -> None:
    while one_batch(grouper):
        pass
    assert languages_waiting() == []


def stored() -> dict[str, Any]:
    """Everything that grouping stored, with articles numbered in the order they came."""
    rows = Article.objects.order_by("id").values_list("id", "story_id", "copy_of_id")
    number = {row[0]: at for at, row in enumerate(rows)}
    groups: dict[int, list[int]] = {}
    for article, story, _ in rows:
        if story is not None:
            groups.setdefault(story, []).append(number[article])
    counts = Story.objects.filter(merged_into=None).values_list(
        "id", "article_count", "source_count", "independent_count", "lead_id"
    )
    links = SimilarLink.objects.order_by("article_id", "position").values_list(
        "article_id", "similar_id", "score"
    )
    return {
        "copies": {number[one]: number[of] for one, _, of in rows if of is not None},
        "stories": sorted(
            (groups.get(story, []), articles, sources, independent, number[lead])
            for story, articles, sources, independent, lead in counts
        ),
        "similar": [(number[one], number[other], round(score, 6)) for one, other, score in links],
    }


def told() -> dict[str, Any]:
    """What is stored, by titles and outlets: the same however the articles were numbered."""
    names = {
        article: (title, source)
        for article, title, source in Article.objects.values_list("id", "title", "source_id")
    }
    first = min(source for _, source in names.values())
    names = {key: (title, source - first) for key, (title, source) in names.items()}
    stories: dict[int, set[Any]] = {}
    for article, story in Article.objects.values_list("id", "story_id"):
        stories.setdefault(story, set()).add(names[article])
    copies = Article.objects.exclude(copy_of=None).values_list("id", "copy_of_id")
    links = SimilarLink.objects.values_list("article_id", "similar_id")
    return {
        "stories": {frozenset(each) for each in stories.values()},
        "copies": {(names[one], names[other]) for one, other in copies},
        # By titles: a copy that came first is linked as itself before it is known to be one, and
        # pages fold it under what it copies.
        "similar": {(names[one][0], names[other][0]) for one, other in links},
    }


@settings(max_examples=11, deadline=None)
@given(clear_news().flatmap(lambda news: st.tuples(st.just(news), turns_of(news))))
def test_clear_news_is_stored_as_one_orderly_run_stores_it(given_news):
    news, turns = given_news
    with forgotten():
        event(f"{sum(drive(turns))} crashes")
        found = told()
    with forgotten():
        drive([Turn(sorted(news, key=lambda report: -report.hours_ago), 0, None)])
        expected = told()

    assert found == expected
    assert len(expected["stories"]) == len(EVENTS)


@settings(max_examples=14, deadline=None)
@given(any_news.flatmap(turns_of))
def test_faults_and_a_second_process_change_nothing_that_is_stored(turns):
    with forgotten():
        died = drive(turns)
        found = stored()
    with forgotten():
        drive_orderly(turns, died)
        expected = stored()

    assert found == expected


@settings(max_examples=6, deadline=None)
@given(any_news)
def test_a_task_that_comes_again_changes_nothing(news):
    with forgotten():
        drive([Turn(news, 0, None)])
        before = stored()
        for process in (Grouper(), Grouper()):
            assert one_batch(process) == 0
        assert stored() == before
