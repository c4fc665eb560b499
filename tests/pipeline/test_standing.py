"""Stories pinned, hidden and given a headline by curators: at once and for good, or undone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, AuditEntry, Correction, Edition, FrontSlot, Story, StoryEdition
from articles.pipeline import corrections, fronts, standing, stories
from articles.pipeline.corrections import CorrectionError
from articles.pipeline.grouping import Grouper
from articles.selectors.sitemaps import SPAN
from tests.factories import make_article, make_edition, make_source, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator() -> User:
    return User.objects.create_user("curator")


@pytest.fixture
def uk() -> Edition:
    return make_edition("uk")


def told(title: str, *editions: Edition, reports: int = 2, hours_ago: float = 1) -> Story:
    """A story that so many outlets of the editions report."""
    now = timezone.now()
    articles = [
        make_article(
            title if number == 0 else f"{title}, says outlet {number}",
            source=make_source(editions=editions),
            published_at=now - timedelta(hours=hours_ago, minutes=-number),
        )
        for number in range(reports)
    ]
    story = make_story(*articles)
    stories.derive([story.pk])
    story.refresh_from_db()
    return story


def again(story: Story) -> Story:
    """The story as it is by now."""
    return Story.objects.get(pk=story.pk)


def shown(client, edition: Edition) -> list[str]:
    """The headlines of the first section of a front page, from the top."""
    fronts.arrange_fronts()
    page = client.get(f"/{edition.slug}/").content.decode()
    found = {story.title: page.find(f">{story.title}<") for story in Story.objects.all()}
    return [title for title, at in sorted(found.items(), key=lambda item: item[1]) if at >= 0]


def soon() -> datetime:
    return timezone.now() + timedelta(hours=3)


# -- headlines


def test_an_edited_headline_stands_until_it_is_undone(curator):
    story = told("Bridge opens")
    first = standing.retitle(story, "  A bridge \n opens ", curator, "Plainer")
    assert again(story).title == "A bridge opens"
    assert first.details == {"before": {"title": ""}, "after": {"title": "A bridge opens"}}
    assert first.note == "Plainer"

    second = standing.retitle(story, "The bridge is open", curator)
    corrections.undo(second, curator)
    assert again(story).title == "A bridge opens"
    corrections.undo(first, curator)
    assert (again(story).title, again(story).edited_title) == ("Bridge opens", "")


def test_reports_that_arrive_do_not_change_an_edited_headline(curator):
    story = told("Bridge opens")
    standing.retitle(story, "The bridge is open", curator)
    make_article("Harbour bridge opened", story=story, image_url="https://a.example/b.png")
    stories.derive([story.pk])
    assert again(story).title == "The bridge is open"
    assert again(story).lead == Article.objects.get(title="Harbour bridge opened")


def test_an_empty_headline_gives_the_lead_its_own_again(curator):
    story = told("Bridge opens")
    standing.retitle(story, "The bridge is open", curator)
    made = standing.retitle(story, "", curator)
    assert again(story).title == "Bridge opens"
    corrections.undo(made, curator)
    assert again(story).title == "The bridge is open"


def test_readers_are_told_whose_headline_it_is_and_what_the_publisher_wrote(curator, uk, client):
    story = told("Bridge opens", uk)
    standing.retitle(story, "The bridge is open", curator)
    page = client.get(again(story).get_absolute_url()).content.decode()
    assert "Headline by our editors" in page
    assert "“Bridge opens”" in page
    fronts.arrange_fronts()
    assert "Headline by our editors" in client.get("/uk/").content.decode()


# -- pins


def test_what_is_pinned_stands_first(curator, uk, client):
    old, strong = told("Old news", uk, hours_ago=40), told("Strong news", uk, reports=5)
    assert shown(client, uk) == [strong.title, old.title]
    made = standing.pin(old, soon(), [], curator)
    assert shown(client, uk) == [old.title, strong.title]
    corrections.undo(made, curator)
    assert shown(client, uk) == [strong.title, old.title]


def test_a_pin_ends_with_its_time(curator, uk, client):
    old, strong = told("Old news", uk, hours_ago=40), told("Strong news", uk, reports=5)
    standing.pin(old, soon(), [], curator)
    Story.objects.filter(pk=old.pk).update(pinned_until=timezone.now() - timedelta(seconds=1))
    assert shown(client, uk) == [strong.title, old.title]


def test_a_story_is_pinned_in_one_edition_even_if_nobody_reports_it_there(curator, uk, client):
    ireland, wales = make_edition("ireland"), make_edition("wales")
    story = told("A British story", uk)
    other = told("An Irish story", ireland)
    standing.pin(story, soon(), [ireland], curator)
    assert shown(client, ireland) == [story.title, other.title]
    assert not FrontSlot.objects.filter(edition=wales, story=story, section="top").exists()


def test_a_pin_everywhere_means_the_editions_of_the_language(curator, uk, client):
    germany = make_edition("germany", language="de")
    standing.pin(told("A British story", uk), soon(), [], curator)
    assert shown(client, germany) == []


def test_unpinning_is_a_decision_of_its_own(curator, uk):
    story = told("Old news", uk)
    standing.pin(story, soon(), [uk], curator)
    standing.pin(story, None, [], curator)
    assert (again(story).pinned_until, again(story).pinned_in) == (None, [])


def test_a_time_that_has_passed_is_refused(curator, uk):
    with pytest.raises(CorrectionError, match="passed"):
        standing.pin(told("Old news", uk), timezone.now(), [], curator)


# -- hiding


def test_a_hidden_story_is_nowhere_and_its_page_says_why(curator, uk, client):
    story, near = told("Bridge opens", uk), told("Another bridge", uk)
    fronts.arrange_fronts()
    page = story.get_absolute_url()
    assert client.get(page).status_code == 200
    sitemap = f"/sitemap-stories-{story.pk // SPAN}.xml"
    assert page in client.get(sitemap).content.decode()

    made = standing.hide(story, "It was an advertisement.", curator)

    answer = client.get(page)
    assert answer.status_code == 410
    assert "It was an advertisement." in answer.content.decode()
    assert client.get(reverse("story-feed", args=[story.pk, "atom"])).status_code == 410
    for name in ("headlines", "why"):
        more = [story.articles.values_list("pk", flat=True)[0]] if name == "why" else []
        address = reverse(name, args=[story.pk, story.slug, *more])
        assert client.get(address).status_code == 410
    assert not StoryEdition.objects.filter(story=story).exists()
    for place in ("/uk/", "/uk/feed.atom", "/search/?q=bridge", sitemap):
        answer = client.get(place)
        assert answer.status_code == 200, place
        assert "Bridge opens" not in answer.content.decode(), place
        assert page not in answer.content.decode(), place
    assert "Another bridge" in client.get("/search/?q=bridge").content.decode()

    corrections.undo(made, curator)
    assert client.get(page).status_code == 200
    assert "Bridge opens" in client.get("/search/?q=bridge").content.decode()
    assert near.title in shown(client, uk)
    assert story.title in shown(client, uk)


def test_no_reason_no_hiding(curator, uk):
    with pytest.raises(CorrectionError, match="Say why"):
        standing.hide(told("Bridge opens", uk), "  ", curator)


def test_a_story_is_shown_again_by_a_decision_of_its_own(curator, uk):
    story = told("Bridge opens", uk)
    standing.hide(story, "A mistake", curator)
    standing.show(story, curator)
    assert again(story).hidden_at is None
    assert StoryEdition.objects.filter(story=story, edition=uk).exists()


def test_what_changes_nothing_is_no_decision(curator, uk):
    with pytest.raises(CorrectionError, match="already"):
        standing.show(told("Bridge opens", uk), curator)
    assert not Correction.objects.exists()


# -- what grouping does


def test_decisions_go_along_where_grouping_takes_a_story_into_another_and_come_back(curator, uk):
    small, large = told("Bridge opens", uk), told("The bridge is open", uk, reports=4)
    standing.retitle(small, "Harbour bridge opens", curator)
    standing.pin(small, soon(), [uk], curator)
    standing.hide(small, "Wrong", curator)
    before = dict.fromkeys(small.articles.values_list("pk", flat=True), small.pk)
    Article.objects.filter(story=small).update(story=large)
    stories.follow(before, [large.pk])

    survivor = again(large)
    assert again(small).merged_into == large
    assert survivor.title == "Harbour bridge opens"
    assert survivor.hidden_reason == "Wrong"
    assert survivor.pinned_in == [uk.pk]

    Article.objects.filter(pk__in=before).update(story=small)
    stories.follow(dict.fromkeys(before, large.pk), [small.pk])
    assert (again(large).title, again(large).hidden_at) == ("The bridge is open", None)
    assert again(small).hidden_at
    assert again(small).merged_into is None


def test_a_curators_merge_undone_gives_each_story_its_own_decisions_back(curator, uk):
    one, other = told("Bridge opens", uk, reports=3), told("Rovers win", uk)
    standing.retitle(one, "First", curator)
    standing.retitle(other, "Second", curator)
    made = corrections.merge([one, other], curator)
    assert again(one).title == "Second"  # the newest decision counts
    corrections.undo(made, curator)
    assert (again(one).title, again(other).title) == ("First", "Second")


def test_hidden_reports_stay_together_and_hidden_whatever_arrives(curator, uk):
    titles = ("Harbour bridge opens to traffic", "Carnival queen chosen in Dunmore")
    story = make_story(*(make_article(t, source=make_source(editions=(uk,))) for t in titles))
    stories.derive([story.pk])
    standing.hide(story, "Wrong", curator)
    for number in range(60):
        make_article(f"{titles[number % 2]} {number % 7}", source=make_source(editions=(uk,)))
    Grouper().group("en")
    hidden = Article.objects.filter(title__in=titles).values_list("story__hidden_reason", flat=True)
    assert set(hidden) == {"Wrong"}


def test_decisions_and_their_undoing_are_in_the_audit_log(curator, uk):
    story, other = told("Bridge opens", uk), told("Rovers win", uk)
    corrections.undo(standing.retitle(story, "The bridge is open", curator, "Plainer"), curator)
    corrections.merge([story, other], curator)
    title, undone, *merged = AuditEntry.objects.order_by("pk")
    assert (title.action, title.object_id, title.note) == ("title", str(story.pk), "Plainer")
    assert title.changes == {"title": ["", "The bridge is open"]}
    assert (undone.action, undone.kind, undone.by) == ("undo", "articles.correction", curator)
    assert {entry.object_id for entry in merged} == {str(story.pk), str(other.pk)}
