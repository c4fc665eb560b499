"""Article pages at the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, Page
from articles.pipeline import page_queue
from tests.admin.test_news import ARTICLES, text_of
from tests.admin.test_sources import SOURCES, form
from tests.factories import make_article, make_source


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were sent, in place of a queue."""
    sent: list[str] = []
    queue = "articles.admin.articles.read_pages.delay"
    monkeypatch.setattr(queue, lambda: sent.append("read_pages"))
    return sent


def own_page(desk, article: Article) -> str:
    return text_of(desk.get(f"{ARTICLES}{article.pk}/change/").content.decode())


def test_switching_pages_on_wants_those_of_the_last_days(desk):
    source = make_source("The Crier")
    fresh = make_article("Fresh", source=source)
    make_article("Old", source=source, published_at=timezone.now() - timedelta(days=9))
    make_article("Nowhere", source=source, url="")
    response = desk.post(f"{SOURCES}{source.pk}/change/", form(source, fetch_pages="on"))
    assert response.status_code == 302
    assert [page.article_id for page in Page.objects.all()] == [fresh.pk]
    assert "1 article page of the last days will be fetched." in desk.get(SOURCES).content.decode()


def test_switching_pages_off_leaves_what_was_read(desk):
    source = make_source("The Crier", fetch_pages=True)
    read, waiting = make_article("Read", source=source), make_article("Waiting", source=source)
    page_queue.want({article.pk: article.url for article in (read, waiting)})
    Page.objects.filter(article=read).update(state=Page.State.READ)
    desk.post(f"{SOURCES}{source.pk}/change/", form(source))
    assert [page.article_id for page in Page.objects.all()] == [read.pk]


def test_the_list_of_sources_says_whose_pages_are_fetched(desk):
    make_source("The Crier", fetch_pages=True)
    make_source("Other")
    found = desk.get(SOURCES, {"fetch_pages__exact": "1"})
    assert [source.name for source in found.context["cl"].result_list] == ["The Crier"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "waits to be fetched"),
        (
            {"state": "read", "fetched_at": timezone.now() - timedelta(days=9)},
            "read 1 week, 2 days",
        ),
        ({"state": "failed", "error": "It does not exist."}, "given up: It does not exist."),
        ({"state": "refused", "error": "Forbidden."}, "not ours to fetch: Forbidden."),
    ],
)
def test_an_article_says_what_became_of_its_page(desk, fields, words):
    article = make_article()
    assert "not wanted" in own_page(desk, article)
    page_queue.want({article.pk: article.url})
    Page.objects.update(**fields)
    assert words in own_page(desk, article)


def test_a_page_is_fetched_again_by_hand(desk, queued):
    article = make_article()
    page_queue.want({article.pk: article.url})
    Page.objects.update(state=Page.State.FAILED, attempts=4, error="Gone.")
    sent = {"action": "fetch_pages", "_selected_action": [article.pk]}
    response = desk.post(ARTICLES, sent, follow=True)
    assert "1 page will be fetched" in response.content.decode()
    page = Page.objects.get()
    assert (page.state, page.attempts, page.error) == (Page.State.WAITING, 0, "")
    assert queued == ["read_pages"]


def test_who_may_only_look_fetches_nothing(sign_in, queued):
    article = make_article()
    client = sign_in("view_article")
    client.post(ARTICLES, {"action": "fetch_pages", "_selected_action": [article.pk]})
    assert not Page.objects.exists()
    assert queued == []


def test_the_list_of_pages_reads_no_texts_of_articles(desk):
    article = make_article("Bridge reopens")
    page_queue.want({article.pk: article.url})
    with CaptureQueriesContext(connection) as asked:
        assert "Bridge reopens" in desk.get("/admin/articles/page/").content.decode()
    assert not any('"articles_article"."text"' in each["sql"] for each in asked)
