"""Front pages: as they are arranged ahead, and an edition's stories by rank."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from articles.models import Article, Edition, FrontSlot, Story, StoryEdition, Topic
from articles.ranking.arrangement import TOP, lead_first
from articles.selectors import keyset
from articles.selectors.keyset import Page
from articles.selectors.listing import listed, one_a_source, prefixed

STORIES_A_PAGE = 30
OTHER_HEADLINES = 3
# More than are shown, because some of them come from one source.
OTHER_CANDIDATES = 4 * OTHER_HEADLINES
COPIES = 50

_STORY = (
    "story__title",
    "story__language",
    "story__first_at",
    "story__last_at",
    "story__article_count",
    "story__source_count",
    "story__independent_count",
    *prefixed("story__lead"),
)


@dataclass(frozen=True, slots=True)
class Teaser:
    """A story as a front page shows it."""

    story: Story
    lead: Article
    topic: Topic | None
    others: tuple[Article, ...] = ()
    """Independent reports of other sources, the newest first; at most `OTHER_HEADLINES`."""
    copies: tuple[Article, ...] = ()
    """Copies of the lead, one a source, the earliest first."""
    gained: int = 0
    """Independent reports of the last hours, where the story is shown as developing."""
    elsewhere: Edition | None = None
    """Where the story is big, of one that is not reported here."""


@dataclass(frozen=True, slots=True)
class Section:
    """A topic's stories on a front page, the first of them shown larger."""

    topic: Topic
    head: Teaser
    briefs: tuple[Teaser, ...]


@dataclass(frozen=True, slots=True)
class Front:
    """One page of a front, no story twice. Later pages have only `rest`."""

    rest: tuple[Teaser, ...]
    after: str
    top: tuple[Teaser, ...] = ()
    """The lead and the seconds."""
    developing: tuple[Teaser, ...] = ()
    sections: tuple[Section, ...] = ()
    elsewhere: tuple[Teaser, ...] = ()


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


def arranged(edition: Edition, topic: Topic | None = None, after: str = "") -> Front:
    """A front as readers see it: the arranged page of an edition, else stories by rank.

    Raises `CursorError`. Four queries for the arranged page, two fewer for later ones.
    """
    slots = () if topic or after else _slots(edition)
    page = _ranked(_unslotted(edition) if topic is None else _of_topic(edition, topic), after)
    rest = tuple(_teaser(placement) for placement in page.items)
    if slots:
        return _filled(slots, rest, page.after)
    if after:
        return Front(rest, page.after)
    ordered = lead_first(rest, lambda teaser: teaser.story.independent_count)
    return Front(ordered[TOP:], page.after, top=_detailed(ordered[:TOP]))


def front(edition: Edition, topic: Topic | None = None, after: str = "") -> Page[Teaser]:
    """One page of an edition's stories by rank, in full. Raises `CursorError`. Three queries."""
    placements = _of_topic(edition, topic) if topic else _placements(edition)
    page = _ranked(placements, after)
    return Page(_detailed([_teaser(placement) for placement in page.items]), page.after)


def _slots(edition: Edition) -> tuple[FrontSlot, ...]:
    """What was arranged, in the order of the page; one query."""
    return tuple(
        FrontSlot.objects.filter(
            edition=edition, story__lead__isnull=False, story__merged_into=None
        )
        .select_related("topic", "elsewhere", "story__lead__source")
        .only(
            "edition_id",
            "section",
            "gained",
            "topic__name",
            "topic__slug",
            "elsewhere__name",
            "elsewhere__slug",
            "elsewhere__country",
            *_STORY,
        )
        .order_by("topic__position", "topic__name", "position")
    )


def _filled(slots: Sequence[FrontSlot], rest: tuple[Teaser, ...], after: str) -> Front:
    """The page that slots make; two queries."""
    by_section: dict[str, list[FrontSlot]] = {section: [] for section in FrontSlot.Section.values}
    for slot in slots:
        by_section[slot.section].append(slot)
    sections = {
        topic: [_teaser(slot) for slot in found]
        for topic, found in groupby(
            by_section[FrontSlot.Section.TOPIC], key=lambda slot: slot.topic
        )
        if topic
    }
    top = [_teaser(slot) for slot in by_section[FrontSlot.Section.TOP]]
    large = _detailed([*top, *(stories[0] for stories in sections.values())])
    return Front(
        rest,
        after,
        top=large[: len(top)],
        developing=tuple(map(_teaser, by_section[FrontSlot.Section.DEVELOPING])),
        sections=tuple(
            Section(topic, head, tuple(stories[1:]))
            for head, (topic, stories) in zip(large[len(top) :], sections.items(), strict=True)
        ),
        elsewhere=tuple(map(_teaser, by_section[FrontSlot.Section.ELSEWHERE])),
    )


def _placements(edition: Edition) -> QuerySet[StoryEdition]:
    """An edition's stories with what is shown of them, the best first."""
    return (
        StoryEdition.objects.filter(edition=edition, story__lead__isnull=False)
        .select_related("topic", "story__lead__source")
        .only("rank", "edition_id", "topic__name", "topic__slug", *_STORY)
        .order_by(F("rank").desc(), F("story_id").desc())
    )


def _of_topic(edition: Edition, topic: Topic) -> QuerySet[StoryEdition]:
    return _placements(edition).filter(topic=topic)


def _unslotted(edition: Edition) -> QuerySet[StoryEdition]:
    """The stories that the first page does not show in another place."""
    slots = FrontSlot.objects.filter(edition=edition, story=OuterRef("story_id"))
    return _placements(edition).filter(~Exists(slots))


def _ranked(placements: QuerySet[StoryEdition], after: str) -> Page[StoryEdition]:
    """One page of stories by rank. Raises `CursorError`. One query."""
    if after:
        rank, story = keyset.read_rank(after)
        # The first condition bounds the walk along the index, the second orders equal ranks.
        placements = placements.filter(Q(rank__lt=rank) | Q(story_id__lt=story), rank__lte=rank)
    return keyset.page(
        placements[: STORIES_A_PAGE + 1],
        STORIES_A_PAGE,
        lambda placement: keyset.by_rank(placement.rank, placement.story_id),
    )


def _teaser(place: StoryEdition | FrontSlot) -> Teaser:
    """A story that has a lead, without its details."""
    story, lead = place.story, place.story.lead
    assert lead is not None  # noqa: S101 - queries ask for stories that have one
    if isinstance(place, FrontSlot):
        return Teaser(story, lead, place.topic, gained=place.gained, elsewhere=place.elsewhere)
    return Teaser(story, lead, place.topic)


def _detailed(teasers: Collection[Teaser]) -> tuple[Teaser, ...]:
    """The teasers with other headlines and the copies of their leads; two queries."""
    if not teasers:
        return ()
    ids = _details([teaser.story.pk for teaser in teasers])
    found = listed().in_bulk({pk for lists in ids.values() for part in lists for pk in part})
    return tuple(_with_details(teaser, *ids[teaser.story.pk], found) for teaser in teasers)


def _details(stories: Iterable[int]) -> dict[int, tuple[list[int], list[int]]]:
    """For each story the articles that may be its other headlines, and the copies of its lead."""
    others = (
        Article.objects.filter(story=OuterRef("pk"), copy_of=None)
        .exclude(source=OuterRef("lead__source"))
        .order_by("-published_at")
        .values("pk")[:OTHER_CANDIDATES]
    )
    copies = (
        Article.objects.filter(copy_of=OuterRef("lead"))
        .order_by("published_at", "pk")
        .values("pk")[:COPIES]
    )
    rows = Story.objects.filter(pk__in=stories).values_list(
        "pk", ArraySubquery(others), ArraySubquery(copies)
    )
    return {pk: (other, copied) for pk, other, copied in rows}


def _with_details(
    teaser: Teaser, others: Iterable[int], copies: Iterable[int], found: Mapping[int, Article]
) -> Teaser:
    def known(ids: Iterable[int]) -> Iterable[Article]:
        return (found[pk] for pk in ids if pk in found)

    return replace(
        teaser,
        others=one_a_source(known(others))[:OTHER_HEADLINES],
        copies=one_a_source(known(copies), {teaser.lead.source_id}),
    )
