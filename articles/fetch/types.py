"""What fetching takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network

from articles.fetch.rhythm import UNKNOWN, Rhythm


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost."""

    deadline: float = 20.0
    """Seconds for everything: looking up, connecting, every redirect, the last byte. Time that a
    redirect waits for its host's turn does not count."""
    body_bytes: int = 10 * 1024 * 1024
    """After decompression."""
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """How the one network door behaves; built once from the site's settings."""

    user_agent: str
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Private networks that may be reached all the same."""
    limits: Limits = Limits()


class Failure(StrEnum):
    """Why a request gave nothing to read."""

    ADDRESS = "address"  # not an address we may ask: scheme, credentials, port, private network
    NAME = "name"  # the host's name cannot be found
    CONNECT = "connect"  # no connection, TLS refused, reset
    TIMEOUT = "timeout"
    TOO_LARGE = "too-large"
    REDIRECTS = "redirects"  # too many, in a circle, or without a target
    HTTP = "http"  # the server broke the protocol or its encoding


class FetchError(Exception):
    """A request failed before a whole answer was read. `str()` is one sentence for a curator."""

    def __init__(self, failure: Failure, words: str) -> None:
        super().__init__(words)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes the next request conditional (RFC 9110, section 13)."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer, of any status. Header names are lower case."""

    url: str
    """The address that answered, after redirects."""
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    """Decompressed; empty for 304."""
    permanent_url: str = ""
    """Where a chain of only permanent redirects (301, 308) led; empty without one."""
    wire_bytes: int = 0
    """Bytes of body as transferred."""
    allowed: bool = False
    """Whether the server is in a network that only the settings allow."""
    address: str = ""
    """The IP address that answered."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it, for whoever watches a fetch."""

    url: str
    line: str
    """The request line, as it was sent."""
    headers: Mapping[str, str]
    """Sent with it."""
    seconds: float
    result: Response | FetchError


class Outcome(StrEnum):
    """Every fetch ends in exactly one of these."""

    NEW = "new"  # a feed was read; whether it held new entries is for storing to say
    UNCHANGED = "unchanged"  # 304, or the same bytes as before
    MOVED = "moved"  # read, behind a permanent redirect
    THROTTLED = "throttled"  # 429 or 503: come back later
    GONE = "gone"  # 410, or 404 for long
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Move:
    """Where a feed was read behind redirects that are called permanent."""

    url: str = ""
    count: int = 0
    """Fetches in a row that ended there."""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedState:
    """What the last fetches left behind: the old half of a decision."""

    url: str
    validators: Validators = Validators()
    body_hash: bytes = b""
    interval: timedelta = timedelta(minutes=30)
    failures: int = 0
    """In a row."""
    rhythm: Rhythm = UNKNOWN
    move: Move = Move()
    missing_since: datetime | None = None
    """When the server first said 404, if the feed was not read since."""
    retired: bool = False
    pushed: bool = False
    """A hub brings what is new: asking is to make sure."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a feed after a fetch: the new half, to be stored as it is."""

    outcome: Outcome
    next_fetch_at: datetime
    interval: timedelta
    failures: int
    error: str
    """In words; empty after a success."""
    validators: Validators
    body_hash: bytes
    rhythm: Rhythm = UNKNOWN
    move: Move = Move()
    new_url: str = ""
    """The address to be asked from now on; empty where it stays."""
    missing_since: datetime | None = None
    retired: bool = False
    """Whether the feed is given up, but for an attempt each month."""
