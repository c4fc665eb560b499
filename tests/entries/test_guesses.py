"""What an address, a title and a language tag tell of a publisher."""

from __future__ import annotations

import pytest

from articles.entries import guesses
from articles.entries.language import region_code

TOPICS = {"world": "World", "sport": "Sport", "science": "Science", "motoring": "Motoring"}


@pytest.mark.parametrize(
    ("url", "region", "sole", "country"),
    [
        ("https://www.lantern.co.uk/", "US", "", "GB"),
        ("https://lantern.ie/feed", "", "GB", "IE"),
        ("https://lantern.example/", "AU", "GB", "AU"),
        ("https://lantern.example/", "", "DE", "DE"),
        ("https://lantern.tv/", "", "", ""),
        ("https://127.0.0.1:8000/", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_a_country_is_told_by_the_domain_then_the_tag_then_the_language(url, region, sole, country):
    assert guesses.country([url], region, sole) == country


def test_the_first_domain_that_names_a_country_counts():
    assert guesses.country(["https://lantern.example/", "https://feeds.lantern.fr/"], "") == "FR"


@pytest.mark.parametrize(
    ("url", "title", "topic"),
    [
        ("https://a.example/sport/rss.xml", "The Lantern", "sport"),
        ("https://a.example/rss", "Lantern: Wissenschaft", "science"),
        ("https://a.example/motoring/feed", "", "motoring"),
        ("https://a.example/business/feed", "", ""),
        ("https://a.example/rss", "World and sport", ""),
        ("https://a.example/rss", "The Lantern", ""),
    ],
)
def test_a_topic_is_told_by_address_and_title_where_they_agree_on_one(url, title, topic):
    assert guesses.topic(url, title, TOPICS) == topic


@pytest.mark.parametrize(
    ("tag", "region"),
    [("en-GB", "GB"), ("pt_br", "BR"), ("zh-Hant-TW", "TW"), ("en", ""), ("", ""), ("en-001", "")],
)
def test_the_country_of_a_language_tag(tag, region):
    assert region_code(tag) == region
