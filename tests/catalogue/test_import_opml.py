"""Importing OPML: whose a feed is, what is refused, and what is stored."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.core.management import CommandError, call_command

from articles.fetch.types import DoorSettings
from articles.models import Edition, Feed, Source, Topic
from articles.pipeline import hosts
from articles.pipeline.opml import Known, Plan, import_opml, plan, why_refused
from articles.pipeline.outlines import Outline
from tests.factories import make_edition

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
    [source] = planned(
        feed(
            "https://a.example/rss",
            '&lt;script&gt;alert(1)&lt;/script&gt;The <b onclick="x">Crier</b>',
            "https://a.example",
        )
    ).catalogue.sources
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
    assert [(refused.url, refused.title) for refused in result.refused] == [(url, "Title")]
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
    assert (result.present, sources(result)) == (2, {"a-example": ["https://a.example/rss"]})


def test_addresses_that_differ_in_a_parameter_are_two_feeds():
    result = planned(
        feed("https://a.example/?feed=rss2"), feed("https://a.example/?feed=comments-rss2")
    )
    assert result.present == 0


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


def test_an_import_stores_sources_feeds_and_topics(village):
    summary = import_opml(LIST, village)
    assert (summary.added, summary.present, summary.sources, summary.topics) == (1, 0, 1, 1)
    assert [refused.url for refused in summary.refused] == ["http://10.0.0.1/rss"]
    stored = Feed.objects.get()
    assert (stored.url, stored.title) == ("https://crier.example/rss", "The Crier")
    assert stored.topic == Topic.objects.get(name="World / Africa")
    assert list(stored.source.editions.all()) == [village]


def test_importing_twice_adds_nothing(village):
    import_opml(LIST, village)
    summary = import_opml(LIST, village)
    assert (summary.added, summary.present, summary.sources, summary.topics) == (0, 1, 0, 0)
    assert (Feed.objects.count(), Source.objects.count(), Topic.objects.count()) == (1, 1, 1)


def test_five_thousand_feeds_need_no_more_statements_than_one(
    village, django_assert_max_num_queries
):
    rows = "".join(
        f'<outline text="Paper {n}" xmlUrl="https://p{n}.example/rss" htmlUrl="https://p{n}.example"/>'
        for n in range(5000)
    )
    with django_assert_max_num_queries(18):
        summary = import_opml(f"<opml><body>{rows}</body></opml>".encode(), village)
    assert (summary.added, summary.sources) == (5000, 5000)


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
