"""Operators of a question, its form, its chips and what it says when it cannot be met."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote_plus

import pytest
from django.utils import timezone

from articles.selectors import matches
from tests.factories import (
    make_article,
    make_edition,
    make_source,
    make_story,
    make_topic,
    place,
)

QUERIES = 8


def titles(page) -> list[str]:
    return [link.text for link in page.links if link.href.startswith("/article/")]


@pytest.fixture
def lantern(uk):
    return make_source("The Lantern", editions=(uk,), slug="lantern")


@pytest.mark.parametrize(
    "text",
    ["source:lantern", 'source:"the lantern"', "source:lantern source:nobody", "SOURCE:Lantern"],
)
def test_a_source_is_named_by_slug_or_name(uk, read, lantern, text):
    make_article("Ferry sinks", source=lantern)
    make_article("Ferry sinks elsewhere")
    assert titles(read(f"/search/?q={text}")) == ["Ferry sinks"]
    assert titles(read(f"/search/?q=ferry {text}")) == ["Ferry sinks"]


def test_a_source_is_named_in_any_case_whatever_letters_it_has(uk, read):
    make_article("Ferry sinks", source=make_source("Weißer Bote", editions=(uk,), slug="bote"))
    for name in ("weißer bote", "WEIßER BOTE"):
        assert titles(read(f'/search/?q=source:"{name}"')) == ["Ferry sinks"]


def test_a_source_is_left_out(uk, read, lantern):
    make_article("Ferry sinks", source=lantern)
    make_article("Ferry elsewhere")
    assert titles(read("/search/?q=ferry -source:lantern")) == ["Ferry elsewhere"]


def test_a_named_source_is_read_in_its_own_language(uk, read):
    make_edition("france", language="fr", position=2)
    gazette = make_source("Gazette", language="fr")
    make_article("Les ponts de la ville", language="fr", source=gazette)
    assert titles(read("/search/?q=pont source:gazette")) == ["Les ponts de la ville"]


def test_an_edition_is_its_sources_in_its_language(uk, read, lantern):
    france = make_edition("france", name="France", language="fr", position=2)
    make_article("Ferry", language="fr", source=make_source("Gazette", editions=(france,)))
    make_article("Ferry in the Lantern", source=lantern)
    assert titles(read("/search/?q=ferry edition:France")) == ["Ferry"]
    assert titles(read("/search/?q=ferry edition:uk")) == ["Ferry in the Lantern"]
    assert titles(read("/search/?q=ferry -edition:uk language:all")) == ["Ferry"]
    assert titles(read("/search/?q=edition:uk source:gazette")) == []


def test_a_topic(uk, read):
    make_article("Ferry race", topic=make_topic("Sport"))
    make_article("Ferry sinks")
    assert titles(read("/search/?q=ferry topic:sport")) == ["Ferry race"]
    assert titles(read("/search/?q=ferry -topic:sport")) == ["Ferry sinks"]


def test_newest_first(uk, read):
    make_article("Ferry ferry ferry", published_at=timezone.now() - timedelta(days=2))
    make_article("Of a ferry and other things", excerpt="")
    assert titles(read("/search/?q=ferry"))[0] == "Ferry ferry ferry"
    assert titles(read("/search/?q=ferry&sort=time"))[0] == "Of a ferry and other things"


def test_as_stories_the_best_article_stands_for_its_story(uk, read):
    best = make_article("Ferry sinks", excerpt="A ferry, the ferry.")
    make_story(best, make_article("Divers search", excerpt="For a ferry."), make_article("Ferry"))
    make_article("A ferry of its own")
    page = read("/search/?q=ferry&as=stories")
    assert titles(page) == ["Ferry sinks", "A ferry of its own"]
    assert "2 more reports of this story match." in page.text
    assert "3 outlets, 3 independent reports" in page.text
    assert page.link("Articles").href == "?q=ferry"


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("q=ferry&edition=uk&language=&period=", "q=ferry+edition%3Auk"),
        ("q=ferry&edition=&language=all&period=7d", "q=ferry+language%3Aall+after%3A7d"),
        ("q=ferry+edition:ireland&edition=uk", "q=ferry+edition%3Aireland"),
        ("q=ferry&period=&as=stories&sort=time", "q=ferry&as=stories&sort=time"),
        ("q=&edition=", ""),
    ],
)
def test_the_form_writes_the_same_question(uk, client, asked, address):
    response = client.get(f"/search/?{asked}")
    assert response.status_code == 302
    assert response["Location"] == "/search/" + ("?" + address if address else "")


def test_the_form_keeps_its_filters_beside_as_many_words_as_its_box_takes(uk, client, read):
    place = make_edition("e" * 50, name="Far away")
    typed = '"a"' * 66 + "bc"
    fields = {"q": typed, "edition": place.slug, "language": "all", "period": "365d"}
    page = read(client.get("/search/", fields)["Location"])
    box = next(field for field in page.all("input") if field.get("name") == "q")
    assert int(box["maxlength"]) == len(typed)
    assert box["value"] == '"a" ' * 66 + "bc"
    chosen = [option["value"] for option in page.all("option") if "selected" in option]
    assert chosen == [place.slug, "all", "365d"]


def test_the_form_shows_what_is_asked(uk, read):
    page = read('/search/?q=ferry edition:uk after:7d source:"The Lantern"&sort=time')
    chosen = [option["value"] for option in page.all("option") if "selected" in option]
    assert chosen == ["uk", "", "7d", "time"]
    box = next(field for field in page.all("input") if field.get("name") == "q")
    assert box["value"] == 'ferry source:"The Lantern"'


def test_each_filter_is_a_chip_that_takes_it_away(uk, read):
    page = read("/search/?q=ferry edition:uk -topic:sport after:2026-11-20")
    assert page.link("Edition: United Kingdom").href == (
        "/search/?q=ferry+-topic%3Asport+after%3A2026-11-20"
    )
    assert page.has_link("Not the topic sport")
    assert page.has_link("From 20 November 2026 on")


def test_a_date_that_is_none_is_explained_and_stays_to_be_mended(uk, read):
    make_article("Ferry")
    page = read("/search/?q=ferry after:32")
    assert "“after:32” names no date" in page.text
    assert titles(page) == ["Ferry"]
    assert next(each for each in page.all("input"))["value"] == "ferry after:32"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("source:nobody", "no source called “nobody”"),
        ("ferry edition:mars", "no edition called “mars”"),
        ("ferry topic:knitting", "no topic called “knitting”"),
    ],
)
def test_a_name_that_we_do_not_know_finds_nothing_and_is_told(uk, read, text, words):
    make_article("Ferry")
    page = read(f"/search/?q={text}")
    assert words in page.text
    assert titles(page) == []


def test_where_nothing_is_found_other_ways_are_offered(uk, read):
    make_edition("ireland", name="Ireland", position=2)
    topic = make_topic("World")
    place(make_story(make_article("Votes are counted")), uk, topic=topic)
    page = read("/search/?q=zebra source:nobody")
    assert page.link("Search without the filters").href == "/search/?q=zebra"
    assert "language%3Aall" in page.link("Search in all languages").href
    assert page.to("/search/?q=zebra+source%3Anobody+edition%3Aireland")
    assert page.to("/uk/world/")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ferrry", "ferry"),
        ("fery harbuor", "ferry harbour"),
        ("Ferty", "ferry"),
        ("erry -harbor", "ferry -harbor"),
    ],
)
def test_a_slip_of_the_pen_is_corrected_by_recent_headlines(uk, read, typed, meant):
    make_article("Ferry reaches the harbour", excerpt="")
    assert read(f"/search/?q={typed}").link(meant).href == f"/search/?q={quote_plus(meant)}"


@pytest.mark.parametrize("typed", ["zebra", "ferry zebra", '"fery boat"', "xy"])
def test_what_is_near_no_known_word_is_left_as_it_is(uk, read, typed):
    make_article("Ferry reaches the harbour", excerpt="")
    assert "Did you mean" not in read(f"/search/?q={typed}").text


def test_results_older_than_the_candidates_follow(uk, read, monkeypatch):
    monkeypatch.setattr(matches, "CANDIDATES", 3)
    for days in range(7):
        make_article(f"Ferry {days}", published_at=timezone.now() - timedelta(days=days))
    seen, address = [], "/search/?q=ferry&sort=time"
    while address:
        page = read(address)
        seen += titles(page)
        address = page.has_link("Older results") and f"/search/{page.link('Older results').href}"
    assert seen == [f"Ferry {days}" for days in range(7)]


@pytest.mark.parametrize("until", ["x", "1-", "9" * 30 + "-1"])
def test_a_cursor_that_is_none_is_not_found(uk, client, until):
    assert client.get("/search/", {"q": "ferry", "until": until}).status_code == 404


@pytest.mark.parametrize("kind", ["", "&as=stories"])
def test_the_number_of_queries_is_bounded(uk, queries, lantern, kind):
    make_article("Ferry", source=lantern, topic=make_topic("Sport"))
    question = f"/search/?q=ferry source:lantern edition:uk topic:sport{kind}"
    assert queries(question) <= QUERIES
    assert queries(f"{question} zebra") <= QUERIES


@pytest.mark.parametrize(
    ("text", "language"),
    [("ferry", "English"), ("ferry edition:france", "French"), ("source:lantern", "All languages")],
)
def test_the_form_tells_the_language_of_the_answer(uk, read, lantern, text, language):
    make_edition("france", name="France", language="fr", position=2)
    page = read(f"/search/?q={text}")
    assert f'<option value="" selected>{language}</option>' in page.source
