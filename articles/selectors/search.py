"""Search: the matches of a question as stories or as articles, with what matched in them marked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from django.contrib.postgres.search import SearchHeadline
from django.db.models import F

from articles.models import Article
from articles.selectors import matches
from articles.selectors.criteria import Criteria
from articles.selectors.listing import COLUMNS, listed
from articles.selectors.matches import CANDIDATES, Match
from articles.selectors.words import AnyQuery, Words, config

HITS_A_PAGE = 20
LAST_PAGE = CANDIDATES // HITS_A_PAGE

STORY = tuple(
    f"story__{column}"
    for column in (
        "title",
        "language",
        "last_at",
        "article_count",
        "source_count",
        "independent_count",
    )
)

MARK, UNMARK = "\ue000", "\ue001"
"""Round what matched in a hit. From the private use area: no text has a meaning for them."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that matches; `title` and `excerpt` are plain text with `MARK` and `UNMARK`."""

    article: Article
    title: str
    excerpt: str
    found: int
    """Articles that this one stands for, of its story or its copies, itself among them."""
    copies: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of hits."""

    items: tuple[Hit, ...]
    number: int
    more: bool
    older: str = ""
    """After the last page: the cursor of matches older than all of these; empty if none are."""


def search(
    criteria: Criteria,
    number: int = 1,
    *,
    until: str = "",
    by_time: bool = False,
    as_stories: bool = False,
) -> Hits:
    """One page of what meets the criteria, the best or the newest first. At most three queries.

    `number` counts from 1; pages end where the candidates do, and go on from there with the cursor
    `until`. As stories, the best article of each stands for it. Raises `CursorError`.
    """
    found = matches.newest(criteria, until)
    ranked = found.items if by_time else sorted(found.items, key=lambda match: -match.weight)
    groups = _stories(ranked) if as_stories else _originals(ranked)
    start = (number - 1) * HITS_A_PAGE
    shown, more = groups[start : start + HITS_A_PAGE], len(groups) > start + HITS_A_PAGE
    hits = _hits(criteria, shown, as_stories=as_stories)
    return Hits(hits, number, more, "" if more else found.older)


def _stories(ranked: Iterable[Match]) -> list[list[Match]]:
    """Matches by story, the story of the best first; one that has none stands alone."""
    groups: dict[Hashable, list[Match]] = defaultdict(list)
    for match in ranked:
        groups[match.story or ("alone", match.pk)].append(match)
    return list(groups.values())


def _originals(ranked: Sequence[Match]) -> list[list[Match]]:
    """Matches with the copies that were found too after what they copy."""
    groups: dict[int | None, list[Match]] = {match.pk: [] for match in ranked}
    for match in ranked:
        if match.original in groups:
            groups[match.original].append(match)
    return [[match, *groups[match.pk]] for match in ranked if match.original not in groups]


def _hits(
    criteria: Criteria, groups: Sequence[Sequence[Match]], *, as_stories: bool
) -> tuple[Hit, ...]:
    articles = _marked(criteria, [first.pk for first, *_ in groups])
    folded = [] if as_stories else [match.pk for _, *others in groups for match in others]
    copies = listed().in_bulk(folded) if folded else {}
    return tuple(
        _hit(
            articles[first.pk],
            len(others) + 1,
            tuple(copies[match.pk] for match in others if match.pk in copies),
        )
        for first, *others in groups
        if first.pk in articles
    )


def _hit(article: Article, found: int, copies: tuple[Article, ...]) -> Hit:
    marked = vars(article)
    title = marked.get("marked_title", article.title)
    excerpt = marked.get("marked_excerpt", article.excerpt)
    return Hit(article, title, excerpt, found, copies)


def _marked(criteria: Criteria, pks: Sequence[int]) -> dict[int, Article]:
    """Articles with their story, and with what matched marked where words were asked for."""
    articles = listed().select_related("source", "story").only(*COLUMNS, *STORY)
    words = Words(criteria.query, criteria.reading)
    if words.found:
        query = words.expression()
        articles = articles.annotate(
            marked_title=_headline("title", query), marked_excerpt=_headline("excerpt", query)
        )
    return articles.in_bulk(pks)


def _headline(column: str, query: AnyQuery) -> SearchHeadline:
    return SearchHeadline(
        column,
        query,
        config=config(F("language")),
        start_sel=MARK,
        stop_sel=UNMARK,
        highlight_all=True,
    )
