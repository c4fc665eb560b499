"""The audit log: written with every change, changed by nobody."""

from __future__ import annotations

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from articles.admin import recording
from articles.models import AuditEntry, Edition, Feed, Source, Topic
from articles.pipeline import audit
from tests.admin.test_sources import SOURCES, form
from tests.factories import (
    make_article,
    make_edition,
    make_feed,
    make_source,
    make_story,
    make_topic,
)

FEEDS = "/admin/articles/feed/"
TOPICS = "/admin/articles/topic/"
LOG = "/admin/articles/auditentry/"


def written() -> list[tuple[str, str, dict[str, object]]]:
    """Action, object and changes, oldest first."""
    return [(e.action, e.object_text, e.changes) for e in AuditEntry.objects.order_by("pk")]


def test_an_addition_is_recorded_with_what_was_entered(desk):
    desk.post(f"{TOPICS}add/", {"name": "Sport", "slug": "sport", "position": 3})
    topic = Topic.objects.get()
    entry = AuditEntry.objects.get()
    assert (entry.by_name, entry.action, entry.kind) == ("admin", "add", "articles.topic")
    assert (entry.object_id, entry.object_text) == (str(topic.pk), "Sport")
    assert entry.changes == {
        "name": [None, "Sport"],
        "slug": [None, "sport"],
        "position": [None, 3],
    }


def test_a_change_is_recorded_with_what_was_before(desk):
    source = make_source("The Crier", editions=(make_edition("uk"),))
    sent = form(source, name="The Town Crier") | {"editions": [make_edition("ie").pk]}
    desk.post(f"{SOURCES}{source.pk}/change/", sent)
    changes = AuditEntry.objects.get().changes
    assert changes["name"] == ["The Crier", "The Town Crier"]
    assert changes["editions"] == [["UK"], ["IE"]]


def test_a_reference_is_recorded_by_the_name_of_what_it_leads_to(desk):
    sport, world = make_topic("Sport"), make_topic("World")
    feed = make_feed(topic=sport)
    sent = {"source": feed.source_id, "url": feed.url, "topic": world.pk, "active": "on"}
    desk.post(f"{FEEDS}{feed.pk}/change/", sent)
    assert written() == [("change", str(feed), {"topic": ["Sport", "World"]})]


def test_the_rows_below_a_form_are_recorded_with_it(desk):
    source = make_source("The Crier")
    kept, gone = make_feed(source), make_feed(source)
    rows: dict[str, object] = {"feeds-TOTAL_FORMS": 3, "feeds-INITIAL_FORMS": 2}
    for number, feed in enumerate(source.feeds.order_by("pk")):
        row = f"feeds-{number}-"
        rows |= {f"{row}id": feed.pk, f"{row}source": source.pk, f"{row}url": feed.url}
    rows |= {"feeds-0-title": "", "feeds-1-DELETE": "on", "feeds-1-active": "on"}
    rows |= {"feeds-2-url": "https://crier.example/new", "feeds-2-active": "on"}
    answer = desk.post(f"{SOURCES}{source.pk}/change/", form(source) | rows)
    assert answer.status_code == 302
    changes = AuditEntry.objects.get().changes
    assert changes[f"feed “{kept}”"]["active"] == [True, False]
    assert changes[f"feed “{gone}”"] == [str(gone), None]
    assert changes["feed “https://crier.example/new”"]["url"][1] == "https://crier.example/new"


def test_a_change_in_a_list_is_recorded(desk):
    topic = make_topic("Sport")
    sent = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": topic.pk}
    desk.post(TOPICS, sent | {"form-0-position": 7, "_save": "Save"})
    assert written() == [("change", "Sport", {"position": [100, 7]})]


def test_saving_what_is_as_it_was_records_nothing(desk):
    topic = make_topic("Sport")
    sent = {"name": "Sport", "slug": "sport", "position": 100}
    assert desk.post(f"{TOPICS}{topic.pk}/change/", sent).status_code == 302
    assert written() == []


def test_a_deletion_keeps_what_the_row_said(desk):
    topic = make_topic("Sport", position=4)
    desk.post(f"{TOPICS}{topic.pk}/delete/", {"post": "yes"})
    gone = {"name": ["Sport", None], "slug": ["sport", None], "position": [4, None]}
    assert written() == [("delete", "Sport", gone)]
    assert not Topic.objects.exists()


def test_deleting_several_records_each_once(desk):
    topics = [make_topic("Sport"), make_topic("World")]
    sent = {"action": "delete_selected", "_selected_action": [topic.pk for topic in topics]}
    desk.post(TOPICS, sent)
    assert written() == []
    desk.post(TOPICS, sent | {"post": "yes"})
    assert [row[:2] for row in written()] == [("delete", "Sport"), ("delete", "World")]


def test_an_action_is_recorded_with_what_it_did_to_each_row(desk):
    running, paused = make_feed(), make_feed(active=False)
    sent = {"action": "pause", "_selected_action": [running.pk, paused.pk]}
    desk.post(FEEDS, sent)
    assert sorted(written(), key=lambda row: row[1]) == sorted(
        [("pause", str(running), {"active": [True, False]}), ("pause", str(paused), {})],
        key=lambda row: row[1],
    )


def test_an_action_that_only_asks_records_nothing(desk):
    stories = [make_story(make_article()) for _ in range(2)]
    sent = {"action": "merge", "_selected_action": [story.pk for story in stories]}
    assert "Make one story" in desk.post("/admin/articles/story/", sent).content.decode()
    assert written() == []


def test_an_action_that_is_refused_records_nothing(desk):
    story = make_story(make_article())
    sent = {"action": "merge", "_selected_action": [story.pk], "confirmed": "yes"}
    desk.post("/admin/articles/story/", sent)
    assert written() == []


def test_an_action_whose_service_records_is_not_recorded_twice(desk, monkeypatch):
    def pausing(admin, request, feeds):
        audit.record(request.user, "muzzle", feeds[0], {"why": "loud"}, "By hand")

    feed = make_feed()
    pausing.short_description = "Muzzle"  # type: ignore[attr-defined]
    monkeypatch.setattr("articles.admin.sources.FeedAdmin.actions", (pausing,))
    desk.post(FEEDS, {"action": "pausing", "_selected_action": [feed.pk]})
    assert written() == [("muzzle", str(feed), {"why": "loud"})]


def test_an_action_that_fails_leaves_neither_change_nor_record(desk, monkeypatch):
    def breaking(admin, request, feeds):
        feeds.update(active=False)
        audit.record(request.user, "break", feeds[0])
        raise ValueError("broken")

    feed = make_feed()
    breaking.short_description = "Break"  # type: ignore[attr-defined]
    monkeypatch.setattr("articles.admin.sources.FeedAdmin.actions", (breaking,))
    with pytest.raises(ValueError, match="broken"):
        desk.post(FEEDS, {"action": "breaking", "_selected_action": [feed.pk]})
    assert written() == []
    assert Feed.objects.get().active


def test_an_action_on_very_many_is_counted_beyond_the_first(desk, monkeypatch):
    monkeypatch.setattr("articles.admin.recording.MOST", 2)
    feeds = [make_feed() for _ in range(5)]
    desk.post(FEEDS, {"action": "pause", "_selected_action": [feed.pk for feed in feeds]})
    assert len(written()) == 3
    assert written()[-1] == ("pause", "feeds", {"more": 3})


def test_of_very_many_rows_only_those_are_read_that_get_an_entry(desk, monkeypatch):
    monkeypatch.setattr("articles.admin.recording.MOST", 2)
    read, columns = [], recording._columns

    def noted(*asked):
        read.append(columns(*asked))
        return read[-1]

    monkeypatch.setattr("articles.admin.recording._columns", noted)
    feeds = [make_feed() for _ in range(5)]
    desk.post(FEEDS, {"action": "pause", "_selected_action": [feed.pk for feed in feeds]})
    assert [len(rows) for rows in read] == [2, 2]


def test_a_password_is_never_recorded(desk):
    person = User.objects.create_user("anna", password="a long secret")
    new = {"password1": "another long secret", "password2": "another long secret"}
    desk.post(f"/admin/auth/user/{person.pk}/password/", new | {"usable_password": "true"})
    person.refresh_from_db()
    assert person.check_password("another long secret")
    desk.post(f"/admin/auth/user/{person.pk}/delete/", {"post": "yes"})
    said = str(written())
    assert "password" in said
    assert "secret" not in said
    assert person.password not in said


def test_what_the_application_does_by_itself_has_no_person():
    topic = Topic(pk=1, name="Sport", slug="sport")
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        audit.record(None, "tidy", topic)


@pytest.mark.django_db
def test_an_import_is_of_a_model_as_a_whole():
    audit.record(None, "import", Source, {"added": 12, "edition": Edition(name="Ireland")})
    entry = AuditEntry.objects.get()
    assert (entry.by, entry.by_name) == (None, "")
    assert (entry.object_id, entry.object_text) == ("", "sources")
    assert entry.changes == {"added": 12, "edition": "Ireland"}


@pytest.mark.django_db
def test_a_record_goes_with_the_transaction_it_was_made_in():
    def change_and_fail() -> None:
        with transaction.atomic():
            audit.record(None, "add", make_topic())
            raise ValueError("after all")

    with pytest.raises(ValueError, match="after all"):
        change_and_fail()
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE articles_auditentry SET by_name = 'nobody'",
        "DELETE FROM articles_auditentry",
    ],
)
def test_the_database_refuses_to_rewrite_the_log(attempt):
    audit.record(None, "add", make_topic())
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(attempt)
    assert AuditEntry.objects.count() == 1


def test_what_a_person_did_stays_when_the_account_goes(desk, sign_in):
    client = sign_in("view_topic", "change_topic")
    topic = make_topic("Sport")
    client.post(f"{TOPICS}{topic.pk}/change/", {"name": "Games", "slug": "sport", "position": 100})
    person = User.objects.get(username__startswith="person")
    assert desk.post(f"/admin/auth/user/{person.pk}/delete/", {"post": "yes"}).status_code == 302
    assert AuditEntry.objects.filter(by_name=person.username, action="change").count() == 1
    assert person.username in desk.get(LOG).content.decode()


def test_the_log_cannot_be_rewritten_at_the_desk(desk):
    entry = audit.record(None, "add", make_topic("Sport"))
    assert desk.get(f"{LOG}add/").status_code == 403
    assert desk.post(f"{LOG}{entry.pk}/change/", {"note": "x"}).status_code == 403
    assert desk.post(f"{LOG}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    sent = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
    desk.post(LOG, sent)
    assert AuditEntry.objects.count() == 1


def test_an_entry_shows_values_before_and_after_and_no_markup(desk):
    topic = make_topic("Sport")
    changes = {
        "name": ["<b>Games</b>", "Sport"],
        "active": [True, False],
        "below": {"url": ["", "x"]},
    }
    entry = audit.record(None, "change", topic, changes)
    page = desk.get(f"{LOG}{entry.pk}/change/").content.decode()
    assert "&lt;b&gt;Games&lt;/b&gt; → Sport" in page
    assert "yes → no" in page
    assert "nothing → x" in page
    assert f'href="{TOPICS}{topic.pk}/change/"' in page


@pytest.mark.parametrize(
    "chosen", ["of=articles.topic", "person={pk}", "at__gte=2020-01-01T00:00Z"]
)
def test_the_log_is_filtered_by_kind_person_and_time(desk, admin_user, chosen):
    audit.record(admin_user, "add", make_topic("Sport"))
    if chosen.startswith(("of", "person")):
        audit.record(None, "add", Group(name="Guests", pk=3))
    found = desk.get(f"{LOG}?{chosen.format(pk=admin_user.pk)}").context["cl"].result_list
    assert [entry.object_text for entry in found] == ["Sport"]


def test_every_object_has_its_history(desk):
    topic, other = make_topic("Sport"), make_topic("World")
    desk.post(f"{TOPICS}{topic.pk}/change/", {"name": "Games", "slug": "sport", "position": 100})
    page = desk.get(f"{TOPICS}{topic.pk}/history/").content.decode()
    assert "Sport → Games" in page
    empty = desk.get(f"{TOPICS}{other.pk}/history/").content.decode()
    assert "Nothing has been changed" in empty
    assert not LogEntry.objects.exists()


def test_a_long_history_has_pages(desk, monkeypatch):
    monkeypatch.setattr("articles.admin.recording.HISTORY", 2)
    topic = make_topic("Sport")
    for number in range(3):
        audit.record(None, f"step{number}", topic)
    first = desk.get(f"{TOPICS}{topic.pk}/history/").content.decode()
    assert "step2" in first
    assert "step0" not in first
    assert "step0" in desk.get(f"{TOPICS}{topic.pk}/history/?p=2").content.decode()


def test_a_history_is_for_those_who_may_see_the_object(sign_in):
    topic = make_topic("Sport")
    assert sign_in("view_topic").get(f"{TOPICS}{topic.pk}/history/").status_code == 200
    assert sign_in("view_source").get(f"{TOPICS}{topic.pk}/history/").status_code == 403


def test_the_log_asks_no_more_because_there_is_more_in_it(desk):
    counts = []
    for _ in range(2):
        for _ in range(5):
            audit.record(None, "add", make_topic(f"Topic {AuditEntry.objects.count()}"))
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(LOG).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


def opened(client, page: str) -> dict[str, str]:
    """What a form says of when it was opened."""
    found = re.search(r'name="_seen" value="(\d+)"', client.get(page).content.decode())
    assert found
    return {"_seen": found[1]}


def test_a_change_that_somebody_made_meanwhile_is_not_overwritten_unseen(desk, sign_in):
    topic = make_topic("Sport")
    page = f"{TOPICS}{topic.pk}/change/"
    seen = opened(desk, page)
    sign_in("view_topic", "change_topic").post(
        page, {"name": "Games", "slug": "sport", "position": 100}
    )

    sent = {"name": "Sports", "slug": "sport", "position": 100}
    answer = desk.post(page, sent | seen).content.decode()
    assert "person1 changed this on" in answer
    assert 'value="Sports"' in answer
    assert Topic.objects.get().name == "Games"

    again = re.search(r'name="_seen" value="(\d+)"', answer)
    assert again
    assert desk.post(page, sent | {"_seen": again[1]}).status_code == 302
    assert Topic.objects.get().name == "Sports"


def test_a_change_by_an_action_on_a_list_counts_and_one_that_changed_nothing_does_not(desk):
    feed = make_feed()
    page = f"{FEEDS}{feed.pk}/change/"
    sent = {"source": feed.source_id, "url": feed.url, "title": "Crier", "active": "on"}
    seen = opened(desk, page)
    desk.post(FEEDS, {"action": "resume", "_selected_action": [feed.pk]})
    assert desk.post(page, sent | seen).status_code == 302

    seen = opened(desk, page)
    desk.post(FEEDS, {"action": "pause", "_selected_action": [feed.pk]})
    assert "changed this on" in desk.post(page, sent | seen).content.decode()
    assert not Feed.objects.get().active


def test_who_is_alone_saves_one_form_after_another(desk):
    topic = make_topic("Sport")
    page = f"{TOPICS}{topic.pk}/change/"
    for name in ("Sports", "Games"):
        sent = {"name": name, "slug": "sport", "position": 100}
        assert desk.post(page, sent | opened(desk, page)).status_code == 302
    assert Topic.objects.get().name == "Games"
