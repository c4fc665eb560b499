"""The queue of doubtful groupings at the desk, and stories beside each other."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, Correction, Doubt, SimilarLink, Story
from articles.pipeline import doubts, stories
from tests.factories import make_article, make_edition, make_source, make_story

QUEUE = "/admin/articles/doubt/"
STORIES = "/admin/articles/story/"


def text(response) -> str:
    return str(response.content, "utf-8")


def make_doubt(kind: Doubt.Kind = Doubt.Kind.OUTLET, story: Story | None = None, **fields) -> Doubt:
    story = story or make_story(make_article(), make_article())
    defaults = {"strength": 0.5, "urgency": 1.0, "articles": 2, "measured": 2}
    return Doubt.objects.create(
        kind=kind, story=story, noticed_at=timezone.now(), **defaults | fields
    )


@pytest.fixture
def flood(db) -> Story:
    """Two reports of a flood and a stray one with its copy, that hang together by little."""
    lead = make_article("Harbour flooded after the storm")
    stray = make_article("Rovers lift the cup")
    story = make_story(
        lead, make_article("Storm floods the harbour"), stray, make_article("Cup!", copy_of=stray)
    )
    SimilarLink.objects.create(article=stray, similar=lead, score=0.11, position=0)
    stories.derive([story.pk])
    return story


@pytest.fixture
def doubt(flood) -> Doubt:
    stray = Article.objects.get(title="Rovers lift the cup")
    return make_doubt(Doubt.Kind.WEAK, flood, part=[stray.pk])


def test_the_queue_tells_what_is_doubtful_and_leads_to_a_look(desk, doubt):
    page = text(desk.get(QUEUE))
    assert "barely belongs" in page
    assert "One report is linked to the others by 2\N{NO-BREAK SPACE}%" in page
    assert f'href="{QUEUE}{doubt.pk}/change/"' in page


@pytest.mark.parametrize("kind", Doubt.Kind)
def test_every_kind_has_its_words(desk, db, kind):
    make_doubt(kind, measured=7)
    page = text(desk.get(QUEUE))
    assert kind.label in page
    assert "%(" not in page


def test_the_queue_is_filtered_by_kind_language_edition_and_state(desk, doubt):
    ireland = make_edition("ireland", language="de")
    source = make_source(editions=(ireland,))
    german = make_story(make_article("Flut", language="de", source=source), language="de")
    stories.derive([german.pk])
    make_doubt(Doubt.Kind.LARGE, german)
    for chosen in ("kind__exact=large", "language=de", "edition=ireland"):
        page = text(desk.get(f"{QUEUE}?{chosen}"))
        assert "Flut" in page, chosen
        assert "Harbour" not in page, chosen
    assert "Harbour" not in text(desk.get(f"{QUEUE}?state=settled"))


def test_what_is_fine_leaves_the_queue_and_comes_back_when_asked(desk, doubt):
    answer = text(desk.post(QUEUE, {"action": "fine", "_selected_action": [doubt.pk]}, follow=True))
    assert "1 grouping is fine" in answer
    doubt.refresh_from_db()
    assert doubt.settled_by
    assert "Harbour" not in text(desk.get(QUEUE))
    desk.post(f"{QUEUE}?state=settled", {"action": "reopen", "_selected_action": [doubt.pk]})
    doubt.refresh_from_db()
    assert doubt.settled_at is None


def test_a_part_is_set_beside_the_rest_with_its_reports_ticked(desk, doubt):
    page = text(desk.get(f"{QUEUE}{doubt.pk}/change/"))
    ticked = re.findall(r'name="articles" value="(\d+)" checked', page)
    titles = set(Article.objects.filter(pk__in=ticked).values_list("title", flat=True))
    assert titles == {"Rovers lift the cup", "Cup!"}
    assert "What may not belong" in page
    assert "Only here:" in page
    part, rest = page.split("Only here:")[1:]
    assert "Rovers" in part
    assert "harbour" in rest.lower()


def test_the_ticked_part_is_split_off_from_there(desk, doubt, flood):
    page = text(desk.get(f"{QUEUE}{doubt.pk}/change/"))
    sent = {
        "articles": re.findall(r'name="articles" value="(\d+)" checked', page),
        "target": "",
        "note": "",
    }
    assert f'action="{STORIES}{flood.pk}/correct/"' in page
    assert "and make a new story?" in text(desk.post(f"{STORIES}{flood.pk}/correct/", sent))
    desk.post(f"{STORIES}{flood.pk}/correct/", sent | {"confirmed": "yes"})
    assert Article.objects.get(title="Cup!").story != flood
    assert not Doubt.objects.exists()
    doubts.notice()
    assert not Doubt.objects.filter(kind=Doubt.Kind.WEAK, story=flood).exists()


def test_two_stories_stand_beside_each_other_with_what_they_share(desk, flood):
    other = make_story(make_article("Harbour open again"))
    near = make_doubt(Doubt.Kind.NEAR, flood, other=other, measured=66)
    page = text(desk.get(f"{QUEUE}{near.pk}/change/"))
    assert "They reach 66\N{NO-BREAK SPACE}% of what makes one story." in page
    shared = re.search(r"Words of both:</strong> <span[^>]*>([^<]*)<", page)
    assert shared
    assert "harbour" in shared[1].lower()
    assert page.count("Move what is ticked to the other") == 2
    assert 'value="merge"' in page
    assert 'value="keep_apart"' in page


def test_any_two_stories_can_be_compared(desk, flood):
    other = make_story(make_article("Rovers parade"))
    sent = {"action": "compare", "_selected_action": [flood.pk, other.pk]}
    page = text(desk.post(STORIES, sent))
    assert "Compare two stories" in page
    assert "Rovers parade" in page
    alone = {"action": "compare", "_selected_action": [flood.pk]}
    assert "Choose two stories." in text(desk.post(STORIES, alone, follow=True))


def test_a_long_story_is_cut_in_words(desk, flood):
    for _ in range(70):
        make_article(story=flood)
    page = text(desk.get(f"{QUEUE}{make_doubt(Doubt.Kind.LARGE, flood).pk}/change/"))
    assert page.count('name="articles"') == 60
    assert "Earlier reports are not shown here." in page


def test_who_may_only_look_is_offered_nothing_and_settles_nothing(sign_in, doubt, client):
    page = f"{QUEUE}{doubt.pk}/change/"
    assert client.get(page)["Location"].startswith("/admin/login/")
    assert sign_in("view_story").get(page).status_code == 403
    looking = sign_in("view_doubt", "view_story")
    assert "This is fine" not in text(looking.get(page))
    assert "Split off" not in text(looking.get(page))
    looking.post(QUEUE, {"action": "fine", "_selected_action": [doubt.pk]})
    assert Doubt.objects.filter(settled_at=None).exists()
    assert looking.get(f"{QUEUE}999/change/").status_code == 404
    assert looking.get(f"{QUEUE}add/").status_code == 403


def test_settling_needs_the_token(admin_user, doubt):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    sent = {"action": "fine", "_selected_action": [doubt.pk]}
    assert client.post(QUEUE, sent).status_code == 403
    assert not Correction.objects.exists()


def test_markup_in_headlines_does_nothing(desk, doubt, flood):
    make_article("<script>alert(1)</script>", story=flood)
    assert "<script>alert(1)" not in text(desk.get(f"{QUEUE}{doubt.pk}/change/"))


def queries(desk, page: str) -> int:
    desk.get(page)
    with CaptureQueriesContext(connection) as asked:
        assert desk.get(page).status_code == 200
    return len(asked)


def test_pages_take_as_many_queries_for_many_rows_as_for_few(desk, doubt, flood):
    make_doubt()
    pages = (QUEUE, f"{QUEUE}{doubt.pk}/change/")
    few = [queries(desk, page) for page in pages]
    for _ in range(10):
        make_article(story=flood)
        make_doubt()
    assert [queries(desk, page) for page in pages] == few
    assert max(few) <= 16
