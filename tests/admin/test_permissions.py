"""Who may see and do what at the desk."""

from __future__ import annotations

import pytest

from articles.models import Feed
from tests.factories import make_feed

PAGES = (
    *("", "articles/source/", "articles/source/add/", "articles/feed/", "articles/article/"),
    *("articles/story/", "articles/edition/", "articles/topic/", "auth/user/", "auth/group/"),
    *("articles/source/import-opml/", "articles/feed/import-opml/"),
    *("articles/source/export/", "articles/feed/export/", "articles/import/"),
)


@pytest.mark.parametrize("page", PAGES)
def test_strangers_are_asked_to_sign_in(client, db, page):
    response = client.get(f"/admin/{page}")
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("page", PAGES)
def test_readers_are_asked_to_sign_in(sign_in, page):
    response = sign_in("view_source", "add_source", staff=False).get(f"/admin/{page}")
    assert response["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("page", PAGES[1:])
def test_staff_without_permissions_see_nothing(sign_in, page):
    assert sign_in().get(f"/admin/{page}").status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_everything_opens_for_who_may_do_everything(desk, page):
    assert desk.get(f"/admin/{page}").status_code == 200


def test_who_may_only_look_is_offered_no_action(sign_in):
    make_feed()
    page = sign_in("view_feed").get("/admin/articles/feed/").content.decode()
    assert "fetch_now" not in page
    assert "import-opml" not in page


def test_who_may_only_look_cannot_act_by_hand(sign_in):
    feed = make_feed()
    sent = {"action": "pause", "_selected_action": [feed.pk]}
    sign_in("view_feed").post("/admin/articles/feed/", sent)
    assert Feed.objects.get().active


def test_who_may_change_feeds_may_pause_them(sign_in):
    feed = make_feed()
    sent = {"action": "pause", "_selected_action": [feed.pk]}
    sign_in("view_feed", "change_feed").post("/admin/articles/feed/", sent)
    assert not Feed.objects.get().active


@pytest.mark.parametrize("missing", ["add_source", "add_feed", "add_topic"])
def test_an_import_needs_every_permission_for_what_it_adds(sign_in, missing):
    granted = {"view_source", "add_source", "add_feed", "add_topic"}
    client = sign_in(*(granted - {missing}))
    assert client.get("/admin/articles/source/import-opml/").status_code == 403
    assert sign_in(*granted).get("/admin/articles/source/import-opml/").status_code == 200


@pytest.mark.parametrize("model", ["article", "story"])
def test_nobody_adds_articles_or_stories_by_hand(desk, model):
    assert desk.get(f"/admin/articles/{model}/add/").status_code == 403
