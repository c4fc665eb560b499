"""Feeds as files, beside the entries they hold; and feeds that are broken or hostile.

A golden pair is a feed and the JSON that it must become. After a change that is meant:
`python -m tests.entries.golden` writes the JSON anew, to be read before it is kept.
"""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.entries.parse import MAX_HUBS, parse
from articles.entries.raw import MAX_SEVERAL
from articles.entries.types import ParsedFeed, ParseError
from tests.entries.golden import DATA, FEEDS, NOW, URL, as_json


def read(body: bytes | str, content_type: str = "", **known: str) -> ParsedFeed:
    if isinstance(body, str):
        body = body.encode()
    return parse(body, url=URL, content_type=content_type, now=NOW, **known)


def rss(items: str, head: str = "") -> str:
    return f'<rss version="2.0"><channel><title>News</title>{head}{items}</channel></rss>'


def item(title: str = "Bridge closed", extra: str = "", link: str = "https://example.org/1") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{extra}</item>"


def words_of_failure(body: bytes | str) -> str:
    with pytest.raises(ParseError) as failed:
        read(body)
    return str(failed.value)


@pytest.mark.parametrize("feed", FEEDS, ids=lambda path: path.name)
def test_a_feed_becomes_the_entries_beside_it(feed: Path):
    expected = json.loads(feed.with_suffix(f"{feed.suffix}.json").read_text(encoding="utf-8"))
    assert json.loads(as_json(feed)) == expected


def test_every_format_is_among_the_pairs():
    names = {path.stem.partition("-")[0] for path in FEEDS}
    assert {"rss091", "rss20", "rdf", "atom03", "atom10", "jsonfeed"} <= names
    assert DATA.is_dir()


# Encodings


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8", "", ""),
        ("utf-8", "iso-8859-1", "text/xml; charset=us-ascii"),
        ("utf-8-sig", "utf-8", ""),
        ("utf-16", "utf-16", ""),
        ("utf-16-le", "utf-16", ""),
        ("utf-16-be", "", ""),
        ("utf-32", "utf-32", ""),
        ("cp1252", "windows-1252", ""),
        ("cp1252", "iso-8859-1", ""),
        ("cp1252", "utf-8", "application/rss+xml; charset=utf-8"),
        ("cp1252", "", ""),
        ("cp1252", "no-such-encoding", ""),
        ("cp1252", "", "text/xml; charset=windows-1252"),
    ],
)
def test_text_comes_out_right_whatever_the_feed_says_of_its_encoding(
    encoding, declared, content_type
):
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'
    body = (head + rss(item("Café “naïve” – £5"))).encode(encoding)
    assert read(body, content_type).entries[0].title == "Café “naïve” – £5"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("koi8-r", "Мост закрыт"),
        ("shift_jis", "橋が閉鎖された"),
        ("euc-jp", "橋が閉鎖された"),
        ("iso-2022-jp", "橋が閉鎖された"),
        ("gb2312", "大桥关闭"),
        ("big5", "大橋關閉"),
        ("euc-kr", "다리 폐쇄"),
        ("windows-1251", "Мост закрыт"),
        ("iso-8859-2", "Most zamknięty"),
        ("tis-620", "ปิดสะพาน"),
    ],
)
def test_declared_encodings_of_the_world_are_read(encoding, text):
    body = (f'<?xml version="1.0" encoding="{encoding}"?>' + rss(item(text))).encode(encoding)
    assert read(body).entries[0].title == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("koi8-r", "Старый мост через реку закрыт для движения до весны, сообщили в городе."),
        ("windows-1251", "Старый мост через реку закрыт для движения до весны, сообщили в городе."),
        ("shift_jis", "古い橋は春まで通行止めになると市が月曜日に発表した。"),
        ("euc-jp", "古い橋は春まで通行止めになると市が月曜日に発表した。"),
        ("gb2312", "市政府星期一宣布，旧桥将关闭到明年春天，车辆必须绕行。"),
        ("big5", "市政府星期一宣布，舊橋將關閉到明年春天，車輛必須繞行。"),
        ("euc-kr", "시는 월요일에 낡은 다리를 봄까지 폐쇄한다고 발표했다."),
        ("windows-1252", "Die alte Brücke über den Fluß bleibt für Fußgänger gesperrt."),
        ("windows-1252", "El año pasado en España se cerró el viejo puente sobre el río."),
    ],
)
def test_encodings_that_are_declared_nowhere_are_told_by_their_script(encoding, text):
    body = f"<rss><channel>{item(text)}{item(text, link='https://example.org/2')}</channel></rss>"
    feed = read(body.encode(encoding))
    assert [entry.title for entry in feed.entries] == [text, text]
    assert "not in UTF-8" in feed.notices[0]


def test_an_encoding_that_is_no_text_is_not_used():
    body = b'<?xml version="1.0" encoding="unicode_escape"?>' + rss(item("C:\\new")).encode()
    assert read(body).entries[0].title == "C:\\new"


def test_a_mixture_of_encodings_comes_out_right():
    body = rss(item("Café") + item("Bière", link="https://example.org/2")).encode()
    assert {e.title for e in read(body.replace("è".encode(), b"\xe8")).entries} == {"Café", "Bière"}


def test_bytes_wrong_in_utf_8_come_out_right_behind_a_byte_order_mark_too():
    feed = read(b"\xef\xbb\xbf" + rss(item("Bi\u00e8re")).encode().replace(b"\xc3\xa8", b"\xe8"))
    assert feed.entries[0].title == "Bi\u00e8re"
    assert "not in UTF-8" in feed.notices[0]


def test_control_characters_are_removed():
    assert read(rss(item("Nul \x00 and \x08 bell \x07&#7;"))).entries[0].title == "Nul and bell"
    escaped = '{"items": [{"url": "https://example.org", "title": "x\\u0000\\ud800y"}]}'
    assert read(escaped).entries[0].title == "xy"


# What is no feed


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "The answer is empty."),
        (b" \n\t ", "The answer is empty."),
        (b"\xef\xbb\xbf", "The answer is empty."),
        ("<!doctype html><title>x</title><p>Hello", "This is a web page, not a feed."),
        ("<html><body><rss></rss></body></html>", "This is a web page, not a feed."),
        ("<opml version='2.0'><body/></opml>", "This is a list of feeds (OPML), not a feed."),
        ("<urlset></urlset>", "This is a sitemap, not a feed."),
        ("<svg></svg>", "This is an image, not a feed."),
        ("hello", "This is no feed in any known format."),
        ("<!-- <rss> -->", "This is no feed in any known format."),
        (gzip.compress(b"x"), "This is no feed in any known format."),
        ('{"a": 1}', "This is JSON, but not a JSON Feed."),
        ("[1, 2]", "This is JSON, but not a JSON Feed."),
        ('{"items": [', "The feed is JSON that breaks off or is malformed."),
        ("[" * 100_000, "The feed is JSON that breaks off or is malformed."),
    ],
)
def test_what_is_no_feed_is_told_in_words(body, words):
    assert words_of_failure(body) == words


@pytest.mark.parametrize(
    "body",
    [rss(""), "<feed xmlns='http://www.w3.org/2005/Atom'></feed>", "<rss></rss>", '{"items": []}'],
)
def test_a_feed_without_entries_is_a_feed(body):
    assert read(body).entries == ()


# What is broken


def titles(body: bytes | str) -> list[str]:
    return [entry.title for entry in read(body).entries]


TWO = item("One") + item("Two", link="https://example.org/2")


@pytest.mark.parametrize(
    "body",
    [
        f"\n\n <?xml version='1.0'?>{rss(TWO)}",
        f"<br />Warning: something\n{rss(TWO)}",
        f"<!-- <rss> in a comment --><?xml version='1.0'?>{rss(TWO)}",
        f"<?xml version='1.0'?><!DOCTYPE rss SYSTEM 'http://example.org/x.dtd'>{rss(TWO)}",
        rss(TWO).replace("</channel></rss>", ""),
        rss(TWO).replace("</channel>", ""),
        rss(TWO) + "<p>trailing",
        rss(TWO + "<item><title>Thr").removesuffix("</channel></rss>"),
        rss(TWO + "<item><title>Three</title><link>https://exam").removesuffix("</channel></rss>"),
        rss(TWO + "<item><title><![CDATA[Three").removesuffix("</channel></rss>"),
        rss(TWO).replace("</item>", ""),
        rss(TWO).replace("</title>", "", 2),
        rss(TWO, "<description>a & b < c</description>"),
        rss(TWO, "<media:text>x</media:text>"),
        rss(TWO, "<description>&nbsp;&hellip;&unknown;</description>"),
        rss(TWO, "</stray>"),
        rss(TWO, '<image width=10 height="1"x="2"/>'),
        rss(TWO, "<description>&#0;&#xD800;</description>"),
        rss(TWO).replace("rss", "RSS").replace("channel", "Channel"),
    ],
)
def test_the_good_entries_of_a_broken_feed_are_there(body):
    assert titles(body) == ["One", "Two"]


def test_one_bad_entry_costs_only_itself_and_is_named():
    nothing = "<title>&lt;script&gt;x&lt;/script&gt;</title><author>Ada Example</author>"
    feed = read(rss(f"<item>{nothing}</item><item></item>{TWO}"))
    assert [entry.title for entry in feed.entries] == ["One", "Two"]
    assert feed.problems == (
        "Entry 1 has no title, no text and no address.",
        "Entry 2 has no title, no text and no address.",
    )


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ("<title>Bridge closed</title>", "Bridge closed"),
        ("<description>The bridge is closed.</description>", "The bridge is closed."),
        ("<link>https://example.org/1</link>", "https://example.org/1"),
    ],
)
def test_any_of_title_text_and_address_makes_an_entry(fields, title):
    assert titles(rss(f"<item>{fields}</item>")) == [title]


def test_items_of_a_json_feed_that_are_no_objects_are_named():
    feed = read('{"items": [1, null, {"id": "a", "title": "T", "content_text": "x y z"}]}')
    assert len(feed.entries) == 1
    assert feed.problems == ("2 items are no objects.",)


def test_of_very_many_tags_of_a_json_feed_only_the_first_are_looked_at():
    tags = [*["https://example.org/"] * MAX_SEVERAL, "Late"]
    feed = read(json.dumps({"items": [{"title": "T", "tags": tags}]}))
    assert feed.entries[0].categories == ()


# What is hostile


def test_entities_are_never_expanded():
    nested = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    dtd = f'<!DOCTYPE rss [<!ENTITY a0 "ha">{nested}<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    entries = read(dtd + rss(item("&a9;&x; stays"))).entries
    assert entries[0].title == "&a9;&x; stays"


def test_a_body_that_names_a_file_does_not_open_it():
    assert words_of_failure(b"/etc/passwd") == "This is no feed in any known format."


SCRIPT = (
    "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;"
    '&lt;a href="javascript:alert(3)"&gt;x&lt;/a&gt;&lt;svg/onload=alert(4)&gt;'
    "&lt;style&gt;*{}&lt;/style&gt;"
)


def test_no_script_survives_in_any_field():
    fields = (
        f"<description>{SCRIPT}</description><author>{SCRIPT}</author><category>{SCRIPT}</category>"
        f"<guid>{SCRIPT}</guid>"
    )
    feed = read(rss(item(SCRIPT, fields), f"<description>{SCRIPT}</description>"))
    entry = feed.entries[0]
    shown = [entry.title, entry.excerpt, entry.text, *entry.authors, *entry.categories]
    assert not any(re.search(r"<|script|alert", text) for text in shown)
    assert not re.search(r"script|alert|onerror|onload|<svg|<style", entry.html)


def test_links_that_are_not_of_the_web_are_dropped_and_the_text_kept():
    text = "<description>The bridge is closed to all traffic.</description>"
    entry = read(rss(item("Bridge closed", text, "javascript:alert(1)"))).entries[0]
    assert (entry.url, entry.canonical_url) == ("", "")
    assert entry.excerpt == "The bridge is closed to all traffic."


def test_long_titles_are_cut():
    assert len(read(rss(item("L" * 100_000))).entries[0].title) == 500
    cut = read(rss(item("word " * 500))).entries[0].title
    assert len(cut) <= 500
    assert cut.endswith("word…")


def test_of_very_many_entries_both_ends_are_read():
    items = "".join(item(f"T{n}", link=f"https://example.org/{n}") for n in range(3000))
    found = titles(rss(items))
    assert len(found) == 1000
    assert (found[0], found[-1]) == ("T0", "T2999")


def test_intricate_documents_are_refused():
    assert words_of_failure("<rss>" + "<a>" * 200_000) == "The feed is too intricate to be read."


PIECES = [
    *(
        "<rss>",
        "</rss>",
        "<channel>",
        "<item>",
        "</item>",
        "<title>",
        "</title>",
        "<link>",
        "</link>",
    ),
    *("x", "AAAA", "é", "\x00", "\ud83d\udca5", "&", "&amp;", "&#0;", "&x;", "<![CDATA[", "]]>"),
    *("<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "<content type='xhtml'>", "<div>"),
    *("<content type='base64'>", "<?xml", "?>", "<!DOCTYPE rss [", "<!ENTITY x 'y'>", "]>", "<!--"),
    *("-->", "{", '"items":', "[", "]", "}", "<pubDate>", "Mon, 09 Mar 2026 25:61:61 +9999"),
    *(
        "<media:content url='x'/>",
        "xml:base='//['",
        "<author>",
        "<a:b c=d>",
        "<rdf:RDF>",
        "<image>",
    ),
    *("<source url='x'>", "<textinput>", "<guid isPermaLink='x'>", "<enclosure url='a'/>"),
    "<itunes:image href='http://['/>",
]
NOISE = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(NOISE.map("<rss>".__add__) | NOISE | NOISE.map("<feed>".__add__))
def test_anything_is_a_feed_or_a_parse_error(text):
    try:
        feed = read(text.encode(errors="replace"))
    except ParseError as error:
        assert str(error)  # noqa: PT017
        return
    for entry in feed.entries:
        assert entry.guid
        assert entry.title
        assert entry.published <= NOW
        assert "\x00" not in repr(entry)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "url", "title", "content_html", "authors", "name", "tags", "image",
                         "attachments", "date_published", "language", "hubs", "external_url"]),
        inner, max_size=5,
    ),
    max_leaves=20,
))  # fmt: skip
def test_any_item_of_a_json_feed_is_read_or_left_out(item):
    feed = read(json.dumps({"items": [item], "title": item, "hubs": item, "language": item}))
    assert len(feed.entries) + len(feed.problems) == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_a_feed_or_a_parse_error(body):
    try:
        read(body)
    except ParseError as error:
        assert str(error)  # noqa: PT017


# Hubs

HUBS = (
    '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="https://hub.example/"/>'
    '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="https://hub2.example/"/>'
    '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="/feed?format=rss"/>'
)
ATOM_HUBS = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><link rel="hub"'
    ' href="https://hub.example/"/><link rel="hub" href="https://hub2.example/"/>'
    '<link rel="self" href="/feed?format=rss"/></feed>'
)
JSON_HUBS = {
    "version": "https://jsonfeed.org/version/1.1",
    "feed_url": "https://feeds.example.org/feed?format=rss",
    "hubs": [
        {"type": "rssCloud", "url": "https://cloud.example/"},
        {"type": "WebSub", "url": "https://hub.example/"},
        {"type": "WebSub", "url": "https://hub2.example/"},
    ],
    "items": [],
}


@pytest.mark.parametrize("body", [rss("", HUBS), ATOM_HUBS, json.dumps(JSON_HUBS)])
def test_a_feed_names_its_hubs_and_itself(body):
    hints = read(body).hints
    assert hints.hub_urls == ("https://hub.example/", "https://hub2.example/")
    assert hints.self_url == "https://feeds.example.org/feed?format=rss"


def test_of_many_hubs_the_first_are_kept():
    many = "".join(HUBS.replace("hub.", f"hub{number}.") for number in range(MAX_HUBS))
    assert len(read(rss("", many)).hints.hub_urls) == MAX_HUBS


def test_a_hub_that_is_no_web_address_is_none():
    assert read(rss("", HUBS.replace("https://hub.", "gopher://hub."))).hints.hub_urls == (
        "https://hub2.example/",
    )


# Language


@pytest.mark.parametrize(
    ("head", "title", "text", "language"),
    [
        ("<language>en-GB</language>", "Pont fermé", "", "en"),
        ("<language>FR_ca</language>", "Pont fermé", "", "fr"),
        ("<language>ger</language>", "x y", "", "de"),
        ("<language>und</language>", "Bridge", "", "xx"),
        ("", "Short", "", "xx"),
        ("", "Le pont fermé", "La ville a décidé lundi de fermer le vieux pont pour un an.", "fr"),
        (
            "",
            "Brücke zu",
            "Die Stadt schließt die alte Brücke am Montag für ein ganzes Jahr.",
            "de",
        ),
        (
            "",
            "Puente cerrado",
            "La ciudad cierra el viejo puente el lunes por un año entero.",
            "es",
        ),
    ],
)
def test_the_language_is_the_feeds_else_the_texts_else_the_default(head, title, text, language):
    body = rss(item(title, f"<description>{text}</description>"), head)
    assert read(body, default_language="xx").entries[0].language == language


@pytest.mark.parametrize(
    "address", ["http://[::1", "http://999.1.1.1/", "http://a^b/", "http://\u00b4a.example/", "x:y"]
)
def test_an_address_that_is_none_costs_no_entry_wherever_it_stands(address):
    body = (
        f"<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title><link href='{address}'/>"
        f"<entry xml:base='{address}'><id>1</id><title>Storm</title><link href='{address}'/>"
        "<content type='html'>&lt;a href='/a'&gt;Storm&lt;/a&gt; hits the coast.</content>"
        f"</entry><entry><id>2</id><title>Flood</title><link href='https://a.example/2'/>"
        f"<content type='html'>&lt;a href='{address}'&gt;Rain&lt;/a&gt;</content></entry></feed>"
    ).encode()
    parsed = parse(body, url=URL, now=NOW)
    assert [entry.title for entry in parsed.entries] == ["Storm", "Flood"]
