"""Typed readers for environment variables that fail loudly on nonsense.

Pure: the mapping is handed in; only `newsreader.settings` hands in that of the process.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})

_ORIGIN = re.compile(r"https?://(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?", re.ASCII)


class SettingError(Exception):
    """An environment variable holds something that cannot be meant."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(f"{name}={value!r} is not valid: {wanted}.")


@dataclass(frozen=True, slots=True)
class Environment:
    """Reads one mapping; an unset and an empty variable are the same."""

    values: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, "").strip() or default

    def items(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        raw = self.text(name)
        return [item.strip() for item in raw.split(",") if item.strip()] if raw else list(default)

    def flag(self, name: str, *, default: bool = False) -> bool:
        raw = self.text(name).lower()
        if not raw:
            return default
        if raw not in TRUE | FALSE:
            raise SettingError(name, raw, "say 1 or 0")
        return raw in TRUE

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of `choices` in capitals; the first where nothing is said."""
        raw = self.text(name, choices[0]).upper()
        if raw not in choices:
            raise SettingError(name, raw, f"say {', '.join(choices)}")
        return raw

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        raw = self.text(name)
        if not raw:
            return default
        try:
            value = int(raw)
        except ValueError as error:
            raise SettingError(name, raw, "say a whole number") from error
        if not least <= value <= most:
            raise SettingError(name, raw, f"say a number from {least} to {most}")
        return value

    def url(self, name: str, schemes: tuple[str, ...], default: str = "") -> str:
        raw = self.text(name, default)
        if raw and raw.partition("://")[0] not in schemes:
            wanted = ", ".join(f"{scheme}://" for scheme in schemes)
            # The value may hold a password: it is not repeated.
            raise SettingError(name, "…", f"it must begin with one of {wanted}")
        return raw

    def origin(self, name: str) -> str:
        """A scheme and a host, such as https://news.example.org, without a slash at the end."""
        raw = self.text(name).rstrip("/")
        if raw and not _ORIGIN.fullmatch(raw):
            # The value may hold a password: it is not repeated.
            raise SettingError(name, "…", "say an address such as https://news.example.org")
        return raw

    def networks(self, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
        networks = []
        for item in self.items(name):
            try:
                networks.append(ip_network(item))
            except ValueError as error:
                wanted = "say networks such as 10.0.0.0/8, parted by commas"
                raise SettingError(name, item, wanted) from error
        return tuple(networks)
