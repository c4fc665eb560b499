"""What feeds out are made of besides fronts: bounded pages of articles, by indexes."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, QuerySet, Subquery

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
from articles.models.visibility import unmuted
from articles.selectors import keyset, matches
from articles.selectors import latest as newest
from articles.selectors.criteria import Criteria
from articles.selectors.keyset import Page
from articles.selectors.latest import Choice
from articles.selectors.listing import COLUMNS, independent_in, listed, newest_first

ENTRIES_A_PAGE = 30


def topic(edition: Edition, slug: str) -> Topic:
    """A topic that has stories in an edition. Raises `Topic.DoesNotExist`. One query."""
    placed = StoryEdition.objects.filter(edition=edition, topic=OuterRef("pk"))
    return Topic.objects.filter(Exists(placed)).get(slug=slug)


def source(slug: str) -> Source:
    """A source alone. Raises `Source.DoesNotExist`, also for a muted one. One query."""
    return Source.objects.filter(unmuted()).get(slug=slug)


def articles() -> QuerySet[Article]:
    """Articles as entries, each with when its headline last changed (`headline_changed_at`)."""
    changed = (
        Headline.objects.filter(article=OuterRef("pk"))
        .order_by("-replaced_at")
        .values("replaced_at")
    )
    return (
        listed()
        .only(*COLUMNS, "authors", "categories", "enclosures", "updated_at")
        .annotate(headline_changed_at=Subquery(changed[:1]))
    )


def reports(story: Story, after: str = "") -> Page[Article]:
    """One page of a story's independent reports, the newest first. Raises `CursorError`."""
    reports = articles().filter(independent_in(story.pk), story=story)
    return newest_first(reports, after, ENTRIES_A_PAGE)


def of_source(source: Source, after: str = "") -> Page[Article]:
    """One page of a source's articles, the newest first. Raises `CursorError`. One query."""
    return newest_first(articles().filter(source=source), after, ENTRIES_A_PAGE)


def latest(choice: Choice, after: str = "") -> Page[Article]:
    """One page of the newest articles. Raises `CursorError`. Two queries, for an edition three."""
    page = newest.latest(choice, after)
    found = articles().in_bulk([article.pk for article in page.items])
    return Page(tuple(found[each.pk] for each in page.items if each.pk in found), page.after)


def matching(criteria: Criteria, after: str = "") -> Page[Article]:
    """One page of the newest articles that meet the criteria. Raises `CursorError`. Two queries."""
    met = matches.newest(criteria, after)
    shown = keyset.page(
        met.items[: ENTRIES_A_PAGE + 1],
        ENTRIES_A_PAGE,
        lambda match: keyset.by_time(match.published_at, match.pk),
    )
    found = articles().in_bulk([match.pk for match in shown.items])
    items = tuple(found[match.pk] for match in shown.items if match.pk in found)
    return Page(items, shown.after or met.older)


def subscriptions(edition: Edition | None = None) -> Iterator[Feed]:
    """The feeds that are read, of one edition's sources or of all, by topic, source and address."""
    sources = Source.objects.filter(unmuted())
    feeds = Feed.objects.working().filter(source__in=sources).select_related("source", "topic")
    if edition:
        feeds = feeds.filter(source__editions=edition)
    return (
        feeds.only(
            "url", "title", "topic__name", "source__name", "source__home_url", "source__language"
        )
        .order_by("topic__position", "topic__name", "source__name", "url")
        .iterator(chunk_size=500)
    )
