"""Storing what a feed holds: recognise what is known, add what is new, follow what was edited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.db import connection
from django.utils import timezone

from articles.entries.hashing import content_hash, title_key
from articles.entries.types import Entry
from articles.models import Article, Feed, Headline, Sighting

SAME_TITLE_WITHIN = timedelta(days=1)
"""Two entries of one source with one title so close in time are one article."""

# Everything an entry could be, found in one statement: the same GUID in this feed, a second GUID
# met before, the same address anywhere, the same title from this source.
_KNOWN = """
SELECT 'guid', article.guid_hash, article.id, article.feed_id, article.content_hash,
       article.published_at
FROM articles_article AS article
WHERE article.feed_id = %(feed)s AND article.guid_hash = ANY(%(guids)s)
UNION ALL
SELECT 'sighting', sighting.guid_hash, article.id, article.feed_id, article.content_hash,
       article.published_at
FROM articles_sighting AS sighting
JOIN articles_article AS article ON article.id = sighting.article_id
WHERE sighting.feed_id = %(feed)s AND sighting.guid_hash = ANY(%(guids)s)
UNION ALL
SELECT 'address', article.url_hash, article.id, article.feed_id, article.content_hash,
       article.published_at
FROM articles_article AS article
WHERE article.url_hash = ANY(%(addresses)s)
UNION ALL
SELECT 'title', article.title_key, article.id, article.feed_id, article.content_hash,
       article.published_at
FROM articles_article AS article
WHERE article.source_id = %(source)s AND article.title_key = ANY(%(titles)s)
  AND article.published_at BETWEEN %(from)s AND %(to)s
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing one feed's entries changed; `languages` are those with articles to group."""

    new: int = 0
    edited: int = 0
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Keyed:
    """An entry with the hashes it is recognised by."""

    entry: Entry
    guid: bytes
    address: bytes | None
    title: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class _Match:
    how: str
    article: int
    feed: int | None
    content: bytes
    published: datetime

    @property
    def own(self) -> bool:
        return self.how == "guid"

    @property
    def by_guid(self) -> bool:
        return self.how in {"guid", "sighting"}


@dataclass(slots=True)
class _Known:
    guid: dict[bytes, _Match] = field(default_factory=dict)
    address: dict[bytes, _Match] = field(default_factory=dict)
    title: dict[bytes, list[_Match]] = field(default_factory=dict)

    def match(self, keyed: _Keyed) -> _Match | None:
        return (
            self.guid.get(keyed.guid)
            or (self.address.get(keyed.address) if keyed.address else None)
            or self.same_title(keyed)
        )

    def same_title(self, keyed: _Keyed) -> _Match | None:
        for match in self.title.get(keyed.title, ()):
            if abs(match.published - keyed.entry.published) <= SAME_TITLE_WITHIN:
                return match
        return None


def short_hash(text: str) -> bytes:
    """16 bytes that stand for an address or a GUID in an index."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def store_entries(feed: Feed, entries: Sequence[Entry]) -> Stored:
    """Store the entries of one feed, as parsed; call it inside a transaction.

    The number of statements does not depend on the number of entries. An entry that another feed
    brought first is noted as a sighting and changes nothing: two feeds that word one article
    differently would otherwise overwrite each other for ever.
    """
    if not entries:
        return Stored()
    keyed = [_keyed(entry) for entry in entries]
    known = _look_up(feed, keyed)
    matches = [(item, known.match(item)) for item in keyed]
    fresh = _once(item for item, match in matches if match is None)
    met = [(item, match) for item, match in matches if match is not None]
    edited = _edited(feed, met)
    _insert(feed, fresh)
    _note(feed, {item.guid: match.article for item, match in met if not match.by_guid})
    changed = _update(edited, known)
    languages = {item.entry.language for item in fresh} | changed
    return Stored(len(fresh), len(edited), frozenset(languages))


def _edited(feed: Feed, met: Iterable[tuple[_Keyed, _Match]]) -> dict[int, _Keyed]:
    """The articles of this feed that read otherwise now, each with the entry that tells.

    The entry under the article's own GUID tells; another entry that counts as the same article
    does so only where that one has gone, or the two would take turns for ever.
    """
    tellers: dict[int, tuple[_Keyed, _Match]] = {}
    for item, match in sorted(met, key=lambda pair: not pair[1].own):
        if match.feed == feed.pk:
            tellers.setdefault(match.article, (item, match))
    return {
        article: item for article, (item, match) in tellers.items() if match.content != item.content
    }


def _keyed(entry: Entry) -> _Keyed:
    return _Keyed(
        entry,
        short_hash(entry.guid),
        short_hash(entry.canonical_url) if entry.canonical_url else None,
        title_key(entry.title),
        content_hash(entry),
    )


def _look_up(feed: Feed, keyed: Sequence[_Keyed]) -> _Known:
    times = [item.entry.published for item in keyed]
    parameters: dict[str, Any] = {
        "feed": feed.pk,
        "source": feed.source_id,
        "guids": [item.guid for item in keyed],
        "addresses": [item.address for item in keyed if item.address],
        "titles": [item.title for item in keyed],
        "from": min(times) - SAME_TITLE_WITHIN,
        "to": max(times) + SAME_TITLE_WITHIN,
    }
    known = _Known()
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, parameters)
        for how, key, article, owner, content, published in cursor.fetchall():
            match = _Match(how, article, owner, bytes(content), published)
            if how == "title":
                known.title.setdefault(bytes(key), []).append(match)
            elif how == "address":
                known.address[bytes(key)] = match
            else:
                known.guid[bytes(key)] = match
    return known


def _insert(feed: Feed, fresh: Sequence[_Keyed]) -> None:
    """Add articles; one that another worker has just added under the same key is left to it."""
    # In the order of keys: two workers with entries in common then never wait in a ring.
    rows = sorted(fresh, key=lambda item: item.address or b"")
    Article.objects.bulk_create((_article(feed, item) for item in rows), ignore_conflicts=True)


def _once(fresh: Iterable[_Keyed]) -> list[_Keyed]:
    """Of new entries with one title so close in time, the first."""
    seen = _Known()
    kept = []
    for item in fresh:
        if seen.same_title(item) is None:
            match = _Match("title", 0, None, b"", item.entry.published)
            seen.title.setdefault(item.title, []).append(match)
            kept.append(item)
    return kept


def _article(feed: Feed, item: _Keyed) -> Article:
    entry = item.entry
    return Article(
        source_id=feed.source_id,
        feed_id=feed.pk,
        topic_id=feed.topic_id,
        guid=entry.guid,
        guid_hash=item.guid,
        url_hash=item.address,
        url=entry.url,
        language=entry.language,
        published_at=entry.published,
        published_claim=entry.published_claim,
        **_told(item),
    )


def _told(item: _Keyed) -> dict[str, Any]:
    """What an edit may change."""
    entry = item.entry
    return {
        "title": entry.title,
        "title_key": item.title,
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


def _note(feed: Feed, sightings: dict[bytes, int]) -> None:
    if sightings:
        Sighting.objects.bulk_create(
            (
                Sighting(feed_id=feed.pk, guid_hash=guid, article_id=article)
                for guid, article in sorted(sightings.items())
            ),
            ignore_conflicts=True,
        )


def _update(edited: dict[int, _Keyed], known: _Known) -> set[str]:
    """Follow edits; return the languages whose articles must be grouped again."""
    if not edited:
        return set()
    to_group: set[str] = set()
    now = timezone.now()
    articles = list(
        Article.objects.select_for_update(of=("self",))
        .filter(pk__in=edited)
        .order_by("pk")
        .defer("search")
    )
    _keep_headlines(articles, edited, now)
    for article in articles:
        item = edited[article.pk]
        told = _told(item)
        if (article.title, article.excerpt) != (told["title"], told["excerpt"]):
            article.clustered_at = None
            to_group.add(article.language)
        for name, value in told.items():
            setattr(article, name, value)
        article.updated_at = item.entry.updated or now
        if item.address and item.address not in known.address:
            article.url, article.url_hash = item.entry.url, item.address
    fields = [*told, "clustered_at", "url", "url_hash"]
    Article.objects.bulk_update(articles, fields)
    return to_group


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
            if bytes(article.title_key) != edited[article.pk].title
        ),
        ignore_conflicts=True,
    )
