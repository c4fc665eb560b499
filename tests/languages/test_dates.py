"""Dates and times as each language writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.utils.formats import date_format
from django.utils.translation import override

from articles.web import dates

MARCH = datetime(2026, 3, 9, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Monday, 9 March 2026, 14:05 UTC"),
        ("de", "Montag, 9. März 2026, 14:05 UTC"),
        ("fr", "lundi 9 mars 2026, 14:05 UTC"),
        ("es", "lunes, 9 de marzo de 2026, 14:05 UTC"),
    ],
)
def test_a_long_time_is_written_as_each_language_does(language, words):
    with override(language):
        assert dates.long_time(MARCH) == words


@pytest.mark.parametrize(
    ("language", "day", "dated"),
    [
        ("en", "9 Mar, 14:05 UTC", "9 Mar 2026, 14:05 UTC"),
        ("de", "9. März, 14:05 UTC", "9. März 2026, 14:05 UTC"),
        ("fr", "9 mars, 14:05 UTC", "9 mars 2026, 14:05 UTC"),
        ("es", "9 mar, 14:05 UTC", "9 mar 2026, 14:05 UTC"),
    ],
)
def test_a_short_time_is_written_as_each_language_does(language, day, dated):
    with override(language):
        assert dates.short_time(MARCH, MARCH + timedelta(hours=1)) == "14:05 UTC"
        assert dates.short_time(MARCH, MARCH + timedelta(days=1)) == day
        assert dates.short_time(MARCH, MARCH + timedelta(days=400)) == dated


def test_a_day_is_that_of_utc_wherever_the_time_came_from():
    kolkata = timezone(timedelta(hours=5, minutes=30))
    assert dates.day(datetime(2026, 3, 10, 1, 0, tzinfo=kolkata)) == "Monday, 9 March 2026"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "9 Mar 2026, 14:05 UTC"),
        ("de", "9. März 2026, 14:05 UTC"),
        ("fr", "9 mars 2026, 14:05 UTC"),
        ("es", "9 marzo 2026, 14:05 UTC"),
    ],
)
def test_the_desk_names_the_zone_in_each_language(language, words):
    with override(language):
        assert date_format(MARCH, "DATETIME_FORMAT").replace("\xa0", " ") == words
