"""Writing for machines: whatever the text, the document can be read and says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree.ElementTree import fromstring

from hypothesis import given
from hypothesis import strategies as st

from articles.pipeline.outlines import Outline, read_opml
from articles.syndication import atom, json_feed, opml, sitemap
from articles.syndication.types import Feed, Item, Medium
from articles.syndication.xml import clean
from tests.web import feed_rules

NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
ITEM = Item(
    id="urn:uuid:7b1c5bd8-2f2a-4c55-9f4b-1a2b3c4d5e6f",
    url="https://news.example/story/1/",
    title="Bridge reopens",
    published=NOON,
    updated=NOON,
    outlet="The Lantern",
    outlet_url="https://news.example/source/lantern/",
)
FEED = Feed(
    id="urn:uuid:0a1c5bd8-2f2a-4c55-9f4b-1a2b3c4d5e6f",
    title="Front",
    subtitle="",
    rights="",
    publisher="News",
    icon_url="https://news.example/icon.svg",
    home_url="https://news.example/",
    self_url="https://news.example/feed.atom",
    first_url="https://news.example/feed.atom",
    next_url="",
    updated=NOON,
    language="en",
    items=(),
)

# With what XML cannot hold: control characters, lone surrogates, U+FFFE.
texts = st.text(st.one_of(st.characters(), st.sampled_from("\x00\x0b\x1f\ud800\ufffe<>&\"']")))
items = st.builds(
    Item,
    id=st.just(ITEM.id),
    url=st.just(ITEM.url),
    title=texts,
    published=st.datetimes(timezones=st.just(UTC)),
    updated=st.datetimes(timezones=st.just(UTC)),
    outlet=st.just(ITEM.outlet),
    outlet_url=st.just(ITEM.outlet_url),
    summary=texts,
    content_html=texts,
    categories=st.lists(texts, max_size=3).map(tuple),
    language=st.sampled_from(["", "ar", "en"]),
    media=st.just((Medium("https://a.example/1.mp3", "", None),)),
)


@given(item=items, title=texts)
def test_no_text_breaks_an_atom_feed(item, title):
    root = feed_rules.atom(atom.write(replace(FEED, title=title, items=(item,))))
    (entry,) = feed_rules.all_of(root, "entry")
    assert _lines(feed_rules.text(root, "title")) == _lines(clean(title))
    assert _lines(feed_rules.text(entry, "title")) == _lines(clean(item.title))


@given(item=items)
def test_no_text_breaks_a_json_feed(item):
    (said,) = feed_rules.json_feed(json_feed.write(replace(FEED, items=(item,))))["items"]
    assert said.get("title", "") == item.title


@given(title=texts, folder=texts)
def test_no_text_breaks_a_subscription_list(title, folder):
    listed = [opml.Subscription("https://a.example/feed", title, folders=(folder,))]
    (read,) = read_opml(b"".join(opml.write("Ours", listed)))
    assert read.url == "https://a.example/feed"


@given(title=texts)
def test_no_text_breaks_a_news_sitemap(title):
    url = "https://news.example/story/1/"
    root = fromstring(sitemap.news("Ours", [sitemap.News(url, title, "en", NOON)]))
    assert _lines(root.findtext(f".//{{{sitemap.NEWS}}}title", "")) == _lines(clean(title))


def test_a_list_is_read_back_as_it_was_written():
    written = [
        opml.Subscription("https://a.example/1", "A & B", "https://a.example/", "en", ("World",)),
        opml.Subscription("https://b.example/2", "Bee", folders=("World",)),
        opml.Subscription("https://c.example/3", "Sea"),
    ]
    read = read_opml(b"".join(opml.write("Ours", written)))
    assert [(each.url, each.title, each.home_url, each.folders) for each in read] == [
        ("https://a.example/1", "A & B", "https://a.example/", ("World",)),
        ("https://b.example/2", "Bee", "", ("World",)),
        ("https://c.example/3", "Sea", "", ()),
    ]


def written_again(outlines: Iterable[Outline]) -> bytes:
    listed = (
        opml.Subscription(each.url, each.title, folders=each.folders, attributes=each.attributes)
        for each in outlines
    )
    return b"".join(opml.write("Ours", listed))


words = st.text(st.characters(codec="utf-8"), max_size=30)
paths = st.lists(words, max_size=3).map(tuple)
said = st.dictionaries(
    st.sampled_from(["title", "description", "language", "type", "category", "xml:lang", "rating"]),
    words,
)


@given(
    st.lists(
        st.builds(
            opml.Subscription,
            st.just("https://a.example/feed?a=1&b=<2>"),
            words,
            st.sampled_from(["", "https://a.example/?x=1&copy=2"]),
            words,
            paths,
            said,
        ),
        max_size=6,
    )
)
def test_what_was_read_is_written_and_read_again_without_loss(listed):
    first = read_opml(b"".join(opml.write("Ours", listed)))
    again = written_again(first)
    second = read_opml(again)
    assert written_again(second) == again
    for one, other in zip(first, second, strict=True):
        assert (one.url, one.folders) == (other.url, other.folders)
        assert one.attributes.items() <= other.attributes.items()
    assert [each.url for each in first] == [each.url for each in listed]


def test_folders_in_folders_are_opened_and_closed_once():
    paths = [(), ("A",), ("A", "B"), ("A", "C"), ("A", "C", "D"), ("E", "C")]
    listed = [
        opml.Subscription(f"https://a.example/{n}", "A", folders=path)
        for n, path in enumerate(paths)
    ]
    written = b"".join(opml.write("Ours", listed))
    assert [each.folders for each in read_opml(written)] == paths
    assert written.count(b"</outline>") == 6


def _lines(text: str) -> str:
    """As XML reads the ends of lines (XML 1.0, 2.11)."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
