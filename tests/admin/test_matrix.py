"""Who may open and do what: every page and action of the desk, for everybody there is.

Pages and actions are found, not listed: one that has no expectation here fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Model
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from articles.models import AuditEntry, Correction, Doubt, Import, Page, Problem, Trial
from articles.permissions import CURATOR, EDITOR
from articles.pipeline import audit, corrections, page_queue, takedown
from tests.factories import (
    make_article,
    make_edition,
    make_feed,
    make_source,
    make_story,
    make_topic,
)

ROLES = ("anonymous", "reader", "curator", "editor", "superuser")
C, E, S, NOBODY = ROLES.index("curator"), ROLES.index("editor"), ROLES.index("superuser"), 9
"""From whom on something is allowed."""


@dataclass(frozen=True)
class Rights:
    """From whom on the usual pages of a model open."""

    view: int
    add: int = NOBODY
    change: int = NOBODY
    delete: int = NOBODY

    def pages(self, model: str) -> dict[str, tuple[int, int]]:
        view, change = self.view, self.change
        return {
            f"{model}_changelist": (view, view),
            f"{model}_add": (self.add, self.add),
            f"{model}_change": (view, change),
            f"{model}_delete": (self.delete, self.delete),
            f"{model}_history": (view, view),
            f"{model}/": (C, C),  # leads to the page of the object, which decides
        }


MODELS = {
    "articles_source": Rights(view=C, add=C, change=C, delete=C),
    "articles_feed": Rights(view=C, add=C, change=C, delete=C),
    "articles_edition": Rights(view=C, add=E, change=E, delete=E),
    "articles_topic": Rights(view=C, add=C, change=C, delete=E),
    "articles_article": Rights(view=C, change=C),
    "articles_story": Rights(view=C),
    "articles_correction": Rights(view=C),
    "articles_auditentry": Rights(view=E),
    "articles_doubt": Rights(view=C, change=C),
    "articles_import": Rights(view=C, change=C),
    "articles_page": Rights(view=C),
    "articles_problem": Rights(view=C, change=C),
    "articles_takedown": Rights(view=E),
    "articles_trial": Rights(view=C, add=C, change=C),
    "auth_user": Rights(view=E, add=E, change=E, delete=S),
    "auth_group": Rights(view=E, add=S, change=S, delete=S),
}

PAGES = {
    # Name of a page → from whom on it opens (GET) and acts (POST).
    "index": (C, C),
    "search": (C, C),
    "app_list": (C, C),
    "account": (C, C),
    "second_factor": (C, C),
    "remove_second_factor": (C, C),
    "recovery_codes": (C, C),
    "sign_out_everywhere": (C, C),
    "verify": (C, C),
    "password_change": (C, C),
    "password_change_done": (C, NOBODY),
    "jsi18n": (C, NOBODY),
    "articles_source_import_opml": (C, C),
    "articles_feed_import_opml": (C, C),
    "articles_feed_trace": (C, C),
    "articles_story_correct": (C, C),
    "articles_story_headline": (C, C),
    "articles_story_pin": (C, C),
    "articles_story_hide": (C, C),
    "articles_correction_undo": (C, C),
    "articles_problem_close": (C, C),
    "articles_problem_reopen": (C, C),
    "articles_article_move": (C, C),
    "articles_article_regroup": (C, C),
    "articles_article_take_down": (E, E),
    "articles_takedown_take": (E, E),
    "articles_takedown_undo": (E, E),
    "articles_edition_load_defaults": (E, E),
    "articles_source_export_feeds": (C, C),
    "articles_feed_export_feeds": (C, C),
    "articles_source_try_source": (C, C),
    "articles_feed_try_source": (C, C),
    "articles_trial_progress": (C, C),
    "articles_trial_choose": (NOBODY, C),
    "articles_trial_keep": (NOBODY, C),
    "articles_trial_discard": (NOBODY, C),
    "articles_import_progress": (C, C),
    "articles_import_report": (C, C),
    "auth_user_password_change": (E, E),
    "auth_user_unlock": (E, E),
    "auth_user_reset_second_factor": (E, E),
}
for name, rights in MODELS.items():
    PAGES |= rights.pages(name)

APART = {"login", "logout", "autocomplete", "view_on_site", "(?P<url>.*)$"}
"""Pages with tests of their own below."""

ACTIONS = {
    # Action → from whom on.
    "articles_source.delete_selected": C,
    "articles_feed.delete_selected": C,
    "articles_feed.fetch_now": C,
    "articles_feed.pause": C,
    "articles_feed.resume": C,
    "articles_edition.delete_selected": E,
    "articles_topic.delete_selected": E,
    "articles_article.fetch_pages": C,
    "articles_article.take_down_chosen": E,
    "articles_doubt.fine": C,
    "articles_problem.assign": C,
    "articles_doubt.reopen": C,
    "articles_feed.export_csv": C,
    "articles_feed.export_opml": C,
    "articles_source.activate": C,
    "articles_source.deactivate": C,
    "articles_source.export_csv": C,
    "articles_source.export_opml": C,
    "articles_source.fetch_now": C,
    "articles_source.fetch_pages_off": C,
    "articles_source.fetch_pages_on": C,
    "articles_source.mute_for_a_day": C,
    "articles_source.mute_for_a_week": C,
    "articles_source.set_editions": C,
    "articles_source.unmute": C,
    "articles_story.compare": C,
    "articles_story.merge": C,
    "articles_story.keep_apart": C,
    "auth_user.delete_selected": S,
    "auth_group.delete_selected": S,
}


def patterns() -> Iterator[tuple[str, URLPattern]]:
    """Every page of the desk, by name; what has none by its model and a slash, or its pattern."""

    def walk(found: list[URLPattern | URLResolver], before: str) -> Iterator[Any]:
        for each in found:
            route = before + str(each.pattern)
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, route)
            else:
                model = "_".join(route.split("/")[:2])
                yield each.name or (f"{model}/" if "/" in route else route), each

    for each in get_resolver().url_patterns:
        if isinstance(each, URLResolver) and each.namespace == "admin":
            yield from walk(each.url_patterns, "")


def make_rows() -> dict[str, Model]:
    """One row of every model at the desk."""
    story, other = make_story(make_article("Flood", feed=make_feed())), make_story(make_article())
    person = User.objects.create_user("carl", password="a long secret", is_staff=True)
    correction: Correction = corrections.keep_apart([story, other], person)
    article = story.lead
    assert article
    page_queue.want({article.pk: article.url})
    asked = takedown.Request(reason="Asked for", requester="Their lawyer")
    return {
        "articles_doubt": Doubt.objects.create(
            kind=Doubt.Kind.LARGE,
            story=story,
            strength=0.5,
            urgency=0.5,
            articles=1,
            noticed_at=timezone.now(),
        ),
        "articles_import": Import.objects.create(edition=make_edition("ie"), name="list"),
        "articles_page": Page.objects.get(),
        "articles_problem": Problem.objects.create(
            kind=Problem.Kind.OTHER, text="It is upside down.", article=article
        ),
        "articles_takedown": takedown.take_down([make_article().pk], asked, person),
        "articles_trial": Trial.objects.create(address="lantern.example"),
        "articles_source": make_source(),
        "articles_feed": make_feed(),
        "articles_edition": make_edition(),
        "articles_topic": make_topic(),
        "articles_article": article,
        "articles_story": story,
        "articles_correction": correction,
        "articles_auditentry": audit.record(person, "add", article),
        "auth_user": person,
        "auth_group": Group.objects.create(name="Guests"),
    }


@pytest.fixture
def rows(db) -> dict[str, Model]:
    return make_rows()


@pytest.fixture
def clients(db) -> dict[str, Client]:
    """A browser for everybody."""
    staff = {"curator": CURATOR, "editor": EDITOR, "superuser": ""}
    found = {role: Client() for role in ROLES}
    for role in ROLES[1:]:
        person = User.objects.create_user(
            role, password="a long secret", is_staff=role in staff, is_superuser=role == "superuser"
        )
        person.groups.set(Group.objects.filter(name=staff.get(role, "")))
        found[role].force_login(person)
    return found


def outcome(response: HttpResponseBase) -> str:
    if response.get("Location", "").startswith("/admin/login/"):
        return "sign in"
    return {200: "opens", 302: "opens", 301: "opens", 403: "refused", 405: "refused"}.get(
        response.status_code, str(response.status_code)
    )


def expected(role: str, least: int) -> str:
    if role in ("anonymous", "reader"):
        return "sign in"
    return "opens" if ROLES.index(role) >= least else "refused"


def asked(clients: dict[str, Client], ask: Callable[[Client], HttpResponseBase]) -> dict[str, str]:
    """What comes of it for each; what it changes is taken back."""
    outcomes = {}
    for role, client in clients.items():
        with transaction.atomic():
            outcomes[role] = outcome(ask(client))
            transaction.set_rollback(True)
    return outcomes


FOUND = dict(patterns())


def address_of(name: str, rows: dict[str, Model]) -> str:
    """Where a page is, for one of the rows."""
    pattern = FOUND[name]
    model = next((m for m in sorted(rows, key=len, reverse=True) if name.startswith(m)), "")
    if name.endswith("/"):
        return f"/admin/{model.replace('_', '/')}/{rows[model].pk}/"
    names = pattern.pattern.regex.groupindex
    given = {"app_label": "articles"} if "app_label" in names else {}
    given |= {each: str(rows[model].pk) for each in names if each != "app_label"}
    return reverse(f"admin:{name}", kwargs=given)


def test_every_page_of_the_desk_has_an_expectation():
    assert FOUND.keys() - APART == PAGES.keys()


@pytest.mark.parametrize("name", sorted(PAGES.keys() & FOUND.keys()))
def test_a_page_opens_and_acts_for_those_who_may(name, clients, rows):
    address, (opens, acts) = address_of(name, rows), PAGES[name]
    shown = asked(clients, lambda client: client.get(address))
    assert shown == {role: expected(role, opens) for role in ROLES}, f"GET {address}"
    done = asked(clients, lambda client: client.post(address))
    assert done == {role: expected(role, acts) for role in ROLES}, f"POST {address}"


@pytest.mark.parametrize("name", sorted(PAGES.keys() & FOUND.keys()))
def test_a_page_is_safe(name, desk, admin_user, rows):
    """Looking changes nothing, a form takes its token, and no site or cache gets hold of it."""
    address, before = address_of(name, rows), counted(rows)
    answer = desk.get(address)
    assert counted(rows) == before
    check_headers(answer)
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(admin_user)
    assert forger.post(address).status_code == 403


def counted(rows: dict[str, Model]) -> dict[str, int]:
    return {model: type(row)._default_manager.count() for model, row in rows.items()}


def check_headers(answer: HttpResponseBase) -> None:
    parts = answer["Content-Security-Policy"].split(";")
    policy = dict(part.strip().split(" ", 1) for part in parts)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == policy["connect-src"] == "'self'"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def actions() -> set[str]:
    """Every action of every list, as an administrator is offered it."""
    return {
        f"{model._meta.label_lower.replace('.', '_')}.{name}"
        for model, page in admin.site._registry.items()
        for _, name, _ in page._get_base_actions()  # type: ignore[attr-defined]
    }


def test_every_action_has_an_expectation():
    offered = {a for a in actions() if not a.endswith(".delete_selected")}
    assert offered == {a for a in ACTIONS if not a.endswith(".delete_selected")}


@pytest.mark.parametrize("name", sorted(actions()))
def test_an_action_runs_for_those_who_may(name, clients, rows, monkeypatch):
    """Deleting is an action of every list; where the table does not have it, nobody may."""
    ran: list[str] = []
    spy = lambda admin, request, queryset: ran.append(request.user.username)  # noqa: E731
    monkeypatch.setattr("articles.admin.recording.recorded", lambda action, name: spy)
    model, action = name.split(".")
    sent = {"action": action, "_selected_action": [rows[model].pk]}
    address = reverse(f"admin:{model}_changelist")
    for client in clients.values():
        client.post(address, sent)
    assert ran == list(ROLES[ACTIONS.get(name, NOBODY) :])


def test_the_sign_in_page_is_for_everybody(clients):
    for role, client in clients.items():
        answer = client.get("/admin/login/")
        inside = ROLES.index(role) >= C
        assert answer.status_code == (302 if inside else 200)
        assert answer.get("Location", "/admin/") == "/admin/"


def test_signing_out_takes_a_form(clients):
    assert clients["curator"].get("/admin/logout/").status_code == 405
    assert clients["curator"].post("/admin/logout/").status_code == 200
    assert outcome(clients["curator"].get("/admin/")) == "sign in"


@pytest.mark.parametrize("address", ["nowhere/", "articles/nowhere/", "articles/source/0/change/"])
def test_strangers_are_not_told_what_is_there(client, db, address):
    assert outcome(client.get(f"/admin/{address}")) == "sign in"


def test_no_page_at_the_desk_leads_to_pages_outside(clients, rows):
    for role, client in clients.items():
        status = client.get(f"/admin/r/1/{rows['articles_source'].pk}/").status_code
        assert status == (404 if ROLES.index(role) >= C else 302)


def test_suggestions_are_for_those_who_may_see_the_rows(clients, rows):
    asking = {"app_label": "articles", "model_name": "feed", "field_name": "source"}
    found = asked(clients, lambda client: client.get("/admin/autocomplete/", asking))
    assert found == {role: expected(role, C) for role in ROLES}


def test_a_search_at_the_desk_finds_only_what_one_may_see(clients, rows):
    address = "/admin/search/?s=user"
    assert "/admin/auth/user/" not in clients["curator"].get(address).content.decode()
    assert "/admin/auth/user/" in clients["editor"].get(address).content.decode()


def test_the_rows_of_the_tests_are_of_every_model(rows):
    registered = {m._meta.label_lower.replace(".", "_") for m in admin.site._registry}
    assert registered == rows.keys() == MODELS.keys()
    assert AuditEntry.objects.exists()
