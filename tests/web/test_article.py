"""The page of an article."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from articles.models import Article
from articles.selectors import articles as selectors
from articles.selectors.listing import HEADLINES
from articles.web.media import LISTED
from tests.factories import (
    link,
    make_article,
    make_edition,
    make_headline,
    make_source,
    make_story,
    make_topic,
    place,
)

QUERIES = 8
MORNING = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
TEXT = """The harbour bridge was closed on Friday morning after divers found cracks in two piers.

Ferries will run every twenty minutes from both banks while engineers look at the foundations.

The council set aside four million for repairs three years ago and has spent a third of it."""


def grouped(title="Bridge closed", **fields) -> Article:
    """An article that grouping and the search of the archive are done with."""
    now = timezone.now()
    return make_article(title, **{"clustered_at": now, "archive_searched_at": now} | fields)


def test_it_shows_headline_standfirst_source_and_both_times(uk, read):
    article = grouped(
        excerpt="Cracks were found.",
        source=make_source("The Lantern"),
        published_at=MORNING,
        published_claim=MORNING,
        updated_at=MORNING + timedelta(hours=2),
    )
    page = read(article.get_absolute_url())
    assert "Bridge closed" in page.text
    assert "Cracks were found." in page.text
    assert page.link("The Lantern").href == "/source/the-lantern/"
    assert "Published Monday, 9 March 2026, 08:30 UTC" in page.text
    assert "Updated Monday, 9 March 2026, 10:30 UTC" in page.text


def test_an_update_before_publication_is_none(uk, read):
    article = grouped(published_at=MORNING, updated_at=MORNING)
    assert "Updated" not in read(article.get_absolute_url()).text


def test_it_shows_its_former_headlines_with_times_the_last_first(uk, read):
    article = grouped("Bridge closed")
    for hours, title in enumerate(("Bridge to close", "Bridge may close", "Cracks in bridge")):
        make_headline(article, title, replaced_at=MORNING - timedelta(hours=hours))
    page = read(article.get_absolute_url())
    assert "Headline changed 3 times" in page.text
    titles = [page.text.index(title) for title in ("Bridge to", "Bridge may", "Cracks in")]
    assert titles == sorted(titles)
    times = [tag["datetime"] for tag in page.all("time")]
    assert "2026-03-09T06:30:00+00:00" in times


def test_the_words_that_changed_in_a_headline_are_marked(uk, read):
    article = grouped("Bridge closed on Friday")
    make_headline(article, "Bridge may close on Friday")
    page = read(article.get_absolute_url())
    assert "<del>may close</del> <ins>closed</ins> on Friday" in page.source


def test_a_headline_that_never_changed_goes_without_saying(uk, read):
    make_headline(make_article("Another"), "Another former")
    assert "Headline changed" not in read(grouped().get_absolute_url()).text


def test_of_many_former_headlines_the_last_are_listed_and_all_are_counted(uk, read):
    article = grouped()
    for hours in range(HEADLINES + 5):
        make_headline(article, f"Live {hours}", replaced_at=MORNING - timedelta(hours=hours))
    page = read(article.get_absolute_url())
    assert f"Headline changed {HEADLINES + 5} times" in page.text
    assert f"Live {HEADLINES - 1} " in page.text
    assert f"Live {HEADLINES} " not in page.text


def test_markup_in_a_former_headline_is_shown_and_does_nothing(uk, read):
    article = grouped()
    make_headline(article, "<script>alert(1)</script>")
    page = read(article.get_absolute_url())
    assert "<script>alert(1)</script>" in page.text
    run = [tag for tag in page.all("script") if tag.get("type") != "application/ld+json"]
    assert run == [{}]  # what asks for ours


def test_it_says_where_the_publisher_gave_no_date(uk, read):
    page = read(grouped(published_claim=None).get_absolute_url())
    assert "The publisher gave no date" in page.text


def test_it_says_where_the_publisher_dated_it_in_the_future(uk, read):
    article = grouped(published_at=MORNING, published_claim=MORNING + timedelta(days=400))
    text = read(article.get_absolute_url()).text
    assert "dated it in the future (Tuesday, 13 April 2027, 08:30 UTC)" in text


def test_an_honest_date_needs_no_note(uk, read):
    article = grouped(published_at=MORNING, published_claim=MORNING)
    assert "The publisher" not in read(article.get_absolute_url()).text


def test_key_points_are_quoted_and_attributed(uk, read):
    article = grouped(text=TEXT, excerpt="", source=make_source("The Lantern"))
    page = read(article.get_absolute_url())
    assert page.all("blockquote")[0]["cite"] == article.url
    assert "Ferries will run every twenty minutes from both banks" in page.text
    assert "Quoted from The Lantern" in page.text


def test_what_the_standfirst_says_is_not_said_again(uk, read):
    first = TEXT.split("\n\n", maxsplit=1)[0]
    page = read(grouped(text=TEXT, excerpt=first).get_absolute_url())
    assert page.text.count(first) == 1


def test_media_are_links_that_say_what_one_can_do_with_them(uk, read):
    enclosures = [
        {"url": "https://m.example/a.mp3", "media_type": "audio/mpeg", "length": 12_900_000},
        {"url": "https://m.example/b", "media_type": "video/x-ms-wmv", "length": None},
        {"url": "https://m.example/c", "media_type": "", "length": 0, "duration": None},
        {"url": "https://m.example/d.gif", "media_type": "image/gif", "length": None},
    ]
    page = read(grouped(enclosures=enclosures).get_absolute_url())
    assert page.link("Listen to the recording").href == "https://m.example/a.mp3"
    assert page.link("Watch the video").href == "https://m.example/b"
    assert page.link("Look at the picture").href == "https://m.example/d.gif"
    assert page.link("Open the file").href == "https://m.example/c"
    text = page.text.replace("\xa0", " ")
    assert "Listen to the recording MP3 · 12.3 MB · m.example" in text
    assert "Watch the video m.example" in text
    assert "Open the file m.example" in text


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (45, "45 s · MP3"),
        (59, "59 s · MP3"),
        (60, "1 min · MP3"),
        (739, "12 min · MP3"),
        (3590, "1 h · MP3"),
        (3900, "1 h 5 min · MP3"),
    ],
)
def test_a_recording_tells_how_long_it_lasts(uk, read, seconds, told):
    medium = {"url": "https://m.example/a.mp3", "media_type": "audio/mpeg", "length": None}
    page = read(grouped(enclosures=[medium | {"duration": seconds}]).get_absolute_url())
    assert f"Listen to the recording {told}" in page.text.replace("\xa0", " ")


def test_a_file_is_listed_once_and_not_where_it_is_the_picture_that_is_shown(uk, read):
    files = ["https://m.example/a.jpg", "https://m.example/b.mp3", "https://m.example/b.mp3"]
    enclosures = [{"url": url, "media_type": "", "length": None} for url in files]
    page = read(grouped(enclosures=enclosures, image_url=files[0]).get_absolute_url())
    assert page.text.count("Open the file") == 1


def test_of_many_files_some_are_listed(uk, read):
    files = [f"https://m.example/{number}.mp3" for number in range(LISTED + 5)]
    enclosures = [{"url": url, "media_type": "audio/mpeg", "length": None} for url in files]
    page = read(grouped(enclosures=enclosures).get_absolute_url())
    assert page.text.count("Listen to the recording") == LISTED


def test_the_publishers_own_tags_lead_to_a_search(uk, read):
    page = read(grouped(categories=["Harbour & bridges", "Rail"]).get_absolute_url())
    assert page.link("Harbour & bridges").href == "/search/?q=%22Harbour%20%26%20bridges%22"
    assert page.link("Rail").href == "/search/?q=%22Rail%22"


def test_read_more_leads_to_the_publisher(uk, read):
    article = grouped(url="https://www.paper.example/a")
    page = read(article.get_absolute_url())
    more = page.link("Read more »")
    assert more.href == "https://www.paper.example/a"
    assert "noopener" in more.attributes["rel"].split()
    assert "at paper.example" in page.text


def test_a_publisher_learns_that_a_reader_came_from_here_and_not_from_which_page(uk, client):
    response = client.get(grouped().get_absolute_url())
    assert response.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_a_publishers_picture_is_asked_for_without_saying_where(uk, read):
    article = grouped(image_url="https://p.example/a.jpg")
    link(article, grouped(image_url="https://p.example/b.jpg"))
    page = read(article.get_absolute_url())
    assert {image["referrerpolicy"] for image in page.all("img")} == {"no-referrer"}
    assert {image["alt"] for image in page.all("img")} == {""}


def test_it_says_where_the_publisher_gave_no_address(uk, read):
    page = read(grouped(url="").get_absolute_url())
    assert not page.has_link("Read more")
    assert "gave no address" in page.text


def test_it_leads_to_its_editions_and_to_its_topic_in_the_readers_own(uk, read):
    ireland = make_edition("ireland", name="Ireland", position=2)
    world, local = make_topic("World"), make_topic("Local")
    article = grouped(source=make_source(editions=(uk, ireland)), topic=world)
    other = grouped(source=article.source, topic=local)
    place(make_story(article), uk, topic=world)
    page = read(article.get_absolute_url())
    assert {link.text for link in page.to("/uk/")} >= {"United Kingdom"}
    assert page.to("/ireland/")
    assert page.text.count("World") == 2, "in the navigation and in the trail"
    assert len(page.to("/uk/world/")) == 2
    assert "Local" in read(other.get_absolute_url()).text
    assert not read(other.get_absolute_url()).has_link("Local")


def test_the_reports_before_and_after_it_in_its_story_are_one_step_away(uk, read):
    first, copy, second, third = (
        grouped(title, published_at=MORNING + timedelta(hours=hours))
        for hours, title in enumerate(("First", "Copy of first", "Second", "Third"))
    )
    copy.copy_of = first
    copy.save()
    make_story(first, copy, second, third)
    page = read(second.get_absolute_url())
    assert page.link("The report before").href == first.get_absolute_url()
    assert page.link("The report after").href == third.get_absolute_url()
    assert not read(first.get_absolute_url()).has_link("The report before")
    assert not read(third.get_absolute_url()).has_link("The report after")


def test_reports_of_one_moment_follow_each_other_without_repeats(uk):
    reports = [grouped(f"Report {number}", published_at=MORNING) for number in range(4)]
    make_story(*reports)
    seen = [reports[0].pk]
    while later := selectors.company(selectors.article(seen[-1])).later:
        seen.append(later.pk)
    assert seen == [report.pk for report in reports]


def test_a_report_alone_has_no_neighbours(uk, read):
    article = grouped()
    make_story(article)
    assert "The report" not in read(article.get_absolute_url()).text


def test_more_on_this_story_is_what_other_sources_report(uk, read):
    own = make_source("Own Paper")
    article = grouped(source=own)
    other, again = make_article("Another report"), make_article("Own again", source=own)
    story = make_story(article, other, again)
    page = read(article.get_absolute_url())
    assert "More on this story" in page.text
    assert page.has_link("Another report")
    assert not page.has_link("Own again")
    assert page.link("Full coverage").href == story.get_absolute_url()


def test_it_does_not_lead_to_a_story_that_is_hidden(uk, read):
    article = grouped()
    story = make_story(article, make_article("Another report"), hidden_at=MORNING)
    page = read(article.get_absolute_url())
    assert page.has_link("Another report")
    assert not any(link.href.startswith(f"/story/{story.pk}/") for link in page.links)


def test_similar_news_has_source_time_lead_and_read_more(uk, read):
    article = grouped()
    near = make_article("Near", excerpt="What it says.", source=make_source("The Lantern"))
    link(article, near)
    page = read(article.get_absolute_url())
    assert page.link("Near").href == near.get_absolute_url()
    assert page.link("The Lantern").href == "/source/the-lantern/"
    assert "What it says." in page.text
    assert [found.href for found in page.links if found.text.startswith("Read more »")] == [
        article.url,
        near.url,
    ]


def test_no_article_is_listed_twice(uk, read):
    article, same_story, other_story = grouped(), make_article("Same"), make_article("Other")
    make_story(article, same_story)
    make_story(other_story)
    link(article, same_story, other_story)
    page = read(article.get_absolute_url())
    listed = [link.href for link in page.to(same_story.get_absolute_url()) if link.text == "Same"]
    assert len(listed) == 1
    similar = page.text[page.text.index("Similar news") :]
    assert "Other" in similar
    assert "Same" not in similar


def test_copies_of_similar_news_are_folded_under_it(uk, read):
    article, near = grouped(), make_article("Near")
    make_article("Copy of near", copy_of=near, source=make_source("Echo"))
    link(article, near)
    assert "also in Echo" in read(article.get_absolute_url()).text


def test_an_original_names_the_outlets_with_the_same_text(uk, read):
    article = grouped()
    for name in ("Echo One", "Echo Two"):
        make_article("Copy", copy_of=article, source=make_source(name))
    page = read(article.get_absolute_url())
    assert "also in 2 outlets" in page.text
    assert page.has_link("Echo One")


def test_a_copy_names_where_the_text_was_first(uk, read):
    original = make_article("Original", source=make_source("The Wire"))
    sibling = make_article("Sibling", copy_of=original, source=make_source("Echo One"))
    copy = grouped("Copy", copy_of=original)
    make_story(original, sibling, copy)
    page = read(copy.get_absolute_url())
    assert "The same text was first in The Wire." in page.text
    assert "also in 2 outlets" in page.text
    assert "More on this story" not in page.text


def test_a_copy_of_an_agencys_later_article_names_whose_text_it_is(uk, read):
    original = make_article("Original", source=make_source("The Wire"))
    copy = grouped(
        "Copy", copy_of=original, published_at=original.published_at - timedelta(hours=1)
    )
    assert "The text is by The Wire." in read(copy.get_absolute_url()).text


def test_a_report_that_is_signed_by_an_agency_names_it(uk, read):
    signed = grouped("Signed", excerpt="PORT ALDER (Reuters) - The harbour bridge was closed.")
    own = grouped("Own", excerpt=signed.excerpt, source=make_source("Reuters UK"))
    assert "Text by Reuters." in read(signed.get_absolute_url()).text
    assert "Text by" not in read(own.get_absolute_url()).text


def test_a_linked_copy_stands_under_its_original_in_the_story_and_nowhere_else(uk):
    article, original = grouped("Bridge closed"), grouped("Bridge shut")
    copy = grouped("Bridge shut", copy_of=original)
    make_story(article, original, copy)
    far = grouped("Ferry runs late")
    link(article, copy, original, far)

    company = selectors.company(selectors.article(article.pk))

    assert [report.article.pk for report in company.more] == [original.pk]
    assert [report.article.pk for report in company.similar] == [far.pk]


def test_similar_news_is_looked_up_in_the_archive_when_it_is_first_read(uk, read):
    old = make_article(
        "Harbour bridge piers cracked",
        excerpt="Divers saw cracks in the piers of the harbour bridge.",
        published_at=timezone.now() - timedelta(days=200),
    )
    for number in range(4):
        make_article(f"Council meeting {number}", excerpt="The council met about the budget.")
    article = make_article(
        "Harbour bridge closed",
        excerpt="Divers found cracks in the piers of the harbour bridge.",
        clustered_at=timezone.now(),
    )
    assert read(article.get_absolute_url()).has_link(old.title)
    article.refresh_from_db()
    assert article.archive_searched_at is not None


def test_the_first_reading_takes_a_few_queries_more_for_the_search_of_the_archive(uk, queries):
    for days in range(1, 12):
        make_article(
            "Harbour bridge piers cracked", published_at=timezone.now() - timedelta(days=days)
        )
    address = make_article("Harbour bridge closed", clustered_at=timezone.now()).get_absolute_url()

    assert queries(address) <= QUERIES + 4
    assert queries(address) <= QUERIES


def test_an_article_that_is_not_grouped_yet_says_so(uk, read):
    page = read(make_article().get_absolute_url())
    assert "similar news is being looked for" in page.text


@pytest.mark.parametrize("tail", ["", "wrong/"])
def test_a_wrong_slug_leads_to_the_right_one_for_good(uk, client, tail):
    article = grouped()
    response = client.get(f"/article/{article.pk}/{tail}")
    assert response.status_code == 301
    assert response.headers["Location"] == article.get_absolute_url()


@pytest.mark.parametrize("pk", ["0", "999999", "99999999999999999999999"])
def test_an_unknown_article_is_not_found(uk, client, pk):
    response = client.get(f"/article/{pk}/title/")
    assert response.status_code == 404
    assert "There is no such article." in response.content.decode()


def test_markup_is_shown_not_run(uk, read):
    evil = "<img src=x onerror=alert(1)>"
    article = grouped(f"Evil {evil}", excerpt=evil, authors=[evil], text=f"{evil} {TEXT}")
    page = read(article.get_absolute_url())
    assert page.all("img") == []
    assert f"Evil {evil}" in page.text


def test_the_number_of_queries_does_not_grow_with_the_company(uk, queries):
    def article_with(size: int) -> Article:
        article = grouped(f"Article {size}", source=make_source(editions=(uk,)))
        reports = [make_article(f"Report {size} {number}") for number in range(size)]
        near = [make_article(f"Near {size} {number}") for number in range(min(size, 8))]
        for other in (article, *reports, *near):
            make_article("Copy", copy_of=other)
        make_story(article, *reports)
        link(article, *near)
        return article

    few = queries(article_with(2).get_absolute_url())
    assert queries(article_with(12).get_absolute_url()) == few <= QUERIES
