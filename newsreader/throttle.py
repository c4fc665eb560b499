"""Who tries to sign in, from where, and how often before they have to wait.

Failures are counted in PostgreSQL: what empties the cache must not set attackers free.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest

NETWORK_BITS = 64
"""Of an IPv6 address: its holder has all the others of that network too (RFC 6177)."""


class Throttle(AxesDatabaseHandler):  # type: ignore[misc]
    """Locks a name at an address early, an address later, and a name, whoever tries it, last.

    So nobody keeps another person out by failing for them once or twice, and neither many names
    tried from one address nor one name from many go on for long.
    """

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """The failures, weighted so that `AXES_FAILURE_LIMIT` is the limit of each of the three."""
        totals = (
            attempts.aggregate(total=Sum("failures_since_start"))["total"] or 0
            for attempts in self.get_user_attempts(request, credentials)
        )
        return max(
            total // weight for total, weight in zip(totals, settings.SIGN_IN_WEIGHTS, strict=True)
        )


def client_address(request: HttpRequest) -> str | None:
    """The client's address, of IPv6 its network; None where the server does not say.

    Each trusted proxy adds to the end of `X-Forwarded-For` who asked it; what comes before, the
    client may have made up.
    """
    asked = request.META.get("REMOTE_ADDR", "")
    passed = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    proxies = settings.TRUSTED_PROXIES
    told = passed[-proxies] if 0 < proxies <= len(passed) else asked
    try:
        address = ip_address(told)
    except ValueError:
        return _valid(asked)
    return _network(address)


def _valid(address: str) -> str | None:
    try:
        return _network(ip_address(address))
    except ValueError:
        return None


def _network(address: Any) -> str:
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address, NETWORK_BITS), strict=False).network_address)
