"""Front pages: as they are arranged ahead, and an edition's stories by rank."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, TypedDict

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from articles.models import (
    Article,
    Edition,
    FrontSlot,
    Story,
    StoryEdition,
    Topic,
)
from articles.models.addresses import address, address_by_slug, slug_of
from articles.models.visibility import shown
from articles.ranking.arrangement import TOP, lead_first
from articles.selectors import keyset
from articles.selectors.keyset import Page
from articles.selectors.listing import listed, one_a_source, prefixed

STORIES_A_PAGE = 30
OTHER_HEADLINES = 3
# More than are shown, because some of them come from one source.
OTHER_CANDIDATES = 4 * OTHER_HEADLINES
COPIES = 50

_BRIEF = (
    "story_id",
    "story__title",
    "story__edited_title",
    "story__first_at",
    "story__article_count",
    "story__source_count",
    "story__independent_count",
    "story__lead_id",
    "story__lead__title",
    "story__lead__language",
    "story__lead__published_at",
    "story__lead__source__name",
    "story__lead__source__slug",
)

_EDITION = tuple(field.attname for field in Edition._meta.concrete_fields)
_ELSEWHERE = tuple(f"elsewhere__{name}" for name in _EDITION)


@dataclass(frozen=True, slots=True)
class Teaser:
    """A story as a front page shows it large."""

    story: Story
    lead: Article
    topic: Topic | None
    others: tuple[Article, ...] = ()
    """Independent reports of other sources, the newest first; at most `OTHER_HEADLINES`."""
    copies: tuple[Article, ...] = ()
    """Copies of the lead, one a source, the earliest first."""


class Brief(TypedDict):
    """A story in few lines. A page has dozens: they come without models, as templates read fast."""

    story: int
    address: str
    articles: int
    sources: int
    independent: int
    first_at: datetime | None
    lead_address: str
    title: str
    """The headline of the lead, or the one that curators gave the story."""
    edited: bool
    language: str
    published_at: datetime
    outlet: str
    outlet_address: str
    gained: int
    """Independent reports of the last hours, where the story is shown as developing."""
    elsewhere: Edition | None
    """The edition where the story is big, of one that is not reported here."""


@dataclass(frozen=True, slots=True)
class Section:
    """A topic's stories on a front page, the first of them shown larger."""

    topic: Topic
    head: Teaser
    briefs: tuple[Brief, ...]


@dataclass(frozen=True, slots=True)
class Front:
    """One page of a front, no story twice. Later pages have only `rest`."""

    rest: tuple[Brief, ...]
    after: str
    top: tuple[Teaser, ...] = ()
    """The lead and the seconds."""
    developing: tuple[Brief, ...] = ()
    sections: tuple[Section, ...] = ()
    elsewhere: tuple[Brief, ...] = ()


def editions() -> tuple[Edition, ...]:
    """All editions in the order of the menu."""
    return tuple(Edition.objects.all())


def topics(edition: Edition) -> tuple[Topic, ...]:
    """The topics that have stories in an edition."""
    placed = StoryEdition.objects.filter(edition=edition, topic=OuterRef("pk"))
    # Asking for the best one, not for any one, walks the index that begins with the edition: the
    # topic may have many stories, all in other editions.
    best = Subquery(placed.order_by("-rank", "-story_id").values("rank")[:1])
    return tuple(Topic.objects.alias(best=best).filter(best__isnull=False))


def arranged(
    edition: Edition, topics: Iterable[Topic], topic: Topic | None = None, after: str = ""
) -> Front:
    """A front as readers see it: the arranged page of an edition, else stories by rank.

    `topics` are those that may have sections, in their order. Raises `CursorError`. Four queries
    at most: the page, and what is shown large.
    """
    slots = [] if topic or after else _slots(edition)
    page = _ranked(_of_topic(edition, topic) if topic else _unslotted(edition), after)
    rest = tuple(_brief(columns) for _rank, *columns in page.items)
    if slots:
        return _filled(slots, topics, rest, page.after)
    if after:
        return Front(rest, page.after)
    ordered = lead_first(rest, itemgetter("independent"))
    large = _large(brief["story"] for brief in ordered[:TOP])
    return Front(ordered[TOP:], page.after, top=tuple(large.values()))


def front(edition: Edition, topic: Topic | None = None, after: str = "") -> Page[Teaser]:
    """One page of an edition's stories by rank, all large. Raises `CursorError`. Three queries."""
    page = _ranked(_of_topic(edition, topic) if topic else _placements(edition), after)
    return Page(tuple(_large(story for _rank, story, *_ in page.items).values()), page.after)


def _slots(edition: Edition) -> list[tuple[Any, ...]]:
    """What was arranged, each section in its order: its name, its topic, then a brief's columns."""
    return list(
        FrontSlot.objects.filter(
            edition=edition,
            story__lead__isnull=False,
            story__merged_into=None,
            story__hidden_at=None,
        )
        .order_by("section", "topic_id", "position")
        .values_list(
            "section", "topic_id", *_BRIEF, "gained", *(f"elsewhere__{name}" for name in _EDITION)
        )
    )


def _filled(
    slots: Sequence[tuple[Any, ...]], topics: Iterable[Topic], rest: tuple[Brief, ...], after: str
) -> Front:
    """The page that slots make; two queries."""
    places: dict[tuple[str, int | None], tuple[Brief, ...]] = {
        place: tuple(_brief(columns) for _section, _topic, *columns in found)
        for place, found in groupby(slots, key=itemgetter(0, 1))
    }
    top = places.get((FrontSlot.Section.TOP, None), ())
    sections = [
        (topic, places[FrontSlot.Section.TOPIC, topic.pk])
        for topic in topics
        if (FrontSlot.Section.TOPIC, topic.pk) in places
    ]
    large = _large(brief["story"] for brief in (*top, *(briefs[0] for _, briefs in sections)))
    return Front(
        rest,
        after,
        top=tuple(large[brief["story"]] for brief in top if brief["story"] in large),
        developing=places.get((FrontSlot.Section.DEVELOPING, None), ()),
        sections=tuple(
            Section(topic, large[briefs[0]["story"]], briefs[1:])
            for topic, briefs in sections
            if briefs[0]["story"] in large
        ),
        elsewhere=places.get((FrontSlot.Section.ELSEWHERE, None), ()),
    )


def _brief(columns: Sequence[Any]) -> Brief:
    """A brief from the columns of `_BRIEF`, and of a slot what it has besides."""
    (
        story, story_title, edited_title, first_at, articles, sources, independent,
        lead, title, language, published_at, outlet, slug, *slot,
    ) = columns  # fmt: skip
    return {
        "story": story,
        "address": address("story", story, slug_of(story_title)),
        "articles": articles,
        "sources": sources,
        "independent": independent,
        "first_at": first_at,
        "lead_address": address("article", lead, slug_of(title)),
        "title": edited_title or title,
        "edited": bool(edited_title),
        "language": language,
        "published_at": published_at,
        "outlet": outlet,
        "outlet_address": address_by_slug("source", slug),
        "gained": slot[0] if slot else 0,
        "elsewhere": _edition(slot[1:]) if any(slot[1:]) else None,
    }


def _edition(columns: Sequence[Any]) -> Edition:
    return Edition.from_db(None, _EDITION, columns)


def _placements(edition: Edition) -> QuerySet[StoryEdition]:
    return StoryEdition.objects.filter(edition=edition, story__lead__isnull=False)


def _of_topic(edition: Edition, topic: Topic) -> QuerySet[StoryEdition]:
    return _placements(edition).filter(topic=topic)


def _unslotted(edition: Edition) -> QuerySet[StoryEdition]:
    """The stories that the first page does not show in another place."""
    slots = FrontSlot.objects.filter(edition=edition, story=OuterRef("story_id"))
    return _placements(edition).filter(~Exists(slots))


def _ranked(placements: QuerySet[StoryEdition], after: str) -> Page[tuple[Any, ...]]:
    """One page of stories, the best first: ranks and a brief's columns. Raises `CursorError`."""
    if after:
        rank, story = keyset.read_rank(after)
        # The first condition bounds the walk along the index, the second orders equal ranks.
        placements = placements.filter(Q(rank__lt=rank) | Q(story_id__lt=story), rank__lte=rank)
    ordered = placements.order_by(F("rank").desc(), F("story_id").desc())
    return keyset.page(
        ordered.values_list("rank", *_BRIEF)[: STORIES_A_PAGE + 1],
        STORIES_A_PAGE,
        lambda row: keyset.by_rank(row[0], row[1]),
    )


def _large(stories: Iterable[int]) -> dict[int, Teaser]:
    """These stories in full, in their order; two queries."""
    wanted = list(stories)
    found = _in_full(wanted) if wanted else {}
    ids = {pk for story in found.values() for pk in (*_others(story), *_copies(story))}
    articles = listed().in_bulk(ids)
    return {pk: _teaser(found[pk], articles) for pk in wanted if pk in found}


def _in_full(stories: Collection[int]) -> dict[int, Story]:
    """Stories with their leads, the ids of what may be their other headlines, and of copies."""
    others = (
        Article.objects.filter(shown(), story=OuterRef("pk"), copy_of=None)
        .exclude(source=OuterRef("lead__source"))
        .order_by("-published_at")
        .values("pk")[:OTHER_CANDIDATES]
    )
    copies = (
        Article.objects.filter(shown(), copy_of=OuterRef("lead"))
        .order_by("published_at", "pk")
        .values("pk")[:COPIES]
    )
    full = (
        Story.objects.filter(lead__isnull=False)
        .select_related("topic", "lead__source")
        .only(
            "title",
            "edited_title",
            "language",
            "first_at",
            "last_at",
            "article_count",
            "source_count",
            "independent_count",
            "topic__name",
            "topic__slug",
            *prefixed("lead"),
        )
        .annotate(others=ArraySubquery(others), copies=ArraySubquery(copies))
    )
    return dict(full.in_bulk(stories))


def _others(story: Story) -> list[int]:
    """An annotation of `_in_full`."""
    ids: list[int] = vars(story)["others"]
    return ids


def _copies(story: Story) -> list[int]:
    """An annotation of `_in_full`."""
    ids: list[int] = vars(story)["copies"]
    return ids


def _teaser(story: Story, articles: Mapping[int, Article]) -> Teaser:
    """A story of `_in_full` with those of its articles that are there."""

    def known(ids: Iterable[int]) -> Iterable[Article]:
        return (articles[pk] for pk in ids if pk in articles)

    lead = story.lead
    assert lead is not None  # noqa: S101 - `_in_full` asks for stories that have one
    return Teaser(
        story,
        lead,
        story.topic,
        one_a_source(known(_others(story)))[:OTHER_HEADLINES],
        one_a_source(known(_copies(story)), {lead.source_id}),
    )
