"""What becomes of an article's page after a request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from articles.fetch.article_pages import RETRIES, trouble
from articles.fetch.types import Failure, FetchError, Response

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://paper.example/a"


def answer(status: int, **headers: str) -> Response:
    return Response(URL, status, headers, b"")


def test_a_page_is_no_trouble() -> None:
    assert trouble(answer(200), 1, NOW) is None


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (answer(404), "does not exist"),
        (answer(410), "gone for good"),
        (answer(403), "refuses"),
        (answer(418), "status 418"),
        (answer(204), "status 204"),
        (FetchError(Failure.ADDRESS, "A private address."), "private"),
        (FetchError(Failure.TOO_LARGE, "Too large."), "large"),
        (FetchError(Failure.REDIRECTS, "In a circle."), "circle"),
    ],
)
def test_what_will_not_change_is_given_up_at_once(
    result: Response | FetchError, words: str
) -> None:
    found = trouble(result, 1, NOW)
    assert found is not None
    assert found.retry_in is None
    assert words in found.error


@pytest.mark.parametrize(
    "result",
    [
        *(answer(429), answer(500), answer(503), answer(408)),
        *(FetchError(Failure.TIMEOUT, "Slow."), FetchError(Failure.CONNECT, "Refused.")),
        FetchError(Failure.NAME, "No such host."),
    ],
)
def test_what_may_pass_is_tried_again_ever_later_and_then_given_up(
    result: Response | FetchError,
) -> None:
    waits = [found.retry_in for n in (1, 2, 3, 4) if (found := trouble(result, n, NOW))]
    assert waits == [*RETRIES, None]
    last = trouble(result, 4, NOW)
    assert last is not None
    assert last.error.endswith("It was given up after 4 attempts.")


def test_a_server_may_ask_for_a_longer_pause() -> None:
    found = trouble(answer(503, **{"retry-after": "7200"}), 1, NOW)
    assert found is not None
    assert found.retry_in == timedelta(hours=2)
