"""Importing OPML: whose a feed is, what is refused, and what is stored."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.core.management import CommandError, call_command
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.fetch.types import DoorSettings
from articles.models import Edition, Feed, Import, ImportRow, Listing, Source, Topic
from articles.pipeline import hosts, imports, opml
from articles.pipeline.opml import Known, Plan, plan, why_refused
from articles.pipeline.outlines import Outline, read_opml
from tests.factories import make_edition, make_feed

Outcome = ImportRow.Outcome

VILLAGE = Edition(slug="village", name="The Village", country="GB", language="en")
LOOPBACK = (ip_network("127.0.0.0/8"),)


def feed(url: str, title: str = "", home: str = "", *folders: str) -> Outline:
    return Outline(url, title, home, folders)


def planned(*outlines: Outline, known: Known | None = None) -> Plan:
    return plan(outlines, known or Known(), VILLAGE)


def sources(result: Plan) -> dict[str, list[str]]:
    return {source.slug: [feed.url for feed in source.feeds] for source in result.catalogue.sources}


# --- Whose a feed is -----------------------------------------------------------------------------


def test_a_new_publisher_gets_the_name_and_home_page_of_the_list():
    [source] = planned(
        feed("https://crier.example/rss", "The Crier", "https://crier.example/")
    ).catalogue.sources
    assert (source.slug, source.name) == ("the-crier", "The Crier")
    assert source.home_url == "https://crier.example/"
    assert (source.country, source.language, source.editions) == ("GB", "en", ["village"])


def test_sections_below_one_home_page_are_one_publisher():
    result = planned(
        feed("https://f.example/world", "World", "https://crier.example/news/world"),
        feed("https://f.example/all", "The Crier", "https://www.crier.example/news"),
    )
    assert sources(result) == {"the-crier": ["https://f.example/all", "https://f.example/world"]}


def test_two_home_pages_side_by_side_on_one_host_are_two_publishers():
    result = planned(
        feed("http://h.example/feeds/a.xml", "A", "http://h.example/sites/a/"),
        feed("http://h.example/feeds/b.xml", "B", "http://h.example/sites/b/"),
    )
    assert set(sources(result)) == {"a", "b"}


def test_a_feed_of_a_known_publisher_is_added_to_it():
    known = Known(slugs=frozenset({"crier"}), homes={("crier.example",): "crier"})
    result = planned(
        feed("https://crier.example/2", "Two", "https://crier.example/two"), known=known
    )
    [source] = result.catalogue.sources
    assert (source.slug, source.editions) == ("crier", [])


def test_feeds_without_a_home_page_belong_to_their_host():
    result = planned(
        feed("https://www.crier.example/a", "One"),
        feed("https://crier.example/b", "Two", "javascript:alert(1)"),
        feed("https://crier.example:8443/c"),
    )
    assert sources(result) == {
        "crier-example": ["https://www.crier.example/a", "https://crier.example/b"],
        "crier-example-8443": ["https://crier.example:8443/c"],
    }
    assert [source.home_url for source in result.catalogue.sources] == ["", ""]
    assert result.catalogue.sources[0].name == "crier.example"


def test_publishers_of_the_same_name_are_kept_apart():
    known = Known(slugs=frozenset({"news"}))
    result = planned(
        *(feed(f"https://{x}.example/rss", "News", f"https://{x}.example") for x in "abc"),
        known=known,
    )
    assert set(sources(result)) == {"news-2", "news-3", "news-4"}


def test_names_lose_their_markup():
    title = "&amp;lt;script&gt;alert(1)&lt;/script&gt;The &lt;b onclick='x'>Crier&lt;/b>"
    body = f'<opml><outline text="{title}" xmlUrl="https://a.example/rss" htmlUrl="https://a.example"/></opml>'
    [source] = planned(*read_opml(body.encode())).catalogue.sources
    assert source.name == "The Crier"
    assert source.feeds[0].title == "The Crier"


def test_a_name_of_no_latin_letters_still_gives_a_slug():
    [source] = planned(feed("https://a.example/rss", "日本", "https://a.example")).catalogue.sources
    assert (source.slug, source.name) == ("a-example", "日本")


# --- Topics --------------------------------------------------------------------------------------


def topics(result: Plan) -> dict[str, str]:
    return {topic.slug: topic.name for topic in result.catalogue.topics}


def test_nested_folders_become_a_topic_of_their_path():
    result = planned(feed("https://a.example/rss", "A", "", "World", "Africa"))
    assert topics(result) == {"world-africa": "World / Africa"}
    assert result.catalogue.sources[0].feeds[0].topic == "world-africa"


def test_folders_with_a_known_name_are_the_known_topic():
    known = Known(topics={"sport": "sport", "business and money": "business"})
    result = planned(
        feed("https://a.example/1", "A", "", "SPORT"),
        feed("https://a.example/2", "A", "", "Business and Money"),
        known=known,
    )
    assert topics(result) == {}
    assert [f.topic for f in result.catalogue.sources[0].feeds] == ["sport", "business"]


def test_long_names_of_topics_stay_apart():
    long = "A very long name of a folder that somebody once thought of "
    result = planned(
        feed("https://a.example/1", "A", "", long + "one"),
        feed("https://a.example/2", "A", "", long + "two"),
        feed("https://a.example/3", "A", "", "世界"),
    )
    assert len(topics(result)) == 3
    assert all(len(slug) <= 50 and slug for slug in topics(result))


# --- What is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "xmlUrl"),
        ("file:///etc/passwd", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("https://user:secret@a.example/rss", "user name or password"),
        ("http://127.0.0.1/rss", "loopback"),
        ("http://10.1.2.3/rss", "private"),
        ("http://[::1]/rss", "loopback"),
        ("http://169.254.169.254/latest/meta-data/", "link-local"),
        ("http://a.example:99999/", "not a web address"),
        ("https://a.example/" + "x" * 2000, "longer than"),
    ],
)
def test_an_address_that_may_not_be_fetched_is_refused_with_the_reason(url, reason):
    assert reason in why_refused(url)
    result = planned(feed(url, "Title"))
    (decision,) = result.decisions
    assert (decision.outcome, decision.outline.url) == (Outcome.REFUSED, url)
    assert result.catalogue.sources == ()


def test_an_allowed_network_may_be_imported_from():
    assert why_refused("http://127.0.0.1:8912/feeds/a.xml", LOOPBACK) == ""


def test_the_same_address_in_another_spelling_is_there_already():
    known = Known(feeds=frozenset({"b.example/rss"}))
    result = planned(
        feed("https://a.example/rss"),
        feed("http://www.a.example/rss/#top"),
        feed("https://b.example/rss"),
        known=known,
    )
    outcomes = [decision.outcome for decision in result.decisions]
    assert outcomes == [Outcome.NEW, Outcome.AGAIN, Outcome.KNOWN]
    assert sources(result) == {"a-example": ["https://a.example/rss"]}


@pytest.mark.parametrize(
    "other",
    [
        "http://a.example/rss",
        "https://www.a.example/rss/",
        "https://A.Example:443/rss#top",
        "https://a.example/rss?utm_source=list&fbclid=1",
        "https://a.example/rss?",
    ],
)
def test_an_address_is_recognised_in_every_spelling(other):
    known = Known(feeds=frozenset({"a.example/rss"}))
    assert planned(feed(other), known=known).decisions[0].outcome == Outcome.KNOWN


def test_addresses_that_differ_in_a_parameter_are_two_feeds():
    result = planned(
        feed("https://a.example/?feed=rss2"), feed("https://a.example/?feed=comments-rss2")
    )
    assert {decision.outcome for decision in result.decisions} == {Outcome.NEW}


# --- What is stored ------------------------------------------------------------------------------

LIST = b"""<opml version="2.0"><body>
  <outline text="World"><outline text="Africa">
    <outline type="rss" text="The Crier" xmlUrl="https://crier.example/rss" htmlUrl="https://crier.example/"/>
  </outline></outline>
  <outline type="rss" text="Inside" xmlUrl="http://10.0.0.1/rss"/>
</body></opml>"""


@pytest.fixture
def village(db):
    return make_edition("village", name="The Village")


def imported(body: bytes, edition: Edition) -> Import:
    work = imports.run(None, edition, "list.opml", body)
    assert work.state == Import.State.DONE, work.error
    return work


def test_an_import_stores_sources_feeds_and_topics(village):
    work = imported(LIST, village)
    assert (work.new_sources, work.new_topics) == (1, 1)
    assert [(row.outcome, row.url) for row in work.rows.all()] == [
        (Outcome.REFUSED, "http://10.0.0.1/rss"),
        (Outcome.NEW, "https://crier.example/rss"),
    ]
    stored = Feed.objects.get()
    assert (stored.url, stored.title) == ("https://crier.example/rss", "The Crier")
    assert stored.topic == Topic.objects.get(name="World / Africa")
    assert list(stored.source.editions.all()) == [village]


def test_importing_twice_adds_nothing(village):
    imported(LIST, village)
    work = imported(LIST, village)
    assert imports.tally(work)[Outcome.NEW] == 0
    assert imports.tally(work)[Outcome.KNOWN] == 1
    assert (work.new_sources, work.new_topics) == (0, 0)
    counts = (Feed, Source, Topic, Listing)
    assert [model.objects.count() for model in counts] == [1, 1, 1, 1]


def test_what_a_feed_seems_to_have_moved_to_is_known_as_well(village):
    make_feed(url="https://old.example/rss", permanent_url="https://crier.example/rss")
    assert imports.tally(imported(LIST, village))[Outcome.KNOWN] == 1


def test_a_feed_that_is_in_two_folders_is_stored_once_and_listed_twice(village):
    body = b"""<opml><body>
      <outline text="World"><outline text="A" xmlUrl="https://a.example/rss"/></outline>
      <outline text="Sport"><outline text="A" xmlUrl="http://www.a.example/rss/"/></outline>
      <outline text="Sport"><outline text="A" xmlUrl="https://a.example/rss"/></outline>
    </body></opml>"""
    rows = list(imported(body, village).rows.all())
    assert [row.outcome for row in rows] == [Outcome.NEW, Outcome.AGAIN, Outcome.AGAIN]
    assert "number 1 of the list" in rows[1].reason
    assert "stays in Sport" in rows[1].reason
    listed = [listing.folders for listing in Feed.objects.get().listings.order_by("pk")]
    assert listed == [["World"], ["Sport"]]


def papers(count: int, letter: str) -> bytes:
    rows = "".join(
        f'<outline text="Paper {letter}{n}" xmlUrl="https://{letter}{n}.example/rss" '
        f'htmlUrl="https://{letter}{n}.example"/>'
        for n in range(count)
    )
    return f"<opml><body>{rows}</body></opml>".encode()


def test_a_batch_takes_as_many_statements_for_many_feeds_as_for_few(village):
    counts = []
    for count, letter in ((3, "a"), (imports.BATCH - 1, "b")):
        with CaptureQueriesContext(connection) as asked:
            imported(papers(count, letter), village)
        counts.append(len(asked))
    assert counts[1] <= counts[0] <= 45


def test_a_list_is_stored_in_batches(village, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 4)
    assert imports.tally(imported(papers(10, "a"), village))[Outcome.NEW] == 10
    assert Feed.objects.count() == 10


def test_a_batch_that_is_lost_is_done_again_by_the_next_worker_and_the_others_are_not(
    village, monkeypatch
):
    monkeypatch.setattr(imports, "BATCH", 4)
    work = imports.start(None, village, "list.opml", papers(10, "a"), at_once=True)
    store = opml.store

    def dying(work: Import, rows: list[ImportRow]) -> None:
        store(work, rows)
        if rows[0].position == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(opml, "store", dying)
    with pytest.raises(KeyboardInterrupt):
        imports.go_on(lambda: False)
    assert Feed.objects.count() == work.rows.filter(stored=True).count() == 4
    assert imports.go_on(lambda: False) == 0  # the lease is still held

    monkeypatch.setattr(opml, "store", store)
    Import.objects.update(claimed_until=timezone.now() - timedelta(minutes=1))
    assert imports.go_on(lambda: False) == 1
    assert Feed.objects.count() == 10
    work.refresh_from_db()
    assert (work.state, imports.tally(work)[Outcome.NEW]) == (Import.State.DONE, 10)


def test_a_list_that_ends_its_workers_is_given_up_in_words(village):
    work = imports.start(None, village, "list.opml", LIST)
    Import.objects.update(attempts=imports.MOST_ATTEMPTS)
    imports.go_on(lambda: False)
    work.refresh_from_db()
    assert work.state == Import.State.FAILED
    assert "ended before it was done" in work.error


def test_a_worker_that_lost_its_lease_stores_nothing(village):
    work = imports.start(None, village, "list.opml", LIST, at_once=True)

    def taken_over() -> bool:
        Import.objects.filter(state=Import.State.STORING).update(claimed_until=timezone.now())
        return False

    imports.go_on(taken_over)
    assert not Feed.objects.exists()
    assert not work.rows.filter(stored=True).exists()


def test_a_row_that_the_database_refuses_costs_the_others_nothing(village, monkeypatch):
    store = opml.store

    def failing(work: Import, rows: list[ImportRow]) -> None:
        if any(row.url == "https://a3.example/rss" for row in rows):
            raise DataError("too long")
        store(work, rows)

    monkeypatch.setattr(opml, "store", failing)
    work = imported(papers(6, "a"), village)
    (refused,) = work.rows.filter(outcome=Outcome.REFUSED)
    assert refused.reason == "It could not be stored: DataError."
    assert Feed.objects.count() == 5


# --- The command ---------------------------------------------------------------------------------


@pytest.fixture
def list_file(tmp_path):
    file = tmp_path / "list.opml"
    file.write_bytes(LIST)
    return file


def test_the_command_says_what_was_added_and_what_refused_and_why(village, list_file, capsys):
    call_command("import_opml", str(list_file), "--edition", "village")
    said = capsys.readouterr().out
    assert "Added 1 feed of 1 new source (edition: The Village), with 1 new topic;" in said
    assert "Refused: http://10.0.0.1/rss: 10.0.0.1 is a private address" in said


@pytest.mark.django_db
def test_without_an_edition_sources_join_the_default_one_and_the_summary_says_so(list_file, capsys):
    call_command("import_opml", str(list_file))
    assert "edition: United Kingdom" in capsys.readouterr().out
    assert Source.objects.get().editions.get().slug == "uk"


@pytest.mark.django_db
def test_a_list_is_fetched_from_an_address(settings, httpserver, capsys):
    settings.FETCH = DoorSettings(user_agent="test", allow_networks=LOOPBACK)
    httpserver.expect_request("/list.opml").respond_with_data(LIST, content_type="text/x-opml")
    call_command("import_opml", httpserver.url_for("/list.opml"))
    assert "Added 1 feed of" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_host_that_is_to_be_left_alone_is_not_asked_for_a_list(settings, httpserver):
    settings.FETCH = DoorSettings(user_agent="test", allow_networks=LOOPBACK)
    (turn,) = hosts.take([f"{httpserver.host}:{httpserver.port}"]).values()
    hosts.release([hosts.Visit(turn, pause=timedelta(hours=1))])
    with pytest.raises(CommandError, match="may not be asked again in time"):
        call_command("import_opml", httpserver.url_for("/list.opml"))
    assert httpserver.log == []


@pytest.mark.django_db
def test_an_address_that_may_not_be_fetched_is_an_error_in_words(httpserver):
    with pytest.raises(CommandError, match="loopback"):
        call_command("import_opml", httpserver.url_for("/list.opml"))
    assert httpserver.log == []


@pytest.mark.django_db
def test_a_list_that_is_not_there_is_an_error_in_words(settings, httpserver, tmp_path):
    settings.FETCH = DoorSettings(user_agent="test", allow_networks=LOOPBACK)
    httpserver.expect_request("/gone.opml").respond_with_data("gone", status=404)
    with pytest.raises(CommandError, match="status 404"):
        call_command("import_opml", httpserver.url_for("/gone.opml"))
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_opml", str(tmp_path / "nowhere.opml"))


@pytest.mark.django_db
def test_a_file_that_is_no_list_is_an_error_in_words(tmp_path):
    file = tmp_path / "page.opml"
    file.write_text("<html></html>")
    with pytest.raises(CommandError, match="no <opml> element"):
        call_command("import_opml", str(file))


@pytest.mark.django_db
def test_an_unknown_edition_is_an_error_that_names_those_there_are(list_file):
    with pytest.raises(CommandError, match=r"no edition “atlantis”.*uk"):
        call_command("import_opml", str(list_file), "--edition", "atlantis")
