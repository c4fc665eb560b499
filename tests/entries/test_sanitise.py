"""HTML and text out of feeds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.entries.sanitise import _tidy, clean_html, html_to_text, plain_text

BASE = "https://example.org/news/story"
LAZY = 'loading="lazy" referrerpolicy="no-referrer"'


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p>One <b>two</b> <em>three</em></p>", "<p>One <b>two</b> <em>three</em></p>"),
        ("plain words", "<p>plain words</p>"),
        ("A &amp; B < C", "<p>A &amp; B &lt; C</p>"),
        ("first\n\nsecond", "<p>first</p><p>second</p>"),
        ("<z>My <em>valid</em> text</z>", "My <em>valid</em> text"),
        (
            '<a href="/a" onclick="x()" class="y" target="_blank">x</a>',
            '<a href="https://example.org/a" rel="noopener noreferrer">x</a>',
        ),
        ('<a href="javascript:alert(1)">x</a>', '<a rel="noopener noreferrer">x</a>'),
        ('<a href="jav&#x09;ascript:alert(1)">x</a>', '<a rel="noopener noreferrer">x</a>'),
        ('<a href="data:text/html,x">x</a>', '<a rel="noopener noreferrer">x</a>'),
        (
            '<a href="mailto:desk@example.org">x</a>',
            '<a href="mailto:desk@example.org" rel="noopener noreferrer">x</a>',
        ),
        (
            '<img src="../i.png" alt="A" width="640" onerror="x()" srcset="evil 2x">',
            f'<img {LAZY} src="https://example.org/i.png" alt="A" width="640">',
        ),
        ('<img src="data:image/png;base64,AAAA">', ""),
        ('<img src="https://t.example/p" width="1" height="1">', ""),
        ('<img alt="nothing">', ""),
        ("<p></p><p>x</p>", "<p>x</p>"),
        ("a<script>alert(1)</script>b", "ab"),
        ("a<style>*{display:none}</style>b", "ab"),
        ('<iframe srcdoc="<script>1</script>">x</iframe>b', "b"),
        ("<svg/onload=alert(1)><text>x</text></svg>b", "b"),
        ("<math><mi//xlink:href='data:x,<script>1</script>'>", ""),
        ("<form action=x><input name=p><button>Go</button></form>b", "b"),
        ("<object data=x></object><embed src=x>b", "b"),
        ("<noscript><p title='</noscript><img src=x onerror=1>'></noscript>b", f'<img {LAZY} src="https://example.org/news/x">\'&gt;b'),
        ('<p style="position:fixed" id="x" hidden>x</p>', "<p>x</p>"),
        ("<!-- <script>1</script> -->x<![CDATA[y]]>", "x"),
        ("<base href='https://evil.example/'><a href='b'>x</a>",
         '<a href="https://example.org/news/b" rel="noopener noreferrer">x</a>'),
        ("<meta http-equiv=refresh content='0;url=x'><link rel=stylesheet href=x>b", "b"),
        ("&lt;p&gt;escaped twice&lt;/p&gt;", "<p>escaped twice</p>"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", ""),
    ],
)  # fmt: skip
def test_only_the_safe_part_of_html_stays(html, clean):
    assert clean_html(html, BASE) == clean


def test_relative_addresses_without_a_base_are_dropped():
    assert clean_html('<a href="/a">x</a>') == '<a rel="noopener noreferrer">x</a>'


@pytest.mark.parametrize("base", ["https://1.2.3.999/", "https://xn--a/", "no address"])
def test_so_they_are_where_the_base_is_no_address_after_all(base):
    assert clean_html('<a href="/a">x</a>', base) == '<a rel="noopener noreferrer">x</a>'


def test_html_that_is_nested_without_end_becomes_its_text():
    assert clean_html("<div>" * 5000 + "deep") == "deep"
    assert clean_html("<b><i>" * 3000 + "bold") == "bold"


def test_many_paragraphs_without_end_tags_are_not_nesting():
    assert clean_html("<p>x" * 3000).count("<p>") == 3000


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p>One<br>two</p>", "One\ntwo"),
        ("<ul><li>One</li><li>Two</li></ul>", "One\n\nTwo"),
        ("<h2>Head</h2>Text", "Head\n\nText"),
        ("<p>One\n   line</p>", "One line"),
        ("<p>A &amp; B &lt;3</p>", "A & B <3"),
        ('<p>x <a href="https://e.org/" title="a > b">y</a></p>', "x y"),
        ("soft\u00adhyphen and zero\u200bwidth", "softhyphen and zerowidth"),
    ],
)
def test_the_text_of_html_keeps_its_paragraphs(html, text):
    assert html_to_text(clean_html(html)) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Plain title", "Plain title"),
        ("AT&T", "AT&T"),
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("Caf&eacute; &#8211; &#x201c;x&#x201d;", "Café – “x”"),
        ("<b>Bold</b> and <i>fine</i>", "Bold and fine"),
        ("&lt;b&gt;Bold&lt;/b&gt;", "Bold"),
        ("Two<br>lines", "Two lines"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("I <3 news", "I <3 news"),
        ("<script>alert(1)</script>", ""),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", ""),
        ("&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;x", "x"),
        ("x<style>*{}</style><img src=x onerror=alert(1)>y", "xy"),
        ("<<b>script>alert(1)<</b>/script>", ""),
        ("a\tb\n c\u00a0 d", "a b c d"),
        ("left\u202eright", "leftright"),
    ],
)
def test_plain_text_is_text_however_often_it_was_escaped(markup, text):
    assert plain_text(markup) == text


TAG_LIKE = re.compile(r"<[A-Za-z/!?]")
PIECES = st.lists(
    st.sampled_from(
        ["<", ">", "&lt;", "&gt;", "&amp;", "&#60;", "&#x3c;", '"', "'", "/", " ", "script", "svg",
         "b", "p", "img src=x", "onerror=alert(1)", "href=javascript:x", "<!--", "-->", "<![CDATA[",
         "]]>", "style", "iframe", "textarea", "math", "x", "é", "\n"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@given(PIECES | st.text(max_size=60))
def test_no_plain_text_reads_as_a_tag(markup):
    assert not TAG_LIKE.search(plain_text(markup))
    assert not TAG_LIKE.search(html_to_text(clean_html(markup, BASE)))


@given(PIECES)
def test_clean_html_holds_nothing_that_runs(markup):
    clean = clean_html(markup, BASE)
    inside_tags = " ".join(re.findall(r"<[^>]*>", clean)).lower()
    assert not re.search(r"<(script|svg|iframe|style|math|object|embed|form)", clean.lower())
    assert not re.search(r"\son\w+\s*=|javascript:", inside_tags)


@given(st.text(st.sampled_from(" \n\t\r\xa0\u200b\ufffc\u2028xé"), max_size=12))
def test_a_line_that_is_passed_as_tidy_would_not_be_changed(text):
    assert _tidy(f"x\n\n{text}") == f"x\n\n{_tidy(text)}".strip()


@pytest.mark.parametrize("base", ["http://999.1.1.1/", "http://xn--a/", "http://a^b/", "no base"])
def test_a_base_that_is_no_address_costs_relative_links_only(base):
    html = '<p><a href="/a">one</a> <a href="https://example.org/b">two</a></p>'
    cleaned = clean_html(html, base)
    assert 'href="https://example.org/b"' in cleaned
    assert "/a" not in cleaned.replace("</a>", "")
