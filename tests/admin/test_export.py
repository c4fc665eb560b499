"""Feeds out of the desk: all, of an edition, or a selection; as OPML or as a table."""

from __future__ import annotations

import pytest

from articles.models import Feed, Source
from articles.pipeline.outlines import read_opml
from articles.pipeline.tables import read_table
from tests.factories import make_edition, make_feed, make_source, make_topic

PAGE = "/admin/articles/feed/export/"


@pytest.fixture
def crier(db) -> Source:
    source = make_source("The Crier", slug="crier", editions=(make_edition("uk"),), owner="=1+1")
    make_feed(source, url="https://crier.example/rss", topic=make_topic())
    make_feed(make_source("Elsewhere"), url="https://elsewhere.example/rss", active=False)
    return source


def addresses(body: bytes) -> list[str]:
    return [outline.url for outline in read_opml(body)]


def test_all_feeds_are_exported_paused_ones_too(desk, crier):
    response = desk.get(PAGE, {"format": "opml"})
    assert response["Content-Disposition"] == 'attachment; filename="feeds.opml"'
    assert sorted(addresses(response.getvalue())) == [
        "https://crier.example/rss",
        "https://elsewhere.example/rss",
    ]


def test_an_edition_is_exported_alone(desk, crier):
    response = desk.get(PAGE, {"format": "opml", "edition": crier.editions.get().pk})
    assert response["Content-Disposition"] == 'attachment; filename="uk.opml"'
    assert addresses(response.getvalue()) == ["https://crier.example/rss"]


def test_a_table_runs_no_formula(desk, crier):
    body = desk.get(PAGE, {"format": "csv"}).getvalue()
    assert b",'=1+1," in body
    owners = {line.values["slug"]: line.values["owner"] for line in read_table(body).lines}
    assert owners["crier"] == "=1+1"


@pytest.mark.parametrize("model", ["feed", "source"])
@pytest.mark.parametrize("format_", ["opml", "csv"])
def test_a_selection_is_exported_by_an_action(desk, crier, model, format_):
    chosen = crier if model == "source" else crier.feeds.get()
    sent = {"action": f"export_{format_}", "_selected_action": [chosen.pk]}
    body = desk.post(f"/admin/articles/{model}/", sent).getvalue()
    assert b"https://crier.example/rss" in body
    assert b"elsewhere" not in body


def test_an_export_takes_as_many_statements_for_many_feeds_as_for_few(
    desk, crier, django_assert_num_queries
):
    for number in range(30):
        make_feed(crier, url=f"https://crier.example/{number}")
    for format_, queries in (("opml", 1), ("csv", 2)):
        response = desk.get(PAGE, {"format": format_})
        with django_assert_num_queries(queries):
            assert response.getvalue().count(b"crier.example") >= 31
    assert Feed.objects.count() == 32


def test_a_format_that_is_none_is_refused_in_words(desk, crier):
    response = desk.get(PAGE, {"format": "docx"})
    assert response.status_code == 200
    assert "not one of the available choices" in response.content.decode()


def test_who_may_not_see_all_of_it_may_not_export_it(sign_in, crier):
    client = sign_in("view_feed")
    assert client.get(PAGE, {"format": "csv"}).status_code == 403
    sent = {"action": "export_csv", "_selected_action": [crier.feeds.get().pk]}
    assert "Content-Disposition" not in client.post("/admin/articles/feed/", sent)
    assert sign_in("view_feed", "view_source").get(PAGE, {"format": "csv"}).status_code == 200
