"""The demonstration among the sources: it comes whole, starts afresh, and goes without a trace."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from articles.models import Article, Edition, Feed, Source, Story
from articles.pipeline import demonstration
from tests.factories import make_article, make_source, make_story

pytestmark = pytest.mark.django_db
BASE = "http://127.0.0.1:8900"


def test_loading_adds_its_outlets_and_only_their_editions():
    added = demonstration.load(BASE)
    assert added.sources >= 14
    assert set(Edition.objects.values_list("slug", flat=True)) == {"uk", "us", "de"}
    assert all(feed.url.startswith(BASE + "/feeds/demo-") for feed in Feed.objects.all())
    assert not Source.objects.exclude(home_url__startswith=BASE + "/sites/demo-").exists()


def test_loading_again_at_another_address_replaces_it():
    demonstration.load(BASE)
    feeds = Feed.objects.count()
    demonstration.load("http://127.0.0.1:9999")
    assert Feed.objects.count() == feeds
    assert not Feed.objects.filter(url__startswith=BASE).exists()


def test_removing_takes_its_news_and_leaves_the_rest():
    demonstration.load(BASE)
    outlet = Source.objects.get(slug="demo-wire")
    invented = make_article("Invented", source=outlet)
    real = make_article("Real", source=make_source("Real Paper"))
    make_story(invented)
    mixed = make_story(make_article("Also invented", source=outlet), real)
    demonstration.remove()
    assert list(Article.objects.all()) == [real]
    story = Story.objects.get()
    assert (story.pk, story.title) == (mixed.pk, "Real")
    assert (story.article_count, story.lead) == (1, real)
    assert [source.name for source in Source.objects.all()] == ["Real Paper"]


def test_removing_what_was_never_there_changes_nothing():
    story = make_story(make_article())
    demonstration.remove()
    assert Story.objects.get() == story


def test_the_command_loads_it(capsys):
    call_command("load_sources", demo=BASE)
    assert "Added 3 editions" in capsys.readouterr().out


def test_a_catalogue_and_the_demonstration_at_once_are_refused(tmp_path):
    with pytest.raises(CommandError, match="either"):
        call_command("load_sources", str(tmp_path), demo=BASE)
