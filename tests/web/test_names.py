"""What editions, topics, languages and countries are called."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils.translation import override

from articles.models import Edition, Topic
from articles.web import names

SHIPPED: dict[str, Any] = tomllib.loads(
    Path(settings.BASE_DIR, "articles/data/editions.toml").read_text(encoding="utf-8")
)
GERMANY = Edition(slug="de", name="Germany", country="DE", language="de")


@pytest.mark.parametrize("edition", SHIPPED["editions"], ids=lambda edition: edition["slug"])
def test_every_default_edition_has_a_name_in_each_language(edition):
    row = Edition(**edition)
    assert names.name(row) == row.name
    for language in ("de", "fr", "es"):
        with override(language):
            assert names.name(row)
            assert row.country == "" or names.name(row) == names.country_name(row.country)


@pytest.mark.parametrize("topic", SHIPPED["topics"], ids=lambda topic: topic["slug"])
def test_the_name_of_every_default_topic_is_there_to_be_translated(topic):
    assert topic["name"] in names.SHIPPED


def test_an_edition_is_named_in_the_readers_language_and_in_its_own():
    with override("fr"):
        assert names.name(GERMANY) == "Allemagne"
        assert names.own_name(GERMANY) == "Deutschland"


def test_an_edition_keeps_its_name_where_its_language_has_no_name_for_the_country():
    assert names.own_name(Edition(name="Germany", country="DE", language="tn")) == "Germany"


def test_a_name_that_a_curator_gave_stays():
    with override("de"):
        assert names.name(Edition(name="The North", country="GB", language="en")) == "The North"
        assert names.own_name(Edition(name="The North", country="GB", language="en")) == "The North"
        assert names.name(Topic(name="Chess")) == "Chess"


@pytest.mark.parametrize(
    ("language", "german", "france"),
    [("en", "German", "France"), ("fr", "allemand", "France"), ("es", "alemán", "Francia")],
)
def test_languages_and_countries_are_named_as_within_a_sentence(language, german, france):
    with override(language):
        assert names.language_name("de") == german
        assert names.country_name("FR") == france


def test_unknown_codes_stand_for_themselves():
    assert names.language_name("zz") == "zz"
    assert names.country_name("??") == "??"
