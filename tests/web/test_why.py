"""Why an article is in its story."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Article, Story
from articles.pipeline import corrections
from tests.factories import make_article, make_source, make_story

QUERIES = 8


def address(story: Story, article: Article) -> str:
    return f"{story.get_absolute_url()}why/{article.pk}/"


@pytest.fixture
def dam(uk) -> tuple[Story, Article, Article]:
    """A story, a report in it, and the report it matches."""
    now = timezone.now()
    first = make_article(
        "Engineers warn that the Corrie dam is cracking",
        source=make_source("The Lantern"),
        published_at=now - timedelta(hours=5),
    )
    second = make_article(
        "Corrie dam: engineers find a second crack",
        source=make_source("The Ledger"),
        published_at=now - timedelta(hours=2),
    )
    return make_story(first, second), first, second


def test_it_shows_both_reports_the_gap_between_them_and_the_words_they_share(dam, read):
    story, first, second = dam
    page = read(address(story, first))
    assert page.to(first.get_absolute_url())
    assert page.to(second.get_absolute_url())
    assert "it is most like that of The Ledger, published 3\xa0hours later" in page.source
    assert page.text.index("Names in both") < page.text.index("Corrie", page.text.index("Names"))
    assert len(page.all("meter")) >= 3
    assert "style" not in {name for _, attributes in page.tags for name in attributes}


def test_the_story_leads_to_it_and_it_leads_back(dam, read):
    story, first, _ = dam
    (link,) = read(story.get_absolute_url()).to(address(story, first))
    assert link.text.startswith("Why here?")
    assert link.attributes["rel"] == "nofollow"
    assert read(link.href).link("Back to the story").href == story.get_absolute_url()


def test_a_story_of_one_article_is_not_asked(uk, read):
    story = make_story(make_article())
    assert "Why here?" not in read(story.get_absolute_url()).text


def test_search_engines_are_asked_to_leave_it_alone(dam, read):
    story, first, _ = dam
    metas = read(address(story, first)).all("meta")
    assert {"name": "robots", "content": "noindex"} in metas


def test_a_copy_says_whose_text_it_has(dam, read):
    story, first, _ = dam
    copy = make_article("Corrie dam", copy_of=first, story=story, source=make_source("Echo"))
    page = read(address(story, copy))
    assert "Echo carries the same text as The Lantern" in page.text
    assert not page.all("meter")


def test_it_says_so_where_the_article_is_alone(uk, read):
    article = make_article()
    assert "the only report of this story" in read(address(make_story(article), article)).text


def test_it_says_so_where_only_copies_are_beside_it(uk, read):
    article = make_article()
    story = make_story(article, make_article(copy_of=article))
    assert "except for copies of its text" in read(address(story, article)).text


def test_it_says_so_where_nothing_is_shared(uk, read):
    article = make_article("Corrie dam", excerpt="")
    story = make_story(article, make_article("Choir sings", excerpt=""))
    assert "shares no word with any other report" in read(address(story, article)).text


def test_it_says_so_where_little_is_shared(uk, read):
    article = make_article("Corrie dam cracks after winter storms", excerpt="")
    other = make_article("Choir of Lowmoor sings ballads after lunch", excerpt="")
    text = read(address(make_story(article, other), article)).text
    assert "The two have little in common" in text


def test_it_counts_the_reports_that_are_alike(dam, read):
    story, first, _ = dam
    make_article("Choir of Lowmoor sings", excerpt="", story=story)
    assert "It resembles 1 of the 2" in read(address(story, first)).text


def test_a_curators_decision_is_told_as_long_as_it_is_in_force(uk, read, admin_user):
    first, second = make_article("Ferry runs late"), make_article("Bakers strike over flour")
    kept, _ = stories = [make_story(first), make_story(second)]
    told = "A curator decided where it belongs"

    correction = corrections.merge(stories, admin_user)
    second.refresh_from_db()
    assert told in read(address(kept, second)).text

    corrections.undo(correction, admin_user)
    second.refresh_from_db()
    assert second.story
    assert told not in read(address(second.story, second)).text


def test_a_wrong_slug_leads_to_the_right_one_for_good(dam, client):
    story, first, _ = dam
    response = client.get(f"/story/{story.pk}/wrong/why/{first.pk}/")
    assert response.status_code == 301
    assert response.headers["Location"] == address(story, first)


def test_an_article_that_has_moved_is_asked_about_in_the_story_where_it_is(dam, client):
    story, first, _ = dam
    former = make_story(make_article(), title="Former", merged_into=story)
    response = client.get(address(former, first))
    assert response.status_code == 302
    assert response.headers["Location"] == address(story, first)


def test_an_article_in_no_story_is_not_found(dam, client):
    response = client.get(address(dam[0], make_article()))
    assert response.status_code == 404
    assert "This article is in no story at present." in response.content.decode()


@pytest.mark.parametrize("wrong", ["0", "999999", "99999999999999999999999"])
def test_what_was_never_there_is_not_found(dam, client, wrong):
    story, first, _ = dam
    unknown = client.get(f"/story/{wrong}/title/why/{first.pk}/")
    assert unknown.status_code == 404
    assert "There is no such story." in unknown.content.decode()
    unknown = client.get(f"{story.get_absolute_url()}why/{wrong}/")
    assert unknown.status_code == 404
    assert "There is no such article." in unknown.content.decode()


def test_markup_in_what_is_shared_is_shown_and_does_nothing(uk, read):
    article = make_article("Corrie <img/src=x> dam")
    page = read(address(make_story(article, make_article("Corrie <img/src=x> dams")), article))
    assert not page.all("img")


def test_the_number_of_queries_does_not_grow_with_the_coverage(uk, queries):
    def asked(size: int) -> int:
        reports = [make_article(f"Report {number} on Corrie dam") for number in range(size)]
        count: int = queries(address(make_story(*reports), reports[0]))
        return count

    few = asked(2)
    assert asked(12) == few <= QUERIES
