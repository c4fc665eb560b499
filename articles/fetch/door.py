"""The one door to the network: every request the product makes of a publisher leaves here.

    with Door(settings) as door:
        response = door.get(url, validators=feed.validators)

It knows nothing of feeds: it returns whole answers of any status, or raises `FetchError`.
"""

from __future__ import annotations

import ssl
from dataclasses import replace
from http.client import HTTPException
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import certifi
from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError

from articles.fetch.addresses import Target, check_url
from articles.fetch.idle import IdleConnections
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


class Door:
    """Makes requests within the limits of its settings; may be used by many threads at once."""

    def __init__(self, settings: DoorSettings, tls: ssl.SSLContext | None = None) -> None:
        """`tls` replaces the trust in what the system and certifi trust."""
        self._settings = settings
        self._tls = timed(tls or _trusting())
        self._idle = IdleConnections()

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

    def get(
        self, url: str, *, validators: Validators = UNCONDITIONAL, accept: str = FEED_ACCEPT
    ) -> Response:
        """GET `url`, following redirects; raise `FetchError` where no whole answer comes of it.

        With `validators` the request is conditional, so that a status of 304 may come back. The
        limits of the settings hold for the whole: name, connections, redirects and body. The body
        of an answer other than a success is not read.
        """
        clock = Clock(self._settings.limits.deadline)
        headers = self._headers(validators, accept)
        start = target = check_url(url)
        chain = [target.url]
        permanent = True
        while True:
            try:
                answer = self._ask(target, headers, clock)
            except FetchError as error:
                if target == start:
                    raise
                raise _redirected(start, error) from error
            if answer.status not in _REDIRECTS:
                moved = target.url if permanent and target != start else ""
                return replace(answer, permanent_url=moved)
            permanent = permanent and answer.status in _PERMANENT
            target = self._next(target, answer.headers.get("location", ""), chain)

    def _headers(self, validators: Validators, accept: str) -> dict[str, str]:
        headers = {
            "User-Agent": self._settings.user_agent,
            "Accept": accept,
            "Accept-Encoding": "gzip, deflate, br",
            "If-None-Match": validators.etag,
            "If-Modified-Since": validators.last_modified,
        }
        return {name: value for name, value in headers.items() if value}

    def _next(self, target: Target, location: str, chain: list[str]) -> Target:
        """Where a redirect leads, checked; adds it to `chain`."""
        if not location:
            raise FetchError(Failure.REDIRECTS, f"{target.host} redirects without saying where.")
        try:
            following = check_url(urljoin(target.url, _utf8(location)))
        except FetchError as error:
            raise _redirected(target, error) from error
        if following.url in chain:
            raise FetchError(Failure.REDIRECTS, f"{target.host} redirects in a circle.")
        chain.append(following.url)
        if len(chain) > self._settings.limits.redirects + 1:
            most = self._settings.limits.redirects
            raise FetchError(Failure.REDIRECTS, f"{target.host} redirects more than {most} times.")
        return following

    def _ask(self, target: Target, headers: dict[str, str], clock: Clock) -> Response:
        """One request, without redirects."""
        try:
            used, answer = self._send(target, headers, clock)
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
        return Response(target.url, answer.status, found, body, wire_bytes=answer.tell())

    def _send(
        self, target: Target, headers: dict[str, str], clock: Clock
    ) -> tuple[Connection, HTTPResponse]:
        """Send the request and read the head of its answer, on a connection kept or a new one."""
        if kept := self._idle.take(target):
            try:
                return kept, _head(kept, target, headers, clock)
            except (ConnectionError, HTTPException):
                kept.close()  # the server had just closed it; that says nothing about the server
        fresh = connection(target, self._settings.allow_networks, self._tls, clock)
        return fresh, _head(fresh, target, headers, clock)

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


def _head(used: Connection, target: Target, headers: dict[str, str], clock: Clock) -> HTTPResponse:
    """Ask, and read status and headers; closes the connection where that fails."""
    used.resume(clock)
    clock.allowance = _HEAD_BYTES
    try:
        used.request("GET", target.path, headers=headers, preload_content=False)
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
