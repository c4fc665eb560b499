"""The front page of an edition and of a topic."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from articles.models import Story
from articles.pipeline.fronts import arrange_fronts
from articles.selectors.briefs import STORIES_A_PAGE
from newsreader.bundles import loader
from tests.factories import (
    make_article,
    make_edition,
    make_feed,
    make_source,
    make_story,
    make_topic,
    place,
)
from tests.web.pages import page

QUERIES = 8
NOW = timezone.now()


def covered(edition, outlets=3, title="Bridge reopens", rank=1.0, topic=None) -> Story:
    """A story told by several outlets, the first of them leading."""
    now = timezone.now()
    reports = [
        make_article(
            f"{title}, told by outlet {number}",
            source=make_source(f"{title} Outlet {number}"),
            published_at=now - timedelta(minutes=number),
        )
        for number in range(1, outlets + 1)
    ]
    story = make_story(*reports)
    place(story, edition, rank, topic)
    return story


def test_stories_stand_in_the_order_of_their_rank(uk, read):
    for rank, title in ((1, "Third"), (3, "First"), (2, "Second")):
        covered(uk, 1, title, rank)
    text = read("/uk/").text
    assert text.index("First, told") < text.index("Second, told") < text.index("Third, told")


def test_a_story_shows_headline_outlet_time_and_excerpt_of_its_lead(uk, read):
    covered(uk)
    front = read("/uk/")
    assert front.link("Bridge reopens, told by outlet 1").href.startswith("/article/")
    assert "What is known about this: Bridge reopens, told by outlet 1." in front.text
    assert front.link("Bridge reopens Outlet 1").href == "/source/bridge-reopens-outlet-1/"
    told = [time for time in front.all("time") if "data-moment" in time]
    assert told[0]["datetime"].endswith("+00:00")


def test_a_story_tells_outlets_and_independent_reports(uk, read):
    story = covered(uk)
    Story.objects.filter(pk=story.pk).update(source_count=14, independent_count=5)
    assert "14 outlets, 5 independent reports" in read("/uk/").text


def test_one_independent_report_is_told_in_the_singular(uk, read):
    story = covered(uk)
    Story.objects.filter(pk=story.pk).update(independent_count=1)
    assert "3 outlets, 1 independent report " in read("/uk/").text


def test_a_story_of_one_article_has_no_counts_and_no_full_coverage(uk, read):
    covered(uk, outlets=1)
    front = read("/uk/")
    assert "1 outlet" not in front.text
    assert not front.has_link("Full coverage")


def test_several_articles_of_one_outlet_are_not_called_independent(uk, read):
    paper = make_source("The Paper")
    place(make_story(make_article("One", source=paper), make_article("Two", source=paper)), uk)
    front = read("/uk/")
    assert "1 outlet, 2 articles" in front.text
    assert front.has_link("Full coverage")


def test_full_coverage_leads_to_the_story(uk, read):
    story = covered(uk)
    assert read("/uk/").link("Full coverage").href == story.get_absolute_url()


def test_read_more_leads_to_the_publisher_without_an_opener(uk, read):
    story = covered(uk)
    link = read("/uk/").link("Read more »")
    assert story.lead is not None
    assert link.href == story.lead.url
    assert set(link.attributes["rel"].split()) == {"noopener", "external"}
    assert "Bridge reopens Outlet 1" in link.text


def test_there_is_no_read_more_where_the_publisher_gave_no_address(uk, read):
    place(make_story(make_article(url="")), uk)
    assert not read("/uk/").has_link("Read more")


def test_other_headlines_are_the_newest_of_three_other_sources(uk, read):
    covered(uk, outlets=6)
    front = read("/uk/")
    shown = [
        number
        for number in range(1, 7)
        if front.has_link(f"Bridge reopens, told by outlet {number}")
    ]
    assert shown == [1, 2, 3, 4]


def test_other_headlines_leave_out_copies_and_the_leads_own_source(uk, read):
    story = covered(uk, outlets=1)
    assert story.lead is not None
    copy = make_article("A copy of it", copy_of=story.lead, story=story)
    again = make_article("The same outlet again", source=story.lead.source, story=story)
    other = make_article("Another outlet", story=story)
    front = read("/uk/")
    others = front.source.partition('class="others"')[2]
    assert other.title in others
    assert copy.title not in others
    assert again.title not in others


def test_one_source_gives_one_other_headline(uk, read):
    story = covered(uk, outlets=1)
    paper = make_source("Busy Paper")
    for number in range(3):
        make_article(f"Busy report {number}", source=paper, story=story)
    assert len([link for link in read("/uk/").links if link.text.startswith("Busy report")]) == 1


def test_a_picture_is_lazy_decorative_and_tells_the_publisher_nothing(uk, read):
    place(make_story(make_article(image_url="https://paper.example/a.jpg")), uk)
    picture = read("/uk/").all("img")[0]
    assert picture["src"] == "https://paper.example/a.jpg"
    assert picture["loading"] == "lazy"
    assert picture["referrerpolicy"] == "no-referrer"
    assert picture["alt"] == ""
    assert picture["width"]
    assert picture["height"]


def test_older_stories_follow_until_every_story_was_shown_once(uk, read):
    total = 2 * STORIES_A_PAGE + 1
    for number in range(total):
        # Many of one rank: the id must decide between them.
        place(make_story(make_article(f"Report {number:03}")), uk, rank=float(number // 10))
    seen, address = [], "/uk/"
    while address:
        front = read(address)
        seen += [link.text for link in front.links if link.text.startswith("Report ")]
        address = front.link("Older stories").href if front.has_link("Older stories") else ""
    assert len(seen) == total
    assert len(set(seen)) == total


@pytest.mark.parametrize(
    "cursor", ["x", "1", "1-", "-1", "nan-1", "inf-1", "1-99999999999999999999", "%00"]
)
def test_a_cursor_that_no_page_wrote_is_not_found(uk, client, cursor):
    assert client.get(f"/uk/?after={cursor}").status_code == 404


def test_sections_are_the_topics_that_have_stories_here(uk, read):
    covered(uk, topic=make_topic("World"))
    make_topic("Gardening")
    front = read("/uk/")
    assert front.link("World").href == "/uk/world/"
    assert not front.has_link("Gardening")


def test_a_topic_shows_only_its_stories(uk, read):
    covered(uk, title="Match ends", topic=make_topic("Sport"))
    covered(uk, title="Vote held", topic=make_topic("Politics"))
    text = read("/uk/sport/").text
    assert "Match ends" in text
    assert "Vote held" not in text


def test_an_edition_shows_only_its_stories(uk, read):
    us = make_edition("us", name="United States", country="US")
    covered(uk, title="Here")
    covered(us, title="There")
    assert "There, told" not in read("/uk/").text


@pytest.mark.parametrize("address", ["/atlantis/", "/atlantis/sport/", "/uk/gardening/"])
def test_unknown_editions_and_topics_are_not_found(uk, client, address):
    assert client.get(address).status_code == 404


def test_a_fresh_install_says_what_comes_next_and_looks_again(uk, read):
    make_feed(make_source("The Paper", editions=(uk,)))
    front = read("/uk/")
    assert "the first stories appear within a minute or two" in front.text
    assert {"http-equiv": "refresh", "content": "30"} in front.all("meta")


def test_a_front_with_stories_does_not_reload(uk, read):
    covered(uk)
    assert not any("http-equiv" in meta for meta in read("/uk/").all("meta"))


def test_a_story_without_a_lead_is_left_out(uk, read):
    place(make_story(title="Headless"), uk)
    assert "Headless" not in read("/uk/").text


def test_markup_in_headlines_names_and_excerpts_is_shown_not_run(uk, client):
    evil = "<script>alert(1)</script>"
    article = make_article(f"Evil {evil}", excerpt=evil, source=make_source(evil, slug="evil"))
    place(make_story(article), uk)
    answer = client.get("/uk/")
    assert re.findall("<script>(.*?)</script>", answer.content.decode()) == [loader().text]
    assert f"Evil {evil}" in page(answer).text


def test_right_to_left_news_is_marked_as_such(uk, client):
    place(make_story(make_article("إغلاق جسر", language="ar")), uk)
    front = page(client.get("/uk/"))
    assert {"class": "teaser lead", "dir": "rtl"} in front.all("article")
    assert {"class": "headline", "lang": "ar", "dir": "auto"} in front.all("h2")


def test_only_staff_see_the_way_to_the_administration(uk, client, read):
    assert not read("/uk/").has_link("Administration")
    client.force_login(User.objects.create_superuser("curator"))
    assert read("/uk/").has_link("Administration")


def test_the_number_of_queries_does_not_grow_with_the_stories(uk, queries):
    topic = make_topic("World")
    covered(uk, outlets=2, topic=topic)
    few = queries("/uk/")
    for number in range(10):
        covered(uk, outlets=5, title=f"Event {number}", rank=number, topic=topic)
    assert queries("/uk/") == few <= QUERIES
    assert queries("/uk/world/") <= few


@pytest.mark.parametrize(
    ("feeds", "told"),
    [
        ([], "its sources are still to be chosen"),
        ([{}], "Feeds are being fetched"),
        ([{"last_fetch_at": NOW}], "None of its feeds could be read so far"),
        ([{"last_fetch_at": NOW}, {}], "Feeds are being fetched"),
        ([{"last_fetch_at": NOW, "last_success_at": NOW}], "Feeds are being fetched"),
        ([{"last_fetch_at": NOW}, {"last_fetch_at": NOW, "last_success_at": NOW}], "being fetched"),
    ],
)
def test_an_edition_without_stories_says_what_keeps_them(
    uk, read, django_assert_max_num_queries, feeds, told
):
    paper = make_source("The Paper", editions=(uk,))
    for fields in feeds:
        make_feed(paper, **fields)
    make_feed(make_source("Elsewhere"), last_success_at=NOW)
    with django_assert_max_num_queries(QUERIES):
        assert told in read("/uk/").text


def test_what_is_big_elsewhere_stands_below_what_an_empty_edition_says(uk, read):
    us = make_edition("us", country="US", position=2)
    covered(us, title="There")
    arrange_fronts()
    text = read("/uk/").text
    assert 0 < text.index("No stories here yet") < text.index("Big elsewhere")


def test_an_edition_without_stories_leads_to_all_others(uk, client):
    make_edition("ireland", name="Ireland", position=2)
    *_, chips = client.get("/uk/").content.decode().partition('<ul class="chips">')
    assert re.findall(r'href="(.*?)"', chips.partition("</ul>")[0]) == ["/ireland/"]
