"""The page of a story."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Article, Story
from articles.selectors.coverage import REPORTS_A_PAGE
from tests.factories import link, make_article, make_headline, make_source, make_story, make_topic

QUERIES = 8


def told(*titles, start=None, **fields) -> list[Article]:
    """Articles of sources of their own, an hour apart, the first the earliest."""
    start = start or timezone.now() - timedelta(hours=len(titles))
    return [
        make_article(title, published_at=start + timedelta(hours=number), **fields)
        for number, title in enumerate(titles)
    ]


def test_it_quotes_the_lead_and_names_who_says_it(uk, read):
    article = make_article(excerpt="The mayor cut the ribbon.", source=make_source("The Lantern"))
    story = read(make_story(article).get_absolute_url())
    assert story.all("blockquote")[0]["cite"] == article.url
    assert "The mayor cut the ribbon." in story.text
    assert story.link("The Lantern").href == "/source/the-lantern/"
    assert story.link("Read more »").href == article.url


def test_coverage_stands_in_order_of_time(uk, read):
    late, early, middle = (
        make_article(title, published_at=timezone.now() - timedelta(hours=hours))
        for title, hours in (("Late", 1), ("Early", 3), ("Middle", 2))
    )
    text = read(make_story(late, early, middle).get_absolute_url()).text
    coverage = text[text.index("Coverage in order of time") :]
    assert coverage.index("Early") < coverage.index("Middle") < coverage.index("Late")


def test_copies_are_folded_under_what_they_copy(uk, read):
    original, other = told("Original", "Another report")
    copies = [
        make_article("A copy", copy_of=original, source=make_source(name))
        for name in ("Echo One", "Echo Two")
    ]
    story = read(make_story(original, other, *copies).get_absolute_url())
    assert story.text.index("Original") < story.text.index("also in 2 outlets")
    coverage = story.text[story.text.index("Coverage in order of time") :]
    assert coverage.index("Echo Two") < coverage.index("Another report")


def test_one_copy_is_named_by_its_outlet(uk, read):
    (original,) = told("Original")
    copy = make_article("A copy", copy_of=original, source=make_source("Echo One"))
    assert "also in Echo One" in read(make_story(original, copy).get_absolute_url()).text


def test_a_copy_whose_original_is_elsewhere_stands_for_itself(uk, read):
    original, report = told("Elsewhere", "Report")
    make_story(original)
    copy = make_article("Lonely copy", copy_of=original)
    assert read(make_story(report, copy).get_absolute_url()).has_link("Lonely copy")


def test_a_report_whose_headline_changed_says_so_and_leads_to_the_former_ones(uk, read):
    changed, other = told("Bridge closed", "Ferries run")
    make_headline(changed, "Bridge to close")
    make_headline(changed, "Cracks in bridge")
    page = read(make_story(other, changed).get_absolute_url())
    (mark,) = [found for found in page.links if "Headline changed" in found.text]
    assert mark.text == "Headline changed twice"
    assert mark.href == f"{changed.get_absolute_url()}#headlines"


def test_counts_are_told(uk, read):
    original, other = told("Original", "Another report")
    copy = make_article("A copy", copy_of=original)
    text = read(make_story(original, other, copy).get_absolute_url()).text
    assert "3 outlets, 2 independent reports" in text


def test_similar_stories_are_those_its_similar_news_leads_to(uk, read):
    here, near, far, unrelated = told("Here", "Near", "Far", "Unrelated")
    link(here, near, far)
    stories = [make_story(article) for article in (here, near, far, unrelated)]
    page = read(stories[0].get_absolute_url())
    assert page.link("Near").href == stories[1].get_absolute_url()
    assert page.text.index("Near") < page.text.index("Far")
    assert not page.has_link("Unrelated")


def test_a_story_is_not_similar_to_itself(uk, read):
    one, two = told("One", "Two")
    link(one, two)
    assert "Similar stories" not in read(make_story(one, two).get_absolute_url()).text


@pytest.mark.parametrize("address", ["/story/{pk}/", "/story/{pk}/wrong/", "/story/{pk}/%00/"])
def test_a_wrong_slug_leads_to_the_right_one_for_good(uk, client, address):
    story = make_story(make_article("Brücke wieder offen"))
    response = client.get(address.format(pk=story.pk) + "?after=1")
    assert response.status_code == 301
    assert response.headers["Location"] == f"{story.get_absolute_url()}?after=1"


def test_a_slug_in_another_script_is_right_as_it_is(uk, read):
    story = make_story(make_article("إغلاق جسر مصب النهر", language="ar"))
    assert "إغلاق" in read(story.get_absolute_url()).text


def test_a_merged_story_leads_to_its_survivor_for_good(uk, client):
    survivor = make_story(make_article("Survivor"))
    merged = make_story(title="Merged", merged_into=survivor)
    response = client.get(merged.get_absolute_url())
    assert response.status_code == 301
    assert response.headers["Location"] == survivor.get_absolute_url()


def test_a_story_that_lost_its_reports_still_answers(uk, read):
    assert "no longer kept" in read(make_story(title="Emptied").get_absolute_url()).text


@pytest.mark.parametrize("pk", ["0", "999999", "99999999999999999999999"])
def test_an_unknown_story_is_not_found(uk, client, pk):
    response = client.get(f"/story/{pk}/title/")
    assert response.status_code == 404
    assert "There is no such story." in response.content.decode()


def test_later_coverage_follows_until_every_report_was_shown_once(uk, read):
    # All of one time: the id must decide between them.
    now = timezone.now()
    source = make_source("The Paper")
    reports = [
        make_article(f"Report {number:03}", source=source, published_at=now)
        for number in range(2 * REPORTS_A_PAGE + 1)
    ]
    story = make_story(*reports)
    seen, address = [], story.get_absolute_url()
    while address:
        page = read(address)
        seen += [found.text for found in page.links if found.text.startswith("Report ")]
        more = page.link("More coverage").href if page.has_link("More coverage") else ""
        address = more and f"{story.get_absolute_url()}{more}"
    assert seen == sorted(seen)
    assert len(set(seen)) == len(reports)


def test_a_cursor_that_no_page_wrote_is_not_found(uk, client):
    story = make_story(make_article())
    address = story.get_absolute_url()
    for cursor in ("x", "1-x", f"{'9' * 30}-1", "-", "%F0%9F%98%80-1"):
        assert client.get(f"{address}?after={cursor}").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_coverage(uk, queries):
    def story_of(size: int) -> Story:
        reports = told(*(f"Report {size} {number}" for number in range(size)))
        copies = [make_article("Copy", copy_of=report) for report in reports]
        near = told(*(f"Near {size} {number}" for number in range(size)))
        for report, other in zip(reports, near, strict=True):
            link(report, other)
            make_story(other)
        return make_story(*reports, *copies, topic=make_topic(f"Topic {size}"))

    few = queries(story_of(2).get_absolute_url())
    assert queries(story_of(12).get_absolute_url()) == few <= QUERIES
