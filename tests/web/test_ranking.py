"""The page that explains how stories are ranked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Article, Story
from articles.pipeline import stories
from articles.ranking import formula
from tests.factories import make_article, make_edition, make_source, make_story

ADDRESS = "/about/ranking/"


def told(*outlets, **fields) -> Story:
    """A story that these outlets report."""
    story = make_story(*(make_article(source=outlet, **fields) for outlet in outlets))
    stories.derive([story.pk])
    return story


def test_the_rules_are_told_with_the_numbers_in_force(uk, read, monkeypatch):
    assert "A step is worth 8 hours" in read(ADDRESS).text
    monkeypatch.setattr(formula, "HALF_LIFE", timedelta(hours=5))
    monkeypatch.setattr(formula, "SPEED_WINDOW", timedelta(hours=1))
    text = read(ADDRESS).text
    assert "A step is worth 5 hours" in text
    assert "within 1 hour of the first" in text


def test_front_pages_lead_there(uk, read):
    outlet = make_source(editions=(uk,))
    story = told(outlet)
    assert story.placements.exists()
    assert read("/uk/").link("How stories are ranked").href == ADDRESS


def test_a_storys_numbers_are_told(uk, read):
    ireland = make_edition("ie", name="Ireland", country="IE")
    story = told(
        make_source(country="GB", editions=(uk,)),
        make_source(country="IE", editions=(uk, ireland)),
        make_source(country="IE", editions=(ireland,)),
        make_source(country="IE", editions=(ireland,)),
    )
    page = read(f"{ADDRESS}?story={story.pk}")
    # Two doublings of reports, all of them fast, and one of countries.
    assert "All editions 4 4 2 3.5" in page.text
    assert "United Kingdom 2 2 2 2.0 2.8" in page.text
    assert "Ireland 3 3 1 2.4 2.9" in page.text
    assert "a lone outlet that is 28 hours fresher" in page.text
    assert page.link(story.title).href == story.get_absolute_url()
    assert {"name": "robots", "content": "noindex"} in page.all("meta")


def test_weights_are_told_beside_the_number_of_reports(uk, read):
    story = told(make_source(editions=(uk,), weight=2.5), make_source(editions=(uk,)))
    text = read(f"{ADDRESS}?story={story.pk}").text
    assert "All editions 2 (counted as 3.50) 2 " in text
    assert "Our editors may have an outlet count as more or as less" in text


def test_a_lone_report_is_said_to_lead_nothing(uk, read):
    story = told(make_source(editions=(uk,)))
    assert "Only one outlet reports this" in read(f"{ADDRESS}?story={story.pk}").text


def test_a_story_of_copies_is_said_to_have_no_strength(uk, read):
    original = make_article()
    story = told(make_source(), make_source(), copy_of=original)
    assert "It has copies only" in read(f"{ADDRESS}?story={story.pk}").text


def test_a_merged_story_shows_what_it_became(uk, read):
    story = told(make_source(), make_source(), title="The survivor")
    merged = make_story(title="The merged", merged_into=story)
    assert read(f"{ADDRESS}?story={merged.pk}").has_link("The survivor")


@pytest.mark.parametrize("asked", ["x", "-1", "0", "99999", "9" * 19, "9" * 30, "%00", "١"])
def test_a_story_that_is_none_is_not_found(uk, client, asked):
    assert client.get(f"{ADDRESS}?story={asked}").status_code == 404


def test_the_page_takes_few_queries(uk, queries):
    story = told(*(make_source(editions=(uk,)) for _ in range(9)))
    Article.objects.filter(story=story).update(published_at=timezone.now())
    assert queries(f"{ADDRESS}?story={story.pk}") <= 5
