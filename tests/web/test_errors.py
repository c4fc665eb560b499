"""Pages for what went wrong, and what all pages promise."""

from __future__ import annotations

import re

import pytest
from django.test import Client, RequestFactory

from articles.web.errors import server_error
from newsreader.bundles import loader
from tests.factories import link, make_article, make_feed, make_source, make_story, place
from tests.web.pages import Page, page


def test_a_404_helps_with_a_search_and_the_front_pages(uk, client):
    response = client.get("/no/such/page/here")
    assert response.status_code == 404
    shown = page(response)
    assert "There is nothing at this address" in shown.text
    assert {"type": "search", "name": "q"}.items() <= shown.all("input")[0].items()
    assert shown.link("United Kingdom").href
    assert "tried" not in shown.text


def test_a_500_needs_no_database():
    # Without a database fixture any query would fail this test.
    response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Something went wrong here" in Page(response.content.decode()).text


def test_a_failure_in_a_view_gets_the_500_page(uk, monkeypatch):
    from articles.selectors import places

    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(places, "editions", fail)
    response = Client(raise_request_exception=False).get("/")
    assert response.status_code == 500
    assert "Something went wrong here" in response.content.decode()


def test_a_host_that_is_not_ours_gets_the_400_page(uk, client):
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "makes no sense" in response.content.decode()


def test_a_form_without_its_token_gets_a_403_page():
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"})
    assert response.status_code == 403
    assert "could not be accepted" in response.content.decode()


def test_robots_are_kept_from_what_is_not_for_them(client):
    response = client.get("/robots.txt")
    assert response.headers["Content-Type"].startswith("text/plain")
    assert "Disallow: /search/" in response.content.decode()


@pytest.fixture
def everything(uk) -> dict[str, str]:
    """An address of every page, with something on each."""
    article = make_article(
        "Bridge closed",
        source=make_source("The Lantern", editions=(uk,)),
        image_url="https://i.example/1",
    )
    copy, near = make_article("Copy", copy_of=article), make_article("Near")
    make_feed(article.source)
    story = make_story(article, make_article("Another report"), copy)
    make_story(near)
    link(article, near)
    place(story, uk)
    return {
        "home": "/",
        "front": "/uk/",
        "latest": "/latest/",
        "story": story.get_absolute_url(),
        "article": article.get_absolute_url(),
        "sources": "/sources/",
        "source": "/source/the-lantern/",
        "search": "/search/?q=bridge",
        "missing": "/nowhere/",
    }


PAGES = ["home", "front", "latest", "story", "article", "sources", "source", "search", "missing"]


@pytest.mark.parametrize("name", PAGES)
class TestEveryPage:
    def test_runs_no_script_or_style_from_inside_but_what_asks_for_ours(
        self, everything, client, name
    ):
        answer = client.get(everything[name])
        shown = page(answer)
        for tag, attributes in shown.tags:
            assert tag != "style"
            assert "style" not in attributes
            assert not any(attribute.startswith("on") for attribute in attributes)
        scripts = [tag for tag in shown.all("script") if tag.get("type") != "application/ld+json"]
        assert scripts == [{}]
        assert re.findall("<script>(.*?)</script>", answer.content.decode()) == [loader().text]

    def test_forbids_what_it_does_not_use(self, everything, client, name):
        policy = client.get(everything[name]).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy

    def test_opens_other_sites_without_an_opener(self, everything, client, name):
        for found in page(client.get(everything[name])).links:
            if "//" in found.href:
                assert "noopener" in found.attributes["rel"].split()

    def test_has_one_first_heading_and_no_level_left_out(self, everything, client, name):
        tags = [tag for tag, _ in page(client.get(everything[name])).tags]
        levels = [int(tag[1]) for tag in tags if tag in {"h1", "h2", "h3", "h4"}]
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in zip([0, *levels], levels, strict=False))

    def test_has_landmarks_a_skip_link_and_names_for_its_fields(self, everything, client, name):
        shown = page(client.get(everything[name]))
        assert shown.links[0].href == "#content"
        assert [main["id"] for main in shown.all("main")] == ["content"]
        labels = {label["for"] for label in shown.all("label") if "for" in label}
        fields = {field["id"] for field in shown.all("input") if field.get("type") != "hidden"}
        assert fields <= labels

    def test_gives_every_id_once(self, everything, client, name):
        ids = [found["id"] for _, found in page(client.get(everything[name])).tags if "id" in found]
        assert len(ids) == len(set(ids))
