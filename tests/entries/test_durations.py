"""How long media files last, as feeds claim it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from articles.entries.normalise import MAX_DURATION, seconds
from articles.entries.parse import parse
from articles.entries.types import Enclosure

RSS = """<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
 xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Harbour Radio</title>
<item><title>The bridge, a year later</title><guid>1</guid>{}</item></channel></rss>"""
SOUND = '<enclosure url="https://a.example/1.mp3" type="audio/mpeg" length="9"/>'


def enclosures(body: str) -> tuple[Enclosure, ...]:
    now = datetime(2026, 3, 9, tzinfo=UTC)
    (entry,) = parse(body.encode(), url="https://a.example/feed", now=now).entries
    return entry.enclosures


@pytest.mark.parametrize(
    ("claimed", "understood"),
    [
        ("750", 750),
        (" 12:30 ", 750),
        ("00:12:30", 750),
        ("1:02:03", 3723),
        ("90:00", 5400),
        ("750.4", 750),
        ("0", None),
        ("00:00", None),
        ("", None),
        ("-5", None),
        ("12 minutes", None),
        ("1:2:3:4", None),
        ("٧٥٠", None),
        (str(MAX_DURATION), MAX_DURATION),
        (str(MAX_DURATION + 1), None),
        ("9" * 5000, None),
    ],
)
def test_seconds_and_times_are_understood_and_nonsense_is_left_out(claimed, understood):
    assert seconds(claimed) == understood


def test_an_episode_lasts_as_long_as_itunes_says():
    cover = '<enclosure url="https://a.example/1.jpg" type="image/jpeg" length="3"/>'
    told = enclosures(RSS.format(f"{SOUND}{cover}<itunes:duration>12:30</itunes:duration>"))
    assert [each.duration for each in told] == [750, None]


def test_media_rss_tells_it_of_each_of_its_files():
    files = (
        '<media:group><media:content url="https://a.example/1.mp4" type="video/mp4"'
        ' duration="125"/>'
        '<media:content url="https://a.example/2.mp4" type="video/mp4"/></media:group>'
    )
    told = enclosures(RSS.format(f"{files}<itunes:duration>1:00</itunes:duration>"))
    assert [each.duration for each in told] == [125, None]


def test_what_media_rss_tells_of_an_enclosure_is_the_enclosures():
    file = '<media:content url="https://a.example/1.mp3" type="audio/mpeg" duration="125"/>'
    assert enclosures(RSS.format(SOUND + file)) == (
        Enclosure("https://a.example/1.mp3", "audio/mpeg", 9, 125),
    )


def test_json_feed_tells_it_of_its_attachments():
    attachment = {"url": "https://a.example/1.mp3", "mime_type": "audio/mpeg"}
    item = {
        "id": "1",
        "title": "The bridge",
        "attachments": [attachment | {"duration_in_seconds": 750}],
    }
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Radio", "items": [item]}
    assert enclosures(json.dumps(feed)) == (
        Enclosure("https://a.example/1.mp3", "audio/mpeg", None, 750),
    )
