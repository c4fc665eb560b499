"""Which addresses may be asked: pure rules, no look-up and no connection.

A URL is checked for its form by `check_url`; where its host leads is checked by `why_forbidden`
on every address that a connection is about to be made to, so that a name which changes its
address between two look-ups (DNS rebinding) gains nothing.

An IPv4 address is taken in its usual form only. The others that the system's look-up understands
(0x7f.1, 017700000001, 127.1) are no web publisher's, and differ from system to system.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, quote, urlsplit

from articles.fetch.types import Failure, FetchError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

DEFAULT_PORTS = {"http": 80, "https": 443}
FIRST_UNPRIVILEGED_PORT = 1024
MAX_URL_LENGTH = 4096
"""Characters of an address that is asked."""
MAX_ADDRESS = 2000
"""Characters of an address that is kept: what the columns of addresses hold."""

_URL_CHARACTERS = "/%:=&?~+!$,;'@()*[]|"
_HOST_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?")
_NUMERIC_END = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$")
"""The WHATWG URL Standard takes a host whose last label is of this form for an IPv4 address."""

# IANA special-purpose address registries (RFC 6890 and its updates). The first match names it.
_SPECIAL_V4 = tuple(
    (IPv4Network(network), word)
    for network, word in (
        ("0.0.0.0/8", "an unspecified"),
        ("10.0.0.0/8", "a private"),
        ("100.64.0.0/10", "a carrier-internal"),
        ("127.0.0.0/8", "a loopback"),
        ("169.254.0.0/16", "a link-local"),
        ("172.16.0.0/12", "a private"),
        ("192.0.0.0/24", "a reserved"),
        ("192.0.2.0/24", "a documentation"),
        ("192.88.99.0/24", "a reserved"),
        ("192.168.0.0/16", "a private"),
        ("198.18.0.0/15", "a benchmarking"),
        ("198.51.100.0/24", "a documentation"),
        ("203.0.113.0/24", "a documentation"),
        ("224.0.0.0/4", "a multicast"),
        ("240.0.0.0/4", "a reserved"),
    )
)
_SPECIAL_V6 = tuple(
    (IPv6Network(network), word)
    for network, word in (
        ("::/128", "an unspecified"),
        ("::1/128", "a loopback"),
        ("100::/64", "a discard-only"),
        ("2001:2::/48", "a benchmarking"),
        ("2001:10::/28", "a reserved"),
        ("2001:20::/28", "a reserved"),
        ("2001:db8::/32", "a documentation"),
        ("3fff::/20", "a documentation"),
        ("5f00::/16", "a reserved"),
        ("fc00::/7", "a private"),
        ("fe80::/10", "a link-local"),
        ("fec0::/10", "a private"),
        ("ff00::/8", "a multicast"),
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_COMPATIBLE = IPv6Network("::/96")
_TRANSLATED = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart, ready to be asked: ASCII host, explicit port, no fragment."""

    scheme: str
    host: str
    """Lower case, IDNA-encoded; an IPv6 address without brackets."""
    port: int
    path: str
    """Path and query, percent-encoded; starts with a slash."""

    @property
    def authority(self) -> str:
        """What the Host header carries."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def check_url(url: str) -> Target:
    """Take `url` apart; raise `FetchError` (`Failure.ADDRESS`) where its form forbids asking it."""
    if len(url) > MAX_URL_LENGTH:
        raise _refused(f"The address is longer than {MAX_URL_LENGTH} characters.")
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise _refused(f"“{_short(url)}” is not a web address.") from error
    if parts.scheme not in DEFAULT_PORTS:
        named = f"“{parts.scheme}:” addresses" if parts.scheme else "An address without http(s)"
        raise _refused(f"{named} may not be fetched, only http and https.")
    if "@" in parts.netloc:
        raise _refused("The address holds a user name or password, which may not be sent.")
    if port == 0:
        raise _refused("Port 0 is not a web server's.")
    path = quote(parts.path or "/", safe=_URL_CHARACTERS)
    query = f"?{quote(parts.query, safe=_URL_CHARACTERS)}" if parts.query else ""
    return Target(
        scheme=parts.scheme,
        host=_ascii_host(parts, url),
        port=port or DEFAULT_PORTS[parts.scheme],
        path=path + query,
    )


def why_forbidden(address: Address, allow: Iterable[Network] = ()) -> str | None:
    """Name the kind of address that forbids connecting to `address`; None where it may be asked.

    An IPv6 address that carries an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo) is judged
    by what it carries as well. `allow` exempts networks.
    """
    if is_allowed(address, allow):
        return None
    if isinstance(address, IPv4Address):
        return _special(address, _SPECIAL_V4)
    if kind := _special(address, _SPECIAL_V6):
        return kind
    carried = _carried(address)
    for inner in carried:
        if not is_allowed(inner, allow) and (kind := _special(inner, _SPECIAL_V4)):
            return kind
    return None if carried or (address in _GLOBAL_V6 and address.is_global) else "a reserved"


def is_allowed(address: Address, allow: Iterable[Network]) -> bool:
    """Whether `allow` holds `address`, or the IPv4 address of which it is only the mapped form."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return any(address in network or (mapped and mapped in network) for network in allow)


def refusal(host: str, address: Address, port: int, allow: Iterable[Network] = ()) -> str:
    """One sentence on why `host` at `address` and `port` may not be asked; empty where it may."""
    if kind := why_forbidden(address, allow):
        if literal(host) == address:
            return f"{host} is {kind} address, which may not be fetched."
        return f"{host} resolves to {kind} address ({address}), which may not be fetched."
    if (
        port < FIRST_UNPRIVILEGED_PORT
        and port not in DEFAULT_PORTS.values()
        and not is_allowed(address, allow)
    ):
        return f"Port {port} of {host} may not be asked, only 80, 443 and those from 1024 on."
    return ""


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read networks in CIDR notation; ValueError names the one that is wrong."""
    return tuple(ip_network(text.strip()) for text in texts if text.strip())


def literal(host: str) -> Address | None:
    """The address that `host` spells in its standard form, None where it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _special(address: Address, table: Iterable[tuple[Network, str]]) -> str | None:
    return next((word for network, word in table if address in network), None)


def _carried(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses inside `address`: RFC 4291 section 2.5.5, 6052, 3056 and 4380."""
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address.sixtofour:
        return (address.sixtofour,)
    if address.teredo:
        return address.teredo
    if address in _COMPATIBLE or address in _TRANSLATED:
        return (IPv4Address(int(address) & 0xFFFF_FFFF),)
    return ()


def _ascii_host(parts: SplitResult, url: str) -> str:
    host = parts.hostname or ""
    if "[" in parts.netloc:
        return _ipv6_host(host, url)
    try:
        name = host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise _refused(f"“{_short(host)}” is not a host's name.") from error
    if not _HOST_NAME.fullmatch(name):
        raise _refused(f"“{_short(url)}” names no host.")
    if _NUMERIC_END.search(name) and not literal(name):
        raise _refused(f"“{_short(name)}” is not the usual form of an address.")
    return name


def _ipv6_host(host: str, url: str) -> str:
    """An address in brackets in its shortest form, without a zone."""
    address = literal(host)
    if not isinstance(address, IPv6Address) or address.scope_id:
        raise _refused(f"“{_short(url)}” names no host.")
    return str(address)


def _refused(words: str) -> FetchError:
    return FetchError(Failure.ADDRESS, words)


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
