"""Articles and stories at the desk."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from articles.admin.articles import ArticleAdmin
from articles.admin.base import LISTED
from articles.models import Article, SimilarLink
from tests.factories import make_article, make_edition, make_headline, make_story, make_topic

ARTICLES = "/admin/articles/article/"
STORIES = "/admin/articles/story/"


@pytest.fixture
def flood(desk):
    make_edition("uk")
    return make_article("Harbour flooded after the barrier fails")


def text_of(page: str) -> str:
    """What is to be read on a page, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", page)).split())


def titles(response) -> list[str]:
    return [article.title for article in response.context["cl"].result_list]


def test_articles_are_found_by_words_of_their_headline(desk, flood):
    make_article("Rovers lift the cup")
    assert titles(desk.get(ARTICLES, {"q": "floods barrier"})) == [flood.title]
    assert titles(desk.get(ARTICLES, {"q": "harbour -flooded"})) == []


def test_times_are_written_as_on_the_reading_pages(desk, db):
    make_edition("uk")
    make_article("An old one", published_at=datetime(2020, 3, 9, 14, 5, tzinfo=UTC))
    page = desk.get(ARTICLES).content.decode().replace("\xa0", " ")
    assert "9 Mar 2020, 14:05 UTC" in page


def test_articles_are_found_by_kind_and_language(desk, flood):
    make_article("Copied", copy_of=flood)
    make_edition("de", language="de")
    make_article("Hafen überschwemmt", language="de")
    assert titles(desk.get(ARTICLES, {"kind": "copies"})) == ["Copied"]
    assert titles(desk.get(ARTICLES, {"language": "de"})) == ["Hafen überschwemmt"]


def test_an_article_leads_to_its_story_source_and_similar_news(desk, flood):
    other = make_article("Pumps sent to flooded harbour")
    story = make_story(flood)
    SimilarLink.objects.create(article=flood, similar=other, score=0.4321, position=0)
    page = desk.get(f"{ARTICLES}{flood.pk}/change/").content.decode()
    assert f'href="{STORIES}{story.pk}/change/"' in page
    assert f'href="/admin/articles/source/{flood.source_id}/change/"' in page
    assert f'href="{ARTICLES}{other.pk}/change/"' in page
    assert "0.43" in page


def test_an_article_shows_its_former_headlines_and_nobody_edits_them(desk, flood):
    make_headline(flood, "Harbour barrier holds")
    page = desk.get(f"{ARTICLES}{flood.pk}/change/").content.decode()
    assert "Harbour barrier holds" in page
    assert 'name="former_headlines-0-title"' not in page


def test_an_article_tells_why_it_is_in_its_story(desk, flood):
    other = make_article("Barrier fails: harbour under water")
    copy = make_article("Flooded harbour", copy_of=flood)
    make_story(flood, other, copy)

    def why(article: Article) -> str:
        return text_of(desk.get(f"{ARTICLES}{article.pk}/change/").content.decode())

    assert re.search(
        rf"Like {other.title} \({other.source}\), similarity 0\.\d\d, through: .*barrier \d+%",
        why(flood),
    )
    assert f"The same text as {flood.title} ({flood.source})" in why(copy)


def test_an_article_that_matches_nothing_says_so(desk, flood):
    assert (
        "matches no other report" not in desk.get(f"{ARTICLES}{flood.pk}/change/").content.decode()
    )
    make_story(flood)
    assert "matches no other report" in desk.get(f"{ARTICLES}{flood.pk}/change/").content.decode()


def test_only_the_topic_of_an_article_can_be_changed(desk, flood):
    topic = make_topic("Environment")
    sent = {
        "topic": topic.pk,
        "title": "Something else",
        "former_headlines-TOTAL_FORMS": "0",
        "former_headlines-INITIAL_FORMS": "0",
        "copies-TOTAL_FORMS": "0",
        "copies-INITIAL_FORMS": "0",
        "problems-TOTAL_FORMS": "0",
        "problems-INITIAL_FORMS": "0",
        "similar_links-TOTAL_FORMS": "0",
        "similar_links-INITIAL_FORMS": "0",
    }
    assert desk.post(f"{ARTICLES}{flood.pk}/change/", sent).status_code == 302
    stored = Article.objects.get()
    assert (stored.topic, stored.title) == (topic, flood.title)


def test_markup_in_a_headline_is_shown_and_does_nothing(desk):
    article = make_article("<script>alert(1)</script>", url="javascript:alert(1)")
    make_story(article)
    for page in (ARTICLES, f"{ARTICLES}{article.pk}/change/", STORIES):
        text = desk.get(page).content.decode()
        assert "<script>alert(1)" not in text
        assert 'href="javascript:' not in text


def test_a_story_shows_its_coverage_and_cannot_be_changed(desk, flood):
    copied = make_article("Printed again", copy_of=flood)
    story = make_story(flood, copied)
    page = desk.get(f"{STORIES}{story.pk}/change/").content.decode()
    assert "Printed again" in page
    assert 'name="_save"' not in page
    assert desk.post(f"{STORIES}{story.pk}/change/", {}).status_code == 403


def test_stories_are_found_by_words_of_their_leading_article(desk, flood):
    story = make_story(flood)
    make_story(make_article("Rovers lift the cup"))
    found = desk.get(STORIES, {"q": "flood"}).context["cl"].result_list
    assert list(found) == [story]


def test_long_lists_are_counted_only_so_far(django_assert_num_queries, db):
    paginator = ArticleAdmin.paginator(Article.objects.order_by("title"), 50)
    with django_assert_num_queries(1) as asked:
        assert paginator.count == 0
    assert f"LIMIT {LISTED}" in asked.captured_queries[0]["sql"]
