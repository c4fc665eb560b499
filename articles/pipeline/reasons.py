"""Why an article is in its story: which of the other reports it matches, and through which words.

Worked out when somebody asks, from what is stored, by comparing the article with the reports of its
story as grouping compares them. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from django.db.models import F, Q, Value
from django.db.models.functions import Abs, Extract

from articles.clustering.parameters import DEFAULT
from articles.clustering.types import Document, Known
from articles.clustering.window import Window
from articles.models import Article
from articles.models.visibility import shown
from articles.pipeline.documents import FIELDS, document
from articles.pipeline.surfaces import forms, names

NEAREST = 200
"""Reports that an article is compared with: in a larger story, those nearest to it in time."""

WORDS = 10
SLIGHT = 0.33
"""A word that counts less than this share of the strongest is not worth naming."""

CLOSE = DEFAULT.similar_floor
"""Similarity from which two articles are alike by themselves."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A word that an article has in common with its match, as the article writes it."""

    word: str
    share: float
    """Its part in the similarity of the two, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an article is in its story."""

    match: Article | None
    """The report that is most like it; None where none shares a word with it."""
    same_text: bool = False
    """The article is a copy of its match; nothing else was compared."""
    similarity: float = 0.0
    """Cosine of the two, 0 to 1."""
    names: tuple[Shared, ...] = ()
    words: tuple[Shared, ...] = ()
    """The rest of what they share; in both the strongest come first."""
    compared: int = 0
    """How many other reports it was compared with: the story's, but at most `NEAREST`."""
    close: int = 0
    """How many of those are alike by themselves."""

    @property
    def of_nearest(self) -> bool:
        """Whether the story may have other reports, further away in time."""
        return self.compared == NEAREST

    @property
    def strongest(self) -> float:
        """The greatest part that any word has."""
        return max((each.share for each in (*self.names, *self.words)), default=0.0)


@dataclass(frozen=True, slots=True)
class _Match:
    """Another report, with the stems that it shares and the part of each in their cosine."""

    article: Article
    stems: Sequence[tuple[str, float]]
    apart: timedelta

    @property
    def similarity(self) -> float:
        return sum(weight for _, weight in self.stems)


def reason(article: Article) -> Reason:
    """Why an article is in its story; one that is in none matches nothing.

    One query, and another if the article's original has not been loaded.
    """
    original = article.copy_of
    if article.story_id is None:
        return Reason(None)
    if original is not None and original.story_id == article.story_id:
        return Reason(original, same_text=True)
    matches = _compare(article, _others(article))
    if not any(match.stems for match in matches):
        return Reason(None, compared=len(matches))
    best = min(matches, key=lambda match: (-match.similarity, match.apart, match.article.pk))
    shared_names, shared_words = _told(article, best)
    return Reason(
        best.article,
        similarity=best.similarity,
        names=shared_names,
        words=shared_words,
        compared=len(matches),
        close=sum(match.similarity >= CLOSE for match in matches),
    )


def _others(article: Article) -> list[Article]:
    """The other reports of the story that are not the same text, the nearest in time."""
    original = article.copy_of_id or article.pk
    same_text = Q(pk=original) | Q(copy_of=original)
    folded = Q(shown("copy_of__"), copy_of__story=article.story_id)
    apart = Abs(Extract(F("published_at") - Value(article.published_at), "epoch"))
    reports = Article.objects.filter(shown(), story=article.story_id).exclude(pk=article.pk)
    nearest = reports.exclude(same_text).exclude(folded).order_by(apart, "pk")
    return list(nearest.select_related("source").defer("text", "html", "search")[:NEAREST])


def _compare(article: Article, others: Iterable[Article]) -> list[_Match]:
    """Compare an article with others, in a window of their own."""
    compared = list(others)
    window = Window(article.language, new_story=count(1).__next__)
    window.seed(Known(_document(each), story=0) for each in (article, *compared))
    return [
        _Match(
            other,
            window.explain(article.pk, other.pk),
            abs(other.published_at - article.published_at),
        )
        for other in compared
    ]


def _document(article: Article) -> Document:
    return document([getattr(article, name) for name in FIELDS])


def _told(article: Article, match: _Match) -> tuple[tuple[Shared, ...], tuple[Shared, ...]]:
    """Names and other words that two articles share."""
    mine = (article.title, article.excerpt)
    written = forms(article.language, mine)
    named = names(article.language, (*mine, match.article.title, match.article.excerpt))
    least = SLIGHT * match.stems[0][1]
    strong = [(stem, weight) for stem, weight in match.stems[:WORDS] if weight >= least]
    shared = [
        (stem in named, Shared(written.get(stem, stem), weight / match.similarity))
        for stem, weight in strong
    ]
    return (
        tuple(each for name, each in shared if name),
        tuple(each for name, each in shared if not name),
    )
