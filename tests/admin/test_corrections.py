"""Correcting stories at the desk."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Correction, Story
from tests.factories import make_article, make_story

STORIES = "/admin/articles/story/"
LOG = "/admin/articles/correction/"
MAY = ("view_story", "change_story", "view_correction")


@pytest.fixture
def flood(db) -> Story:
    return make_story(make_article("Harbour flooded"), make_article("Pumps for the harbour"))


@pytest.fixture
def cup(db) -> Story:
    return make_story(make_article("Rovers lift the cup"))


def correct(story: Story) -> str:
    return f"{STORIES}{story.pk}/correct/"


def chosen(action: str, *stories: Story, **more: str) -> dict[str, object]:
    return {"action": action, "_selected_action": [story.pk for story in stories], **more}


def article(title: str) -> Article:
    return Article.objects.get(title=title)


def text(response) -> str:
    return str(response.content, "utf-8")


def test_merging_asks_first_and_then_merges(desk, flood, cup):
    asked = text(desk.post(STORIES, chosen("merge", flood, cup)))
    assert "Make one story of these?" in asked
    assert "Rovers lift the cup" in asked
    assert not Correction.objects.exists()

    sent = chosen("merge", flood, cup, confirmed="yes", note="One evening")
    answer = text(desk.post(STORIES, sent, follow=True))

    assert "Merged “Rovers lift the cup” into “Harbour flooded”." in answer
    made = Correction.objects.get()
    assert (made.note, made.made_by) == ("One evening", made.made_by)
    assert set(flood.articles.all()) == set(Article.objects.all())


def test_stories_are_kept_apart(desk, flood, cup):
    assert "whatever reports arrive" in text(desk.post(STORIES, chosen("keep_apart", flood, cup)))
    desk.post(STORIES, chosen("keep_apart", flood, cup, confirmed="yes"))
    assert Correction.objects.get().kind == Correction.Kind.APART


def test_one_story_alone_cannot_be_merged(desk, flood):
    answer = text(desk.post(STORIES, chosen("merge", flood), follow=True))
    assert "Choose from two to 20 different stories." in answer


def test_stories_in_two_languages_are_refused_in_words(desk, flood):
    german = make_story(make_article("Hafen unter Wasser", language="de"))
    answer = text(desk.post(STORIES, chosen("merge", flood, german), follow=True))
    assert "Stories in different languages" in answer


def test_a_split_asks_which_then_whether_and_shows_the_new_story(desk, flood):
    page = text(desk.get(f"{STORIES}{flood.pk}/change/"))
    assert f'href="{correct(flood)}"' in page
    assert "Pumps for the harbour" in text(desk.get(correct(flood)))

    sent = {"articles": [article("Pumps for the harbour").pk], "target": "", "note": "Another"}
    asked = text(desk.post(correct(flood), sent))
    assert "and make a new story?" in asked
    assert 'value="Another"' in asked
    assert not Correction.objects.exists()

    answer = desk.post(correct(flood), sent | {"confirmed": "yes"}, follow=True)
    part = article("Pumps for the harbour").story
    assert part
    assert part != flood
    assert answer.redirect_chain[-1][0] == f"{STORIES}{part.pk}/change/"
    assert "Split 1 report from “Harbour flooded”." in text(answer)


@pytest.mark.parametrize(
    "target", ["{pk}", " {pk} ", "/story/{pk}/rovers", "https://news.example/story/{pk}/rovers?a=1"]
)
def test_an_article_moves_to_a_story_by_number_or_address(desk, flood, cup, target):
    moving = article("Pumps for the harbour")
    sent = {"articles": [moving.pk], "target": target.format(pk=cup.pk), "confirmed": "yes"}
    desk.post(correct(flood), sent)
    moving.refresh_from_db()
    assert moving.story == cup


def test_the_address_of_a_merged_story_stands_for_its_survivor(desk, flood, cup):
    old = Story.objects.create(language="en", merged_into=cup)
    moving = article("Pumps for the harbour")
    sent = {"articles": [moving.pk], "target": str(old.pk), "confirmed": "yes"}
    desk.post(correct(flood), sent)
    moving.refresh_from_db()
    assert moving.story == cup


def test_the_question_says_that_copies_go_along(desk, flood):
    original = article("Harbour flooded")
    copied = make_article("Harbour flooded.", copy_of=original, story=flood)
    asked = text(desk.post(correct(flood), {"articles": [copied.pk], "target": ""}))
    assert "Take 2 articles" in asked
    assert "1 more than chosen" in asked


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choose at least one article."),
        ({"target": "999999999"}, "There is no such story."),
        ({"target": "next to it"}, "There is no such story."),
        ({"articles": ["x"]}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(desk, flood, sent, words):
    sent = {"target": "", "note": ""} | sent
    if "target" in sent and words.startswith("There"):
        sent["articles"] = [article("Harbour flooded").pk]
    assert words in text(desk.post(correct(flood), sent))


def test_a_headline_among_the_choices_is_text(desk, flood):
    make_article("Floods <b>rise</b>", story=flood)
    assert "Floods &lt;b&gt;rise&lt;/b&gt; (" in desk.get(correct(flood)).content.decode()


def test_all_articles_cannot_be_split_off(desk, flood):
    everything = [str(pk) for pk in flood.articles.values_list("pk", flat=True)]
    answer = text(desk.post(correct(flood), {"articles": everything, "target": ""}))
    assert "At least one report must stay" in answer


def test_an_article_does_not_move_to_where_it_is(desk, flood):
    sent = {"articles": [article("Harbour flooded").pk], "target": str(flood.pk)}
    assert "different stories" in text(desk.post(correct(flood), sent))


def test_the_log_tells_what_was_decided_and_undoes_it(desk, flood, cup):
    desk.post(STORIES, chosen("merge", flood, cup, confirmed="yes", note="One evening"))
    made = Correction.objects.get()
    assert "Merged “Rovers lift the cup”" in text(desk.get(LOG))
    page = text(desk.get(f"{LOG}{made.pk}/change/"))
    assert "One evening" in page
    assert "Rovers lift the cup" in page
    assert f'href="{LOG}{made.pk}/undo/"' in page

    assert "Undo this?" in text(desk.get(f"{LOG}{made.pk}/undo/"))
    made.refresh_from_db()
    assert made.undone_at is None

    answer = text(desk.post(f"{LOG}{made.pk}/undo/", follow=True))
    assert "Undone: 1 article went back." in answer
    assert cup.articles.count() == 1
    assert "already" in text(desk.post(f"{LOG}{made.pk}/undo/", follow=True))


def test_the_log_cannot_be_rewritten(desk, flood, cup):
    desk.post(STORIES, chosen("keep_apart", flood, cup, confirmed="yes"))
    made = Correction.objects.get()
    assert desk.get(f"{LOG}add/").status_code == 403
    assert desk.post(f"{LOG}{made.pk}/change/", {"note": "x"}).status_code == 403
    assert desk.post(f"{LOG}{made.pk}/delete/", {"post": "yes"}).status_code == 403


def test_who_may_only_look_corrects_nothing(sign_in, flood, cup, desk):
    desk.post(STORIES, chosen("keep_apart", flood, cup, confirmed="yes"))
    made = Correction.objects.get()
    client = sign_in("view_story", "view_correction")
    assert 'value="merge"' not in text(client.get(STORIES))
    assert correct(flood) not in text(client.get(f"{STORIES}{flood.pk}/change/"))
    client.post(STORIES, chosen("merge", flood, cup, confirmed="yes"))
    for page in (correct(flood), f"{LOG}{made.pk}/undo/"):
        assert client.get(page).status_code == 403
        assert client.post(page, {"confirmed": "yes"}).status_code == 403
    assert Correction.objects.filter(undone_at=None).count() == 1


def test_who_may_change_stories_corrects_and_undoes(sign_in, flood, cup):
    client = sign_in(*MAY)
    client.post(STORIES, chosen("merge", flood, cup, confirmed="yes"))
    made = Correction.objects.get()
    client.post(f"{LOG}{made.pk}/undo/")
    made.refresh_from_db()
    assert made.undone_by == made.made_by is not None


def test_strangers_are_asked_to_sign_in(client, flood):
    for page in (LOG, correct(flood), f"{LOG}1/undo/"):
        assert client.get(page)["Location"].startswith("/admin/login/")


def test_what_is_not_there_is_not_found(desk):
    assert desk.get(f"{STORIES}999/correct/").status_code == 404
    assert desk.get(f"{LOG}999/undo/").status_code == 404


def test_the_list_tells_a_story_that_was_merged_away_from_the_others(desk, flood, cup):
    state = re.compile(r">\s*merged\s*<")
    assert not state.search(text(desk.get(STORIES)))
    desk.post(STORIES, chosen("merge", flood, cup, confirmed="yes"))
    assert len(state.findall(text(desk.get(STORIES)))) == 1


def test_a_correction_needs_the_token_of_its_form(admin_user, flood, cup):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    sent = chosen("merge", flood, cup, confirmed="yes")
    assert client.post(STORIES, sent).status_code == 403
    assert client.post(correct(flood), {"confirmed": "yes"}).status_code == 403
    assert not Correction.objects.exists()


def test_markup_in_a_headline_is_shown_and_does_nothing(desk, cup):
    evil = make_story(make_article("<script>alert(1)</script>"), make_article("Harmless"))
    for answer in (desk.get(correct(evil)), desk.post(STORIES, chosen("merge", evil, cup))):
        assert "&lt;script&gt;alert(1)" in text(answer)
        assert "<script>alert(1)" not in text(answer)


def queries(desk, page: str) -> int:
    desk.get(page)
    with CaptureQueriesContext(connection) as asked:
        assert desk.get(page).status_code == 200
    return len(asked)


def test_no_page_asks_more_of_the_database_because_there_is_more_in_it(desk, flood, cup):
    desk.post(STORIES, chosen("merge", flood, cup, confirmed="yes"))
    made = Correction.objects.get()
    pages = [LOG, f"{LOG}{made.pk}/change/", correct(flood)]
    few = [queries(desk, page) for page in pages]
    for _ in range(8):
        lead = make_article()
        other = make_story(lead, make_article())
        desk.post(STORIES, chosen("keep_apart", flood, other, confirmed="yes"))
        made.moved.create(article=lead, before=cup, after=flood)
        make_article(story=flood)
    assert [queries(desk, page) for page in pages] == few
    assert max(few) <= 16
