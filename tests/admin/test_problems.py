"""Reports of problems at the desk: a queue that is assigned and closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import AuditEntry, Problem
from articles.pipeline import problems
from tests.factories import make_article, make_story

QUEUE = "/admin/articles/problem/"


@pytest.fixture
def problem(db) -> Problem:
    article = make_article("Harbour flooded")
    story = make_story(article)
    return Problem.objects.create(
        kind="story",
        text="This is another flood.",
        contact="w@example.org",
        article=article,
        story=story,
    )


def text(response) -> str:
    return str(response.content, "utf-8")


def test_the_queue_shows_what_is_wrong_with_what(desk, problem):
    listed = text(desk.get(QUEUE))
    assert "This is another flood." in listed
    assert "Harbour flooded" in listed
    page = text(desk.get(f"{QUEUE}{problem.pk}/change/"))
    assert "w@example.org" in page
    assert f"/admin/articles/article/{problem.article_id}/change/" in page
    assert f"/admin/articles/story/{problem.story_id}/change/" in page


def test_a_report_is_closed_with_what_came_of_it_and_opened_again(desk, problem):
    assert "Close this report?" in text(desk.get(f"{QUEUE}{problem.pk}/close/"))
    assert "required" in text(desk.post(f"{QUEUE}{problem.pk}/close/", {"answer": ""}))
    problem.refresh_from_db()
    assert not problem.closed_at

    sent = {"answer": "Split the story."}
    assert "Closed." in text(desk.post(f"{QUEUE}{problem.pk}/close/", sent, follow=True))
    problem.refresh_from_db()
    assert (problem.answer, problem.closed_by) == ("Split the story.", User.objects.get())
    assert problem.closed_at
    again = text(desk.post(f"{QUEUE}{problem.pk}/close/", sent, follow=True))
    assert "closed already" in again

    assert "again?" in text(desk.get(f"{QUEUE}{problem.pk}/reopen/"))
    desk.post(f"{QUEUE}{problem.pk}/reopen/")
    problem.refresh_from_db()
    assert (problem.closed_at, problem.closed_by) == (None, None)
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "close",
        "reopen",
    ]


def test_filters_tell_open_from_closed_and_mine_from_others(desk, problem):
    closed = Problem.objects.create(kind="other", text="Old one.", closed_at=timezone.now())
    desk.post(QUEUE, {"action": "assign", "_selected_action": [problem.pk, closed.pk]})
    problem.refresh_from_db()
    closed.refresh_from_db()
    assert problem.assigned_to is not None
    assert closed.assigned_to is None
    for state, shown, hidden in (
        ("open", "another flood", "Old one"),
        ("mine", "another flood", "Old one"),
        ("closed", "Old one", "another flood"),
    ):
        listed = text(desk.get(f"{QUEUE}?state={state}"))
        assert shown in listed
        assert hidden not in listed


def test_who_sees_to_it_can_be_changed_and_what_was_said_cannot(desk, problem):
    helper = User.objects.create_user("helper", is_staff=True)
    sent = {"assigned_to": helper.pk, "answer": "Looking.", "text": "Nothing.", "kind": "other"}
    assert desk.post(f"{QUEUE}{problem.pk}/change/", sent).status_code == 302
    problem.refresh_from_db()
    assert (problem.assigned_to, problem.answer) == (helper, "Looking.")
    assert (problem.text, problem.kind) == ("This is another flood.", "story")
    assert AuditEntry.objects.get().changes["answer"] == ["", "Looking."]


def test_reports_can_be_neither_added_nor_deleted_at_the_desk(desk, problem):
    assert desk.get(f"{QUEUE}add/").status_code == 403
    assert desk.post(f"{QUEUE}{problem.pk}/delete/", {"post": "yes"}).status_code == 403


def test_who_may_only_look_closes_nothing(sign_in, problem):
    client: Client = sign_in("view_problem")
    for page in ("close", "reopen"):
        assert client.post(f"{QUEUE}{problem.pk}/{page}/", {"answer": "x"}).status_code == 403
    client.post(QUEUE, {"action": "assign", "_selected_action": [problem.pk]})
    problem.refresh_from_db()
    assert (problem.closed_at, problem.assigned_to) == (None, None)


def test_an_articles_page_lists_what_was_reported_of_it(desk, problem):
    page = text(desk.get(f"/admin/articles/article/{problem.article_id}/change/"))
    assert f"{QUEUE}{problem.pk}/change/" in page


def test_markup_in_a_report_does_nothing(desk, problem):
    Problem.objects.update(text="<script>alert(1)</script>")
    for page in (QUEUE, f"{QUEUE}{problem.pk}/change/", f"{QUEUE}{problem.pk}/close/"):
        assert "<script>alert(1)" not in text(desk.get(page))


def test_what_was_closed_long_ago_is_forgotten(problem):
    old = timezone.now() - timedelta(days=settings.RECORDS_DAYS, hours=1)
    Problem.objects.create(kind="other", text="Old one.", closed_at=old)
    Problem.objects.create(kind="other", text="Closed lately.", closed_at=timezone.now())
    assert problems.forget() == 1
    assert not Problem.objects.filter(text="Old one.").exists()


def test_the_queue_takes_as_many_queries_however_long_it_is(desk, problem):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(QUEUE).status_code == 200
        return len(asked)

    desk.get(QUEUE)
    few = queries()
    for number in range(8):
        article = make_article(f"Report {number}")
        Problem.objects.create(
            kind="copy",
            text="x",
            article=article,
            story=make_story(article),
            assigned_to=User.objects.create_user(f"helper{number}", is_staff=True),
        )
    assert queries() == few
