"""Sources on trial: an address becomes feeds, these a dry run, and that a source, if it is wanted.

The rows are the queue. A trial that is searched or compared is claimed for a time, which its worker
renews; where the worker dies another takes over, and after a few such ends the trial fails in
words. Nothing of it is stored as a feed or an article before a curator keeps it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext

from articles.entries.types import Entry
from articles.fetch.addresses import MAX_ADDRESS
from articles.fetch.pace import host_of
from articles.fetch.rhythm import observed
from articles.models import Edition, Feed, Source, Topic, Trial, TrialEntry, TrialFeed
from articles.pipeline import audit, hosts
from articles.pipeline.audit import Person
from articles.pipeline.blocking import reason
from articles.pipeline.catalogue import feed_key, with_www
from articles.pipeline.discovery import Found, FoundFeed, discover
from articles.pipeline.rehearsal import rehearse

logger = logging.getLogger(__name__)

State = Trial.State
LEASES = {
    State.SEARCHING: hosts.LEASE + timedelta(minutes=1),
    State.COMPARING: timedelta(minutes=5),
}
"""A search renews its own with every request. By its end the turn at the host has ended as well."""
MOST_ATTEMPTS = 3
MOST_ENTRIES = 200
"""Entries of one feed that are looked at, the newest."""
REMEMBERED = timedelta(days=14)
MOST_KNOWN = 5
"""Sources of one host that are offered."""

GIVEN_UP = {
    State.SEARCHING: "The search was begun three times and did not come to its end.",
    State.COMPARING: (
        "The comparison with what is here was begun three times and did not come to its end."
    ),
}
TOO_LONG = f"Its address has more than {MAX_ADDRESS} characters."
ALL_KNOWN = "All the feeds that were found are here already."


class LostError(Exception):
    """The trial was discarded, or another worker has taken it over."""


class StoppedError(Exception):
    """The worker is asked to stop."""


class DecidedError(Exception):
    """The trial is in no state in which this could be decided; the message is for a curator."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a curator decided on what is kept. All but the last two are of a new source only."""

    name: str = ""
    home_url: str = ""
    country: str = ""
    language: str = ""
    kind: str = ""
    owner: str = ""
    editions: Collection[Edition] = field(default=())
    fetch_pages: bool = False
    topic: Topic | None = None


def begin(address: str, by: Person) -> Trial:
    """Put an address on trial."""
    return Trial.objects.create(address=address, asked_by_id=by.pk if by else None)


def search_waiting(stop: Callable[[], bool]) -> None:
    """Search for feeds at each address that waits."""
    for trial in _claimed(State.SEARCHING, stop):
        _work(trial, lambda trial: _search(trial, stop))


def compare_waiting(stop: Callable[[], bool]) -> None:
    """Compare with what is here the feeds of each trial that waits for it."""
    for trial in _claimed(State.COMPARING, stop):
        _work(trial, _compare)


def choose(trial: Trial, feeds: Collection[int], source: Source | None) -> None:
    """Have these of the feeds compared, as feeds of `source` or of a new one.

    Raises DecidedError where none of them can be kept, or the trial is over.
    """
    with transaction.atomic():
        decided = _held(trial, State.READY, State.COMPARING, State.FAILED)
        possible = decided.feeds.filter(pk__in=feeds, known=None)
        if not possible.update(chosen=True):
            raise DecidedError(gettext("Choose at least one feed that is not here already."))
        decided.feeds.exclude(pk__in=possible).update(chosen=False)
        _empty_findings(decided)
        decided.source = source
        _enter(decided, State.COMPARING)


def keep(trial: Trial, wanted: Wanted, by: Person) -> Source:
    """Make the source and its feeds, due at once. Raises DecidedError."""
    with transaction.atomic():
        decided = _held(trial, State.READY)
        feeds = list(decided.feeds.filter(chosen=True))
        if known := Feed.objects.filter(url__in=[feed.url for feed in feeds]).first():
            raise _become_a_feed(known.url)
        source = decided.source or _made(wanted, by)
        for feed in feeds:
            try:
                feed.known = Feed.objects.create(
                    source=source, url=feed.url, title=feed.title, topic=wanted.topic
                )
            except IntegrityError as error:  # an import added it just now
                raise _become_a_feed(feed.url) from error
            told = {"source": source, "url": feed.url, "topic": wanted.topic}
            audit.record(by, "add", feed.known, _added(told), f"Found at {trial.address}")
        TrialFeed.objects.bulk_update(feeds, ["known"])
        decided.source, decided.kept_at = source, timezone.now()
        _enter(decided, State.KEPT)
    return source


def _become_a_feed(url: str) -> DecidedError:
    return DecidedError(
        gettext("%(address)s has become a feed in the meantime.") % {"address": url}
    )


def discard(trial: Trial, by: Person) -> None:
    """Forget a trial; what is at work on it notices. Raises DecidedError where it was kept."""
    with transaction.atomic():
        decided = _held(trial, *(state for state in State if state != State.KEPT))
        audit.record(by, "discard", decided)
        decided.delete()


def foreseen_withheld(trial: Trial) -> dict[int, str]:
    """Which new entries of the chosen feeds its source's blocked words would withhold, and why.

    By their ids; by the words that are blocked now. One query where some are.
    """
    words = trial.source.blocked_words if trial.source else []
    if not words:
        return {}
    fresh = TrialEntry.objects.filter(feed__trial=trial, feed__chosen=True, article=None)
    told = fresh.filter(repeats=False).values_list("pk", "title", "excerpt")
    reasons = {pk: reason(words, *texts) for pk, *texts in told}
    return {pk: why for pk, why in reasons.items() if why}


def known_sources(trial: Trial) -> list[Source]:
    """Sources here that a found feed may belong to: those of its hosts."""
    addresses = {
        url for feed in trial.feeds.all() for url in (feed.url, feed.home_url) if host_of(url)
    }
    names = {name for url in addresses for name in with_www(url)}
    pages = Q(feeds__host__in=names)
    for host in names:
        for scheme in ("http", "https"):
            pages |= Q(home_url=f"{scheme}://{host}")
            pages |= Q(home_url__startswith=f"{scheme}://{host}/")
    return list(Source.objects.filter(pages).distinct().order_by("name")[:MOST_KNOWN])


def forget() -> int:
    """Delete the trials of long ago; how many."""
    old = Trial.objects.filter(made_at__lt=Now() - REMEMBERED)
    return old.delete()[1].get("articles.Trial", 0)


# -- who works on what


def _claimed(state: Trial.State, stop: Callable[[], bool]) -> Iterable[Trial]:
    """Trials in this state that nobody works on, claimed one at a time, the oldest first."""
    while not stop() and (trial := _claim(state)):
        if trial.attempts > MOST_ATTEMPTS:
            logger.error("%s: %s", trial.address, GIVEN_UP[state])
            _finish(trial, State.FAILED, GIVEN_UP[state])
        else:
            yield trial


def _claim(state: Trial.State) -> Trial | None:
    free = Q(claimed_until=None) | Q(claimed_until__lt=Now())
    with transaction.atomic():
        waiting = Trial.objects.select_for_update(skip_locked=True).filter(free, state=state)
        trial = waiting.order_by("made_at", "id").first()
        if trial:
            trial.attempts += 1
            Trial.objects.filter(pk=trial.pk).update(
                attempts=trial.attempts, claimed_until=Now() + LEASES[state]
            )
    return trial


def _work(trial: Trial, step: Callable[[Trial], None]) -> None:
    """One step of a claimed trial. What raises is tried again once the claim has expired."""
    try:
        step(trial)
    except LostError:
        logger.info("%s: discarded, or taken over by another worker", trial.address)
    except StoppedError:
        _mine(trial).update(claimed_until=None, attempts=trial.attempts - 1)


def _mine(trial: Trial) -> QuerySet[Trial]:
    """The trial as long as its claim is this worker's."""
    return Trial.objects.filter(pk=trial.pk, state=trial.state, attempts=trial.attempts)


def _finish(trial: Trial, state: Trial.State, error: str = "") -> None:
    """Hand a claimed trial on. Raises LostError."""
    changed = _mine(trial).update(state=state, error=error, claimed_until=None, attempts=0)
    if not changed:
        raise LostError


def _held(trial: Trial, *states: Trial.State) -> Trial:
    """The trial, locked, in one of these states. Raises DecidedError."""
    found = Trial.objects.select_for_update().filter(pk=trial.pk, state__in=states).first()
    if found is None:
        raise DecidedError(gettext("This was decided already."))
    return found


def _enter(trial: Trial, state: Trial.State) -> None:
    trial.state, trial.error, trial.claimed_until, trial.attempts = state, "", None, 0
    trial.save()


# -- the search


def _search(trial: Trial, stop: Callable[[], bool]) -> None:
    def progress(url: str) -> None:
        if stop():
            raise StoppedError
        trial.asked.append(url)
        lease = Now() + LEASES[State.SEARCHING]
        if not _mine(trial).update(asked=trial.asked, claimed_until=lease):
            raise LostError

    trial.asked = []  # of an attempt that came to no end
    found = _storable(discover(trial.address, progress=progress))
    with transaction.atomic():
        if not _mine(trial).update(refused=found.refused):
            raise LostError
        _store(trial, found)


def _storable(found: Found) -> Found:
    """Without feeds whose address is longer than a feed's may be here."""
    long = [feed.url for feed in found.feeds if len(feed.url) > MAX_ADDRESS]
    feeds = tuple(feed for feed in found.feeds if feed.url not in long)
    error = found.error or ("" if feeds else TOO_LONG)
    return Found(feeds, (*found.refused, *((url, TOO_LONG) for url in long)), error)


def _store(trial: Trial, found: Found) -> None:
    """Store what was found; the best feed that is not here already is chosen."""
    known = _known_feeds(found.feeds)
    feeds = TrialFeed.objects.bulk_create(
        _row(trial, position, feed, known.get(feed.url))
        for position, feed in enumerate(found.feeds)
    )
    TrialEntry.objects.bulk_create(
        entry for row, feed in zip(feeds, found.feeds, strict=True) for entry in _entries(row, feed)
    )
    news = [row for row in feeds if row.known is None]
    best = next((row for row in news if not row.of_comments), next(iter(news), None))
    if best is None:
        _finish(trial, State.FAILED, found.error or ALL_KNOWN)
        return
    TrialFeed.objects.filter(pk=best.pk).update(chosen=True)
    if len(sources := known_sources(trial)) == 1:
        _mine(trial).update(source=sources[0])
    _finish(trial, State.COMPARING)


def _known_feeds(found: Sequence[FoundFeed]) -> dict[str, Feed]:
    """The feeds here that these are already, by the addresses to which these would subscribe."""
    spellings = {feed.url: (feed.url, *feed.also_at) for feed in found}
    names = {name for urls in spellings.values() for url in urls for name in with_www(url)}
    feeds = {feed_key(feed.url): feed for feed in Feed.objects.filter(host__in=names)}
    known = ((url, feeds.get(feed_key(each))) for url, urls in spellings.items() for each in urls)
    return {url: feed for url, feed in known if feed}


def _row(trial: Trial, position: int, feed: FoundFeed, known: Feed | None) -> TrialFeed:
    gap, newest = observed((each.published_claim for each in feed.read), timezone.now())
    return TrialFeed(
        trial=trial,
        position=position,
        url=feed.url,
        title=feed.title[:500],
        home_url=feed.home_url,
        language=feed.language or _commonest(each.language for each in feed.read),
        region=feed.region,
        of_comments=feed.of_comments,
        also_at=list(feed.also_at),
        entry_count=feed.entries,
        entry_gap=gap,
        newest_at=newest,
        known=known,
    )


def _entries(row: TrialFeed, feed: FoundFeed) -> list[TrialEntry]:
    newest = sorted(feed.read, key=lambda each: each.published, reverse=True)[:MOST_ENTRIES]
    return [
        TrialEntry(
            feed=row,
            position=position,
            guid=each.guid,
            url=each.url,
            canonical_url=each.canonical_url,
            title=each.title,
            excerpt=each.excerpt,
            authors=list(each.authors),
            categories=list(each.categories),
            language=each.language or row.language,
            published_at=each.published,
            published_claim=each.published_claim,
        )
        for position, each in enumerate(newest)
    ]


def _commonest(values: Iterable[str]) -> str:
    counted = Counter(filter(None, values)).most_common(1)
    return counted[0][0] if counted else ""


# -- the dry run


def _compare(trial: Trial) -> None:
    """Note what would become of each entry of the chosen feeds."""
    rows = list(TrialEntry.objects.filter(feed__trial=trial, feed__chosen=True))
    by_feed: dict[int, list[TrialEntry]] = {}
    for row in rows:
        by_feed.setdefault(row.feed_id, []).append(row)
    source = trial.source or Source(name=trial.proposed_name())
    batch = [
        (Feed(pk=-key, source_id=source.pk or 0), [_entry(row) for row in of_feed])
        for key, of_feed in by_feed.items()
    ]
    fates = rehearse(batch, source.name)
    for row in rows:
        fate = fates[-row.feed_id, row.guid]
        row.article_id, row.repeats = fate.article, fate.repeats
        row.copy_of_id, row.story_id = fate.copy_of, fate.story
    with transaction.atomic():
        _finish(trial, State.READY)
        TrialEntry.objects.bulk_update(rows, ["article", "repeats", "copy_of", "story"], 500)


def _entry(row: TrialEntry) -> Entry:
    return Entry(
        guid=row.guid,
        url=row.url,
        canonical_url=row.canonical_url,
        title=row.title,
        excerpt=row.excerpt,
        text="",
        html="",
        authors=tuple(row.authors),
        categories=tuple(row.categories),
        enclosures=(),
        image_url="",
        published=row.published_at,
        published_claim=row.published_claim,
        updated=None,
        language=row.language,
    )


def _empty_findings(trial: Trial) -> None:
    TrialEntry.objects.filter(feed__trial=trial).update(
        article=None, repeats=False, copy_of=None, story=None
    )


# -- what is kept


def _made(wanted: Wanted, by: Person) -> Source:
    source = Source.objects.create(
        name=wanted.name,
        slug=_free_slug(slugify(wanted.name)[:70].strip("-") or "source"),
        home_url=wanted.home_url,
        country=wanted.country,
        language=wanted.language,
        kind=wanted.kind,
        owner=wanted.owner,
        fetch_pages=wanted.fetch_pages,
    )
    source.editions.set(wanted.editions)
    told = {each.name: getattr(wanted, each.name) for each in fields(wanted)}
    told.pop("topic")  # is of the feeds
    audit.record(by, "add", source, _added(told))
    return source


def _added(values: Mapping[str, object]) -> dict[str, list[object]]:
    """As the audit log has values that were not there before."""
    return {name: [None, value] for name, value in values.items() if value}


def _free_slug(wanted: str) -> str:
    taken = set(Source.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 2))
    return wanted if wanted not in taken else next(each for each in numbered if each not in taken)
