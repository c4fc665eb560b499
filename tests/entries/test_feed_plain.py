"""The quick reader of usual feeds gives what feedparser gives, or nothing."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.entries.decode import decode
from articles.entries.document import bounded_root
from articles.entries.feed_plain import read_plain
from articles.entries.feed_xml import _as_raw, _read_any
from articles.entries.types import ParseError
from tests.entries.golden import FEEDS

NAMESPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:odd="urn:example:odd"'
    ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
    ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
    ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
)
ITEM = """<title>Bridge &amp; tunnel</title><link>https://example.org/1?a=1&amp;b=2</link>
<guid isPermaLink="false">a1</guid><pubDate>Mon, 09 Mar 2026 08:00:00 +0100</pubDate>
<dc:creator>Ada Example</dc:creator><category domain="x">Town</category><category>Roads</category>
<description>&lt;p&gt;Closed for “repairs”.&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>Long <b>text</b></p>]]></content:encoded>
<enclosure url="https://example.org/1.mp3" type="Audio/MPEG" length="12"/>
<media:thumbnail url="https://example.org/1.jpg" width="240"/><slash:comments/>"""
ENTRY = """<title type="html">Bridge &lt;b&gt;closed&lt;/b&gt;</title>
<id>tag:example.org,2026:1</id>
<link href="https://example.org/1"/><link rel="enclosure" type="audio/mpeg" href="/1.mp3"/>
<published>2026-03-09T08:00:00.5Z</published><updated>2026-03-09T09:00:00+01:00</updated>
<author><name>Ada Example</name><email>ada@example.org</email><uri>https://example.org</uri></author>
<category term="town" label="Town"/><summary>A &lt; B</summary>
<content type="html">&lt;p&gt;Closed.&lt;/p&gt;</content>"""


def rss(items: str, head: str = "") -> str:
    head = f"<title>The Example</title><link>https://example.org/</link>{head}"
    return f'<rss version="2.0" {NAMESPACES}><channel>{head}{items}</channel></rss>'


def atom(entries: str, head: str = "") -> str:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES} xml:lang="en_GB">'
        f"<title>The Example</title><id>https://example.org/</id>{head}{entries}</feed>"
    )


def assert_same(xml: str) -> None:
    """What the quick reader reads in a well-formed document is what feedparser reads."""
    found = read_plain(xml)
    assert found is not None
    assert _as_raw(*found, xml, ()) == _as_raw(*_read_any(xml), xml, ())


@pytest.mark.parametrize(
    "xml",
    [
        rss(f"<item>{ITEM}</item><item><title>Two</title></item><item/>"),
        rss("", "<language>en-GB</language><ttl>30</ttl><description>All</description>"),
        rss("", "<image><title>x</title><url>https://e.org/i</url><link>/</link></image>"),
        rss("", '<atom:link rel="hub" href="https://hub.example/"/><sy:updatePeriod> daily '
                "</sy:updatePeriod><skipHours><hour>3</hour></skipHours>"),
        rss("<item><guid>https://example.org/a</guid><link>https://example.org/b</link></item>"),
        rss("<item><link>https://example.org/b</link><guid>https://example.org/a</guid></item>"),
        rss("<item><guid>https://example.org/a</guid><author>Ada</author></item>"),
        rss("<item><title>Caf\u00c3\u00a9 \u0093x\u0094</title><link></link></item>"),
        rss("<item><dc:date>2026-03-09T08:00:00Z</dc:date><title/></item>"),
        atom(f"<entry>{ENTRY}</entry><entry><title>Two</title><id>2</id></entry>"),
        atom("<entry><author><email>ada@example.org</email></author><content>x</content></entry>"),
        atom("", '<link rel="self" href="/f"/><link href="/"/><author><name>Desk</name></author>'),
    ],
)  # fmt: skip
def test_usual_feeds_are_read_quickly_and_as_feedparser_reads_them(xml):
    assert_same(xml)


@pytest.mark.parametrize(
    "item",
    [
        "<title><b>Markup</b></title>",
        "<title>One</title><title>Two</title>",
        '<title xml:lang="fr">Pont</title>',
        '<link href="https://example.org/"/>',
        "<link>https:////example.org/</link>",
        "<author>ada@example.org (Ada Example)</author>",
        "<pubDate>yesterday</pubDate>",
        "<pubDate>Mon, 31 Feb 2026 08:00:00 GMT</pubDate>",
        "<odd:thing/>",
        "Text where none belongs",
        "<unknown/>",
        "<media:group><media:content/></media:group>",
        '<description type="xhtml">x</description>',
        "<description>x</description><description>y</description>",
    ],
)
def test_what_is_unusual_is_left_to_feedparser(item):
    assert read_plain(rss(f"<item>{item}</item>")) is None


@pytest.mark.parametrize(
    "xml",
    [
        rss("") + "<more/>",
        rss("").replace("</channel>", ""),
        rss("<item xml:base='https://example.org/'/>"),
        atom("<entry><content type='xhtml'><div/></content></entry>"),
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>",
        '<rss xmlns="http://backend.userland.com/rss2"><channel/></rss>',
        "<rss><channel><item><title>&undeclared;</title></item></channel></rss>",
    ],
)
def test_so_is_what_is_no_usual_document(xml):
    assert read_plain(xml) is None


@pytest.mark.parametrize("feed", FEEDS, ids=lambda path: path.name)
def test_whatever_it_reads_of_the_golden_feeds_is_the_same(feed):
    try:
        root, _ = bounded_root(decode(feed.read_bytes())[0].strip())
    except ParseError:
        assert feed.suffix == ".feed"
        return
    if read_plain(root):
        assert_same(root)


TEXTS = st.sampled_from(
    ["", " ", "x", "Bridge closed", " <p>It & that</p> ", "&amp;lt;", "a&b;c", "\u00e9\u0080",
     "\u00c3\u00a9", "“x”", "https://example.org/1", "/1", "1", "<script>x</script>", "a@b.example"]
)  # fmt: skip
DATES = st.sampled_from(
    ["Mon, 09 Mar 2026 08:00:00 GMT", "9 Oct 2026 08:00 EST", "2026-03-09T08:00:00Z", "", "soon",
     "2026-03-09T08:00:00.25-08:30", "Tue, 30 Feb 2026 08:00:00 +0000", "09 Sep 2026 24:00:00 Z",
     "Sat, 10 Oct 0001 00:00:00 +1400", "mon, 09 mar 2026 08:00:00 -0000"]
)  # fmt: skip
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["href", "rel", "type", "isPermaLink", "domain", "term", "label", "url",
                     "length", "medium", "xml:lang", "width"]),
    st.sampled_from(["x", "true", "false", "self", "alternate", "text/html", "HTML", "text", "",
                     "https://example.org/a", "image/png"]),
    max_size=3,
)  # fmt: skip
CORE = ["title", "link", "guid", "description", "category", "author", "source", "enclosure", "id",
        "summary", "content"]  # fmt: skip
PREFIXED = ["dc:creator", "content:encoded", "media:content", "media:thumbnail", "atom:link",
            "feedburner:origLink", "slash:comments", "odd:title"]  # fmt: skip


def element(name: str, text: str, attributes: dict[str, str]) -> str:
    written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{written}>{escape(text)}</{name}>"


DATED = st.builds(
    element,
    st.sampled_from(["pubDate", "dc:date", "published", "updated"]),
    DATES,
    st.just({}),
)
SAID = st.builds(element, st.sampled_from(CORE + PREFIXED), TEXTS, st.just({}) | ATTRIBUTES)
PERSON = st.lists(st.builds(element, st.sampled_from(["name", "email", "uri"]), TEXTS, st.just({})))
PEOPLE = PERSON.map(lambda parts: f"<author>{''.join(parts)}</author>")
CHILDREN = st.lists(SAID | DATED | PEOPLE, max_size=7).map("".join)


@given(
    st.lists(CHILDREN, max_size=3).map(
        lambda found: "".join(f"<item>{one}</item>" for one in found)
    ),
    st.lists(CHILDREN, max_size=3).map(
        lambda found: "".join(f"<entry>{one}</entry>" for one in found)
    ),
    CHILDREN,
)
def test_whatever_it_reads_of_any_feed_is_the_same(items, entries, head):
    for xml in (rss(items), atom(entries), rss(items, head), atom(entries, head)):
        if read_plain(xml):
            assert_same(xml)
