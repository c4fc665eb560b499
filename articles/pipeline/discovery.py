"""Finding a site's feeds from any of its addresses: nothing is offered that was not read as a feed.

    found = discover("example.org", progress=print)

The address itself is tried first, then what its page links to as feeds, then the site's home page,
then the usual places, and the search ends as soon as a stage has brought a feed. Requests go out
one after the other through the one network door, paced, and bounded in number and time.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urljoin

from django.conf import settings
from django.utils import timezone

from articles.entries.parsers import Parsers
from articles.entries.types import Entry, ParsedFeed, ParseError
from articles.entries.urls import canonical_url
from articles.fetch import pace
from articles.fetch.addresses import check_url
from articles.fetch.discovery import Candidate, Clue, candidates, common
from articles.fetch.door import FEED_ACCEPT, Door
from articles.fetch.types import Failure, FetchError, Response
from articles.pipeline import turns
from articles.pipeline.turns import NotInTimeError

PAGE_ACCEPT = f"text/html, application/xhtml+xml, {FEED_ACCEPT}"
REQUEST_SECONDS = 10.0
"""For one request of a search, redirects included."""
MAX_ANCHORS = 10
"""Ordinary links of a page that are tried."""
MAX_OVERVIEWS = 2
"""Pages that a site's page calls its feeds, and that are lists of feeds instead."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_MISSING = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_SEARCHED = _MISSING | {HTTPStatus.OK}
"""The answers to the first request after which the rest of its site is searched."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one search may cost."""

    requests: int = 40
    seconds: float = 60.0
    feeds: int = 10


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that was fetched and read."""

    url: str
    """The address to subscribe to: the one that was found, or where it has moved for good."""
    title: str
    home_url: str
    language: str
    entries: int
    newest: datetime | None
    """The latest date that an entry gives; None where none gives any."""
    of_comments: bool = False
    also_at: tuple[str, ...] = ()
    """Other addresses with the same entries."""
    region: str = ""
    """The country that it names beside its language, ISO 3166."""
    read: tuple[Entry, ...] = field(default=(), compare=False, repr=False)
    """Its entries."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to."""

    feeds: tuple[FoundFeed, ...]
    """Best first; feeds of readers' comments last."""
    refused: tuple[tuple[str, str], ...]
    """Addresses that looked like a feed's and were none, each with the reason in a sentence."""
    error: str = ""
    """Why there are no feeds, in words; empty where there are."""


def discover(
    url: str, *, progress: Callable[[str], None] = lambda _: None, bounds: Bounds = Bounds()
) -> Found:
    """Find the feeds of the site, page or feed at `url`, which may lack its scheme.

    `progress` is called with every address before it is asked, and ends the search by raising.
    Never raises for what the network brings: the result says it.
    """
    limits = replace(settings.FETCH.limits, deadline=REQUEST_SECONDS)
    with Door(replace(settings.FETCH, limits=limits)) as door, Parsers() as parsers:
        search = _Search(_Asker(door, progress, bounds), parsers, bounds.feeds)
        error = search.run(url)
    return Found(tuple(search.feeds), tuple(search.refused), "" if search.feeds else error)


class _SpentError(Exception):
    """The search has cost what it may; the message says so in words."""


class _Asker:
    """Sends one request after the other, each at its host's turn, and no more than the bounds."""

    def __init__(self, door: Door, progress: Callable[[str], None], bounds: Bounds) -> None:
        self._door = door
        self._progress = progress
        self._bounds = bounds
        self._left = bounds.requests
        self._end = time.monotonic() + bounds.seconds
        self._resting: dict[str, str] = {}
        """Why hosts are not asked any more."""

    @property
    def missed(self) -> str:
        """Why some of the search was left out; empty where nothing was."""
        return next(iter(self._resting.values()), "")

    def get(self, url: str, accept: str = FEED_ACCEPT) -> Response:
        """A whole answer of any status; raises FetchError and _SpentError."""
        host = pace.host_of(url)
        if host in self._resting:
            raise FetchError(Failure.TIMEOUT, self._resting[host])
        seconds = self._spend()
        self._progress(url)
        try:
            answer = turns.get(self._door, url, seconds=seconds, accept=accept)
        except NotInTimeError as error:
            self._resting[error.host] = str(error)
            raise
        if pace.throttles(answer):
            self._resting[host] = _said(answer)
        return answer

    def _spend(self) -> float:
        """Count a request; the seconds left for it."""
        seconds = self._end - time.monotonic()
        if not self._left:
            raise _SpentError(f"No feed was found with {self._bounds.requests} requests.")
        if seconds <= 0:
            raise _SpentError(f"No feed was found within {self._bounds.seconds:g} seconds.")
        self._left -= 1
        return seconds


class _Search:
    """One search: what was tried, what was found."""

    def __init__(self, asker: _Asker, parsers: Parsers, most: int) -> None:
        self._asker = asker
        self._parsers = parsers
        self._most = most
        self._tried: set[str] = set()
        self._by_address: dict[str, FoundFeed] = {}
        self._by_content: dict[frozenset[str], str] = {}
        self.refused: list[tuple[str, str]] = []

    @property
    def feeds(self) -> list[FoundFeed]:
        return sorted(self._by_address.values(), key=lambda feed: feed.of_comments)

    @property
    def done(self) -> bool:
        return any(not feed.of_comments for feed in self._by_address.values())

    def run(self, url: str) -> str:
        """Search from `url`; return in words why nothing was found, should that be so."""
        try:
            address, start = self._start(url)
            self._stages(address, start)
        except (FetchError, _SpentError) as error:
            return str(error)
        if start.status in _MISSING:
            return f"{_said(start)} No feed was found elsewhere on its site."
        if missed := self._asker.missed:
            return f"No feed was found, but not all could be tried. {missed}"
        host = check_url(start.url).host
        return f"{host} names no feed that can be read, and has none at the usual addresses."

    def _start(self, url: str) -> tuple[str, Response]:
        """What `url` stands for, and the answer to search from; FetchError where there is none."""
        address, *others = spelled_out(url)
        try:
            answer = self._asker.get(address, PAGE_ACCEPT)
        except FetchError as error:
            if not others or error.failure is not Failure.CONNECT:
                raise
            address = others[0]
            answer = self._asker.get(address, PAGE_ACCEPT)
        if answer.status not in _SEARCHED:
            raise FetchError(Failure.HTTP, _said(answer))
        address = check_url(address).url
        self._tried |= {address, answer.url}
        return address, answer

    def _stages(self, address: str, start: Response) -> None:
        """Each stage only where those before it brought nothing."""
        if start.status == HTTPStatus.OK:
            if not self._refusal(start, Candidate(address, Clue.LINK)):
                return
            self._page(start)
        home = urljoin(start.url, "/")
        if not self.done and (page := self._try(Candidate(home, Clue.PATH))):
            self._page(page)
        for guess in common(start.url):
            if self.done:
                return
            self._try(guess)

    def _page(self, page: Response) -> None:
        """Try what a page links to; of its ordinary links also those that list feeds."""
        named = _candidates(page)
        self._try_all(each for each in named if each.clue is Clue.LINK)
        if self.done:
            return
        anchors = [each for each in named if each.clue is Clue.ANCHOR]
        lists = self._try_all(anchors[:MAX_ANCHORS])
        for overview in lists[:MAX_OVERVIEWS]:
            if not self.done:
                self._try_all(_candidates(overview))

    def _try_all(self, some: Iterable[Candidate]) -> list[Response]:
        """Try each; the answers that are no feeds but may be pages about them."""
        return [page for each in some if (page := self._try(each))]

    def _try(self, candidate: Candidate) -> Response | None:
        """Ask once; keep the answer if it is a feed, else return it if it is anything."""
        if candidate.url in self._tried or len(self._by_address) >= self._most:
            return None
        self._tried.add(candidate.url)
        try:
            answer = self._asker.get(candidate.url)
        except FetchError as error:
            self.refused.append((candidate.url, str(error)))
            return None
        if reason := self._refusal(answer, candidate):
            self.refused.append((candidate.url, reason))
        return answer if reason and answer.status == HTTPStatus.OK else None

    def _refusal(self, answer: Response, candidate: Candidate) -> str:
        """Keep what is a feed, once; a sentence on why it is none, empty where it is one."""
        if answer.status != HTTPStatus.OK:
            return _said(answer)
        try:
            parsed = self._parsers.parse(
                answer.body,
                url=answer.url,
                content_type=answer.headers.get("content-type", ""),
                now=timezone.now(),
            )
        except ParseError as error:
            return str(error)
        content = frozenset(entry.canonical_url or entry.guid for entry in parsed.entries)
        known = self._by_content.get(content) if content else None
        self._keep(known or _key(answer.url), content, _found(candidate, answer, parsed))
        return ""

    def _keep(self, key: str, content: frozenset[str], feed: FoundFeed) -> None:
        """Add a feed, or its address to the one that it repeats."""
        first = self._by_address.get(key)
        if first is None:
            self._by_address[key] = feed
            self._by_content[content] = key
        elif feed.url not in (first.url, *first.also_at):
            self._by_address[key] = replace(first, also_at=(*first.also_at, feed.url))


def spelled_out(url: str) -> tuple[str, ...]:
    """The addresses that `url`, as people write one, may stand for; the first is the likeliest."""
    url = re.sub(r"^feed:(?://)?(?=https?:)", "", url.strip(), flags=re.IGNORECASE)
    url = re.sub(r"^feed:(?=//)", "http:", url, flags=re.IGNORECASE)
    if _SCHEME.match(url):
        return (url,)
    bare = url.removeprefix("//")
    return (f"https://{bare}", f"http://{bare}")


def _candidates(page: Response) -> tuple[Candidate, ...]:
    return candidates(page.body, page.url, page.headers.get("link", ""))


def _found(candidate: Candidate, answer: Response, parsed: ParsedFeed) -> FoundFeed:
    dated = [entry.published for entry in parsed.entries if entry.published_claim]
    return FoundFeed(
        url=answer.permanent_url or candidate.url,
        title=parsed.title,
        home_url=parsed.home_url,
        language=parsed.language,
        entries=len(parsed.entries),
        newest=max(dated, default=None),
        of_comments=candidate.of_comments
        or Candidate(answer.url, Clue.LINK, parsed.title).of_comments,
        region=parsed.region,
        read=parsed.entries,
    )


def _key(url: str) -> str:
    return canonical_url(url) or url


def _said(answer: Response) -> str:
    host = check_url(answer.url).host
    if answer.status in _MISSING:
        return f"{host} has nothing at this address ({answer.status})."
    if pace.throttles(answer):
        return f"{host} asks us to come less often ({answer.status})."
    return f"{host} answered with the status {answer.status}."
