"""Addresses at the desk that nobody is led to: refused or not found, never an error of ours."""

from __future__ import annotations

import pytest
from django.contrib import admin

MODELS = sorted(model._meta.label_lower for model in admin.site._registry)
ENDLESS = "9" * 5_000
"""More digits than Python reads as a number (sys.get_int_max_str_digits)."""


def page_of(model: str) -> str:
    return f"/admin/{model.replace('.', '/')}/"


@pytest.mark.parametrize("model", MODELS)
def test_a_list_refuses_a_character_that_the_database_does_not_have(desk, model):
    assert desk.get(f"{page_of(model)}?language=%00").status_code == 400


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("key", [ENDLESS, "99999999999999999999", "x"])
def test_a_key_that_no_row_can_have_is_not_found(desk, model, key):
    answer = desk.get(f"{page_of(model)}{key}/change/")
    assert answer.status_code in (302, 404)
    assert answer.headers.get("Location", "/admin/") == "/admin/"


@pytest.mark.parametrize(
    "address",
    [
        f"articles/auditentry/?person={ENDLESS}",
        "articles/auditentry/?person=x",
        f"articles/takedown/take/?articles={ENDLESS}",
        "articles/takedown/take/?articles=99999999999999999999",
    ],
)
def test_a_number_that_is_none_means_nobody_and_nothing(desk, address):
    assert desk.get(f"/admin/{address}", follow=True).status_code == 200
