"""Tables of feeds into the database: what of each row is new, what changes, and what is refused.

Other than an OPML list, a table changes what is there: whatever a row says otherwise. The first row
of a source speaks for the source; a later one that contradicts it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.text import slugify

from articles.models import Edition, Feed, Import, ImportRow, Source, Topic
from articles.pipeline import audit, catalogue, followups
from articles.pipeline.catalogue import Catalogue, FeedRecord, SourceRecord, feed_key
from articles.pipeline.opml import Topics, edition_of, known_topics
from articles.pipeline.tables import Line, read_table
from articles.pipeline.wishes import Wish, read_wish

WEIGH = "articles.weigh_source"
"""The permission to change weights."""
Outcome = ImportRow.Outcome
Fields = Mapping[str, Any]

_SOURCE_FIELDS = (
    *("name", "home_url", "owner", "country", "language", "kind", "weight", "notes"),
    "editions",
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is there already."""

    feeds: Mapping[str, tuple[int, str, Fields]] = field(default_factory=dict)
    """By the key of the address: primary key, slug of the source, and what may change."""
    sources: Mapping[str, Fields] = field(default_factory=dict)
    """By slug."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Sources' slugs by name in lower case."""
    editions: frozenset[str] = frozenset()
    topics: Mapping[str, str] = field(default_factory=dict)
    """Slugs by name in lower case."""


@dataclass(slots=True)
class Decision:
    """What becomes of one row."""

    wish: Wish
    outcome: ImportRow.Outcome
    reason: str = ""
    slug: str = ""
    """Of the source."""
    new_source: bool = False
    source: dict[str, Any] = field(default_factory=dict)
    """What of a known source changes: the new values."""
    feed: dict[str, Any] = field(default_factory=dict)
    """What of a known feed changes, likewise; `topic` by its name."""
    first: int | None = None


def check(work: Import, body: bytes) -> list[ImportRow]:
    """Read a table, and say what would become of each row. Raises ListError."""
    table = read_table(body)
    if table.unknown:
        named = ", ".join(f"“{name}”" for name in table.unknown[:20])
        work.notice = f"Columns that mean nothing here were not read: {named}."
    known = _known()
    decisions = _decide(work, table.lines, known)
    new = {each.slug for each in decisions if each.new_source}
    topics = Topics(known.topics)
    for each in decisions:
        if each.outcome in (Outcome.NEW, Outcome.CHANGED):
            topics.slug(each.wish.feed.get("topic", ""))
    work.new_sources, work.new_topics = len(new), len(topics.new)
    return [
        ImportRow(
            list=work,
            position=position,
            number=line.number,
            url=decision.wish.url,
            title=_called(decision),
            given=dict(line.values),
            outcome=decision.outcome,
            reason=decision.reason,
            first=decision.first,
        )
        for position, (line, decision) in enumerate(zip(table.lines, decisions, strict=True))
    ]


def store(work: Import, rows: Sequence[ImportRow]) -> None:
    """Do what rows that were checked ask for, inside a transaction; they are changed, not saved."""
    waiting = [row for row in rows if row.outcome in (Outcome.NEW, Outcome.CHANGED)]
    known = _known()
    decisions = _decide(work, [Line(row.number, row.given) for row in waiting], known)
    topics = Topics(known.topics)
    records = _records(edition_of(work), decisions, topics)
    catalogue.add(Catalogue((), tuple(topics.new), records))
    ids = dict(Feed.objects.filter(url__in=[row.url for row in waiting]).values_list("url", "pk"))
    changes = _Changes(work, topics)
    for row, decision in zip(waiting, decisions, strict=True):
        row.outcome, row.reason = decision.outcome, decision.reason
        changes.make(decision, known)
        row.feed_id = ids.get(row.url)
    audit.record_all(work.by, "import", changes.made, f"Import {work.pk}: {work.name}")


def decide(
    wishes: Iterable[Wish], known: Known, numbers: Sequence[int], may_weigh: bool
) -> list[Decision]:
    """Decide what becomes of each row. `numbers` are the lines that they stand on."""
    decider = _Decider(known, numbers, may_weigh)
    return [decider.decide(place, wish) for place, wish in enumerate(wishes)]


class _Decider:
    def __init__(self, known: Known, numbers: Sequence[int], may_weigh: bool) -> None:
        self._known = known
        self._numbers = numbers
        self._may_weigh = may_weigh
        self._names = dict(known.names)
        self._seen: dict[str, int] = {}
        self._spoken: dict[str, tuple[int, Fields]] = {}

    def decide(self, place: int, wish: Wish) -> Decision:
        if wish.refusal:
            return Decision(wish, Outcome.REFUSED, wish.refusal)
        key = feed_key(wish.url) if wish.url else ""
        if key and key in self._seen:
            number = self._numbers[self._seen[key]]
            words = f"The feed is on line {number} as well."
            return Decision(wish, Outcome.AGAIN, words, first=self._seen[key])
        slug = self._slug(wish, key)
        if reason := self._refusal(wish, slug, key):
            return Decision(wish, Outcome.REFUSED, reason)
        if key:
            self._seen[key] = place
        return self._change(place, wish, slug, key)

    def _slug(self, wish: Wish, key: str) -> str:
        """Whose row it is: by its slug, its name, or its feed where that is known."""
        name = wish.source.get("name", "")
        slug = wish.source.get("slug") or self._names.get(name.lower(), "")
        if not slug and not name and key in self._known.feeds:
            slug = self._known.feeds[key][1]
        return slug or slugify(name)[:70].strip("-")

    def _refusal(self, wish: Wish, slug: str, key: str) -> str:
        if not slug:
            return "It names no source that has a slug, in the columns “source” and “slug”."
        source = self._known.sources.get(slug)
        if source is None and slug not in self._spoken and not wish.source.get("name"):
            return f"There is no source “{slug}”; a new one needs a name, in the column “source”."
        if unknown := sorted(set(wish.source.get("editions", ())) - self._known.editions):
            return f"There is no edition “{unknown[0]}”."
        weight = wish.source.get("weight")
        usual = source["weight"] if source else 1.0
        if weight is not None and weight != usual and not self._may_weigh:
            return "Weights are for editors to change."
        if key in self._known.feeds and self._known.feeds[key][1] != slug:
            return f"The feed belongs to “{self._known.feeds[key][1]}” already."
        return self._contradiction(wish, slug)

    def _contradiction(self, wish: Wish, slug: str) -> str:
        place, said = self._spoken.get(slug, (0, {}))
        for name, value in said.items():
            if wish.source.get(name, value) != value:
                number = self._numbers[place]
                return f"It says otherwise than line {number} of the source: {name}."
        return ""

    def _change(self, place: int, wish: Wish, slug: str, key: str) -> Decision:
        first = slug not in self._spoken
        if first:
            self._spoken[slug] = (place, wish.source)
            self._names.setdefault(wish.source.get("name", slug).lower(), slug)
        old = self._known.sources.get(slug)
        decision = Decision(wish, Outcome.KNOWN, slug=slug, new_source=old is None)
        words = []
        if old and first:
            decision.source = _differing(wish.source, old)
            words += [_words(name, old[name], new) for name, new in decision.source.items()]
        if key in self._known.feeds:
            had = self._known.feeds[key][2]
            decision.feed = _differing(wish.feed, had)
            words += [_words(name, had[name], new) for name, new in decision.feed.items()]
        elif key or (old is None and first):
            decision.outcome = Outcome.NEW
        if words and decision.outcome is Outcome.KNOWN:
            decision.outcome = Outcome.CHANGED
        decision.reason = "; ".join(words)
        return decision


class _Changes:
    """Makes the changes of what was known, and says which for the audit log."""

    def __init__(self, work: Import, topics: Topics) -> None:
        self.made: list[audit.Change] = []
        self._topics = topics
        self._editions = dict(Edition.objects.values_list("slug", "pk"))

    def make(self, decision: Decision, known: Known) -> None:
        if decision.source:
            self._source(decision.slug, decision.source, known.sources[decision.slug])
        if decision.feed:
            pk, _, had = known.feeds[feed_key(decision.wish.url)]
            self._feed(pk, decision.feed, had)

    def _source(self, slug: str, changes: Fields, had: Fields) -> None:
        source = Source.objects.get(slug=slug)
        for name, value in changes.items():
            if name == "editions":
                source.editions.set(self._editions[edition] for edition in value)
            else:
                setattr(source, name, value)
        source.save(update_fields=[name for name in changes if name != "editions"])
        if followups.FOLLOWED & set(changes):
            followups.ask([source.pk])
        self._note(source, changes, had)

    def _feed(self, pk: int, changes: Fields, had: Fields) -> None:
        feed = Feed.objects.get(pk=pk)
        for name, value in changes.items():
            if name == "topic":
                slug = self._topics.slug(value)
                feed.topic = Topic.objects.get(slug=slug) if slug else None
            else:
                setattr(feed, name, value)
        feed.save(update_fields=list(changes))
        self._note(feed, changes, had)

    def _note(self, row: Source | Feed, changes: Fields, had: Fields) -> None:
        told = {name: [had[name], value] for name, value in changes.items()}
        self.made.append(audit.Change(row, told))


def _decide(work: Import, lines: Sequence[Line], known: Known) -> list[Decision]:
    wishes = [read_wish(line, settings.FETCH_ALLOW_NETWORKS) for line in lines]
    may_weigh = work.by is None or work.by.has_perm(WEIGH)
    return decide(wishes, known, [line.number for line in lines], may_weigh)


def _known() -> Known:
    feeds = Feed.objects.select_related("source", "topic").only(
        "url", "permanent_url", "title", "active", "source__slug", "topic__name"
    )
    found: dict[str, tuple[int, str, Fields]] = {}
    for feed in feeds.iterator():
        topic = feed.topic.name if feed.topic else ""
        fields = {"title": feed.title, "topic": topic, "active": feed.active}
        for url in filter(None, (feed.permanent_url, feed.url)):
            found[feed_key(url)] = (feed.pk, feed.source.slug, fields)
    sources = {
        source.slug: {
            **{name: getattr(source, name) for name in _SOURCE_FIELDS[:-1]},
            "editions": sorted(edition.slug for edition in source.editions.all()),
        }
        for source in Source.objects.prefetch_related("editions")
    }
    return Known(
        found,
        sources,
        {source["name"].lower(): slug for slug, source in sources.items()},
        frozenset(Edition.objects.values_list("slug", flat=True)),
        known_topics(),
    )


def _records(
    edition: Edition, decisions: Sequence[Decision], topics: Topics
) -> tuple[SourceRecord, ...]:
    """New sources, and known ones with their new feeds."""
    feeds: dict[str, list[FeedRecord]] = {}
    fields: dict[str, Fields] = {}
    for each in decisions:
        if each.outcome not in (Outcome.NEW, Outcome.CHANGED):
            continue
        topic = topics.slug(each.wish.feed.get("topic", ""))
        if each.outcome == Outcome.CHANGED:
            continue
        fields.setdefault(each.slug, each.wish.source)
        mine = feeds.setdefault(each.slug, [])
        if each.wish.url:
            said = each.wish.feed
            mine.append(
                FeedRecord(each.wish.url, topic, said.get("title", ""), said.get("active", True))
            )
    usual = {"country": edition.country, "language": edition.language, "editions": [edition.slug]}
    return tuple(
        SourceRecord(**{"name": slug, **usual, **fields[slug], "slug": slug, "feeds": feeds[slug]})
        for slug in feeds
    )


def _differing(wanted: Fields, had: Fields) -> dict[str, Any]:
    return {name: new for name, new in wanted.items() if name in had and had[name] != new}


def _words(name: str, old: object, new: object) -> str:
    return f"{name}: “{_said(old)}” → “{_said(new)}”"


def _said(value: object) -> str:
    if isinstance(value, list):
        return " ".join(value)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)[:200]


def _called(decision: Decision) -> str:
    wish = decision.wish
    return str(wish.feed.get("title") or wish.source.get("name") or decision.slug)
