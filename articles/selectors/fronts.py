"""Front pages: as they are arranged ahead, and an edition's stories by rank."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from django.db.models import QuerySet
from django.db.models.functions import Now

from articles.models import Edition, FrontSlot, Topic
from articles.ranking.arrangement import TOP, lead_first
from articles.selectors import briefs
from articles.selectors.briefs import RANKED, Brief, Briefs
from articles.selectors.keyset import Page
from articles.selectors.teasers import Teaser, teasers


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


def arranged(
    edition: Edition, topics: Iterable[Topic], topic: Topic | None = None, after: str = ""
) -> Front:
    """A front as readers see it: the arranged page of an edition, else stories by rank.

    `topics` are those that may have sections, in their order. Raises `CursorError`. Two queries,
    besides what `places` asks: the page, and what is shown large.
    """
    if after:
        page = briefs.by_rank(edition, topic, after, unslotted=True)
        return Front(page.at(RANKED), page.after)
    page = briefs.by_rank(edition, topic) if topic else briefs.arranged(edition)
    if len(page.places) > 1:
        return _filled(page, topics)
    ordered = lead_first(page.at(RANKED), attrgetter("independent"))
    large = teasers(brief.story for brief in ordered[:TOP])
    return Front(ordered[TOP:], page.after, top=tuple(large.values()))


def front(edition: Edition, topic: Topic | None = None, after: str = "") -> Page[Teaser]:
    """One page of an edition's stories by rank, all large; on the first, what is pinned leads.

    Raises `CursorError`. Three queries.
    """
    page = briefs.by_rank(edition, topic, after)
    pinned = () if topic or after else _pinned(edition)
    large = teasers(dict.fromkeys([*pinned, *(brief.story for brief in page.at(RANKED))]))
    return Page(tuple(large.values()), page.after)


def _pinned(edition: Edition) -> QuerySet[FrontSlot, int]:
    """The stories that stand on top as they are pinned there, in their order."""
    slots = FrontSlot.objects.filter(edition=edition, section=FrontSlot.Section.TOP)
    shown = slots.filter(story__pinned_until__gt=Now(), story__hidden_at=None)
    return shown.order_by("position").values_list("story", flat=True)


def _filled(page: Briefs, topics: Iterable[Topic]) -> Front:
    """The page that is arranged; one query."""
    top = [brief.story for brief in page.at(FrontSlot.Section.TOP)]
    sections = [(topic, page.at(FrontSlot.Section.TOPIC, topic.pk)) for topic in topics]
    heads = [briefs[0].story for _topic, briefs in sections if briefs]
    large = teasers([*top, *heads], top)
    return Front(
        page.at(RANKED),
        page.after,
        top=tuple(large[story] for story in top if story in large),
        developing=page.at(FrontSlot.Section.DEVELOPING),
        sections=tuple(
            Section(topic, large[briefs[0].story], briefs[1:])
            for topic, briefs in sections
            if briefs and briefs[0].story in large
        ),
        elsewhere=page.at(FrontSlot.Section.ELSEWHERE),
    )
