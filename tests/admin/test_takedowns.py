"""Taking articles down at the desk: asked first, logged, undone; by those who may."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import TAKEN_DOWN, Article, AuditEntry, TakeDown
from articles.permissions import CURATOR, EDITOR
from articles.pipeline import takedown
from articles.pipeline.store import short_hash
from tests.factories import link, make_article, make_headline, make_source, make_story

LOG = "/admin/articles/takedown/"
TAKE = f"{LOG}take/"
ARTICLES = "/admin/articles/article/"
WHY = {"reason": "Names a minor", "requester": "The Winter family", "contact": "w@example.org"}


@pytest.fixture
def lead(db) -> Article:
    """An article with a copy, leading a story."""
    lead = make_article("Harbour flooded", url="https://herald.example/flood/1")
    make_story(lead, make_article("Harbour under water", copy_of=lead), make_article("Pumps"))
    lead.refresh_from_db()
    return lead


def text(response) -> str:
    return str(response.content, "utf-8")


def take(desk: Client, *articles: Article, **more: str):
    sent = {"articles": [each.pk for each in articles], "confirmed": "yes", **WHY, **more}
    return desk.post(TAKE, sent, follow=True)


def withheld() -> set[str]:
    return set(Article.objects.filter(withheld=TAKEN_DOWN).values_list("title", flat=True))


def test_an_article_is_taken_down_from_its_page_once_why_and_who_are_said(desk, lead):
    page = text(desk.get(f"{ARTICLES}{lead.pk}/change/"))
    assert f"{ARTICLES}{lead.pk}/take-down/" in page
    asked = text(desk.get(f"{ARTICLES}{lead.pk}/take-down/", follow=True))
    assert "Take 1 article down?" in asked
    assert "There is 1 copy besides." in asked
    assert "Harbour flooded" in asked

    refused = text(take(desk, lead, reason=""))
    assert "This field is required" in refused
    assert not withheld()

    answer = text(take(desk, lead))
    assert "Taken down: 1 article of 1 source" in answer
    assert withheld() == {"Harbour flooded"}
    made = TakeDown.objects.get()
    assert (made.reason, made.requester, made.contact) == tuple(WHY.values())
    assert f"{LOG}{made.pk}/change/" in text(desk.get(f"{ARTICLES}{lead.pk}/change/"))


def test_its_copies_go_too_if_that_is_wanted(desk, lead):
    take(desk, lead, copies="on")
    assert withheld() == {"Harbour flooded", "Harbour under water"}


def test_an_article_with_very_many_copies_is_taken_down_without_them(desk, lead, monkeypatch):
    monkeypatch.setattr(takedown, "MOST", 1)
    assert "Take 1 article down?" in text(desk.get(f"{TAKE}?articles={lead.pk}"))
    assert "more than 1 articles" in text(take(desk, lead, copies="on"))
    take(desk, lead)
    assert withheld() == {"Harbour flooded"}


def test_several_are_chosen_in_the_list(desk, lead):
    others = list(Article.objects.exclude(pk=lead.pk))
    sent = {"action": "take_down_chosen", "_selected_action": [each.pk for each in others]}
    asked = text(desk.post(ARTICLES, sent, follow=True))
    assert "Take 2 articles down?" in asked
    assert not withheld()


def test_looking_takes_nothing_down(desk, lead):
    for page in (f"{TAKE}?articles={lead.pk}&confirmed=yes&reason=x&requester=y", TAKE, LOG):
        assert desk.get(page).status_code == 200
    assert not TakeDown.objects.exists()


def test_articles_are_found_by_address(desk, lead):
    address = lead.url
    Article.objects.filter(pk=lead.pk).update(url_hash=short_hash(address))
    found = text(desk.get(TAKE, {"address": address}))
    assert "Harbour flooded" in found
    assert f'name="articles" value="{lead.pk}"' in found
    assert "There is no such article" in text(desk.get(TAKE, {"address": "https://x.example/"}))


def test_articles_of_a_source_are_found_by_words_or_the_beginning_of_their_address(desk, lead):
    other = make_article("Harbour pumps run", source=lead.source, url="https://herald.example/p")
    by_words = text(desk.get(TAKE, {"source": lead.source.name, "words": "pumps"}))
    assert other.title in by_words
    assert "Harbour flooded" not in by_words
    begun = {"source": lead.source.slug, "address": "https://herald.example/flood/"}
    by_address = text(desk.get(TAKE, begun))
    assert "Harbour flooded" in by_address
    assert other.title not in by_address


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"source": "Nobody", "words": "x"}, "There is no such source."),
        ({"words": "flood"}, "name a source as well"),
        ({"source": ""}, "Give an address, or words."),
    ],
)
def test_what_could_mean_anything_is_refused_in_words(desk, lead, asked, words):
    assert words in text(desk.get(TAKE, asked))


def test_what_is_down_already_is_said_to_be(desk, lead):
    take(desk, lead)
    assert "nothing to take down" in text(take(desk, lead))
    assert TakeDown.objects.count() == 1


def test_the_log_shows_who_asked_and_undoes_it_after_a_question(desk, lead):
    take(desk, lead)
    made = TakeDown.objects.get()
    assert "The Winter family" in text(desk.get(LOG))
    page = text(desk.get(f"{LOG}{made.pk}/change/"))
    assert "w@example.org" in page
    assert "Harbour flooded" in page

    assert "Show these again?" in text(desk.get(f"{LOG}{made.pk}/undo/"))
    assert withheld()
    answer = text(desk.post(f"{LOG}{made.pk}/undo/", follow=True))
    assert "Undone: 1 article is shown again." in answer
    assert not withheld()
    assert "undone already" in text(desk.post(f"{LOG}{made.pk}/undo/", follow=True))


def test_each_step_is_in_the_audit_log_once(desk, lead):
    sent = {"action": "take_down_chosen", "_selected_action": [lead.pk]}
    desk.post(ARTICLES, sent, follow=True)
    take(desk, lead)
    made = TakeDown.objects.get()
    desk.post(f"{LOG}{made.pk}/undo/")
    told = AuditEntry.objects.order_by("pk").values_list("action", "kind", "note")
    assert list(told) == [
        ("take_down", "articles.takedown", "Names a minor"),
        ("undo", "articles.takedown", ""),
    ]


def test_the_log_cannot_be_rewritten(desk, lead):
    take(desk, lead)
    made = TakeDown.objects.get()
    assert desk.get(f"{LOG}add/").status_code == 403
    assert desk.post(f"{LOG}{made.pk}/change/", {"reason": "x"}).status_code == 403
    assert desk.post(f"{LOG}{made.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.fixture
def member(db):
    """A client for a member of staff in a group."""
    call_command("migrate", verbosity=0)

    def signed_in(group: str) -> Client:
        user = User.objects.create_user(group, password="secret", is_staff=True)
        user.groups.add(Group.objects.get(name=group))
        client = Client()
        client.force_login(user)
        return client

    return signed_in


def test_a_curator_is_offered_no_take_down_and_makes_none(member, lead):
    client = member(CURATOR)
    assert "take-down" not in text(client.get(f"{ARTICLES}{lead.pk}/change/"))
    assert "take_down_chosen" not in text(client.get(ARTICLES))
    for page in (TAKE, f"{ARTICLES}{lead.pk}/take-down/"):
        assert client.get(page).status_code == 403
    sent = {"articles": [lead.pk], "confirmed": "yes", **WHY}
    assert client.post(TAKE, sent).status_code == 403
    assert not withheld()


def test_an_editor_takes_down_and_undoes(member, lead):
    client = member(EDITOR)
    take(client, lead)
    assert withheld() == {"Harbour flooded"}
    client.post(f"{LOG}{TakeDown.objects.get().pk}/undo/")
    assert not withheld()


def test_strangers_are_asked_to_sign_in(client, lead):
    for page in (LOG, TAKE, f"{LOG}1/undo/", f"{ARTICLES}{lead.pk}/take-down/"):
        assert client.get(page)["Location"].startswith("/admin/login/")


def test_it_needs_the_token_of_its_form(admin_user, lead):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    sent = {"articles": [lead.pk], "confirmed": "yes", **WHY}
    assert client.post(TAKE, sent).status_code == 403
    assert not withheld()


def test_markup_in_a_headline_does_nothing(desk):
    evil = make_article("<script>alert(1)</script>")
    asked = text(desk.get(f"{TAKE}?articles={evil.pk}"))
    assert "&lt;script&gt;alert(1)" in asked
    assert "<script>alert(1)" not in asked


# -- the article's own page at the desk


def test_an_articles_page_tells_its_copies_former_headlines_and_raw_facts(desk, lead):
    make_headline(lead, "Harbour in danger")
    link(lead, make_article("Storm over the sea"))
    page = text(desk.get(f"{ARTICLES}{lead.pk}/change/"))
    for words in (
        *("Harbour in danger", "Harbour under water", "Storm over the sea", lead.guid, lead.url),
        *("published, as claimed", "first seen", "why here"),
    ):
        assert words.lower() in page.lower(), words


def test_what_is_withheld_is_found_in_the_list(desk, lead):
    take(desk, lead)
    listed = text(desk.get(f"{ARTICLES}?shown=no"))
    assert "Harbour flooded" in listed
    assert "Harbour under water" not in listed


def test_an_article_is_moved_on_the_page_of_its_story_where_it_is_chosen(desk, lead):
    answer = desk.get(f"{ARTICLES}{lead.pk}/move/", follow=True)
    assert answer.redirect_chain[-1][0].startswith(f"/admin/articles/story/{lead.story_id}/correct")
    chosen = re.findall(r"<input[^>]* checked[ >][^>]*", text(answer))
    assert len(chosen) == 1
    assert f'value="{lead.pk}"' in chosen[0]


def test_an_article_is_grouped_again_once_that_is_confirmed(desk, lead):
    Article.objects.update(clustered_at=lead.published_at, grouping_error="It failed.")
    assert "Have grouping decide" in text(desk.get(f"{ARTICLES}{lead.pk}/regroup/"))
    lead.refresh_from_db()
    assert lead.clustered_at is not None

    assert "grouped again" in text(desk.post(f"{ARTICLES}{lead.pk}/regroup/", follow=True))
    lead.refresh_from_db()
    assert (lead.clustered_at, lead.grouping_error) == (None, "")
    assert AuditEntry.objects.get().action == "regroup"


def test_what_is_taken_down_is_not_grouped_again(desk, lead):
    take(desk, lead)
    assert "withheld" in text(desk.post(f"{ARTICLES}{lead.pk}/regroup/", follow=True))
    lead.refresh_from_db()
    assert lead.clustered_at is not None


def queries(desk: Client, page: str) -> int:
    desk.get(page)
    with CaptureQueriesContext(connection) as asked:
        assert desk.get(page).status_code == 200
    return len(asked)


def test_no_page_asks_more_of_the_database_because_there_is_more_in_it(desk, lead):
    source = make_source("Herald")
    more = [make_article("Quay repaired", source=source) for _ in range(2)]
    make_headline(lead, "Harbour in danger")
    link(lead, more[1])
    take(desk, *more[:1])
    made = TakeDown.objects.get()
    pages = [
        *(LOG, f"{LOG}{made.pk}/change/", f"{TAKE}?source=herald&words=quay"),
        *(f"{TAKE}?articles={more[1].pk}", f"{ARTICLES}{lead.pk}/change/", ARTICLES),
    ]
    few = [queries(desk, page) for page in pages]
    for _ in range(8):
        extra = make_article("Quay repaired", source=source, copy_of=lead)
        down = make_article("Quay opened", source=source)
        take(desk, down)
        made.taken.create(article=down)
        make_headline(lead, f"Former {extra.pk}")
    now = [queries(desk, page) for page in pages]
    assert all(after <= before for before, after in zip(few, now, strict=True)), (few, now)
    assert max(few) <= 25
