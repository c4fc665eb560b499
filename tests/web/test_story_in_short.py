"""What stands above a story's coverage: key points, when it was reported, how headlines differ."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Article, Story
from articles.pipeline import digests
from articles.selectors.coverage import HEADLINES_A_PAGE, REPORTS_A_PAGE
from articles.selectors.listing import HEADLINES
from tests.factories import make_article, make_headline, make_source, make_story

QUERIES = 8
FACTS = (
    "Engineers found two cracks in the northern pier on Monday.",
    "Ferries carry passengers across until repairs end next spring.",
)


@pytest.fixture
def bridge(uk) -> Story:
    """A story of two reports with a text, an hour apart."""
    now = timezone.now()
    names = ("The Lantern", "The Ledger")
    reports = [
        make_article(
            f"Bridge closed, says {name}",
            text=fact,
            source=make_source(name),
            published_at=now - timedelta(hours=5 - number),
        )
        for number, (name, fact) in enumerate(zip(names, FACTS, strict=True))
    ]
    story = make_story(*reports)
    digests.digest_waiting()
    return story


def test_key_points_are_quoted_with_outlet_time_and_link(bridge, read):
    page = read(bridge.get_absolute_url())
    points = page.text[page.text.index("Key points") : page.text.index("Reports per hour")]
    assert points.index(FACTS[0]) < points.index("The Lantern") < points.index(FACTS[1])
    assert points.count("Read more »") == 2
    for article in Article.objects.all():
        assert {"lang": "en", "dir": "auto", "cite": article.url} in page.all("blockquote")


def test_until_a_story_was_told_in_short_its_page_says_nothing_of_it(bridge, read):
    bridge.digest.delete()
    page = read(bridge.get_absolute_url())
    assert FACTS[0] not in page.text
    assert "Key points" not in page.text
    assert "Reports per hour" in page.text


def test_a_story_of_headlines_alone_has_no_key_points(uk, read):
    story = make_story(make_article(excerpt=""), make_article(excerpt=""))
    assert "Key points" not in read(story.get_absolute_url()).text


def test_markup_in_a_sentence_is_shown_and_does_nothing(uk, read):
    text = "Engineers found <img src=x> two cracks in the pier."
    page = read(make_story(make_article(text=text)).get_absolute_url())
    assert text in page.text
    assert not page.all("img")


def test_reports_are_drawn_by_the_hour_and_told_in_a_table(bridge, read):
    page = read(bridge.get_absolute_url())
    assert "Reports per hour" in page.text
    (drawing,) = [svg for svg in page.all("svg") if svg.get("class") == "bars"]
    assert drawing["aria-hidden"] == "true"
    assert len([bar for bar in page.all("rect") if bar["class"] == "bar-reports"]) == 2
    assert [head["scope"] for head in page.all("th")] == ["col"] * 3 + ["row"] * 2
    assert not [tag for tag, attributes in page.tags if "style" in attributes]


def test_one_report_is_not_drawn(uk, read):
    page = read(make_story(make_article()).get_absolute_url())
    assert "Reports per" not in page.text
    assert "How headlines differ" not in page.text


def test_headlines_stand_side_by_side_with_the_words_that_were_edited(bridge, read):
    edited = bridge.articles.get(source__name="The Ledger")
    make_headline(edited, "Bridge to close, says The Ledger")
    page = read(bridge.get_absolute_url())
    assert "Bridge <del>to close</del> <ins>closed</ins>, says The Ledger" in page.source
    differ = page.text[page.text.index("How headlines differ") :]
    assert differ.index("Bridge closed, says The Lantern") < differ.index("The Ledger")
    (more,) = page.to(f"{bridge.get_absolute_url()}headlines/")
    assert more.text == "All headlines and their edits"


def test_all_headlines_are_listed_with_every_edit_and_its_time(bridge, read):
    edited = bridge.articles.get(source__name="The Ledger")
    seen = timezone.now() - timedelta(hours=2)
    make_headline(edited, "Bridge may close", replaced_at=seen)
    make_headline(edited, "Bridge to close", replaced_at=seen + timedelta(hours=1))
    page = read(f"{bridge.get_absolute_url()}headlines/")
    assert "Bridge <del>may</del> <ins>to</ins> close" in page.source
    assert "Bridge <del>to close</del> <ins>closed, says The Ledger</ins>" in page.source
    assert seen.isoformat(timespec="seconds") in page.source
    assert page.link("Back to the story").href == bridge.get_absolute_url()


def test_headlines_follow_page_by_page_until_each_was_shown_once(uk, read):
    source, now = make_source(), timezone.now()
    reports = [
        make_article(f"Headline {number:03}", source=source, published_at=now)
        for number in range(HEADLINES_A_PAGE + 1)
    ]
    address = f"{make_story(*reports).get_absolute_url()}headlines/"
    first = read(address)
    second = read(f"{address}{first.link('Later headlines').href}")
    links = [*first.links, *second.links]
    seen = [link.text for link in links if link.href.startswith("/article/")]
    assert seen == [report.title for report in reports]
    assert not second.has_link("Later headlines")


def test_headlines_of_a_wrong_slug_or_a_merged_story_are_found_for_good(bridge, client):
    merged = make_story(title="Merged", merged_into=bridge)
    for wrong in (f"/story/{bridge.pk}/wrong/", merged.get_absolute_url()):
        response = client.get(f"{wrong}headlines/")
        assert response.status_code == 301
        assert response.headers["Location"] == f"{bridge.get_absolute_url()}headlines/"


def test_of_a_headline_that_changes_all_the_time_the_last_edits_are_listed(uk, read):
    ticker, other = make_article("Live now"), make_article("Bridge opens")
    for hours in range(HEADLINES + 5):
        at = timezone.now() - timedelta(hours=hours)
        make_headline(ticker, f"Live {hours} hours ago", replaced_at=at)
    make_headline(other, "Bridge closed")
    page = read(f"{make_story(ticker, other).get_absolute_url()}headlines/")
    assert page.text.count("Change seen") == HEADLINES + 1
    assert f"Headline changed {HEADLINES + 5} times" in page.text
    assert "Headline changed once" not in page.text
    assert f"Live {HEADLINES - 1} " in page.text
    assert f"Live {HEADLINES} " not in page.text


@pytest.mark.parametrize("address", ["/story/0/x/headlines/", "{story}headlines/?after=x"])
def test_headlines_that_are_not_there_are_not_found(bridge, client, address):
    response = client.get(address.format(story=bridge.get_absolute_url()))
    assert response.status_code == 404


def test_headlines_of_an_emptied_story_still_answer(uk, read):
    page = read(f"{make_story(title='Emptied').get_absolute_url()}headlines/")
    assert "no further headlines" in page.text


def test_later_pages_show_the_coverage_alone(uk, read):
    now = timezone.now()
    reports = [
        make_article(text=FACTS[0], published_at=now - timedelta(hours=number))
        for number in range(REPORTS_A_PAGE + 1)
    ]
    story = make_story(*reports)
    digests.digest_waiting()
    first = read(story.get_absolute_url())
    second = read(f"{story.get_absolute_url()}{first.link('More coverage').href}")
    for words in ("Key points", "Reports per", "How headlines differ"):
        assert words in first.text
        assert words not in second.text


def story_of(size: int) -> Story:
    """Reports by ten outlets in three countries, every third a copy, each with a text."""
    now = timezone.now()
    sources = [make_source(country=("GB", "DE", "")[number % 3]) for number in range(10)]
    reports: list[Article] = []
    for number in range(size):
        article = make_article(
            f"Report {number} on the bridge",
            text=f"{FACTS[number % 2]} Outlet number {number} counted {number} cracks in piers.",
            source=sources[number % 10],
            copy_of=reports[-1] if number % 3 == 2 else None,
            published_at=now - timedelta(minutes=7 * number),
        )
        reports.append(article)
    story = make_story(*reports)
    digests.digest_waiting()
    return story


@pytest.mark.parametrize("size", [1, 2, 40])
def test_a_story_takes_few_queries(uk, queries, size):
    address = story_of(size).get_absolute_url()
    assert queries(address) <= QUERIES
    assert queries(f"{address}?only=independent&country=GB&order=newest") <= QUERIES
    assert queries(f"{address}headlines/") <= QUERIES


def test_a_story_of_four_hundred_takes_no_more_and_is_hardly_longer(uk, queries, read):
    large, small = (story_of(size).get_absolute_url() for size in (400, 60))
    assert queries(large) == queries(small) <= QUERIES
    assert len(read(large).source) < 1.5 * len(read(small).source)
