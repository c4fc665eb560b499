"""The one door to the network: every request the product makes of a publisher leaves here.

    with Door(settings) as door:
        response = door.get(url, validators=feed.validators)
        response = door.post(hub, form)

or, where every request needs the leave of its host (see `articles.fetch.pace`),

        hop = door.start(url)
        while isinstance(hop, Hop):
            …wait until hop.host may be asked…
            hop = door.follow(hop, validators=feed.validators)

It knows nothing of feeds: it returns whole answers of any status, or raises `FetchError`.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urljoin

from articles.fetch.addresses import Target, check_url
from articles.fetch.exchange import Exchanges
from articles.fetch.pace import host_of
from articles.fetch.transport import Clock
from articles.fetch.types import DoorSettings, Exchange, Failure, FetchError, Response, Validators

FEED_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)

UNCONDITIONAL = Validators()

_PERMANENT = frozenset({301, 308})
_REDIRECTS = _PERMANENT | {302, 303, 307}
_KEEPING = frozenset({307, 308})
"""Redirects after which a POST is sent again as it was."""
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of a fetch, not sent yet."""

    target: Target
    chain: tuple[Target, ...]
    """What was asked before and redirected here."""
    permanent: bool = True
    """Whether all of the chain redirected for good."""
    seconds: float = 0.0
    """What is left of the fetch's deadline."""
    allowed: bool = False
    """Whether the server that redirected is in a network that only the settings allow."""

    @property
    def host(self) -> str:
        """The name by which the host is paced."""
        return host_of(self.target.url)

    @property
    def moved_to(self) -> str:
        """The target, where only permanent redirects led to it."""
        return self.target.url if self.permanent and self.chain else ""


class Door:
    """Makes requests within the limits of its settings; may be used by many threads at once."""

    def __init__(
        self,
        settings: DoorSettings,
        tls: ssl.SSLContext | None = None,
        watch: Callable[[Exchange], None] | None = None,
    ) -> None:
        """`tls` replaces the trust in what the system and certifi trust.

        `watch` is told of every request that was made, in the thread that made it.
        """
        self._settings = settings
        self._watch = watch
        self._exchanges = Exchanges(settings, tls)
        self._under_way: set[Clock] = set()
        self._lock = threading.Lock()
        self._cut = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections kept for later."""
        self._exchanges.close()

    def cut(self) -> None:
        """Have every request under way fail at once, and every later one."""
        with self._lock:
            self._cut = True
            clocks = list(self._under_way)
        for clock in clocks:
            clock.cut()

    def get(
        self, url: str, *, validators: Validators = UNCONDITIONAL, accept: str = FEED_ACCEPT
    ) -> Response:
        """GET `url`, following redirects; raise `FetchError` where no whole answer comes of it.

        With `validators` the request is conditional, so that a status of 304 may come back. The
        limits of the settings hold for the whole: name, connections, redirects and body. The body
        of an answer other than a success is not read.
        """
        answer: Response | Hop = self.start(url)
        while isinstance(answer, Hop):
            answer = self.follow(answer, validators=validators, accept=accept)
        return answer

    def start(self, url: str) -> Hop:
        """The first request of a fetch, not sent yet; raises `FetchError` for its address."""
        return Hop(check_url(url), (), seconds=self._settings.limits.deadline)

    def follow(
        self,
        hop: Hop,
        *,
        validators: Validators = UNCONDITIONAL,
        accept: str = FEED_ACCEPT,
        keep: bool = True,
    ) -> Response | Hop:
        """Send one request; the answer, or the next request where it is a redirect.

        Raises `FetchError` as `get` does. With `keep` the connection stays open for another
        request to the host.
        """
        headers = self._headers(validators, accept) | ({} if keep else {"Connection": "close"})
        return self._hop(hop, headers, _REDIRECTS)

    def _hop(
        self, hop: Hop, headers: dict[str, str], leading: frozenset[int], form: bytes | None = None
    ) -> Response | Hop:
        """Send one request; statuses in `leading` lead on."""
        try:
            with (
                self._clock(hop.seconds) as clock,
                self._watched(hop.target, headers, form) as tell,
            ):
                answer = self._exchanges.ask(hop.target, headers, clock, form)
                tell(answer)
        except FetchError as error:
            if not hop.chain:
                raise
            raise _redirected(hop.chain[0], error) from error
        if answer.status not in leading:
            return replace(answer, permanent_url=hop.moved_to) if hop.chain else answer
        following = self._next(hop, answer.headers.get("location", ""))
        return Hop(
            following,
            (*hop.chain, hop.target),
            permanent=hop.permanent and answer.status in _PERMANENT,
            seconds=clock.remaining,
            allowed=answer.allowed,
        )

    @contextmanager
    def _watched(
        self, target: Target, headers: Mapping[str, str], form: bytes | None
    ) -> Iterator[Callable[[Response | FetchError], None]]:
        """Has whoever watches told of a request: what is handed over, or the error it ends in."""
        began = time.monotonic()

        def tell(result: Response | FetchError) -> None:
            if self._watch:
                line = f"{'GET' if form is None else 'POST'} {target.path} HTTP/1.1"
                sent = {"Host": target.authority, **headers}
                seconds = time.monotonic() - began
                self._watch(Exchange(target.url, line, sent, seconds, result))

        try:
            yield tell
        except FetchError as error:
            tell(error)
            raise

    @contextmanager
    def _clock(self, seconds: float) -> Iterator[Clock]:
        """A clock that `cut` reaches."""
        clock = Clock(seconds)
        with self._lock:
            self._under_way.add(clock)
            cut = self._cut
        if cut:
            clock.cut()
        try:
            yield clock
        finally:
            with self._lock:
                self._under_way.discard(clock)

    def post(self, url: str, form: Mapping[str, str]) -> Response:
        """POST `form` to `url`, under the same checks and limits as `get`.

        Only redirects that keep a POST one (307 and 308: RFC 9110, section 15.4) are followed;
        another one is the answer.
        """
        headers = {"User-Agent": self._settings.user_agent, "Content-Type": _FORM}
        body = urlencode(form).encode()
        answer: Response | Hop = self.start(url)
        while isinstance(answer, Hop):
            answer = self._hop(answer, headers, _KEEPING, body)
        return answer

    def _headers(self, validators: Validators, accept: str) -> dict[str, str]:
        headers = {
            "User-Agent": self._settings.user_agent,
            "Accept": accept,
            "Accept-Encoding": "gzip, deflate, br",
            "If-None-Match": validators.etag,
            "If-Modified-Since": validators.last_modified,
        }
        return {name: value for name, value in headers.items() if value}

    def _next(self, hop: Hop, location: str) -> Target:
        """Where a redirect leads, checked."""
        host = hop.target.host
        if not location:
            raise FetchError(Failure.REDIRECTS, f"{host} redirects without saying where.")
        try:
            following = check_url(urljoin(hop.target.url, _utf8(location)))
        except FetchError as error:
            raise _redirected(hop.target, error) from error
        passed = (*hop.chain, hop.target)
        if following.url in {target.url for target in passed}:
            raise FetchError(Failure.REDIRECTS, f"{host} redirects in a circle.")
        most = self._settings.limits.redirects
        if len(passed) > most:
            raise FetchError(Failure.REDIRECTS, f"{host} redirects more than {most} times.")
        return following


def _utf8(location: str) -> str:
    """A header's raw UTF-8, which arrives as Latin-1 (RFC 9110, section 5.5)."""
    try:
        return location.encode("latin-1").decode()
    except UnicodeError:
        return location


def _redirected(source: Target, error: FetchError) -> FetchError:
    return FetchError(error.failure, f"Redirected by {source.host}: {error}")
