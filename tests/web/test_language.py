"""The language of the interface: who decides, how it is remembered, what an answer says of it."""

from __future__ import annotations

import pytest
from django.utils import translation

from articles.web.language import choose
from tests.factories import make_article, make_edition, make_story, place
from tests.web.pages import page


@pytest.mark.parametrize(
    ("asked", "chosen", "edition", "accepted", "expected"),
    [
        ("de", "fr", "es", "en", "de"),
        ("it", "fr", "es", "en", "fr"),
        ("", "fr", "es", "en", "fr"),
        ("", "gone", "es", "en", "es"),
        ("it", "", "it", "nl, fr-CA;q=0.8, es;q=0.5", "fr"),
        ("", "", "", "de;q=0, es;q=0.1", "es"),
        ("", "", "it", "it", "en"),
        ("", "", "", "", "en"),
        ("", "", "", ";;;=,", "en"),
    ],
)
def test_the_edition_asked_for_wins_then_choice_then_edition_then_browser(
    asked, chosen, edition, accepted, expected
):
    assert choose(asked=asked, chosen=chosen, edition=edition, accepted=accepted) == expected


@pytest.fixture
def editions(uk):
    germany = make_edition("de", name="Germany", country="DE", language="de", position=2)
    italy = make_edition("it", name="Italy", country="IT", language="it", position=3)
    for edition in (uk, germany, italy):
        place(make_story(make_article(f"News of {edition.name}")), edition)


def spoken(client, address: str, **headers: str) -> str:
    """The language that a page says it is in; all places that say so agree."""
    response = client.get(address, headers=headers)
    assert response.headers["Content-Language"] == page(response).all("html")[0]["lang"]
    return str(response.headers["Content-Language"])


def test_an_editions_page_speaks_its_language_where_there_is_a_translation(editions, client):
    assert spoken(client, "/de/") == "de"
    assert spoken(client, "/uk/", accept_language="de") == "en"
    assert spoken(client, "/it/", accept_language="it, fr") == "fr"


def test_other_pages_follow_the_edition_that_was_chosen(editions, client):
    client.get("/edition/de/")
    assert {spoken(client, address) for address in ("/", "/latest/", "/sources/")} == {"de"}


def test_a_chosen_language_is_kept_and_leads_back_to_the_page(editions, client):
    response = client.get("/language/fr/", {"next": "/latest/?language=all"})
    assert response.headers["Location"] == "/latest/?language=all"
    assert response.cookies["language"]["samesite"] == "Lax"
    assert response.cookies["language"]["max-age"]
    assert spoken(client, "/latest/") == "fr"
    assert spoken(client, "/de/") == "de"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:x", ""])
def test_choosing_a_language_never_leads_elsewhere(editions, client, target):
    assert client.get("/language/fr/", {"next": target}).headers["Location"] == "/"


def test_a_language_without_a_translation_cannot_be_chosen(editions, client):
    response = client.get("/language/tlh/")
    assert response.status_code == 404
    assert "language" not in response.cookies


def test_the_menu_of_languages_marks_the_present_one_and_stays_on_the_page(editions, read):
    menu = read("/search/?q=bridge&page=1")
    assert menu.link("English").attributes["aria-current"] == "true"
    assert menu.link("Français").href == "/language/fr/?next=/search/%3Fq%3Dbridge%26page%3D1"
    assert menu.link("Français").attributes["lang"] == "fr"


def test_there_is_no_menu_of_languages_where_the_edition_decides(editions, read):
    assert not read("/de/").has_link("Français")
    assert read("/it/").has_link("Français")


def test_what_is_missing_is_said_in_the_readers_language(editions, client):
    client.get("/edition/de/")
    assert spoken(client, "/no/such/page/here") == "de"
    assert spoken(client, "/uk/no/such/page") == "en"


def test_the_desk_speaks_as_the_curator_chose_not_as_the_edition(editions, client):
    client.get("/edition/de/")
    assert spoken(client, "/admin/login/") == "en"
    assert spoken(client, "/admin/login/", accept_language="fr") == "fr"
    client.get("/language/es/")
    assert spoken(client, "/admin/login/", accept_language="fr") == "es"


def test_caches_are_told_that_language_depends_on_who_asks(editions, client):
    for address in ("/de/", "/latest/", "/nowhere/"):
        varies = {name.strip() for name in client.get(address).headers["Vary"].split(",")}
        assert {"Accept-Language", "Cookie"} <= varies


def test_what_fails_before_a_page_is_found_speaks_as_the_browser_asks(client):
    response = client.get("/", headers={"host": "evil.example", "accept-language": "de"})
    assert response.status_code == 400
    assert '<html lang="de">' in response.content.decode()


def test_answers_without_words_do_not_ask_the_database_who_reads(client):
    # Without a database fixture any query would fail this test.
    assert client.get("/robots.txt").status_code == 200
    assert client.get("/language/de/").status_code == 302


def test_a_request_leaves_no_language_behind(editions, client):
    client.get("/de/")
    assert translation.get_language() == "en"
