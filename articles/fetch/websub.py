"""WebSub (W3C Recommendation, 23 January 2018) from a subscriber's side: pure rules, no request.

Where a feed says who pushes it, what a hub asks at our callback, whether what it brings is genuine,
and when a subscription is asked for again.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin

from articles.fetch import links
from articles.fetch.addresses import MAX_ADDRESS, check_url
from articles.fetch.links import Link
from articles.fetch.rhythm import FIRST_RETRY, doubled
from articles.fetch.types import FetchError

LEASE = timedelta(days=10)
"""What we ask for, and what we take a hub to grant that does not say."""
LONGEST_LEASE = timedelta(days=90)
LAST_RETRY = timedelta(days=1)
DENIED_RETRY = timedelta(days=7)
MAX_REASON = 300
"""Characters of a hub's own words that are kept."""

_SIGNATURES = frozenset({"sha1", "sha256", "sha384", "sha512"})


@dataclass(frozen=True, slots=True)
class Offer:
    """What a feed says of being pushed."""

    hubs: tuple[str, ...]
    """Any of them may be subscribed to; the first one first. Never empty."""
    topic: str
    """The feed's address as its hubs know it."""

    def names(self, hub: str, topic: str) -> bool:
        return hub in self.hubs and topic == self.topic


@dataclass(frozen=True, slots=True)
class Intent:
    """What a hub says when it calls back with a GET (section 5.2 and 5.3)."""

    mode: str
    topic: str
    challenge: str
    lease: timedelta
    reason: str


def offer(headers: Mapping[str, str], hubs: Sequence[str], itself: str, url: str) -> Offer | None:
    """Who pushes the feed that `url` answered with; None where nobody does.

    `headers` are those of the answer, named in lower case; `hubs` and `itself` are what the
    document says, resolved or empty. Headers come first (section 4). A feed that does not name
    itself is known to its hubs by the address that answered.
    """
    named = list(links.read(headers.get("link", "")))
    usable = _targets(named, "hub", url) or [hub for hub in hubs if _is_usable(hub)]
    topic = next(iter(_targets(named, "self", url)), itself or url)
    hubs = tuple(dict.fromkeys(usable))
    return Offer(hubs, topic) if hubs and _is_usable(topic) else None


def _targets(named: Iterable[Link], relation: str, url: str) -> list[str]:
    """Where links of a relation lead that may be asked."""
    found = [_joined(url, link.target) for link in named if relation in link.relations]
    return [address for address in found if _is_usable(address)]


def _joined(url: str, target: str) -> str:
    """Absolute; empty where it is no address."""
    try:
        return urljoin(url, target)
    except ValueError:  # brackets around what is no address of IPv6
        return ""


def _is_usable(address: str) -> bool:
    plain = address.isascii() and address.isprintable() and " " not in address
    if not plain or len(address) > MAX_ADDRESS:
        return False
    try:
        check_url(address)
    except FetchError:
        return False
    return True


def intent(query: Mapping[str, str]) -> Intent:
    """Read the parameters of a hub's GET; those that are missing or make no sense are empty."""
    topic = query.get("hub.topic", "")
    return Intent(
        mode=query.get("hub.mode", ""),
        topic=topic if topic.isprintable() else "",
        challenge=query.get("hub.challenge", ""),
        lease=_lease(query.get("hub.lease_seconds", "")),
        reason=printable(query.get("hub.reason", ""))[:MAX_REASON],
    )


def printable(text: str) -> str:
    """`text` in one line, without control characters: neither a log nor a database takes them."""
    return "".join(filter(str.isprintable, " ".join(text.split())))


def _lease(seconds: str) -> timedelta:
    if not (seconds.isascii() and seconds.isdigit()):
        return LEASE
    return min(timedelta(seconds=int(seconds[:9])), LONGEST_LEASE)


def request(mode: str, topic: str, callback: str, secret: str) -> dict[str, str]:
    """The form that asks a hub to `subscribe` or `unsubscribe` (section 5.1)."""
    form = {"hub.mode": mode, "hub.topic": topic, "hub.callback": callback}
    if mode == "subscribe":
        form["hub.lease_seconds"] = str(int(LEASE.total_seconds()))
        # Sent to hubs without TLS too: there it keeps out everyone but who can listen.
        form["hub.secret"] = secret
    return form


def is_genuine(signature: str, secret: str, body: bytes) -> bool:
    """Whether `signature`, of the form `method=hexadecimal`, is `body`'s (section 7.1)."""
    method, _, digest = signature.strip().partition("=")
    if method.lower() not in _SIGNATURES:
        return False
    expected = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(expected.encode(), digest.lower().encode(errors="replace"))


def renewal(lease: timedelta, jitter: float) -> timedelta:
    """How long after its start a lease is renewed: early enough to fail a few times.

    `jitter`, from 0 up to 1, spreads feeds that were subscribed together.
    """
    return max(lease * (0.75 + 0.1 * jitter), FIRST_RETRY)


def retry(failures: int, jitter: float) -> timedelta:
    """The wait after so many failures in a row, twice as long each time."""
    wait = doubled(FIRST_RETRY, failures, LAST_RETRY)
    return min(wait * (1 + 0.1 * jitter), LAST_RETRY)
