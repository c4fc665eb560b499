"""No page of the desk asks more of the database because there is more in it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Edition, SimilarLink, Topic
from tests.factories import make_article, make_edition, make_feed, make_source, make_story, place

MOST = 17
PAGE_OF_A_SOURCE = 20
"""It tells health, output, corrections and what weights do besides."""


@pytest.fixture
def edition(db) -> Edition:
    return make_edition("uk")


@pytest.fixture
def fill(edition):
    """Add sources with feeds, each with an article in a story of its own and in a common one."""
    topic = Topic.objects.create(slug="world", name="World")

    def filling(count: int) -> None:
        for _ in range(count):
            source = make_source(editions=(edition,))
            for _ in range(3):
                make_feed(source, topic=topic, failures=1, last_error="Silent.")
            make_story(make_article(source=source, topic=topic))

    return filling


def queries(desk, page: str) -> int:
    desk.get(page)  # whatever is looked up once for all
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert desk.get(page).status_code == 200
    return len(asked)


@pytest.mark.parametrize("model", ["source", "feed", "article", "story", "edition", "topic"])
def test_lists_take_as_many_queries_for_many_rows_as_for_few(desk, fill, model):
    page = f"/admin/articles/{model}/"
    fill(2)
    few = queries(desk, page)
    fill(12)
    assert queries(desk, page) == few <= MOST


def test_a_search_takes_as_many_queries_for_many_rows_as_for_few(desk, fill):
    fill(2)
    few = queries(desk, "/admin/articles/article/?q=bridge")
    fill(12)
    assert queries(desk, "/admin/articles/article/?q=bridge") == few <= MOST


def test_the_page_of_a_source_does_not_ask_for_each_feed(desk, edition):
    source = make_source(editions=(edition,))
    place(make_story(make_article(source=source)), edition)
    for number in range(4):
        make_feed(source, topic=Topic.objects.create(slug=f"t{number}", name=f"T{number}"))
    page = f"/admin/articles/source/{source.pk}/change/"
    few = queries(desk, page)
    for _ in range(12):
        make_feed(source, topic=Topic.objects.first())
    assert queries(desk, page) == few <= PAGE_OF_A_SOURCE


def test_the_page_of_a_story_does_not_ask_for_each_article(desk, edition):
    articles = [make_article() for _ in range(15)]
    story = make_story(*articles[:3])
    page = f"/admin/articles/story/{story.pk}/change/"
    few = queries(desk, page)
    for article in articles:
        article.story = story
        article.save()
    assert queries(desk, page) == few <= MOST


def test_the_page_of_an_article_does_not_ask_for_each_similar_one(desk, edition):
    article = make_article()
    page = f"/admin/articles/article/{article.pk}/change/"
    SimilarLink.objects.create(article=article, similar=make_article(), score=0.5, position=0)
    few = queries(desk, page)
    for position in range(1, 8):
        other = make_article()
        SimilarLink.objects.create(article=article, similar=other, score=0.4, position=position)
    assert queries(desk, page) == few <= MOST
