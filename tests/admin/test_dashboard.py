"""The desk's first page."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.admin import thin
from articles.models import (
    Article,
    AuditEntry,
    Correction,
    Edition,
    Feed,
    GroupingAttempt,
    Problem,
    Source,
    Story,
)
from articles.pipeline import page_queue
from articles.selectors import dashboard
from tests.admin.test_news import text_of
from tests.factories import (
    make_article,
    make_edition,
    make_feed,
    make_source,
    make_story,
    place,
)

INDEX = "/admin/"
NOW = timezone.now()
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MOST_QUERIES = 12

FIGURE = re.compile(
    r'<a href="([^"]+)"[^>]*>\s*<span class="name">([^<]+)</span>\s*<strong>([^<]+)</strong>'
)
HEADING = re.compile(r"<h2[^>]*>([^<]+)</h2>")


def page(client: Client) -> str:
    answer = client.get(INDEX)
    assert answer.status_code == 200
    return answer.content.decode()


def figures(html: str) -> dict[str, str]:
    return {name: value for _, name, value in FIGURE.findall(html)}


def address(html: str, name: str) -> str:
    """Where a figure leads."""
    return next(unescape(href) for href, found, _ in FIGURE.findall(html) if found == name)


def part(html: str, title: str) -> str:
    """The words of the section under a heading."""
    return text_of(re.split(r"<h2", html.partition(f">{title}</h2>")[2])[0])


def linked(html: str, words: str) -> str:
    """The address of the link of these words."""
    found = re.search(rf'<a href="([^"]+)">{re.escape(words)}</a>', html)
    assert found
    return unescape(found[1])


def shown(client: Client, url: str) -> set[Any]:
    """The rows of the list at an address of the desk."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    return set(answer.context["cl"].result_list)


def read(**fields: Any) -> Feed:
    """A feed that is well: read a minute ago, and asked again in an hour."""
    now = timezone.now()
    facts: dict[str, Any] = {
        "last_fetch_at": now,
        "last_success_at": now,
        "next_fetch_at": now + HOUR,
        "newest_entry_at": now - HOUR,
        "entry_gap": HOUR,
    }
    return make_feed(**facts | fields)


@pytest.fixture
def feeds(db) -> dict[str, Feed]:
    """One feed in each state that somebody should know of."""
    return {
        "well": read(),
        "due": read(next_fetch_at=timezone.now() - timedelta(minutes=2)),
        "late": read(next_fetch_at=timezone.now() - HOUR),
        "held": read(next_fetch_at=NOW - HOUR, claimed_until=timezone.now() + HOUR),
        "failing": read(failures=9, last_success_at=NOW - 9 * DAY),
        "failing lately": read(failures=1, last_success_at=NOW - HOUR),
        "silent": read(newest_entry_at=NOW - 3 * DAY),
        "weekly": read(newest_entry_at=NOW - 20 * DAY, entry_gap=7 * DAY),
        "paused": read(failures=1, active=False, newest_entry_at=NOW - 99 * DAY),
        "retired": read(retired_at=timezone.now() - HOUR),
    }


def test_feeds_are_counted_by_what_they_need(desk, feeds):
    found = figures(page(desk))
    wanted = {"Feeds due": "2", "Late": "1", "Failing": "2", "Silent": "1"}
    assert wanted.items() <= found.items()


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Feeds due", {"due", "late"}),
        ("Late", {"late"}),
        ("Failing", {"failing", "failing lately"}),
        ("Silent", {"silent"}),
    ],
)
def test_each_number_of_feeds_leads_to_just_those_feeds(desk, feeds, name, wanted):
    assert shown(desk, address(page(desk), name)) == {feeds[key] for key in wanted}


def test_what_began_to_fail_since_yesterday_leads_to_those_feeds(desk, feeds):
    html = page(desk)
    assert shown(desk, linked(html, "Feeds that began to fail")) == {feeds["failing lately"]}
    assert shown(desk, linked(html, "Feeds retired")) == {feeds["retired"]}


def test_a_feed_without_a_known_rhythm_is_not_called_silent(desk):
    read(entry_gap=None, newest_entry_at=NOW - 400 * DAY)
    assert figures(page(desk))["Silent"] == "0"


def arrived(ago: timedelta, **fields: Any) -> Article:
    """An article first seen so long ago."""
    article = make_article(clustered_at=NOW, **fields)
    Article.objects.filter(pk=article.pk).update(fetched_at=timezone.now() - ago)
    return article


def test_what_came_is_counted_by_the_hour_and_day(db):
    for ago in (HOUR / 2, HOUR / 2, 30 * HOUR, 60 * HOUR):
        arrived(ago)
    make_story(first_at=timezone.now() - 5.5 * HOUR)
    found = dashboard.hours(timezone.now())
    assert (len(found.articles), sum(found.articles)) == (48, 3)
    assert (found.articles[-1], found.articles[-31]) == (2, 1)
    assert [hour for hour, count in enumerate(found.stories) if count] == [42]


def test_an_hour_is_drawn_and_told_to_those_who_see_no_drawing(desk):
    make_source()
    arrived(HOUR / 2)
    arrived(3.5 * HOUR)
    html = page(desk)
    drawing = html.partition("<svg")[2].partition("</svg>")[0]
    assert 'aria-hidden="true"' in drawing
    assert drawing.count("<rect") == 48
    assert "2 in 48 hours; the most in one hour: 1." in html
    assert part(html, "Articles an hour").count("–") == 48


def test_what_changed_since_yesterday_stands_beside_the_day_before(desk):
    newest, older = arrived(HOUR), arrived(30 * HOUR)
    Source.objects.filter(pk=older.source_id).update(added_at=NOW - 30 * HOUR)
    old = make_source("Old")
    Source.objects.filter(pk=old.pk).update(added_at=None)
    html = page(desk)
    assert "Articles 1 1" in part(html, "Since yesterday")
    assert "Sources added 1 1" in part(html, "Since yesterday")
    assert shown(desk, linked(html, "Articles")) == {newest}
    assert shown(desk, linked(html, "Sources added")) == {newest.source}


def test_stories_and_corrections_of_the_last_day_lead_to_their_lists(desk, admin_user):
    story = make_story(first_at=NOW - HOUR)
    make_story(first_at=NOW - 3 * DAY)
    make_source()
    made = _correct(story, admin_user)
    html = page(desk)
    assert shown(desk, linked(html, "Stories begun")) == {story}
    assert shown(desk, linked(html, "Corrections")) == {made}


def _correct(story: Story, by, **fields: Any) -> Correction:
    facts: dict[str, Any] = {
        "kind": Correction.Kind.APART,
        "language": "en",
        "summary": "Kept two apart",
    }
    return Correction.objects.create(
        **facts | {"story": story, "made_by": by, "made_at": timezone.now()} | fields
    )


def test_the_latest_corrections_say_who_made_them_and_whether_they_hold(desk, admin_user):
    _correct(make_story(make_article()), admin_user)
    undone = _correct(make_story(), None, summary="Merged two", undone_at=NOW)
    html = page(desk)
    told = part(html, "Latest corrections")
    assert told.startswith("Merged two somebody who is gone")
    assert ", undone Kept two apart admin, " in told
    assert linked(html, "Merged two") == f"/admin/articles/correction/{undone.pk}/change/"


def test_the_queue_of_grouping_is_told_by_language_with_its_oldest(desk):
    waiting = make_article()
    Article.objects.filter(pk=waiting.pk).update(fetched_at=timezone.now() - 2 * HOUR)
    edited = make_article(story=make_story(), language="de")
    arrived(HOUR)
    GroupingAttempt.objects.create(language="en", failures=4, first=1)
    html = page(desk)
    assert figures(html)["Waiting to be grouped"] == "2"
    assert shown(desk, address(html, "Waiting to be grouped")) == {waiting, edited}
    told = part(html, "Grouping, by language")
    assert "en 1 article waits, the oldest for 2 hours, 4 attempts in a row" in told
    assert "de 1 article waits" in told
    assert shown(desk, linked(html, "de")) == {edited}


def test_articles_that_could_not_be_grouped_are_counted_and_listed(desk):
    poison = arrived(HOUR, grouping_error="It fails by itself.")
    arrived(HOUR)
    html = page(desk)
    assert figures(html)["Could not be grouped"] == "1"
    assert shown(desk, address(html, "Could not be grouped")) == {poison}
    assert "1 article could not be grouped" in part(html, "Grouping, by language")


def test_pages_that_wait_lead_to_their_list(desk):
    article = make_article()
    page_queue.want({article.pk: article.url})
    html = page(desk)
    assert figures(html)["Article pages to read"] == "1"
    (waiting,) = shown(desk, address(html, "Article pages to read"))
    answer = desk.get(f"/admin/articles/page/{waiting.pk}/change/")
    assert article.title in answer.content.decode()
    assert desk.post(f"/admin/articles/page/{waiting.pk}/change/", {}).status_code == 403


def test_open_reports_of_readers_are_counted_listed_and_linked(desk):
    make_source()
    first, second = (
        Problem.objects.create(kind=Problem.Kind.WORDS, text=f"The <i>date</i> is {when}.")
        for when in ("wrong", "old")
    )
    Problem.objects.create(kind=Problem.Kind.OTHER, text="Done.", closed_at=NOW)
    html = page(desk)
    assert figures(html)["Open reports"] == "2"
    assert shown(desk, address(html, "Open reports")) == {first, second}
    told = part(html, "Latest reports")
    assert told.index("is old.") < told.index("is wrong.")
    assert "The &lt;i&gt;date&lt;/i&gt; is old." in html
    assert "Done." not in told
    assert f"/admin/articles/problem/{second.pk}/change/" in html


def copies(source: Source, own: int, copied: int, ago: timedelta = HOUR) -> None:
    original = make_article()
    for number in range(own + copied):
        make_article(
            source=source,
            copy_of=original if number < copied else None,
            published_at=NOW - ago,
        )


def test_sources_that_bring_mostly_copies_are_named_with_their_share(desk):
    copies(make_source("Echo"), 5, 15)
    copies(make_source("Crier"), 15, 5)
    copies(make_source("Once Echo"), 0, 20, ago=9 * DAY)
    copies(make_source("Small"), 0, 5)
    html = page(desk)
    told = part(html, "Mostly copies")
    assert told == "Echo 75 % copies: 15 of 20 articles"
    assert {each.source.name for each in shown(desk, linked(html, "Echo"))} == {"Echo"}
    assert len(shown(desk, linked(html, "Echo"))) == 15


@pytest.fixture
def full(db) -> Edition:
    """An edition that lacks nothing."""
    edition = make_edition("uk", name="United Kingdom")
    for _ in range(thin.ENOUGH_SOURCES):
        source = make_source(editions=(edition,))
        read(source=source)
        make_article(source=source, published_at=NOW - HOUR)
    for _ in range(thin.ENOUGH_STORIES):
        place(make_story(independent_count=2), edition)
    return edition


def test_an_edition_that_lacks_nothing_is_not_mentioned(desk, full):
    assert part(page(desk), "Thin editions") == "No edition lacks anything."


def test_an_edition_with_few_sources_is_thin(desk, full):
    stopped, muted, once_muted = Source.objects.all()[:3]
    Source.objects.filter(pk=stopped.pk).update(active=False)
    Source.objects.filter(pk=muted.pk).update(muted_until=timezone.now() + DAY)
    Source.objects.filter(pk=once_muted.pk).update(muted_until=NOW - DAY)
    html = page(desk)
    told = part(html, "Thin editions")
    assert told == "United Kingdom Only 6 sources take part in it."
    assert len(shown(desk, linked(html, "United Kingdom"))) == 8


def test_an_edition_with_silent_sources_is_thin(desk, full):
    quiet = list(Source.objects.all()[:3])
    Article.objects.filter(source__in=quiet).update(published_at=NOW - 2 * DAY)
    told = part(page(desk), "Thin editions")
    assert told.endswith("3 of its 8 sources published nothing in the last day.")


def test_an_edition_whose_feeds_fail_is_thin(desk, full):
    Feed.objects.filter(pk__in=Feed.objects.all()[:3]).update(failures=2)
    told = part(page(desk), "Thin editions")
    assert told.endswith("The feeds of 3 of its sources cannot be read.")


def test_an_edition_with_few_independent_stories_is_thin(desk, full):
    first = Story.objects.values_list("pk")[:1]
    Story.objects.exclude(pk__in=first).update(independent_count=1)
    told = part(page(desk), "Thin editions")
    assert told.endswith("Only 1 story of the last day has more than one independent report.")
    Story.objects.update(last_at=NOW - 2 * DAY)
    assert "No story of the last day" in part(page(desk), "Thin editions")


def test_an_edition_without_sources_says_only_that(desk, full):
    make_edition("mars", name="Mars")
    assert (
        part(page(desk), "Thin editions")
        == "Mars No source takes part in it that is active and not muted."
    )


def test_an_empty_installation_says_what_to_do_first(desk, db):
    html = page(desk)
    assert HEADING.findall(html)[0] == "Nothing is read yet"
    assert "<svg" not in html
    for words in ("Load the default sources", "Add a source", "Import a list"):
        assert desk.get(linked(html, words)).status_code == 200


def test_who_may_not_add_sources_is_not_told_to(sign_in):
    html = page(sign_in("view_source"))
    assert "Somebody who may add sources" in html
    assert "Load the default sources" not in html


def test_the_default_sources_are_loaded_once_that_is_confirmed(desk, db):
    loading = linked(page(desk), "Load the default sources")
    assert "What is there already stays as it is." in desk.get(loading).content.decode()
    assert not Source.objects.exists()
    answer = desk.post(loading, {"confirmed": "yes"}, follow=True).content.decode()
    assert f"{Source.objects.count()} sources and their feeds added" in answer
    assert Edition.objects.count() > 10
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.changes["sources"]) == ("load", Source.objects.count())
    assert "Nothing is read yet" not in page(desk)


@pytest.mark.parametrize("missing", ["add_edition", "add_topic", "add_source", "add_feed"])
def test_loading_needs_every_permission_for_what_it_adds(sign_in, missing):
    granted = {"add_edition", "add_topic", "add_source", "add_feed", "view_edition"}
    loading = "/admin/articles/edition/load-defaults/"
    client = sign_in(*(granted - {missing}))
    assert client.get(loading).status_code == client.post(loading).status_code == 403
    assert not Source.objects.exists()


PANELS = {
    "view_feed": {"Now", "Since yesterday"},
    "view_article": {"Now", "Articles an hour", "Since yesterday", "Grouping, by language"},
    "view_story": {"Stories begun an hour", "Since yesterday"},
    "view_source": {"Since yesterday"},
    "view_edition": set(),
    "view_correction": {"Since yesterday", "Latest corrections"},
    "view_page": {"Now"},
    "view_problem": {"Now", "Latest reports"},
}


@pytest.mark.parametrize("permission", PANELS)
def test_staff_see_the_panels_whose_lists_they_may_see(sign_in, full, permission):
    html = page(sign_in(permission))
    shown_panels = set(HEADING.findall(html.partition('class="dashboard"')[2])) - {"All lists"}
    assert shown_panels == PANELS[permission]
    for href, _, _ in FIGURE.findall(html):
        assert sign_in(permission).get(unescape(href)).status_code == 200


def test_staff_without_permissions_see_no_number(sign_in, full):
    with CaptureQueriesContext(connection) as asked:
        html = page(sign_in())
    assert HEADING.findall(html.partition('class="dashboard"')[2]) == ["All lists"]
    assert not any("articles_article" in query["sql"] for query in asked.captured_queries)


def test_headlines_and_names_are_text(desk):
    copies(make_source("<b>Echo</b>"), 0, 20)
    _correct(make_story(), None, summary="Split <script>alert(1)</script>")
    html = page(desk)
    assert "&lt;b&gt;Echo&lt;/b&gt;" in html
    assert "<script>alert(1)" not in html


def queries(desk) -> int:
    page(desk)
    with CaptureQueriesContext(connection) as asked:
        page(desk)
    return len(asked)


def test_the_page_takes_as_many_queries_for_much_as_for_little(desk, full, admin_user):
    few = queries(desk)
    for number in range(5):
        edition = make_edition(f"e{number}")
        source = make_source(editions=(edition, full))
        read(source=source, failures=1)
        article = make_article(source=source, language=f"x{number}")
        page_queue.want({article.pk: article.url})
        _correct(make_story(article), admin_user)
        Problem.objects.create(kind=Problem.Kind.OTHER, text="Odd.", article=article)
        copies(source, 0, 20)
    assert queries(desk) == few <= MOST_QUERIES
