"""The first page of a front as it is arranged, and the pages after it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import FrontSlot, Story
from articles.pipeline import fronts, stories
from tests.factories import make_article, make_edition, make_source, make_story, make_topic
from tests.web.pages import Page
from tests.web.test_front import QUERIES


def told(
    edition, title: str, outlets: int = 2, hours_ago: float = 1, sources=(), **fields
) -> Story:
    """A story that so many outlets of an edition reported, a minute apart."""
    started = timezone.now() - timedelta(hours=hours_ago)
    sources = sources or [make_source(editions=(edition,)) for _ in range(outlets)]
    reports = [
        make_article(
            f"{title}, report {number}",
            source=source,
            published_at=started + timedelta(minutes=number),
            **fields,
        )
        for number, source in enumerate(sources)
    ]
    story = make_story(*reports)
    stories.derive([story.pk])
    return story


def paper(uk, topics: int = 3, stories_each: int = 14) -> None:
    """An edition with so many stories of each topic, arranged."""
    sources = [make_source(editions=(uk,)) for _ in range(2)]
    for name in ("World", "Sport", "Culture")[:topics]:
        topic = make_topic(name)
        for number in range(stories_each):
            title = f"{name} story {number:02}"
            told(uk, title, hours_ago=number + 5, sources=sources, topic=topic)
    fronts.arrange_fronts()


def headlines(front) -> list[str]:
    """The leads of the stories that are shown."""
    return [
        link.text
        for link in front.links
        if link.href.startswith("/article/") and link.text.endswith("report 0")
    ]


def part(front: Page, start: str, end: str = "</section>") -> str:
    """The source of the page from one mark to another."""
    return front.source.partition(start)[2].partition(end)[0]


def test_every_story_is_shown_once_over_all_pages(uk, read):
    paper(uk, stories_each=30)
    seen, address = [], "/uk/"
    while address:
        front = read(address)
        seen += headlines(front)
        address = front.link("Older stories").href if front.has_link("Older stories") else ""
    assert len(seen) == len(set(seen)) == 90


def test_each_topic_has_a_section_that_leads_to_its_page(uk, read):
    paper(uk)
    make_topic("Gardening")
    front = read("/uk/")
    for name in ("World", "Sport", "Culture"):
        section = part(front, f'id="topic-{name.lower()}"')
        assert f'href="/uk/{name.lower()}/"' in section
        assert section.count(f"{name} story") >= 4
    assert "topic-gardening" not in front.source


def test_a_section_shows_its_first_story_larger(uk, read):
    paper(uk, topics=1)
    section = part(read("/uk/"), 'id="topic-world"')
    assert section.count("teaser head") == 1
    assert section.count('<li class="brief"') == 4


@pytest.mark.parametrize("number", [1, 2, 3, 5])
def test_a_paper_of_few_stories_shows_them_all(uk, read, number):
    topic = make_topic()
    for n in range(number):
        told(uk, f"Story {n}", topic=topic, hours_ago=n + 5)
    fronts.arrange_fronts()
    front = read("/uk/")
    assert sorted(headlines(front)) == [f"Story {n}, report 0" for n in range(number)]
    assert "More stories" not in front.text or number > 4


def test_the_lead_is_confirmed_by_a_second_outlet(uk, read):
    told(uk, "Rumour", outlets=1, hours_ago=1)
    told(uk, "Confirmed", outlets=2, hours_ago=20)
    fronts.arrange_fronts()
    assert "Confirmed" in part(read("/uk/"), "teaser lead", "</article>")


def test_on_a_topics_page_too(uk, read):
    sport = make_topic("Sport")
    told(uk, "Rumour", outlets=1, hours_ago=1, topic=sport)
    told(uk, "Confirmed", outlets=2, hours_ago=20, topic=sport)
    assert "Confirmed" in part(read("/uk/sport/"), "teaser lead", "</article>")


def test_what_develops_is_told_with_what_it_gained(uk, read):
    for number in range(4):
        told(uk, f"Top {number}", outlets=9)
    told(uk, "Growing", outlets=3)
    fronts.arrange_fronts()
    strip = part(read("/uk/"), 'id="developing"')
    assert "Growing, report 0" in strip
    assert "3 independent reports in the last 3 hours" in strip


def test_what_is_big_elsewhere_is_told_with_the_edition_and_the_counts(uk, read):
    ireland = make_edition("ie", name="Ireland", country="IE")
    told(ireland, "Budget", outlets=4)
    told(uk, "Here")
    fronts.arrange_fronts()
    front = read("/uk/")
    strip = part(front, 'id="elsewhere"')
    assert "Budget, report 0" in strip
    assert "4 outlets, 4 independent reports" in strip
    assert front.link("Big in Ireland").href == "/ie/"
    assert headlines(front).count("Budget, report 0") == 1


def test_copies_of_a_lead_are_folded_under_it(uk, read):
    story = told(uk, "Flood")
    assert story.lead_id is not None
    for name in ("Echo", "Mirror"):
        make_article(
            f"{name} copy", source=make_source(name), copy_of_id=story.lead_id, story=story
        )
    fronts.arrange_fronts()
    lead = part(read("/uk/"), "teaser lead", "</article>")
    assert "also in 2 outlets" in lead
    assert "Echo copy" in lead


def test_a_story_that_was_merged_since_is_shown_no_more(uk, read):
    told(uk, "Survivor", outlets=3)
    merged = told(uk, "Merged")
    fronts.arrange_fronts()
    Story.objects.filter(pk=merged.pk).update(merged_into=Story.objects.exclude(pk=merged.pk)[0])
    merged.placements.all().delete()
    front = read("/uk/")
    assert "Merged" not in front.text
    assert "Survivor" in front.text


def test_right_to_left_stories_keep_their_direction_in_every_place(uk, read):
    topic = make_topic("World")
    for number in range(12):
        told(uk, f"إغلاق جسر {number:02}", topic=topic, hours_ago=number, language="ar")
    fronts.arrange_fronts()
    front = read("/uk/")
    for tag, kind in (("article", "teaser lead"), ("article", "teaser head"), ("li", "brief")):
        places = [place for place in front.all(tag) if place.get("class") == kind]
        assert places
        assert all(place["dir"] == "rtl" for place in places)


def test_what_develops_begins_on_the_side_that_its_edition_is_read_from(uk, read):
    egypt = make_edition("eg", country="EG", language="ar", position=2)
    for edition, direction in ((uk, "ltr"), (egypt, "rtl")):
        for number in range(8):
            told(edition, f"Story {number}", hours_ago=1, language=edition.language)
        fronts.arrange_fronts()
        strip = part(read(f"/{edition.slug}/"), '<section class="strip developing"', ">")
        assert f'dir="{direction}"' in strip


def test_a_later_page_is_a_plain_list_with_a_way_back(uk, read):
    paper(uk, stories_each=30)
    later = read(read("/uk/").link("Older stories").href)
    assert "teaser lead" not in later.source
    assert 'class="topics"' not in later.source
    assert [link.text for link in later.to("/uk/")] >= ["Top stories", "Top stories"]


def test_the_number_of_queries_does_not_grow_with_the_page(uk, queries):
    paper(uk, topics=1, stories_each=8)
    few = queries("/uk/")
    ireland = make_edition("ie", name="Ireland", country="IE")
    for number in range(4):
        told(ireland, f"Irish {number}", outlets=4)
    for name in ("Sport", "Culture"):
        topic = make_topic(name)
        for number in range(20):
            told(uk, f"{name} {number}", outlets=4, topic=topic)
    fronts.arrange_fronts()
    assert set(FrontSlot.objects.filter(edition=uk).values_list("section", flat=True)) == set(
        FrontSlot.Section.values
    )
    assert queries("/uk/") == few <= QUERIES
