"""The default sources, as data: nothing here asks the network or the database."""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.validators import validate_slug

from articles.models.places import country_code, language_code
from articles.pipeline.catalogue import DEFAULT, feed_key, read
from articles.pipeline.opml import why_refused


@pytest.fixture(scope="module")
def default():
    return read(DEFAULT)


def test_the_united_kingdom_comes_first(default):
    first = min(default.editions, key=lambda edition: edition.position)
    assert (first.slug, first.country, first.language) == ("uk", "GB", "en")


def test_there_are_editions_of_many_countries_and_languages(default):
    assert len(default.editions) >= 14
    assert {edition.language for edition in default.editions} >= {"en", "de", "fr", "es", "it"}


def test_editions_topics_and_sources_are_known_by_one_slug_each(default):
    for records in (default.editions, default.topics, default.sources):
        slugs = Counter(record.slug for record in records)
        assert slugs.most_common(1)[0][1] == 1
        for slug in slugs:
            validate_slug(slug)


def test_codes_are_in_the_form_that_is_stored(default):
    for record in (*default.editions, *default.sources):
        language_code(record.language)
        if record.country:
            country_code(record.country)


def test_no_two_feeds_have_the_same_address(default):
    keys = Counter(feed_key(feed.url) for source in default.sources for feed in source.feeds)
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_address_may_be_fetched_and_is_secure_where_the_publisher_is(default):
    feeds = [feed.url for source in default.sources for feed in source.feeds]
    assert [url for url in feeds if why_refused(url)] == []
    insecure = [url for url in feeds if not url.startswith("https://")]
    assert len(insecure) <= 3
    assert [s.slug for s in default.sources if not s.home_url.startswith("https://")] == []


def test_there_are_enough_feeds_and_every_source_has_one(default):
    assert sum(len(source.feeds) for source in default.sources) >= 160
    assert [source.slug for source in default.sources if not source.feeds] == []


def test_each_edition_has_six_sources_in_its_language(default):
    for edition in default.editions:
        sources = [source for source in default.sources if edition.slug in source.editions]
        assert len(sources) >= 6, edition.name
        assert {source.language for source in sources} == {edition.language}


def test_the_united_kingdom_has_twenty_feeds(default):
    feeds = [feed for s in default.sources if "uk" in s.editions for feed in s.feeds]
    assert len(feeds) >= 20


def test_sources_name_only_editions_and_topics_that_exist(default):
    editions = {edition.slug for edition in default.editions}
    topics = {topic.slug for topic in default.topics} | {""}
    for source in default.sources:
        assert source.editions
        assert set(source.editions) <= editions
        assert {feed.topic for feed in source.feeds} <= topics


def test_each_topic_is_fed(default):
    fed = {feed.topic for source in default.sources for feed in source.feeds}
    assert {topic.slug for topic in default.topics} <= fed
