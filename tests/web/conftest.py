"""What the tests of the pages share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Edition
from tests.factories import make_edition
from tests.web.pages import Page, page


@pytest.fixture
def uk(db: None) -> Edition:
    return make_edition("uk", name="United Kingdom", position=1)


@pytest.fixture
def read(client: Client) -> Callable[..., Page]:
    """Read an address as a reader would; it must be there."""

    def reading(address: str, **headers: str) -> Page:
        response = client.get(address, headers=headers)
        assert response.status_code == 200, response.status_code
        return page(response)

    return reading


@pytest.fixture
def queries(client: Client) -> Callable[[str], int]:
    """How many queries an address takes."""

    def counting(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    return counting
