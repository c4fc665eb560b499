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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPException
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urljoin

import certifi
from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError

from articles.fetch.addresses import Target, check_url
from articles.fetch.idle import IdleConnections
from articles.fetch.pace import host_of
from articles.fetch.transport import Clock, Connection, TooMuchError, connection, timed
from articles.fetch.troubles import explained
from articles.fetch.types import DoorSettings, Failure, FetchError, Response, Validators

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
_HEAD_BYTES = 64 * 1024
"""Status line and headers together; `http.client` allows 100 headers besides."""
_STEP = 64 * 1024
_DRAIN_BYTES = 16 * 1024
"""The body of an answer without content for us is read if no longer, to keep the connection."""


def _trusting() -> ssl.SSLContext:
    """The system's trust store, and certifi's for systems that have none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


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

    def __init__(self, settings: DoorSettings, tls: ssl.SSLContext | None = None) -> None:
        """`tls` replaces the trust in what the system and certifi trust."""
        self._settings = settings
        self._tls = timed(tls or _trusting())
        self._idle = IdleConnections()
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
        self._idle.close()

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
            with self._clock(hop.seconds) as clock:
                answer = self._ask(hop.target, headers, clock, form)
        except FetchError as error:
            raise (_redirected(hop.chain[0], error) if hop.chain else error) from error
        if answer.status not in leading:
            return replace(answer, permanent_url=hop.moved_to)
        following = self._next(hop, answer.headers.get("location", ""))
        return Hop(
            following,
            (*hop.chain, hop.target),
            permanent=hop.permanent and answer.status in _PERMANENT,
            seconds=clock.remaining,
            allowed=answer.allowed,
        )

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

    def _ask(
        self, target: Target, headers: dict[str, str], clock: Clock, form: bytes | None = None
    ) -> Response:
        """One request, without redirects: a POST where there is a form."""
        try:
            used, answer = self._send(target, headers, clock, form)
            try:
                body = self._body(answer, clock)
            except BaseException:
                used.close()
                raise
        except (OSError, HTTPError, HTTPException, TooMuchError) as error:
            raise explained(error, target.host, self._settings.limits) from error
        if answer.closed and not used.is_closed:
            self._idle.give(used)
        else:
            used.close()
        found = {name.lower(): value for name, value in answer.headers.itermerged()}
        return Response(
            *(target.url, answer.status, found, body),
            wire_bytes=answer.tell(),
            allowed=used.allowed,
        )

    def _send(
        self, target: Target, headers: dict[str, str], clock: Clock, form: bytes | None
    ) -> tuple[Connection, HTTPResponse]:
        """Send the request and read the head of its answer, on a connection kept or a new one."""
        if kept := self._idle.take(target):
            try:
                return kept, _head(kept, target, headers, clock, form)
            except (ConnectionError, HTTPException):
                kept.close()  # the server had just closed it; that says nothing about the server
        fresh = connection(target, self._settings.allow_networks, self._tls, clock)
        return fresh, _head(fresh, target, headers, clock, form)

    def _body(self, answer: HTTPResponse, clock: Clock) -> bytes:
        """The decompressed body of a success; of other answers nothing."""
        limit = self._settings.limits.body_bytes
        if not 200 <= answer.status < 300:
            if answer.length_remaining is not None and answer.length_remaining <= _DRAIN_BYTES:
                clock.allowance = _DRAIN_BYTES
                answer.read(decode_content=False)
            return b""
        if answer.length_remaining is not None and answer.length_remaining > limit:
            raise TooMuchError
        clock.allowance = limit
        body = bytearray()
        while step := answer.read1(_STEP):
            body += step
            if len(body) > limit:
                raise TooMuchError
        return bytes(body)


def _head(
    used: Connection, target: Target, headers: dict[str, str], clock: Clock, form: bytes | None
) -> HTTPResponse:
    """Ask, and read status and headers; closes the connection where that fails."""
    used.resume(clock)
    clock.allowance = _HEAD_BYTES
    try:
        method = "GET" if form is None else "POST"
        used.request(method, target.path, form, headers, preload_content=False)
        return used.getresponse()
    except BaseException:
        used.close()
        raise


def _utf8(location: str) -> str:
    """A header's raw UTF-8, which arrives as Latin-1 (RFC 9110, section 5.5)."""
    try:
        return location.encode("latin-1").decode()
    except UnicodeError:
        return location


def _redirected(source: Target, error: FetchError) -> FetchError:
    return FetchError(error.failure, f"Redirected by {source.host}: {error}")
