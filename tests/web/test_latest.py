"""The newest articles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from articles.selectors.latest import ARTICLES_A_PAGE
from tests.factories import make_article, make_source

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


def test_a_cursor_that_no_page_wrote_is_not_found(uk, client):
    for cursor in ("x", "1-", "1.5-1", "99999999999999999999999-1"):
        assert client.get(f"/latest/?after={cursor}").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_articles(uk, queries):
    make_article()
    few = queries("/latest/")
    for _ in range(10):
        make_article()
    assert queries("/latest/") == few <= QUERIES
