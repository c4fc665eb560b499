"""Which article's page is fetched next: rows in the database, at the pace of their hosts.

A page's site is asked for its robots.txt first. A redirect is no end: the page, or the robots.txt,
waits for its next address, which has a host and a site of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from articles.fetch.addresses import check_url
from articles.fetch.article_pages import RETRIES
from articles.fetch.pace import host_of
from articles.fetch.types import Failure, FetchError
from articles.models import Article, Page, Site
from articles.pipeline import hosts

RECENT = timedelta(days=3)
"""Pages of older articles are not fetched: their stories have been told."""
PATIENCE = timedelta(days=2)
"""A page that could not be asked for so long, because its site forbids it for now, is given up."""
LEASE = timedelta(minutes=5)

_MAX_HOST = 253  # RFC 1035, section 2.3.4, without the final point

_FREE = "({0}.claimed_until IS NULL OR {0}.claimed_until < now())"
_DUE = f"page.state = 'waiting' AND page.next_try_at <= now() AND {_FREE.format('page')}"
_READY = "site.fresh_until > now() AND site.rules IS NOT NULL"
_STALE = f"""
site.fresh_until <= now() AND {_FREE.format("site")}
AND EXISTS (SELECT FROM articles_page AS page WHERE page.site_id = site.id AND {_DUE})
"""

# Hosts that something is wanted from and that may be asked.
_WANTED = f"""
SELECT wanted.name FROM (
    SELECT page.host AS name FROM articles_page AS page
    JOIN articles_site AS site ON site.id = page.site_id
    WHERE {_DUE} AND {_READY}
    UNION
    SELECT site.robots_host FROM articles_site AS site WHERE {_STALE}
) AS wanted
LEFT JOIN articles_host AS host ON host.name = wanted.name
WHERE host.name IS NULL OR host.allowed OR host.next_request_at <= now()
LIMIT %s
"""  # noqa: S608 - text of our own

# One site, or one page, of each host: what another worker is choosing is passed over.
_CLAIM_SITES = f"""
WITH free (id) AS MATERIALIZED (
    SELECT one.id FROM unnest(%s::text[]) AS asked (name) CROSS JOIN LATERAL (
        SELECT site.id FROM articles_site AS site
        WHERE site.robots_host = asked.name AND {_STALE}
        ORDER BY site.id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) AS one
)
UPDATE articles_site AS site SET claimed_until = now() + make_interval(secs => %s)
FROM free WHERE site.id = free.id RETURNING site.id
"""  # noqa: S608 - text of our own
_CLAIM_PAGES = f"""
WITH free (id) AS MATERIALIZED (
    SELECT one.id FROM unnest(%s::text[]) AS asked (name) CROSS JOIN LATERAL (
        SELECT page.id FROM articles_page AS page
        JOIN articles_site AS site ON site.id = page.site_id
        WHERE page.host = asked.name AND {_DUE} AND {_READY}
        ORDER BY page.next_try_at, page.id LIMIT 1 FOR UPDATE OF page SKIP LOCKED
    ) AS one
)
UPDATE articles_page AS page
SET claimed_until = now() + make_interval(secs => %s), attempts = attempts + 1
FROM free WHERE page.id = free.id RETURNING page.id
"""  # noqa: S608 - text of our own

_GIVE_UP = """
UPDATE articles_page AS page
SET state = 'failed', claimed_until = NULL,
    error = CASE WHEN page.attempts > %(attempts)s
            THEN 'Reading it ended the process that did so, several times.'
            ELSE coalesce(nullif(page.error, ''), nullif(site.error, ''), 'Its turn never came.')
            END
FROM articles_site AS site
WHERE site.id = page.site_id AND page.state = 'waiting'
  AND (page.made_at < now() - make_interval(secs => %(patience)s) AND (page.claimed_until IS NULL OR
       page.claimed_until < now())
       OR page.attempts > %(attempts)s AND page.claimed_until < now())
"""

_NEXT_TURN = f"""
SELECT extract(epoch FROM min(greatest(coalesce(host.next_request_at, now()), now())) - now())
FROM (
    SELECT page.host AS name FROM articles_page AS page
    JOIN articles_site AS site ON site.id = page.site_id
    WHERE {_DUE} AND ({_READY} OR site.fresh_until <= now() AND {_FREE.format("site")})
) AS wanted
LEFT JOIN articles_host AS host ON host.name = wanted.name
"""  # noqa: S608 - text of our own


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is asked for: its address, its host as paced, and its site."""

    url: str
    host: str
    origin: str

    @property
    def robots_url(self) -> str:
        return f"{self.origin}/robots.txt"


@dataclass(frozen=True, slots=True)
class Claims:
    """What may be asked for now, one of each host, with the turn of its host."""

    sites: list[tuple[Site, hosts.Turn]] = field(default_factory=list)
    pages: list[tuple[Page, hosts.Turn]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sites) + len(self.pages)


def place_of(url: str) -> Place:
    """Where `url` is asked for; raises `FetchError` for an address that never may be."""
    target = check_url(url)
    if len(target.host) > _MAX_HOST:
        raise FetchError(Failure.ADDRESS, "The name of the host is too long.")
    return Place(target.url, host_of(target.url), f"{target.scheme}://{target.authority}")


def want(addresses: Mapping[int, str]) -> int:
    """Queue the pages of articles, given their ids and addresses; return how many are new.

    Pages that are known stay as they are, those of withheld articles are not wanted. The number of
    statements is constant.
    """
    shown = Article.objects.filter(pk__in=addresses, withheld="").values_list("pk", flat=True)
    places = _places({article: addresses[article] for article in shown})
    if not places:
        return 0
    sites = sites_of(places.values())
    known = Page.objects.filter(article__in=places).count()
    Page.objects.bulk_create(
        (
            Page(article_id=article, url=place.url, host=place.host, site_id=sites[place.origin])
            for article, place in sorted(places.items())
        ),
        ignore_conflicts=True,
    )
    return Page.objects.filter(article__in=places).count() - known


def want_recent(source: int) -> int:
    """Queue the pages of a source's articles of the last days; return how many are new."""
    recent = Article.objects.filter(
        source=source, published_at__gte=timezone.now() - RECENT, page=None
    ).exclude(url="")
    return want(dict(recent.values_list("pk", "url")))


def drop(source: int) -> None:
    """Take the pages of a source that still wait out of the queue."""
    Page.objects.filter(article__source=source, state=Page.State.WAITING).delete()


def want_again(articles: Sequence[int]) -> int:
    """Have these articles' pages fetched now, whatever came of it before; return how many."""
    addresses = dict(Article.objects.filter(pk__in=articles).values_list("pk", "url"))
    Page.objects.filter(article__in=articles).delete()
    return want(addresses)


def sites_of(places: Iterable[Place]) -> dict[str, int]:
    """The ids of sites by origin; those that are new are made."""
    origins = {place.origin: place for place in places}
    Site.objects.bulk_create(
        (
            Site(origin=origin, robots_url=place.robots_url, robots_host=place.host)
            for origin, place in sorted(origins.items())
        ),
        ignore_conflicts=True,
    )
    return dict(Site.objects.filter(origin__in=origins).values_list("origin", "pk"))


def claim(room: int) -> Claims:
    """Lease what may be asked for now, at most `room`, one of each host."""
    with connection.cursor() as cursor:
        cursor.execute(_WANTED, [room])
        turns = hosts.take([row[0] for row in cursor.fetchall()])
    claims = Claims()
    for site in Site.objects.filter(pk__in=_chosen(_CLAIM_SITES, list(turns))):
        claims.sites.append((site, turns.pop(site.robots_host)))
    pages = Page.objects.filter(pk__in=_chosen(_CLAIM_PAGES, list(turns)))
    for page in pages.select_related("site"):
        claims.pages.append((page, turns.pop(page.host)))
    hosts.release(hosts.Visit(turn, pause=timedelta(0)) for turn in turns.values())
    return claims


def give_up() -> int:
    """End what waits in vain: return how many pages were given up."""
    with connection.cursor() as cursor:
        cursor.execute(
            _GIVE_UP, {"attempts": len(RETRIES) + 1, "patience": PATIENCE.total_seconds()}
        )
        return int(cursor.rowcount)


def next_turn() -> float | None:
    """Seconds until something waiting may be asked for; None where nothing is due."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_TURN)
        seconds = cursor.fetchone()[0]
    return None if seconds is None else float(seconds)


def _places(addresses: Mapping[int, str]) -> dict[int, Place]:
    """Where pages are; articles whose address may never be asked have none."""
    places = {}
    for article, url in addresses.items():
        try:
            places[article] = place_of(url)
        except FetchError:
            continue  # the article says so itself: it has no address to read more at
    return places


def _chosen(statement: str, names: list[str]) -> list[int]:
    if not names:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, [names, LEASE.total_seconds()])
        return [row[0] for row in cursor.fetchall()]
