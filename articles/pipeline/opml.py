"""Reading OPML into feeds: which of a list are new, whose they are, and which are refused and why.

`plan` decides, purely; `store` adds what it decides as a catalogue, and remembers where and how the
list has each feed, so that it can be written again. Nothing that is already there is changed.

Whose a feed is: its publisher is known by the home page that the list names. A home page below
another one on the same host belongs to the same publisher (`/news/world` to `/news`). A feed
without a home page belongs to its host.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.utils.text import slugify

from articles.entries.sanitise import plain_text
from articles.fetch.addresses import Network, Target, check_url, literal, refusal
from articles.fetch.types import FetchError
from articles.models import Edition, Feed, Import, ImportRow, Listing, Source, Topic
from articles.pipeline import catalogue
from articles.pipeline.catalogue import Catalogue, FeedRecord, SourceRecord, TopicRecord, feed_key
from articles.pipeline.outlines import ListError, Outline, read_opml

LONGEST_URL = 2000

Home = tuple[str, ...]
"""A home page as its host and the parts of its path."""
Outcome = ImportRow.Outcome


@dataclass(frozen=True, slots=True)
class Known:
    """What is there already."""

    feeds: frozenset[str] = frozenset()
    """Keys of their addresses."""
    slugs: frozenset[str] = frozenset()
    """Of sources."""
    homes: dict[Home, str] = field(default_factory=dict)
    """Sources' slugs by home page."""
    topics: dict[str, str] = field(default_factory=dict)
    """Topics' slugs by their names in lower case, and by themselves."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one outline."""

    outline: Outline
    outcome: ImportRow.Outcome
    reason: str = ""
    """In words for a curator."""
    first: int | None = None
    """Of an outline that is twice in the list: the place of the first among the decisions."""
    topic: str = ""
    """A slug; empty for none."""


@dataclass(frozen=True, slots=True)
class Plan:
    catalogue: Catalogue
    decisions: tuple[Decision, ...]
    """In the order of the outlines."""

    def count(self, outcome: ImportRow.Outcome) -> int:
        return sum(each.outcome == outcome for each in self.decisions)


def check(work: Import, body: bytes) -> list[ImportRow]:
    """Read a list, and say what would become of each outline. Raises ListError."""
    numbered = list(enumerate(read_opml(body), start=1))
    numbered.sort(key=lambda each: _depth(each[1]))  # batches are stored in this order
    outlines = [outline for _, outline in numbered]
    known = _known()
    planned = plan(outlines, known, edition_of(work), settings.FETCH_ALLOW_NETWORKS)
    work.new_topics = len(planned.catalogue.topics)
    work.new_sources = sum(each.slug not in known.slugs for each in planned.catalogue.sources)
    return [
        ImportRow(
            list=work,
            position=position,
            number=number,
            url=decision.outline.url,
            title=decision.outline.title,
            given=_given(decision.outline),
            outcome=decision.outcome,
            reason=_reason(decision, numbered),
            first=decision.first,
        )
        for position, ((number, _), decision) in enumerate(
            zip(numbered, planned.decisions, strict=True)
        )
    ]


def store(work: Import, rows: Sequence[ImportRow]) -> None:
    """Add what rows that were checked say, inside a transaction; they are changed, not saved."""
    new = [row for row in rows if row.outcome == Outcome.NEW]
    outlines = [_outline(row) for row in new]
    planned = plan(outlines, _known(), edition_of(work), settings.FETCH_ALLOW_NETWORKS)
    catalogue.add(planned.catalogue)
    feeds = {feed.url: feed for feed in Feed.objects.filter(url__in=[row.url for row in new])}
    listings = []
    for row, decision in zip(new, planned.decisions, strict=True):
        row.outcome, row.reason = decision.outcome, decision.reason or row.reason
        row.feed = feeds.get(row.url)
        if row.feed and decision.outcome == Outcome.NEW:
            listings.append(_listing(row, decision.outline))
    # The first of an outline that is twice in the list may be in this batch or in one before.
    firsts = _firsts(work, rows)
    for row in rows:
        if row.outcome == Outcome.AGAIN and (first := firsts.get(row.first)):
            row.feed = first.feed
            if row.feed and first.outcome == Outcome.NEW:
                listings.append(_listing(row, _outline(row)))
    Listing.objects.bulk_create(_places(listings))


def plan(
    outlines: Iterable[Outline], known: Known, edition: Edition, allow: Sequence[Network] = ()
) -> Plan:
    """Decide what becomes of each outline."""
    topics, sources = Topics(known.topics), _Sources(known, edition)
    decisions: list[Decision] = []
    wanted: list[tuple[Outline, str]] = []
    seen: dict[str, int] = {}
    for place, outline in enumerate(outlines):
        key = feed_key(outline.url)
        if reason := why_refused(outline.url, allow):
            decision = Decision(outline, Outcome.REFUSED, reason)
        elif key in seen:
            decision = Decision(outline, Outcome.AGAIN, first=seen[key])
        elif key in known.feeds:
            decision = Decision(outline, Outcome.KNOWN, "It is read already.")
        else:
            seen[key] = place
            topic = topics.slug(" / ".join(outline.folders))
            decision = Decision(outline, Outcome.NEW, topic=topic)
            wanted.append((outline, topic))
        decisions.append(decision)
    for outline, topic in sorted(wanted, key=lambda each: _depth(each[0])):
        sources.add(outline, topic)
    return Plan(Catalogue((), tuple(topics.new), sources.records()), tuple(decisions))


def why_refused(url: str, allow: Sequence[Network] = ()) -> str:
    """One sentence on why a feed at `url` may not be added; empty where it may.

    What a host's name resolves to is judged when it is fetched.
    """
    if not url:
        return "The list names no feed address (xmlUrl) for it."
    if len(url) > LONGEST_URL:
        return f"The address is longer than {LONGEST_URL} characters."
    try:
        target = check_url(url)
    except FetchError as error:
        return str(error)
    address = literal(target.host)
    return refusal(target.host, address, target.port, allow) if address else ""


def edition_of(work: Import) -> Edition:
    """The edition that new sources join. Raises ListError where it was deleted."""
    if work.edition is None:
        raise ListError("The edition that it was for has been deleted.")
    return work.edition


def _known() -> Known:
    sources = Source.objects.values_list("home_url", "slug").order_by("-pk")
    return Known(
        feeds=frozenset(catalogue.known_keys()),
        slugs=frozenset(slug for _, slug in sources),
        homes={home: slug for url, slug in sources if (home := _home(url))},
        topics=known_topics(),
    )


def known_topics() -> dict[str, str]:
    """Topics' slugs by their names in lower case, and by themselves."""
    topics = Topic.objects.values_list("name", "slug")
    return {key: slug for name, slug in topics for key in (slug, name.lower())}


def _given(outline: Outline) -> dict[str, Any]:
    return {
        "folders": list(outline.folders),
        "attributes": dict(outline.attributes),
        "home_url": outline.home_url,
    }


def _outline(row: ImportRow) -> Outline:
    given = row.given
    return Outline(
        row.url, row.title, given["home_url"], tuple(given["folders"]), given["attributes"]
    )


def _reason(decision: Decision, numbered: Sequence[tuple[int, Outline]]) -> str:
    if decision.first is not None:
        number, first = numbered[decision.first]
        reason = f"It is number {number} of the list as well."
        if first.folders != decision.outline.folders:
            reason += f" It stays in {' / '.join(decision.outline.folders) or 'no folder'} too."
        return reason
    if decision.outline.left_out and not decision.reason:
        return f"Left out of what the list says: {', '.join(decision.outline.left_out)}."
    return decision.reason


def _firsts(work: Import, rows: Sequence[ImportRow]) -> dict[int | None, ImportRow]:
    wanted = {row.first for row in rows if row.first is not None}
    here: dict[int | None, ImportRow] = {row.position: row for row in rows}
    before = (
        work.rows.select_related("feed").filter(position__in=wanted - set(here)) if wanted else ()
    )
    return {row.position: row for row in before} | here


def _listing(row: ImportRow, outline: Outline) -> Listing:
    said = dict(outline.attributes)
    return Listing(feed=row.feed, folders=list(outline.folders), attributes=said)


def _places(listings: Sequence[Listing]) -> list[Listing]:
    """One for each place of a feed, with the topic that it has: the folders were taken for it."""
    feeds = {listing.feed_id for listing in listings}
    known = Listing.objects.filter(feed__in=feeds).values_list("feed_id", "folders")
    taken = {(feed, tuple(folders)) for feed, folders in known}
    places = []
    for listing in listings:
        place = (listing.feed_id, tuple(listing.folders))
        if place not in taken:
            taken.add(place)
            listing.topic_id = listing.feed.topic_id
            places.append(listing)
    return places


class Topics:
    """Topics' slugs by names."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.new: list[TopicRecord] = []
        self._slugs = dict(known)

    def slug(self, name: str) -> str:
        """The topic's slug, of a new topic where there is none of this name; empty for none."""
        name = plain_text(name)[:80].strip(" /")
        if not name:
            return ""
        short = _short_slug(name)
        slug = self._slugs.get(name.lower()) or self._slugs.get(short)
        if not slug:
            slug = short
            self.new.append(TopicRecord(slug, name))
        self._slugs[name.lower()] = self._slugs[slug] = slug
        return slug


class _Sources:
    """Feeds by their publishers."""

    def __init__(self, known: Known, edition: Edition) -> None:
        self._edition = edition
        self._homes = dict(known.homes)
        self._known = known.slugs
        self._taken = Counter(known.slugs)
        self._names: dict[str, str] = {}
        self._pages: dict[str, str] = {}
        self._feeds: dict[str, list[FeedRecord]] = defaultdict(list)

    def add(self, outline: Outline, topic: str) -> None:
        title = outline.title
        slug = self._by_home(outline, title) or self._by_host(outline)
        self._feeds[slug].append(FeedRecord(outline.url, topic, title[:500]))

    def records(self) -> tuple[SourceRecord, ...]:
        """One for each publisher; those that are known carry nothing but their new feeds."""
        return tuple(
            SourceRecord(
                slug=slug,
                name=self._names.get(slug, slug),
                home_url=self._pages.get(slug, ""),
                country=self._edition.country,
                language=self._edition.language,
                editions=[] if slug in self._known else [self._edition.slug],
                feeds=feeds,
            )
            for slug, feeds in self._feeds.items()
        )

    def _by_home(self, outline: Outline, title: str) -> str:
        home = _home(outline.home_url)
        if not home:
            return ""
        for length in range(len(home), 0, -1):
            if slug := self._homes.get(home[:length]):
                return slug
        name = title[:200] or home[0]
        slug = self._free_slug(slugify(name)[:70].strip("-") or _host_slug(home[0]))
        self._homes[home] = slug
        self._names[slug], self._pages[slug] = name, outline.home_url
        return slug

    def _by_host(self, outline: Outline) -> str:
        host = check_url(outline.url).authority.removeprefix("www.")
        slug = _host_slug(host)
        self._names.setdefault(slug, host[:200])
        return slug

    def _free_slug(self, wanted: str) -> str:
        slug = wanted
        while self._taken[slug]:
            self._taken[wanted] += 1
            slug = f"{wanted}-{self._taken[wanted]}"
        self._taken[slug] += 1
        return slug


def _depth(outline: Outline) -> int:
    """How deep a home page is: a publisher is to be met before its sections."""
    return len(_home(outline.home_url))


@lru_cache(maxsize=100_000)
def _home(url: str) -> Home:
    """A home page's host and the parts of its path; empty for what is no web address."""
    if not url or len(url) > LONGEST_URL:
        return ()
    try:
        target: Target = check_url(url)
    except FetchError:
        return ()
    parts = target.path.replace("?", "/?").split("/")
    return (target.authority.removeprefix("www."), *filter(None, parts))


def _host_slug(host: str) -> str:
    return slugify(host.replace(".", "-").replace(":", "-"))[:70] or _digest(host)


def _short_slug(name: str) -> str:
    """A slug of at most 50 characters, different for different long names."""
    slug = slugify(name)
    if not slug or len(slug) > 50:
        slug = f"{slug[:41]}-{_digest(name.lower())}".strip("-")
    return slug


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=4).hexdigest()
