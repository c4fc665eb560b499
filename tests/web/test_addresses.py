"""The addresses of articles, stories and sources are those of the table of addresses."""

from __future__ import annotations

import pytest
from django.urls import reverse

from articles.models import Article, Source, Story


@pytest.mark.parametrize("title", ["Bridge reopens", "Brücke in Köln", "橋が再開", "?!", "a" * 300])
def test_articles_and_stories_are_where_the_table_says(title):
    for page, row in (
        ("article", Article(pk=12, title=title)),
        ("story", Story(pk=7, title=title)),
    ):
        assert row.get_absolute_url() == reverse(page, args=[row.pk, row.slug])


@pytest.mark.parametrize("slug", ["the-lantern", "lantern-2", "-"])
def test_sources_are_where_the_table_says(slug):
    assert Source(slug=slug).get_absolute_url() == reverse("source", args=[slug])
