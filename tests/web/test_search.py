"""Search."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

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
    assert len(titles(read("/search/?q=ferry language:all"))) == 3
    assert titles(read("/search/?q=ferry language:German")) == ["Ferry fährt wieder"]
    assert len(titles(read("/search/?q=ferry -language:pl language:all"))) == 2


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
    assert page.all("script") == [{}]  # what asks for ours
    assert f"Evil {evil}" in page.text
    assert len(page.all("mark")) == 2


def test_markup_in_the_question_is_shown_not_run(uk, read):
    page = read("/search/?q=<script>alert(1)</script>")
    assert page.all("script") == [{}]  # what asks for ours


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


@pytest.mark.parametrize("words", ["", "-", "..."])
def test_no_question_asks_for_one(uk, read, words):
    assert "What are you looking for?" in read(f"/search/?q={words}").text


@pytest.mark.parametrize("words", ["-ferry", '-"harbour ferry"', "-a -b", "-source:a"])
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
