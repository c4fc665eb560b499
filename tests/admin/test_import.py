"""Importing lists at the desk: read, checked, and stored once a curator says so."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from ipaddress import ip_network

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from articles import tasks
from articles.models import AuditEntry, Feed, Import, ImportRow, Source
from articles.pipeline import imports
from tests.factories import make_edition, make_feed, make_source

PAGE = "/admin/articles/source/import-opml/"
LIST = b"""<opml><body>
<outline text="The Crier" xmlUrl="https://crier.example/rss" htmlUrl="https://crier.example"/>
<outline text="&lt;script&gt;alert(1)&lt;/script&gt;Inside" xmlUrl="http://10.0.0.1/rss"/>
</body></opml>"""
TABLE = b"source;feed;owner\r\nThe Crier;https://crier.example/rss;Town Press\r\n"


@pytest.fixture
def edition(db):
    return make_edition("uk", name="United Kingdom")


@pytest.fixture(autouse=True)
def _queue(monkeypatch):
    """The worker's part is done here, at once; a real worker has a test of its own."""
    monkeypatch.setattr(tasks.import_lists, "delay", lambda: imports.go_on(lambda: False))


def sent(edition, body: bytes = b"", address: str = "") -> dict[str, object]:
    file = {"file": SimpleUploadedFile("list.opml", body)} if body else {}
    return {"edition": edition.pk, "address": address} | file


def shown(desk: Client, edition, body: bytes = b"", address: str = "") -> str:
    """The page of an import, once the list was read."""
    response = desk.post(PAGE, sent(edition, body, address), follow=True)
    assert response.status_code == 200
    return str(response.content.decode())


def page_of_last() -> str:
    return f"/admin/articles/import/{Import.objects.latest('pk').pk}/change/"


def test_the_default_edition_is_chosen_beforehand(desk, edition):
    assert desk.get(PAGE).context["form"].initial["edition"] == edition


def test_a_list_is_checked_first_and_nothing_is_stored(desk, edition):
    said = shown(desk, edition, LIST)
    assert "http://10.0.0.1/rss" in said
    assert "10.0.0.1 is a private address" in said
    assert "<script>alert(1)" not in said
    assert "New: 1" in said
    assert not Source.objects.exists()


def test_a_list_is_stored_once_that_is_confirmed(desk, edition):
    shown(desk, edition, LIST)
    desk.post(page_of_last(), {"store": "yes"})
    said = desk.get(f"{page_of_last()}?outcome=new").content.decode()
    assert "done" in said
    assert Source.objects.get().editions.get() == edition
    feed = Feed.objects.get()
    assert f"/admin/articles/feed/{feed.pk}/change/" in said
    assert Import.objects.get().body == b""


@pytest.mark.parametrize(("sent", "action"), [("store", "confirm"), ("drop", "drop")])
def test_who_decides_on_a_list_is_recorded_once(desk, edition, sign_in, sent, action):
    """It need not be who brought it."""
    shown(desk, edition, LIST)
    other = sign_in("add_source", "add_feed", "add_topic")
    for _ in range(2):
        other.post(page_of_last(), {sent: "yes"})
    decided = AuditEntry.objects.get(action=action)
    assert decided.by_name.startswith("person")
    assert decided.object_id == str(Import.objects.get().pk)


def test_an_edition_is_deleted_without_the_lists_that_were_imported_for_it(desk, edition):
    shown(desk, edition, LIST)
    desk.post(f"/admin/articles/edition/{edition.pk}/delete/", {"post": "yes"})
    desk.post(page_of_last(), {"store": "yes"})
    work = Import.objects.get()
    assert (work.edition, work.state) == (None, Import.State.FAILED)
    assert "edition that it was for has been deleted" in desk.get(page_of_last()).content.decode()
    assert not Source.objects.exists()


def test_asking_for_the_page_stores_nothing(desk, edition):
    shown(desk, edition, LIST)
    desk.get(f"{page_of_last()}?store=yes")
    assert Import.objects.get().state == Import.State.CHECKED


def test_a_list_that_was_dropped_is_not_stored_any_more(desk, edition):
    shown(desk, edition, LIST)
    desk.post(page_of_last(), {"drop": "yes"})
    desk.post(page_of_last(), {"store": "yes"})
    assert Import.objects.get().state == Import.State.DROPPED
    assert not Feed.objects.exists()


def test_the_report_says_what_became_of_every_row(desk, edition):
    shown(desk, edition, LIST)
    desk.post(page_of_last(), {"store": "yes"})
    report = desk.get(f"/admin/articles/import/{Import.objects.get().pk}/report/")
    rows = list(csv.DictReader(io.StringIO(report.getvalue().decode("utf-8-sig"))))
    assert [(row["number"], row["outcome"]) for row in rows] == [("1", "new"), ("2", "refused")]
    assert "private address" in rows[1]["reason"]


def test_while_it_works_the_page_shows_how_far_it_is_and_asks_again(desk, edition):
    work = Import.objects.create(edition=edition, name="list", state=Import.State.STORING)
    for position in range(4):
        ImportRow.objects.create(
            list=work,
            position=position,
            number=position,
            given={},
            outcome="new",
            stored=position < 1,
        )
    said = desk.get(page_of_last()).content.decode()
    assert "1 of 4 rows" in said
    assert '<noscript><meta http-equiv="refresh"' in said
    part = desk.get(f"/admin/articles/import/{work.pk}/progress/")
    assert "hx-trigger" in part.content.decode()
    Import.objects.update(state=Import.State.DONE)
    assert desk.get(f"/admin/articles/import/{work.pk}/progress/")["HX-Refresh"] == "true"
    assert "http-equiv" not in desk.get(page_of_last()).content.decode()


def test_a_list_is_fetched_from_its_address(desk, edition, settings, httpserver):
    settings.FETCH = replace(settings.FETCH, allow_networks=(ip_network("127.0.0.0/8"),))
    httpserver.expect_request("/list.opml").respond_with_data(LIST)
    assert "New: 1" in shown(desk, edition, address=httpserver.url_for("/list.opml"))


def test_a_private_address_is_not_asked(desk, edition, httpserver):
    said = shown(desk, edition, address=httpserver.url_for("/list.opml"))
    assert "loopback address" in said
    assert "failed" in said
    assert httpserver.log == []


@pytest.mark.parametrize("body", [b"<html></html>", b"<opml><body>", b"one,two\n1,2\n"])
def test_what_is_no_list_is_refused_in_words(desk, edition, body):
    said = shown(desk, edition, body)
    assert any(
        words in said
        for words in ("no &lt;opml&gt; element", "not well-formed", "must name the columns")
    )
    assert Import.objects.get().state == Import.State.FAILED


def test_either_a_file_or_an_address_is_needed(desk, edition):
    assert "Choose a file" in desk.post(PAGE, sent(edition)).content.decode()
    both = sent(edition, LIST, "https://lists.example/")
    assert "Choose a file" in desk.post(PAGE, both).content.decode()
    assert not Import.objects.exists()


def test_a_file_that_is_too_large_is_refused(desk, edition, settings):
    limits = replace(settings.FETCH.limits, body_bytes=100)
    settings.FETCH = replace(settings.FETCH, limits=limits)
    assert "larger than" in desk.post(PAGE, sent(edition, LIST)).content.decode()


def test_an_import_needs_the_token_of_its_form(edition, admin_user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert client.post(PAGE, sent(edition, LIST)).status_code == 403


ADDING = ("view_source", "add_source", "add_feed", "add_topic")


def test_a_table_changes_what_is_there_only_for_who_may_change_it(sign_in, edition):
    make_feed(make_source("The Crier", slug="crier"), url="https://crier.example/rss")
    client = sign_in(*ADDING)
    assert "owner: “” → “Town Press”" in shown(client, edition, TABLE)
    assert client.post(page_of_last(), {"store": "yes"}).status_code == 403
    assert Source.objects.get().owner == ""
    other = sign_in(*ADDING, "change_source", "change_feed")
    assert other.post(page_of_last(), {"store": "yes"}).status_code == 302
    assert Source.objects.get().owner == "Town Press"


def test_a_table_changes_no_weight_for_who_may_not_weigh(sign_in, edition):
    make_source("The Crier", slug="crier")
    client = sign_in(*ADDING, "change_source", "change_feed")
    said = shown(client, edition, b"slug,weight\ncrier,3\n")
    assert "Weights are for editors to change." in said


def test_what_an_import_changed_is_in_the_audit_log(desk, edition):
    make_feed(make_source("The Crier", slug="crier"), url="https://crier.example/rss")
    shown(desk, edition, TABLE)
    desk.post(page_of_last(), {"store": "yes"})
    changed = AuditEntry.objects.get(kind="articles.source")
    assert changed.changes == {"owner": ["", "Town Press"]}
    assert changed.by_name == User.objects.get().username
    assert AuditEntry.objects.filter(kind="articles.import", action="import").count() == 2


def test_imports_are_hidden_from_who_may_not_import(sign_in, edition):
    Import.objects.create(edition=edition, name="list")
    client = sign_in("view_source", "view_feed")
    for part in ("change/", "progress/", "report/"):
        address = page_of_last().replace("change/", part)
        assert client.get(address).status_code == 403
    assert client.get("/admin/articles/import/").status_code == 403


def test_a_long_list_is_shown_in_pages_by_a_few_statements(
    desk, edition, django_assert_max_num_queries
):
    work = Import.objects.create(edition=edition, name="list", state=Import.State.CHECKED)
    ImportRow.objects.bulk_create(
        ImportRow(list=work, position=n, number=n, given={}, outcome="new", title=f"Paper {n}.")
        for n in range(250)
    )
    with django_assert_max_num_queries(14):
        said = desk.get(f"{page_of_last()}?page=3").content.decode()
    assert "Paper 249." in said
    assert "Paper 199." not in said


def test_the_task_goes_on_with_what_waits(edition):
    work = imports.start(None, edition, "list.opml", LIST)
    tasks.import_lists()
    work.refresh_from_db()
    assert work.state == Import.State.CHECKED
