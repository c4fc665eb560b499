"""Storing what a feed holds: recognise what is known, add what is new, follow what was edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.db import connection
from django.utils import timezone

from articles.entries.excerpt import continued
from articles.entries.hashing import content_hash, title_key
from articles.entries.types import Entry
from articles.models import TAKEN_DOWN, Article, Feed, Headline, Page, Sighting
from articles.pipeline import rows as rows_of
from articles.pipeline import takedown
from articles.pipeline.blocking import blocked_words, reason, withheld
from articles.pipeline.page_queue import RECENT, want

SAME_TITLE_WITHIN = timedelta(days=1)
"""Two entries of one source with one title so close in time are one article."""

# Everything an entry could be, found in one statement: the same GUID in its feed, a second GUID
# met before, the same address anywhere, the same title from its source. The second column tells
# whose key it is.
_KNOWN = """
WITH told (feed, guid, source, title) AS (
    SELECT * FROM unnest(%(feeds)s::bigint[], %(guids)s::bytea[],
                         %(sources)s::bigint[], %(titles)s::bytea[])
)
SELECT 'guid', told.feed, told.guid, article.id, article.feed_id, article.content_hash,
       article.published_at, article.withheld
FROM told JOIN articles_article AS article
  ON article.feed_id = told.feed AND article.guid_hash = told.guid
UNION ALL
SELECT 'sighting', told.feed, told.guid, article.id, article.feed_id, article.content_hash,
       article.published_at, article.withheld
FROM told JOIN articles_sighting AS sighting
  ON sighting.feed_id = told.feed AND sighting.guid_hash = told.guid
JOIN articles_article AS article ON article.id = sighting.article_id
UNION ALL
SELECT 'address', 0, article.url_hash, article.id, article.feed_id, article.content_hash,
       article.published_at, article.withheld
FROM articles_article AS article
WHERE article.url_hash = ANY(%(addresses)s)
UNION ALL
SELECT 'title', told.source, told.title, article.id, article.feed_id, article.content_hash,
       article.published_at, article.withheld
FROM told JOIN articles_article AS article
  ON article.source_id = told.source AND article.title_key = told.title
WHERE article.published_at BETWEEN %(from)s AND %(to)s
"""

Key = tuple[int, bytes]
"""A hash and whose it is: a feed's GUID, a source's title."""

Blocked = Mapping[int, Sequence[str]]
"""Blocked words by source."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing one feed's entries changed; `languages` are those with articles to group."""

    new: int = 0
    edited: int = 0
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Keyed:
    """An entry of a feed with the hashes it is recognised by."""

    feed: Feed
    entry: Entry
    guid: Key
    address: bytes | None
    title: Key
    content: bytes


@dataclass(frozen=True, slots=True)
class _Match:
    how: str
    article: int
    feed: int | None
    content: bytes
    published: datetime
    withheld: str = ""

    @property
    def own(self) -> bool:
        return self.how == "guid"

    @property
    def by_guid(self) -> bool:
        return self.how in {"guid", "sighting"}


@dataclass(slots=True)
class _Known:
    guid: dict[Key, _Match] = field(default_factory=dict)
    address: dict[bytes, _Match] = field(default_factory=dict)
    title: dict[Key, list[_Match]] = field(default_factory=dict)

    def match(self, item: _Keyed) -> _Match | None:
        return (
            self.guid.get(item.guid)
            or (self.address.get(item.address) if item.address else None)
            or self._same_title(item)
        )

    def _same_title(self, item: _Keyed) -> _Match | None:
        for match in self.title.get(item.title, ()):
            if abs(match.published - item.entry.published) <= SAME_TITLE_WITHIN:
                return match
        return None


@dataclass(slots=True)
class _Fresh:
    """New entries: the first of each article, and its twins in other feeds or under other GUIDs."""

    firsts: list[_Keyed] = field(default_factory=list)
    twins: list[tuple[_Keyed, _Keyed]] = field(default_factory=list)

    def first_of(self, match: _Match) -> _Keyed:
        return self.firsts[match.article]


def short_hash(text: str) -> bytes:
    """16 bytes that stand for an address or a GUID in an index."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def store_entries(feed: Feed, entries: Sequence[Entry]) -> Stored:
    """Store the entries of one feed, as parsed; call it inside a transaction."""
    return store_feeds([(feed, entries)])[0]


def store_feeds(batch: Sequence[tuple[Feed, Sequence[Entry]]]) -> list[Stored]:
    """Store the entries of several feeds, as parsed; call it inside a transaction.

    The number of statements depends neither on the number of entries nor on that of feeds. An
    entry that another feed brought first is noted as a sighting and changes nothing: two feeds
    that word one article differently would otherwise overwrite each other for ever.
    """
    items = [_keyed(feed, entry) for feed, entries in batch for entry in entries]
    if not items:
        return [Stored() for _ in batch]
    known = _look_up(items)
    matches = [(item, known.match(item)) for item in items]
    met = [(item, match) for item, match in matches if match is not None]
    fresh = _once(item for item, match in matches if match is None)
    blocked = blocked_words({item.feed.source_id for item in items})
    added = _insert(fresh.firsts, blocked)
    seen = {item.guid: match.article for item, match in met if not match.by_guid}
    seen |= {twin.guid: added[one.guid] for twin, one in fresh.twins if one.guid in added}
    _note(seen)
    edited = _edited(met)
    taken = {*known.address, *(item.address for item in fresh.firsts)}
    regroup = _update(edited, taken, blocked)
    told_anew = {added[item.guid]: item for item in fresh.firsts if item.guid in added}
    told_anew |= {article: edited[article] for article in regroup}
    held_back = takedown.hold_back([_arrival(pk, item) for pk, item in told_anew.items()])
    new = [i for i in fresh.firsts if i.guid in added and added[i.guid] not in held_back]
    _want_pages(new, added)
    return [_tally(feed, new, edited, regroup) for feed, _ in batch]


def _arrival(article: int, item: _Keyed) -> takedown.Arrival:
    source, title = item.title
    return takedown.Arrival(article, source, item.entry.title, title, item.entry.excerpt)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What storing entries would come to. An entry is named by its feed's key and its GUID."""

    fresh: tuple[tuple[int, str], ...]
    """New articles, in the order in which they would be numbered."""
    known: dict[tuple[int, str], int]
    """Entries that are articles already, with the ids of those."""


def foresee(batch: Sequence[tuple[Feed, Sequence[Entry]]]) -> Foreseen:
    """What `store_feeds` would make of these entries; nothing is stored.

    The feeds may be unsaved, but each must have a key that no other has.
    """
    items = [_keyed(feed, entry) for feed, entries in batch for entry in entries]
    if not items:
        return Foreseen((), {})
    known = _look_up(items)
    matches = [(item, known.match(item)) for item in items]
    fresh = _once(item for item, match in matches if match is None)
    return Foreseen(
        tuple((item.feed.pk, item.entry.guid) for item in _in_order(fresh.firsts)),
        {(item.feed.pk, item.entry.guid): match.article for item, match in matches if match},
    )


def _want_pages(new: Iterable[_Keyed], added: dict[Key, int]) -> None:
    """Queue the pages of new articles, where a curator wants them and they are news."""
    since = timezone.now() - RECENT
    wanted = (i for i in new if i.feed.source.fetch_pages and i.entry.published >= since)
    want({added[item.guid]: item.entry.url for item in wanted if item.entry.url})


def _tally(
    feed: Feed, new: Iterable[_Keyed], edited: dict[int, _Keyed], regroup: dict[int, str]
) -> Stored:
    own = feed.pk
    added = [item.entry.language for item in new if item.guid[0] == own]
    changed = [article for article, item in edited.items() if item.guid[0] == own]
    languages = {regroup[article] for article in changed if article in regroup}
    return Stored(len(added), len(changed), frozenset(languages.union(added)))


def _edited(met: Iterable[tuple[_Keyed, _Match]]) -> dict[int, _Keyed]:
    """The articles that read otherwise now in their own feed, each with the entry that tells.

    The entry under the article's own GUID tells; another entry that counts as the same article
    does so only where that one has gone, or the two would take turns for ever. Nothing changes what
    was taken down.
    """
    tellers: dict[int, tuple[_Keyed, _Match]] = {}
    for item, match in sorted(met, key=lambda pair: not pair[1].own):
        if match.feed == item.feed.pk and match.withheld != TAKEN_DOWN:
            tellers.setdefault(match.article, (item, match))
    return {
        article: item for article, (item, match) in tellers.items() if match.content != item.content
    }


def _keyed(feed: Feed, entry: Entry) -> _Keyed:
    return _Keyed(
        feed,
        entry,
        (feed.pk, short_hash(entry.guid)),
        short_hash(entry.canonical_url) if entry.canonical_url else None,
        (feed.source_id, title_key(entry.title)),
        content_hash(entry),
    )


def _look_up(items: Sequence[_Keyed]) -> _Known:
    times = [item.entry.published for item in items]
    parameters: dict[str, Any] = {
        "feeds": [item.guid[0] for item in items],
        "guids": [item.guid[1] for item in items],
        "addresses": [item.address for item in items if item.address],
        "sources": [item.title[0] for item in items],
        "titles": [item.title[1] for item in items],
        "from": min(times) - SAME_TITLE_WITHIN,
        "to": max(times) + SAME_TITLE_WITHIN,
    }
    known = _Known()
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, parameters)
        for how, whose, key, article, feed, content, *more in cursor.fetchall():
            match = _Match(how, article, feed, bytes(content), *more)
            if how == "title":
                known.title.setdefault((whose, bytes(key)), []).append(match)
            elif how == "address":
                known.address[bytes(key)] = match
            else:
                known.guid[whose, bytes(key)] = match
    return known


def _insert(fresh: Sequence[_Keyed], blocked: Blocked) -> dict[Key, int]:
    """Add articles and give their ids.

    One that another worker has just added under the same key is left to it.
    """
    if not fresh:
        return {}
    rows = [_article(item, blocked.get(item.feed.source_id, ())) for item in _in_order(fresh)]
    added = rows_of.insert(Article, rows, ("id", "feed_id", "guid_hash"))
    return {(feed, bytes(guid)): article for article, feed, guid in added}


def _in_order(fresh: Sequence[_Keyed]) -> list[_Keyed]:
    """In the order of keys: two workers with entries in common then never wait in a ring."""
    return sorted(fresh, key=lambda item: item.address or b"")


def _once(fresh: Iterable[_Keyed]) -> _Fresh:
    """Tell the first entry of each new article from its twins."""
    seen, found = _Known(), _Fresh()
    for item in fresh:
        if (match := seen.match(item)) is not None:
            found.twins.append((item, found.first_of(match)))
            continue
        match = _Match("first", len(found.firsts), item.feed.pk, b"", item.entry.published)
        found.firsts.append(item)
        seen.guid[item.guid] = match
        seen.title.setdefault(item.title, []).append(match)
        if item.address:
            seen.address[item.address] = match
    return found


def _article(item: _Keyed, blocked: Sequence[str]) -> rows_of.Row:
    entry = item.entry
    return {
        "source_id": item.feed.source_id,
        "feed_id": item.feed.pk,
        "topic_id": item.feed.topic_id,
        "guid": entry.guid,
        "guid_hash": item.guid[1],
        "url_hash": item.address,
        "url": entry.url,
        "language": entry.language,
        "published_at": entry.published,
        "published_claim": entry.published_claim,
        "withheld": reason(blocked, entry.title, entry.excerpt),
        **_told(item),
    }


def _told(item: _Keyed) -> dict[str, Any]:
    """What an edit may change."""
    entry = item.entry
    return {
        "title": entry.title,
        "title_key": item.title[1],
        "excerpt": entry.excerpt,
        "text": entry.text,
        "html": entry.html,
        "authors": list(entry.authors),
        "categories": list(entry.categories),
        "enclosures": [asdict(enclosure) for enclosure in entry.enclosures],
        "image_url": entry.image_url,
        "updated_at": entry.updated,
        "content_hash": item.content,
    }


def _note(sightings: dict[Key, int]) -> None:
    if sightings:
        Sighting.objects.bulk_create(
            (
                Sighting(feed_id=feed, guid_hash=guid, article_id=article)
                for (feed, guid), article in sorted(sightings.items())
            ),
            ignore_conflicts=True,
        )


def _update(
    edited: dict[int, _Keyed], taken: set[bytes | None], blocked: Blocked
) -> dict[int, str]:
    """Follow edits; return the articles that must be grouped again, with their languages.

    An address that another article has is not given to a second one.
    """
    if not edited:
        return {}
    to_group: dict[int, str] = {}
    now = timezone.now()
    articles = list(
        Article.objects.select_for_update(of=("self",))
        .filter(pk__in=edited)
        .exclude(withheld=TAKEN_DOWN)  # since they were looked up
        .order_by("pk")
        .defer("search")
        .select_related("page")
    )
    _keep_headlines(articles, edited, now)
    for article in articles:
        item = edited[article.pk]
        told = _with_page(article, _told(item))
        if (article.title, article.excerpt) != (told["title"], told["excerpt"]):
            article.clustered_at = None
            to_group[article.pk] = article.language
        for name, value in told.items():
            setattr(article, name, value)
        words = blocked.get(article.source_id, ())
        article.withheld = withheld(words, article.withheld, article.title, article.excerpt)
        article.updated_at = item.entry.updated or now
        if item.address and item.address not in taken:
            article.url, article.url_hash = item.entry.url, item.address
            taken.add(item.address)
    if articles:
        fields = [*told, "withheld", "clustered_at", "url", "url_hash"]
        Article.objects.bulk_update(articles, fields)
    return to_group


def _with_page(article: Article, told: dict[str, Any]) -> dict[str, Any]:
    """What an edit tells, without taking back what the article's own page told."""
    page = getattr(article, "page", None)
    if page is None or page.state != Page.State.READ:
        return told
    filled = {name: told[name] or getattr(article, name) for name in ("image_url", "authors")}
    text = max(told["text"], article.text, key=len)
    return {**told, **filled, "text": text, "excerpt": continued(told["excerpt"], text)}


def _keep_headlines(articles: Iterable[Article], edited: dict[int, _Keyed], now: datetime) -> None:
    """Keep the headlines that an edit is about to replace, where a reader would see another.

    Two servers of a publisher that disagree make a headline come and go: it is kept once.
    """
    Headline.objects.bulk_create(
        (
            Headline(
                article=article, title=article.title, title_key=article.title_key, replaced_at=now
            )
            for article in articles
            if bytes(article.title_key) != edited[article.pk].title[1]
        ),
        ignore_conflicts=True,
    )
