"""The newest articles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.selectors import latest as selectors
from articles.selectors.latest import ARTICLES_A_PAGE, COUNTED, Choice
from tests.factories import make_article, make_source
from tests.web.pages import Page

QUERIES = 8
NOON = datetime(2026, 3, 9, 12, 10, tzinfo=UTC)


def test_articles_stand_under_their_hour_the_newest_first(uk, read):
    make_article("Older", published_at=NOON - timedelta(hours=1))
    make_article("Newer", published_at=NOON + timedelta(minutes=5))
    make_article("Middle", published_at=NOON)
    text = read("/latest/").text
    order = ["March 2026, 12:00", "Newer", "Middle", "March 2026, 11:00", "Older"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_it_is_in_the_language_of_the_edition_unless_asked_for_all(uk, read):
    make_article("English report")
    make_article("Deutscher Bericht", language="de")
    assert "Deutscher" not in read("/latest/").text
    everything = read("/latest/?language=all").text
    assert "English report" in everything
    assert "Deutscher Bericht" in everything


def test_without_editions_it_shows_every_language(db, read):
    make_article("Deutscher Bericht", language="de")
    assert "Deutscher Bericht" in read("/latest/").text


def test_older_articles_follow_until_every_one_was_shown_once(uk, read):
    source = make_source("The Paper")
    total = 2 * ARTICLES_A_PAGE + 1
    for number in range(total):
        make_article(f"Report {number:03}", source=source, published_at=NOON)
    seen, address = [], "/latest/?language=all"
    while address:
        page = read(address)
        seen += [found.text for found in page.links if found.text.startswith("Report ")]
        more = page.link("Older articles").href if page.has_link("Older articles") else ""
        assert not more or "language=all" in more
        assert (
            not seen or not page.has_link("Newest") or page.link("Newest").href == "?language=all"
        )
        address = more and f"/latest/{more}"
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == total


def test_a_fresh_install_says_what_comes_next(uk, read):
    assert "the first articles appear within a minute or two" in read("/latest/").text


def test_an_editions_sources_alone_can_be_asked_for(uk, read):
    ours = make_source("Ours", editions=(uk,))
    make_article("Of the edition", source=ours)
    make_article("In another language", source=ours, language="de")
    make_article("Of nobody's")
    page = read("/latest/?edition=uk")
    assert page.has_link("Of the edition")
    assert page.has_link("In another language")
    assert not page.has_link("Of nobody's")
    assert "From the sources of United Kingdom." in page.text
    assert [tag["value"] for tag in page.all("option") if "selected" in tag] == ["uk"]


def test_older_articles_of_an_edition_follow_until_every_one_was_shown_once(uk, read):
    sources = [make_source(editions=(uk,)) for _ in range(3)]
    total = ARTICLES_A_PAGE + 20
    for number in range(total):
        time = NOON - timedelta(minutes=number // 4)
        make_article(f"Report {number:03}", source=sources[number % 3], published_at=time)
    first = read("/latest/?edition=uk")
    second = read(f"/latest/{first.link('Older articles').href}")
    assert not second.has_link("Older articles")
    seen = [link.text for page in (first, second) for link in page.links if "Report" in link.text]
    seen = [text for text in seen if text.startswith("Report ")]
    assert len(seen) == len(set(seen)) == total


def test_an_unknown_edition_is_not_found(uk, client):
    assert client.get("/latest/?edition=atlantis").status_code == 404
    assert client.get("/latest/since/?edition=atlantis&since=1-1").status_code == 404


def looked_at(page: Page) -> str:
    """The address that a page's script asks what is new."""
    return next(tag["hx-get"] for _name, tag in page.tags if "hx-get" in tag)


@pytest.mark.parametrize("asked", ["/latest/", "/latest/?edition=uk", "/latest/?language=all"])
def test_what_came_since_the_page_was_made_is_counted(uk, read, client, asked):
    ours = make_source(editions=(uk,))
    make_article(source=ours)
    address = looked_at(read(asked))
    assert client.get(address).status_code == 204

    make_article(source=ours)
    assert "1 new article: show it" in read(address).text
    make_article(source=ours)
    told = read(address)
    assert told.link("2 new articles").href.rstrip("?") == asked
    assert [tag["value"] for tag in told.all("input")] == ["2"]


def test_a_number_that_the_page_tells_already_is_not_told_again(uk, read, client):
    make_article()
    address = looked_at(read("/latest/"))
    make_article()
    assert client.get(f"{address}&known=1").status_code == 204
    assert client.get(f"{address}&known=0").status_code == 200


def test_only_what_belongs_on_the_page_is_counted(uk, read, client):
    source = make_source(editions=(uk,))
    make_article(source=source, published_at=NOON)
    english, ours = looked_at(read("/latest/")), looked_at(read("/latest/?edition=uk"))
    make_article("Older than all of the page", source=source, published_at=NOON - timedelta(days=9))
    make_article("Another language", language="de")
    assert client.get(english).status_code == 204
    make_article("Another source")
    assert "1 new article" in read(english).text
    assert client.get(ours).status_code == 204


def test_beyond_a_number_it_is_not_counted(uk, read):
    source = make_source()
    make_article(source=source)
    address = looked_at(read("/latest/"))
    for _ in range(COUNTED + 1):
        make_article(source=source)
    assert f"{COUNTED} or more new articles" in read(address).text


def test_it_is_cheap_to_ask_what_is_new(uk, read, queries):
    make_article()
    address = looked_at(read("/latest/"))
    make_article()
    assert queries(address) <= 2


def test_older_pages_do_not_ask_what_is_new(uk, read):
    for _ in range(ARTICLES_A_PAGE + 1):
        make_article()
    older = read(f"/latest/{read('/latest/').link('Older articles').href}")
    assert not [tag for _name, tag in older.tags if "hx-get" in tag]


def test_a_mark_that_no_page_wrote_is_not_found(uk, client):
    for mark in ("", "x", "1-", "1.5-1"):
        assert client.get("/latest/since/", {"since": mark}).status_code == 404


def test_articles_of_an_edition_are_found_by_the_index_of_each_source(uk):
    source = make_source(editions=(uk,))
    make_article(source=source)
    with CaptureQueriesContext(connection) as captured:
        selectors.latest(Choice(uk))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {captured[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "article_of_source" in plan


def test_a_cursor_that_no_page_wrote_is_not_found(uk, client):
    for cursor in ("x", "1-", "1.5-1", "99999999999999999999999-1"):
        assert client.get(f"/latest/?after={cursor}").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_articles(uk, queries):
    make_article()
    few = queries("/latest/")
    for _ in range(10):
        make_article()
    assert queries("/latest/") == few <= QUERIES


def test_the_number_of_queries_does_not_grow_with_an_editions_sources(uk, queries):
    make_article(source=make_source(editions=(uk,)))
    few = queries("/latest/?edition=uk")
    for _ in range(10):
        make_article(source=make_source(editions=(uk,)))
    assert queries("/latest/?edition=uk") == few <= QUERIES
