"""What the pages of a source on trial show: its dry run, guesses about it, and how it gets on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from articles.entries import guesses
from articles.models import (
    Article,
    Edition,
    Feed,
    Story,
    StoryEdition,
    Topic,
    Trial,
    TrialEntry,
    TrialFeed,
)

SHOWN = 10
"""Entries and stories that are shown of a dry run."""


@dataclass(frozen=True, slots=True)
class Guesses:
    """What the source may be; for a curator to confirm."""

    name: str
    home_url: str
    country: str
    language: str
    editions: Sequence[Edition]
    topic: Topic | None


@dataclass(frozen=True, slots=True)
class Joined:
    """A story that entries would join, and how many would."""

    story: Story
    entries: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would become of the entries of the chosen feeds."""

    feeds: Sequence[TrialFeed]
    entries: int
    """As many as were compared; the counts below are of these."""
    known: int
    twice: int
    copies: int
    joining: int
    """Neither known nor copies, in stories that there are."""
    alone: int
    """In new stories, of their own or with each other."""
    joined: Sequence[Joined]
    """The stories that most would join."""
    brought_by: Sequence[tuple[Feed, int]]
    """Feeds that brought the known ones, and how many."""
    newest: Sequence[TrialEntry]
    per_day: float | None
    """Entries a day of late, of all the feeds; None where no feed dates its entries."""
    newest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a kept source has come."""

    feeds: Sequence[Feed]
    fetched: int
    articles: int
    grouped: int
    front: tuple[Edition, Story] | None
    """A front page, and the story on it that tells of the source's news."""

    @property
    def failed(self) -> Sequence[Feed]:
        return [feed for feed in self.feeds if feed.last_error]


def guess(trial: Trial) -> Guesses:
    """What the chosen feeds speak for."""
    feeds = list(trial.feeds.filter(chosen=True))
    editions = list(Edition.objects.all())
    best = feeds[0]
    read_in = {each.country for each in editions if each.language == best.language}
    sole = read_in.pop() if len(read_in) == 1 else ""
    country = guesses.country((best.home_url, best.url), best.region, sole)
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    names = {slug: topic.name for slug, topic in topics.items()}
    about = {guesses.topic(feed.url, feed.title, names) for feed in feeds}
    return Guesses(
        name=trial.proposed_name(),
        home_url=best.home_url,
        country=country,
        language=best.language,
        editions=[each for each in editions if country and each.country == country],
        topic=topics.get(about.pop()) if len(about) == 1 else None,
    )


def dry_run(trial: Trial) -> DryRun:
    """The findings on a trial that was compared. A fixed number of queries."""
    feeds = list(trial.feeds.filter(chosen=True))
    entries = TrialEntry.objects.filter(feed__in=feeds)
    fresh = Q(article=None, repeats=False)
    counts = entries.aggregate(
        entries=Count("pk"),
        known=Count("pk", filter=Q(article__isnull=False)),
        twice=Count("pk", filter=Q(repeats=True)),
        copies=Count("pk", filter=Q(copy_of__isnull=False)),
        joining=Count("pk", filter=Q(story__isnull=False, copy_of=None)),
        alone=Count("pk", filter=fresh & Q(story=None, copy_of=None)),
    )
    newest = entries.order_by("-published_at", "feed", "position")
    related = ("article__story", "article__source", "copy_of__source", "story")
    dates = [feed.newest_at for feed in feeds if feed.newest_at]
    gaps = [feed.entry_gap for feed in feeds if feed.entry_gap]
    return DryRun(
        feeds=feeds,
        **counts,
        joined=_joined(entries.filter(fresh)),
        brought_by=_brought_by(entries),
        newest=list(newest.select_related(*related)[:SHOWN]),
        per_day=_rounded(sum(timedelta(days=1) / gap for gap in gaps)) if gaps else None,
        newest_at=max(dates, default=None),
    )


def _rounded(number: float) -> float:
    """With two digits that say something."""
    return float(f"{number:.2g}")


def _joined(entries: QuerySet[TrialEntry]) -> list[Joined]:
    counted = entries.filter(story__isnull=False).values("story").annotate(entries=Count("pk"))
    most = {row["story"]: row["entries"] for row in counted.order_by("-entries", "story")[:SHOWN]}
    stories = Story.objects.in_bulk(most)
    return [Joined(stories[key], count) for key, count in most.items()]


def _brought_by(entries: QuerySet[TrialEntry]) -> list[tuple[Feed, int]]:
    known = entries.filter(article__feed__isnull=False).values("article__feed")
    counted = known.annotate(entries=Count("pk")).order_by("-entries", "article__feed")[:SHOWN]
    most = {row["article__feed"]: row["entries"] for row in counted}
    feeds = Feed.objects.select_related("source").in_bulk(most)
    return [(feeds[key], count) for key, count in most.items()]


def kept(trial: Trial) -> list[Feed]:
    """The feeds that a trial became."""
    made = trial.feeds.filter(chosen=True).values("known")
    return list(Feed.objects.filter(pk__in=made))


def progress(trial: Trial) -> Progress:
    """How far the feeds that were kept have come."""
    feeds = kept(trial)
    articles = Article.objects.filter(feed__in=feeds)
    counts = articles.aggregate(all=Count("pk"), grouped=Count("clustered_at"))
    return Progress(
        feeds=feeds,
        fetched=sum(feed.last_fetch_at is not None for feed in feeds),
        articles=counts["all"],
        grouped=counts["grouped"],
        front=_front(trial, articles),
    )


def _front(trial: Trial, articles: QuerySet[Article]) -> tuple[Edition, Story] | None:
    placements = StoryEdition.objects.filter(
        story__articles__in=articles, edition__sources=trial.source_id
    )
    found = placements.select_related("edition", "story").order_by("-rank", "-story").first()
    return (found.edition, found.story) if found else None
