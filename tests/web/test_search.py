"""Search."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from articles.models import Article
from articles.selectors import search
from articles.templatetags.reading import marked
from tests.factories import make_article, make_edition, make_source

QUERIES = 8


def titles(page) -> list[str]:
    return [link.text for link in page.links if link.href.startswith("/article/")]


def test_it_finds_words_in_any_form(uk, read):
    make_article("Ferries return to the harbour")
    make_article("Something else")
    assert titles(read("/search/?q=ferry")) == ["Ferries return to the harbour"]


def test_it_reads_the_words_in_the_language_of_the_edition(read, db):
    make_edition("de", name="Deutschland", country="DE", language="de")
    make_article("Die Häuser am Hafen", language="de")
    make_article("The houses by the harbour")
    assert titles(read("/search/?q=Haus")) == ["Die Häuser am Hafen"]
    assert titles(read("/search/?q=house")) == []


def test_a_phrase_finds_words_next_to_each_other(uk, read):
    make_article("Harbour ferry sinks", excerpt="")
    make_article("Ferry leaves harbour", excerpt="")
    assert titles(read('/search/?q="harbour ferry"')) == ["Harbour ferry sinks"]


def test_a_word_can_be_left_out(uk, read):
    make_article("Harbour ferry sinks", excerpt="")
    make_article("Harbour bridge opens", excerpt="")
    assert titles(read("/search/?q=harbour -ferry")) == ["Harbour bridge opens"]


def test_one_word_or_another(uk, read):
    make_article("Ferry sinks", excerpt="")
    make_article("Bridge opens", excerpt="")
    assert len(titles(read("/search/?q=ferry or bridge"))) == 2


def test_a_headline_weighs_more_than_an_excerpt(uk, read):
    make_article("Council meets", excerpt="They spoke of the ferry.")
    make_article("Ferry returns", excerpt="", published_at=timezone.now() - timedelta(days=3))
    assert titles(read("/search/?q=ferry")) == ["Ferry returns", "Council meets"]


def test_other_languages_are_found_when_asked_for(uk, read):
    make_edition("de", name="Deutschland", country="DE", language="de", position=2)
    make_article("Ferry returns")
    make_article("Ferry fährt wieder", language="de")
    make_article("Ferry pływa znowu", language="pl")
    assert titles(read("/search/?q=ferry")) == ["Ferry returns"]
    everywhere = read("/search/?q=ferry&language=all")
    assert len(titles(everywhere)) == 3
    hidden = {"type": "hidden", "name": "language", "value": "all"}
    assert hidden in everywhere.all("input")


def test_copies_that_are_found_too_are_folded_under_what_they_copy(uk, read):
    original = make_article("Ferry returns", excerpt="")
    make_article("Ferry is back", excerpt="", copy_of=original, source=make_source("Echo"))
    make_article("Zebra ferry", excerpt="", copy_of=make_article("Elsewhere"))
    page = read("/search/?q=ferry")
    assert "also in Echo" in page.text
    assert len(page.all("h2")) == 2


def test_what_matches_is_marked(uk, read):
    make_article("The ferries return", excerpt="A ferry & more.")
    page = read("/search/?q=ferry")
    assert len(page.all("mark")) == 2
    assert "<mark>ferries</mark>" in page.source
    assert "A <mark>ferry</mark> &amp; more." in page.source


def test_markup_in_what_is_found_is_shown_not_run(uk, read):
    evil = "<script>alert(1)</script> ferry"
    make_article(f"Evil {evil}", excerpt=f"{search.MARK}{evil}{search.UNMARK}")
    page = read("/search/?q=ferry")
    assert all("src" in script for script in page.all("script"))
    assert f"Evil {evil}" in page.text
    assert len(page.all("mark")) == 2


def test_markup_in_the_question_is_shown_not_run(uk, read):
    page = read("/search/?q=<script>alert(1)</script>")
    assert all("src" in script for script in page.all("script"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"a {search.MARK}b{search.UNMARK} c", "a <mark>b</mark> c"),
        (f"{search.MARK}<b>{search.UNMARK}", "<mark>&lt;b&gt;</mark>"),
        (f"{search.MARK}a{search.MARK}b{search.UNMARK}{search.UNMARK}", "a<mark>b</mark>"),
        (f"{search.UNMARK}a{search.MARK}", "a"),
    ],
)
def test_marks_are_always_whole(text, expected):
    assert marked(text) == expected


def test_pages_follow_until_every_hit_was_shown_once(uk, read):
    for number in range(2 * search.HITS_A_PAGE + 1):
        make_article(f"Ferry {number:02}", excerpt="")
    seen, address = [], "/search/?q=ferry"
    while address:
        page = read(address)
        seen += titles(page)
        more = page.link("Next page").href if page.has_link("Next page") else ""
        address = more and f"/search/{more}"
    assert len(seen) == len(set(seen)) == 2 * search.HITS_A_PAGE + 1


@pytest.mark.parametrize("page", ["0", "11", "x", "-1", "9999999999"])
def test_a_page_that_is_none_is_not_found(uk, client, page):
    assert client.get("/search/", {"q": "ferry", "page": page}).status_code == 404


@pytest.mark.parametrize(
    "words",
    ["\x00", "fer\x00ry", "\x1b[0m", "'; DROP TABLE articles_article; --", "((((", "!!!", ":*",
     "\\", '"', '"open', "a & | b", "😀", "<->", "x" * 5000, "ﬀ" * 300, "\ue000", "%",
     "or", "or or -"],
)  # fmt: skip
def test_strange_questions_get_an_answer(uk, client, words):
    make_article("Ferry")
    assert client.get("/search/", {"q": words}).status_code == 200


def test_nothing_found_is_explained(uk, read):
    page = read("/search/?q=zebra")
    assert "Nothing found for “zebra”" in page.text
    assert "articles with both words, in any form" in page.text


def test_no_question_asks_for_one(uk, read):
    assert "What are you looking for?" in read("/search/").text


@pytest.mark.parametrize("words", ["-ferry", '-"harbour ferry"', "-a -b", "-", "..."])
def test_only_exclusions_find_nothing_and_say_why(uk, read, words):
    make_article("Something")
    page = read(f"/search/?q={words}")
    assert "Say what to find" in page.text
    assert titles(page) == []


def test_a_word_with_a_hyphen_is_no_exclusion(uk, read):
    make_article("The vice-chancellor speaks")
    assert titles(read("/search/?q=vice-chancellor")) == ["The vice-chancellor speaks"]


def test_the_number_of_queries_does_not_grow_with_the_hits(uk, queries):
    make_article("Ferry")
    few = queries("/search/?q=ferry")
    for _ in range(10):
        make_article("Ferry")
    assert queries("/search/?q=ferry") == few <= QUERIES


def many(title: str, number: int = 1000, **fields) -> None:
    """Articles of one source, a minute apart, the newest of them an hour old."""
    source, newest = make_source(), timezone.now() - timedelta(hours=1)
    Article.objects.bulk_create(
        Article(
            source=source,
            guid=f"{title} {place}",
            guid_hash=place.to_bytes(16),
            title_key=b"",
            content_hash=b"",
            title=title,
            language="en",
            published_at=newest - timedelta(minutes=place),
            **fields,
        )
        for place in range(number)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('article_search_gin')")
        cursor.execute("ANALYZE articles_article")


@pytest.mark.parametrize("languages", [["en"], ["de", "en", ""]])
def test_a_rare_word_is_found_through_the_index_of_words(uk, languages):
    many("A report of the council on the budget of the town", number=3000)
    make_article("Zebra")
    query = search.read_words("zebra", languages)
    found = search.in_archive(Article.objects.filter(search=query).values_list("pk", flat=True))
    assert "article_search_gin" in found.explain()


def test_old_articles_are_found_behind_many_new_ones(uk, read, monkeypatch):
    monkeypatch.setattr(search, "RECENT", 50)
    make_article("Zebra seen", published_at=timezone.now() - timedelta(days=400))
    many("Council meets", number=60)
    assert titles(read("/search/?q=zebra")) == ["Zebra seen"]


def test_of_a_common_word_the_newest_articles_are_weighed(uk, monkeypatch):
    monkeypatch.setattr(search, "RECENT", 50)
    monkeypatch.setattr(search, "CANDIDATES", 20)
    old = make_article("Council council", published_at=timezone.now() - timedelta(days=400))
    many("Council meets", number=60)
    found = search.candidates(Article.objects.all(), search.read_words("council", ["en"]))
    newest = Article.objects.exclude(pk=old.pk).order_by("-published_at")[:20]
    assert found == [article.pk for article in newest]
