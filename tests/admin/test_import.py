"""Importing OPML at the desk."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from articles.models import Feed, Source
from tests.factories import make_edition

PAGE = "/admin/articles/source/import-opml/"
LIST = b"""<opml><body>
<outline text="The Crier" xmlUrl="https://crier.example/rss" htmlUrl="https://crier.example"/>
<outline text="&lt;script&gt;alert(1)&lt;/script&gt;Inside" xmlUrl="http://10.0.0.1/rss"/>
</body></opml>"""


@pytest.fixture
def edition(db):
    return make_edition("uk", name="United Kingdom")


def sent(edition, body: bytes = b"", address: str = "") -> dict[str, object]:
    file = {"file": SimpleUploadedFile("list.opml", body)} if body else {}
    return {"edition": edition.pk, "address": address} | file


def test_the_default_edition_is_chosen_beforehand(desk, edition):
    assert desk.get(PAGE).context["form"].initial["edition"] == edition


def test_a_file_is_imported_and_the_summary_names_what_was_refused_and_why(desk, edition):
    response = desk.post(PAGE, sent(edition, LIST))
    page = response.content.decode()
    assert response.context["summary"].added == 1
    assert "http://10.0.0.1/rss" in page
    assert "10.0.0.1 is a private address" in page
    assert "<script>alert(1)" not in page
    assert Source.objects.get().editions.get() == edition


def test_a_list_is_fetched_from_its_address(desk, edition, settings, httpserver):
    settings.FETCH = replace(settings.FETCH, allow_networks=(ip_network("127.0.0.0/8"),))
    httpserver.expect_request("/list.opml").respond_with_data(LIST)
    response = desk.post(PAGE, sent(edition, address=httpserver.url_for("/list.opml")))
    assert response.context["summary"].added == 1
    assert Feed.objects.get().url == "https://crier.example/rss"


def test_a_private_address_is_not_asked(desk, edition, httpserver):
    response = desk.post(PAGE, sent(edition, address=httpserver.url_for("/list.opml")))
    assert "loopback address" in response.content.decode()
    assert httpserver.log == []


@pytest.mark.parametrize("body", [b"<html></html>", b"<opml><body>"])
def test_what_is_no_list_is_refused_in_words(desk, edition, body):
    page = desk.post(PAGE, sent(edition, body)).content.decode()
    assert "OPML file" in page
    assert "no &lt;opml&gt; element" in page or "not well-formed" in page
    assert not Source.objects.exists()


def test_either_a_file_or_an_address_is_needed(desk, edition):
    assert "Choose a file" in desk.post(PAGE, sent(edition)).content.decode()
    both = sent(edition, LIST, "https://lists.example/")
    assert "Choose a file" in desk.post(PAGE, both).content.decode()
    assert not Source.objects.exists()


def test_a_file_that_is_too_large_is_refused(desk, edition, settings):
    limits = replace(settings.FETCH.limits, body_bytes=100)
    settings.FETCH = replace(settings.FETCH, limits=limits)
    assert "larger than" in desk.post(PAGE, sent(edition, LIST)).content.decode()


def test_an_import_needs_the_token_of_its_form(edition, admin_user):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert client.post(PAGE, sent(edition, LIST)).status_code == 403
