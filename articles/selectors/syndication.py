"""What feeds out are made of: bounded pages of stories and articles, by indexes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from articles.models import (
    Article,
    Edition,
    Feed,
    Headline,
    Source,
    Story,
    StoryEdition,
    Topic,
)
from articles.selectors import keyset, search
from articles.selectors.keyset import Page
from articles.selectors.listing import COLUMNS, listed, newest_first, one_a_source, prefixed

ENTRIES_A_PAGE = 30
OTHER_HEADLINES = 8
# More than are told, because some of them come from one source.
OTHER_CANDIDATES = 2 * OTHER_HEADLINES


@dataclass(frozen=True, slots=True)
class Told:
    """A story as an entry tells it."""

    story: Story
    lead: Article
    topic: Topic | None
    others: tuple[Article, ...]
    """Independent reports of other sources, the newest first; at most `OTHER_HEADLINES`."""


def edition(slug: str) -> Edition:
    """One edition. Raises `Edition.DoesNotExist`. One query."""
    return Edition.objects.get(slug=slug)


def topic(edition: Edition, slug: str) -> Topic:
    """A topic that has stories in an edition. Raises `Topic.DoesNotExist`. One query."""
    placed = StoryEdition.objects.filter(edition=edition, topic=OuterRef("pk"))
    return Topic.objects.filter(Exists(placed)).get(slug=slug)


def source(slug: str) -> Source:
    """A source alone. Raises `Source.DoesNotExist`. One query."""
    return Source.objects.get(slug=slug)


def stories(edition: Edition, topic: Topic | None = None, after: str = "") -> Page[Told]:
    """One page of a front's stories by rank. Raises `CursorError`. Two queries."""
    placements = _placements().filter(edition=edition)
    if topic:
        placements = placements.filter(topic=topic)
    if after:
        rank, story = keyset.read_rank(after)
        placements = placements.filter(Q(rank__lt=rank) | Q(story_id__lt=story), rank__lte=rank)
    shown = keyset.page(
        placements.order_by(F("rank").desc(), F("story_id").desc())[: ENTRIES_A_PAGE + 1],
        ENTRIES_A_PAGE,
        lambda placement: keyset.by_rank(placement.rank, placement.story_id),
    )
    return Page(_told(shown.items), shown.after)


def _placements() -> QuerySet[StoryEdition]:
    """Placements, each with its story, lead and the ids of other headlines (`others`)."""
    others = (
        Article.objects.filter(story=OuterRef("story_id"), copy_of=None)
        .order_by("-published_at")
        .values("pk")[:OTHER_CANDIDATES]
    )
    return (
        StoryEdition.objects.filter(story__lead__isnull=False)
        .select_related("topic", "story__lead__source")
        .only(
            "rank",
            "edition_id",
            "topic__name",
            "story__title",
            "story__language",
            "story__first_at",
            "story__last_at",
            "story__article_count",
            "story__source_count",
            "story__independent_count",
            *prefixed("story__lead"),
        )
        .annotate(others=ArraySubquery(others))
    )


def _told(placements: Iterable[StoryEdition]) -> tuple[Told, ...]:
    placements = tuple(placements)
    found = listed().in_bulk([pk for each in placements for pk in vars(each)["others"]])
    return tuple(
        Told(
            each.story,
            each.story.lead,
            each.topic,
            one_a_source(
                (found[pk] for pk in vars(each)["others"] if pk in found),
                {each.story.lead.source_id},
            )[:OTHER_HEADLINES],
        )
        for each in placements
        if each.story.lead
    )


def articles() -> QuerySet[Article]:
    """Articles as entries, each with when its headline last changed (`headline_changed_at`)."""
    changed = (
        Headline.objects.filter(article=OuterRef("pk"))
        .order_by("-replaced_at")
        .values("replaced_at")
    )
    return (
        listed()
        .only(*COLUMNS, "authors", "categories", "enclosures", "updated_at", "fetched_at")
        .annotate(headline_changed_at=Subquery(changed[:1]))
    )


def reports(story: Story, after: str = "") -> Page[Article]:
    """One page of a story's independent reports, the newest first. Raises `CursorError`."""
    independent = Q(copy_of=None) | ~Q(copy_of__story=story)
    return newest_first(articles().filter(independent, story=story), after, ENTRIES_A_PAGE)


def of_source(source: Source, after: str = "") -> Page[Article]:
    """One page of a source's articles, the newest first. Raises `CursorError`. One query."""
    return newest_first(articles().filter(source=source), after, ENTRIES_A_PAGE)


def latest(language: str = "", after: str = "") -> Page[Article]:
    """One page of the newest articles, of one language or of all. Raises `CursorError`."""
    found = articles()
    if language:
        found = found.filter(language=language)
    return newest_first(found, after, ENTRIES_A_PAGE)


def matching(
    words: str, languages: Sequence[str], after: str = "", *, elsewhere: bool = False
) -> Page[Article]:
    """One page of the newest articles that `search.search` finds. Raises `CursorError`.

    At most three queries.
    """
    searched = (
        Article.objects.all() if elsewhere else Article.objects.filter(language__in=languages)
    )
    found = search.candidates(searched, search.read_words(words, languages))
    return newest_first(articles().filter(pk__in=found), after, ENTRIES_A_PAGE)


def subscriptions(edition: Edition | None = None) -> Iterator[Feed]:
    """The feeds that are read, of one edition's sources or of all, by topic, source and address."""
    feeds = Feed.objects.working().select_related("source", "topic")
    if edition:
        feeds = feeds.filter(source__editions=edition)
    return (
        feeds.only(
            "url", "title", "topic__name", "source__name", "source__home_url", "source__language"
        )
        .order_by("topic__position", "topic__name", "source__name", "url")
        .iterator(chunk_size=500)
    )
