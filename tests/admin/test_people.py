"""People: two groups with exactly their permissions, and nobody raises anybody above themselves."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client

from articles.models import AuditEntry
from articles.permissions import CURATOR, EDITOR, GROUPS, keep_groups

PEOPLE = "/admin/auth/user/"
ALL_GROUPS = "/admin/auth/group/"


def make_person(name: str, *groups: str, **fields: Any) -> User:
    person = User.objects.create_user(name, password="a long secret", is_staff=True, **fields)
    person.groups.set(Group.objects.filter(name__in=groups))
    return person


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def editor(db) -> Client:
    return signed_in(make_person("edith", EDITOR))


def account(person: User, **changes: object) -> dict[str, object]:
    """What a browser sends when the page of an account is saved."""
    sent: dict[str, object] = {
        "username": person.username,
        "is_active": "on",
        "is_staff": "on",
        "groups": [group.pk for group in person.groups.all()],
        "last_login_0": "",
        "last_login_1": "",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
    }
    return sent | changes


def page(person: User, view: str = "change") -> str:
    return f"{PEOPLE}{person.pk}/{view}/"


@pytest.mark.django_db
def test_the_groups_have_exactly_the_permissions_of_the_table():
    for name, wanted in GROUPS.items():
        permissions = Group.objects.get(name=name).permissions.select_related("content_type")
        assert {f"{p.content_type.app_label}.{p.codename}" for p in permissions} == wanted


@pytest.mark.django_db
def test_migrating_brings_the_groups_back_and_leaves_others_alone():
    guests = Group.objects.create(name="Guests")
    curators = Group.objects.get(name=CURATOR)
    permission = Permission.objects.get(codename="delete_user")
    for group in (guests, curators):
        group.permissions.add(permission)
    Group.objects.get(name=EDITOR).delete()
    call_command("migrate", verbosity=0)
    assert not curators.permissions.filter(pk=permission.pk).exists()
    assert Group.objects.get(name=EDITOR).permissions.count() == len(GROUPS[EDITOR])
    assert list(guests.permissions.all()) == [permission]


def test_groups_that_are_right_are_not_written(db, django_assert_num_queries):
    with django_assert_num_queries(5):
        keep_groups("default")


def test_an_editor_makes_a_curator(editor):
    new = {"username": "carl", "password1": "a long secret", "password2": "a long secret"}
    assert editor.post(f"{PEOPLE}add/", new | {"usable_password": "true"}).status_code == 302
    carl = User.objects.get(username="carl")
    assert not carl.is_staff
    group = Group.objects.get(name=CURATOR)
    assert editor.post(page(carl), account(carl, groups=[group.pk])).status_code == 302
    carl = User.objects.get(username="carl")
    assert carl.is_staff
    assert carl.has_perm("articles.change_source")
    assert AuditEntry.objects.get(action="change").changes["groups"] == [[], [CURATOR]]


def test_an_editor_makes_nobody_an_administrator(editor):
    carl = make_person("carl", CURATOR)
    everything = [permission.pk for permission in Permission.objects.all()]
    sent = account(carl, is_superuser="on", user_permissions=everything)
    assert editor.post(page(carl), sent).status_code == 302
    carl.refresh_from_db()
    assert not carl.is_superuser
    assert not carl.user_permissions.exists()
    shown = editor.get(page(carl)).content.decode()
    assert "is_superuser" not in shown
    assert "user_permissions" not in shown


def test_an_editor_gives_no_group_that_has_more(editor):
    above = Group.objects.create(name="Above")
    above.permissions.set(Permission.objects.filter(codename="delete_user"))
    carl = make_person("carl")
    answer = editor.post(page(carl), account(carl, groups=[above.pk]))
    assert "Select a valid choice" in answer.content.decode()
    assert not carl.groups.exists()


def test_an_editor_does_not_raise_themselves(editor):
    edith = User.objects.get(username="edith")
    above = Group.objects.create(name="Above")
    above.permissions.set(Permission.objects.filter(codename="delete_user"))
    sent = account(edith, is_superuser="on", groups=[above.pk], first_name="Edith")
    assert editor.post(page(edith), sent).status_code == 302
    edith.refresh_from_db()
    assert edith.first_name == "Edith"
    assert not edith.is_superuser
    assert [group.name for group in edith.groups.all()] == [EDITOR]


@pytest.mark.parametrize("off", [False, True])
def test_an_administrators_account_is_out_of_an_editors_reach(editor, off):
    root = User.objects.create_superuser("root", password="a long secret", is_active=not off)
    new = {"password1": "taken over!", "password2": "taken over!", "usable_password": "true"}
    assert editor.get(page(root)).status_code == 200
    assert editor.post(page(root), account(root, username="mine")).status_code == 403
    assert editor.get(page(root, "password")).status_code == 403
    assert editor.post(page(root, "password"), new).status_code == 403
    root.refresh_from_db()
    assert root.username == "root"
    assert root.check_password("a long secret")


def test_who_was_given_more_by_name_is_out_of_reach_too(editor):
    dora = make_person("dora", is_active=False)
    dora.user_permissions.set(Permission.objects.filter(codename="delete_user"))
    assert editor.post(page(dora), account(dora)).status_code == 403
    assert editor.get(page(dora, "password")).status_code == 403


def test_an_editor_changes_no_group(editor):
    group = Group.objects.get(name=EDITOR)
    everything = [permission.pk for permission in Permission.objects.all()]
    sent = {"name": "Editor", "permissions": everything}
    assert editor.get(f"{ALL_GROUPS}{group.pk}/change/").status_code == 200
    assert editor.post(f"{ALL_GROUPS}{group.pk}/change/", sent).status_code == 403
    assert editor.post(f"{ALL_GROUPS}add/", sent | {"name": "Mine"}).status_code == 403
    assert editor.post(f"{ALL_GROUPS}{group.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_editor_deletes_nobody(editor):
    carl = make_person("carl", CURATOR)
    assert editor.post(page(carl, "delete"), {"post": "yes"}).status_code == 403
    editor.post(PEOPLE, {"action": "delete_selected", "_selected_action": [carl.pk], "post": "yes"})
    assert User.objects.filter(username="carl").exists()


def test_a_permission_to_change_groups_is_not_enough(sign_in):
    client = sign_in("view_group", "change_group", "add_group", "change_user", "view_user")
    group = Group.objects.get(name=CURATOR)
    assert client.post(f"{ALL_GROUPS}{group.pk}/change/", {"name": "x"}).status_code == 403


def test_nobody_deletes_themselves(desk, admin_user):
    assert desk.post(page(admin_user, "delete"), {"post": "yes"}).status_code == 403


def test_a_curator_sees_no_people(db):
    curator = signed_in(make_person("carl", CURATOR))
    assert curator.get(PEOPLE).status_code == 403
    assert curator.get("/admin/articles/auditentry/").status_code == 403
    assert curator.get("/admin/articles/source/add/").status_code == 200


def test_an_editor_reads_the_audit_log(editor):
    assert editor.get("/admin/articles/auditentry/").status_code == 200


def test_the_list_of_people_asks_no_more_because_there_are_more(
    desk, django_assert_max_num_queries
):
    for number in range(20):
        make_person(f"person{number}", CURATOR, EDITOR)
    with django_assert_max_num_queries(10):
        desk.get(PEOPLE)
