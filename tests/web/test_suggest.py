"""Suggestions while a question is typed."""

from __future__ import annotations

import pytest

from tests.factories import make_article, make_source, make_story, make_topic, place


def offers(page) -> list[str]:
    return [option["data-href"] for option in page.all("li")]


def test_sources_topics_and_stories_that_begin_so(uk, read):
    sport = make_topic("Sport")
    source = make_source("Sporting Lantern", slug="lantern")
    story = make_story(make_article("New sports hall opens"))
    place(story, uk, topic=sport)
    assert offers(read("/search/suggest/?q=spor")) == [
        source.get_absolute_url(),
        "/uk/sport/",
        story.get_absolute_url(),
    ]


def test_a_source_is_found_without_its_article(uk, read):
    source = make_source("The Lantern")
    assert offers(read("/search/suggest/?q=lant")) == [source.get_absolute_url()]


@pytest.mark.parametrize("text", ["ferry har", "HAR FERR", "har"])
def test_a_story_has_all_words_begun(uk, read, text):
    place(make_story(make_article("Ferry reaches harbour")), uk)
    assert len(offers(read(f"/search/suggest/?q={text}"))) == 1


@pytest.mark.parametrize(
    "text", ["", "erry", "ferry zebra", "-ferry", "source:ferry", "%", "(", "\x00"]
)
def test_nothing_is_offered_for_anything_else(uk, read, text):
    place(make_story(make_article("Ferry reaches harbour")), uk)
    assert offers(read(f"/search/suggest/?q={text}")) == []


def test_markup_in_a_title_is_shown_not_run(uk, read):
    place(make_story(make_article("Ferry <script>alert(1)</script>")), uk)
    page = read("/search/suggest/?q=ferry")
    assert page.all("script") == []
    assert "<script>alert(1)</script>" in page.text


def test_queries_are_few_and_do_not_grow(uk, queries):
    place(make_story(make_article("Ferry one")), uk)
    few = queries("/search/suggest/?q=ferry")
    for number in range(10):
        place(make_story(make_article(f"Ferry {number}")), uk)
    assert queries("/search/suggest/?q=ferry") == few <= 5
