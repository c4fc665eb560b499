"""Importing OPML: which feeds of a list are new, whose they are, and which are refused and why.

`plan` decides, purely; `import_opml` asks the database what is known and has the plan added as a
catalogue. Nothing that is already there is changed.

Whose a feed is: its publisher is known by the home page that the list names. A home page below
another one on the same host belongs to the same publisher (`/news/world` to `/news`). A feed
without a home page belongs to its host.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from http import HTTPStatus

from django.conf import settings
from django.utils.text import slugify

from articles.entries.sanitise import plain_text
from articles.fetch.addresses import Network, Target, check_url, literal, refusal
from articles.fetch.door import Door
from articles.fetch.types import FetchError
from articles.models import Edition, Feed, Source, Topic
from articles.pipeline import catalogue, turns
from articles.pipeline.catalogue import Catalogue, FeedRecord, SourceRecord, TopicRecord, feed_key
from articles.pipeline.outlines import OpmlError, Outline, read_opml

LONGEST_URL = 2000
OPML_ACCEPT = "text/x-opml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
PATIENCE = 30.0
"""Seconds that a list may wait for the turns of its hosts; somebody waits for the answer."""

Home = tuple[str, ...]
"""A home page as its host and the parts of its path."""
Progress = Callable[[Sequence[Outline]], Iterable[Outline]]


@dataclass(frozen=True, slots=True)
class Refused:
    """A feed that was not taken, and why, in words for a curator."""

    url: str
    title: str
    reason: str


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
class Plan:
    catalogue: Catalogue
    refused: tuple[Refused, ...]
    present: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of an import."""

    edition: Edition
    """Which new sources joined."""
    added: int
    present: int
    """Feeds that were there before, or twice in the list."""
    sources: int
    """New ones."""
    topics: int
    """New ones."""
    refused: tuple[Refused, ...]


def import_opml(body: bytes, edition: Edition, progress: Progress = iter) -> Summary:
    """Add the feeds of an OPML file; new sources join `edition`. Raises OpmlError.

    `progress` hands its argument through, for example `tqdm`.
    """
    outlines = progress(read_opml(body))
    planned = plan(outlines, _known(), edition, settings.FETCH_ALLOW_NETWORKS)
    added = catalogue.add(planned.catalogue)
    return Summary(
        edition=edition,
        added=added.feeds,
        present=planned.present + added.feeds_present,
        sources=added.sources,
        topics=added.topics,
        refused=planned.refused,
    )


def fetch_opml(url: str) -> bytes:
    """The list at an address, asked for at its host's turn. Raises OpmlError.

    Not to be called inside a transaction: see `turns.get`.
    """
    try:
        with Door(settings.FETCH) as door:
            response = turns.get(door, url, seconds=PATIENCE, accept=OPML_ACCEPT)
    except FetchError as error:
        raise OpmlError(str(error)) from error
    if response.status != HTTPStatus.OK:
        raise OpmlError(f"{url} answered with the status {response.status}.")
    return response.body


def plan(
    outlines: Iterable[Outline], known: Known, edition: Edition, allow: Sequence[Network] = ()
) -> Plan:
    """Decide what becomes of each outline."""
    refused: list[Refused] = []
    wanted: list[Outline] = []
    seen, present = set(known.feeds), 0
    for outline in outlines:
        if reason := why_refused(outline.url, allow):
            refused.append(Refused(outline.url, plain_text(outline.title), reason))
        elif (key := feed_key(outline.url)) in seen:
            present += 1
        else:
            seen.add(key)
            wanted.append(outline)
    return Plan(_catalogue(wanted, known, edition), tuple(refused), present)


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


def _known() -> Known:
    topics = Topic.objects.values_list("name", "slug")
    sources = Source.objects.values_list("home_url", "slug").order_by("-pk")
    return Known(
        feeds=frozenset(feed_key(url) for url in Feed.objects.values_list("url", flat=True)),
        slugs=frozenset(slug for _, slug in sources),
        homes={home: slug for url, slug in sources if (home := _home(url))},
        topics={key: slug for name, slug in topics for key in (slug, name.lower())},
    )


def _catalogue(outlines: Sequence[Outline], known: Known, edition: Edition) -> Catalogue:
    topics, sources = _Topics(known), _Sources(known, edition)
    # Short home pages first, so that a publisher is met before its sections.
    for outline in sorted(outlines, key=lambda outline: len(_home(outline.home_url))):
        sources.add(outline, topics.slug(outline.folders))
    return Catalogue((), tuple(topics.new), sources.records())


class _Topics:
    """Topics' slugs by the folders of a list."""

    def __init__(self, known: Known) -> None:
        self.new: list[TopicRecord] = []
        self._slugs = dict(known.topics)

    def slug(self, folders: Sequence[str]) -> str:
        """The topic's slug, of a new topic where there is none of this name; empty for none."""
        name = " / ".join(filter(None, map(plain_text, folders)))[:80].strip(" /")
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
        title = plain_text(outline.title)
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
