"""Reading catalogues, and adding them to the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from articles.models import Edition, Feed, Source, Topic
from articles.pipeline import catalogue
from articles.pipeline.catalogue import Catalogue, CatalogueError, FeedRecord, SourceRecord

VILLAGE = """
[[editions]]
slug = "village"
name = "The Village"
country = "GB"
language = "en"

[[topics]]
slug = "harvest"
name = "Harvest"

[[sources]]
slug = "crier"
name = "The Crier"
home_url = "https://crier.example"
country = "GB"
language = "en"
editions = ["village"]
feeds = [
  { url = "https://crier.example/rss" },
  { url = "/harvest.xml", topic = "harvest" },
]
"""


@pytest.fixture
def village(tmp_path):
    file = tmp_path / "village.toml"
    file.write_text(VILLAGE)
    return file


def test_addresses_may_be_relative_to_a_base(village):
    [source] = catalogue.read(village, "http://127.0.0.1:8000").sources
    assert [feed.url for feed in source.feeds] == [
        "https://crier.example/rss",
        "http://127.0.0.1:8000/harvest.xml",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("editions = [", "cannot be read"),
        ("[[papers]]\n", "papers"),
        ("[[topics]]\nslug = 'a'\n", "name"),
        ("[[topics]]\nslug = 'a'\nname = 'A'\ncolour = 'red'\n", "colour"),
        ("[[sources]]\nslug = 'a'\nname = 'A'\nfeeds = [{topic = 'b'}]\n", "url"),
    ],
)
def test_a_catalogue_that_does_not_fit_is_refused_with_the_reason(tmp_path, text, reason):
    file = tmp_path / "wrong.toml"
    file.write_text(text)
    with pytest.raises(CatalogueError, match=reason):
        catalogue.read(file)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(CatalogueError, match=r"nowhere\.toml"):
        catalogue.read(tmp_path / "nowhere.toml")


@pytest.mark.django_db
def test_loading_adds_editions_topics_sources_and_feeds(village, capsys):
    call_command("load_sources", str(village))
    source = Source.objects.get()
    assert [edition.slug for edition in source.editions.all()] == ["village"]
    assert {feed.topic and feed.topic.slug for feed in source.feeds.all()} == {None, "harvest"}
    assert "1 editions, 1 topics, 1 sources and 2 feeds" in capsys.readouterr().out


@pytest.mark.django_db
def test_loading_twice_adds_nothing(village):
    catalogue.load(village)
    added = catalogue.load(village)
    assert (added.editions, added.topics, added.sources, added.feeds) == (0, 0, 0, 0)
    assert added.feeds_present == 2


@pytest.mark.django_db
def test_loading_again_keeps_what_a_curator_changed(village):
    catalogue.load(village)
    Edition.objects.update(name="Our Village", position=7)
    Topic.objects.update(name="Crops")
    source = Source.objects.get()
    source.editions.clear()
    Source.objects.update(name="The Town Crier", active=False)
    Feed.objects.filter(topic=None).update(active=False, title="Front page")
    before = list(Feed.objects.values())
    catalogue.load(village)
    assert Edition.objects.get().name == "Our Village"
    assert Topic.objects.get().name == "Crops"
    source.refresh_from_db()
    assert (source.name, source.active, source.editions.count()) == ("The Town Crier", False, 0)
    assert list(Feed.objects.values()) == before


@pytest.mark.django_db
def test_a_feed_that_another_source_has_under_another_spelling_is_there_already(village):
    other = Source.objects.create(name="Other", slug="other")
    other.feeds.create(url="http://www.crier.example/rss/")
    added = catalogue.load(village)
    assert (added.feeds, added.feeds_present) == (1, 1)


@pytest.mark.django_db
def test_a_new_feed_of_a_known_source_is_added_to_it(village):
    catalogue.load(village)
    feed = FeedRecord("https://crier.example/more")
    added = catalogue.add(Catalogue(sources=(SourceRecord("crier", "Another name", feeds=[feed]),)))
    assert (added.sources, added.feeds) == (0, 1)
    assert Feed.objects.get(url=feed.url).source.name == "The Crier"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "source",
    [
        SourceRecord("a", "A", editions=["atlantis"]),
        SourceRecord("a", "A", feeds=[FeedRecord("https://a.example/", topic="atlantis")]),
    ],
)
def test_a_source_that_names_what_nobody_knows_is_refused_whole(source):
    with pytest.raises(CatalogueError, match="atlantis"):
        catalogue.add(Catalogue(sources=(SourceRecord("b", "B"), source)))
    assert not Source.objects.exists()


@pytest.mark.django_db
def test_all_feeds_of_a_fresh_load_are_due_within_a_minute_and_not_at_once():
    now = timezone.now()
    added = catalogue.load()
    times = set(Feed.objects.values_list("next_fetch_at", flat=True))
    assert len(times) == added.feeds
    assert min(times) >= now
    assert max(times) - min(times) <= timedelta(minutes=1)


@pytest.mark.django_db
def test_every_source_is_asked_once_before_any_is_asked_twice():
    catalogue.load()
    order = list(Feed.objects.order_by("next_fetch_at", "pk").values_list("source", flat=True))
    sources = Source.objects.count()
    assert len(set(order[:sources])) == sources


@pytest.mark.django_db
def test_the_default_sources_load_in_a_few_statements(django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        catalogue.load()


@pytest.mark.django_db
def test_an_edition_that_is_not_there_is_taken_from_the_defaults():
    edition = catalogue.edition("fr")
    assert (edition.name, edition.language) == ("France", "fr")
    assert Edition.objects.count() == 1
    assert Topic.objects.filter(slug="sport").exists()
    assert catalogue.edition("fr") == edition


@pytest.mark.django_db
def test_an_edition_that_nobody_knows_is_named_with_those_there_are():
    with pytest.raises(CatalogueError, match=r"“atlantis”.*uk"):
        catalogue.edition("atlantis")


def test_the_command_tells_a_wrong_catalogue_in_words(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_sources", str(tmp_path / "nowhere.toml"))
