"""Doors for tests: to servers on the loopback, within small limits."""

from __future__ import annotations

import pytest

from articles.fetch.addresses import networks
from articles.fetch.door import Door
from articles.fetch.types import DoorSettings, FetchError, Limits

LOOPBACK = networks(["127.0.0.0/8", "::1/128"])


def settings(**limits: float) -> DoorSettings:
    return DoorSettings("Tests/1 (+https://example.org)", LOOPBACK, Limits(**limits))  # type: ignore[arg-type]


def failure_of(door: Door, url: str) -> FetchError:
    with pytest.raises(FetchError) as failed:
        door.get(url)
    return failed.value
