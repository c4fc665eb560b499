"""Articles' own pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.entries.page import MAX_ELEMENTS, Page, PageError, read_page
from tests.article_pages import CLUTTER, article_page

URL = "https://www.example.org/news/bridge?utm_source=feed"
TITLE = "Old bridge closes for a year"
REPORT = (
    "The council voted on Monday to close the old bridge over the Lenne for a whole year.",
    "Engineers had found cracks in two of its seven arches, which were built in 1871.",
    '"We have no choice," the mayor, Anna Kessel, told the meeting. "Safety comes first."',
    "Some 4,000 cars cross the bridge every day; they will have to take the road by the mill.",
)


def read(markup: str | bytes, content_type: str = "text/html; charset=utf-8") -> Page:
    body = markup.encode() if isinstance(markup, str) else markup
    return read_page(body, url=URL, content_type=content_type, title=TITLE)


def described(**report: object) -> str:
    """A block of JSON-LD that describes the report, among other things."""
    graph = [{"@type": "WebSite"}, 7, {"@type": ["NewsArticle"], **report}]
    return f'<script type="application/ld+json">{json.dumps({"@graph": graph})}</script>'


def with_head(head: str) -> Page:
    return read(article_page(TITLE, *REPORT, head=head))


def test_the_text_is_the_report_without_what_the_page_puts_around_it() -> None:
    page = read(article_page(TITLE, *REPORT))
    assert page.text == "\n\n".join(REPORT)


@pytest.mark.parametrize("clutter", CLUTTER)
def test_no_line_of_clutter_survives(clutter: str) -> None:
    assert clutter in article_page(TITLE, *REPORT).replace('</strong> <a href="/b">', " ")
    assert clutter not in read(article_page(TITLE, *REPORT)).text


def test_a_report_of_one_sentence_is_found_among_its_clutter() -> None:
    assert read(article_page(TITLE, REPORT[0])).text == REPORT[0]


def test_a_page_kept_in_a_form_is_read_all_the_same() -> None:
    markup = article_page(TITLE, *REPORT).replace("<body>", "<body><form>")
    assert read(markup.replace("</body>", "</form></body>")).text == "\n\n".join(REPORT)


def test_markup_that_is_text_stays_no_markup() -> None:
    page = read(
        article_page(TITLE, *REPORT[:3], "A tag such as <script>alert(1)</script> is text.")
    )
    assert "<script" not in page.text


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("utf-8", "text/html"),
        ("utf-8", "text/html; charset=iso-8859-1"),
        ("iso-8859-15", "text/html; charset=iso-8859-15"),
        ("cp1251", "text/html"),
    ],
)
def test_the_encoding_is_found_in_header_or_page(encoding: str, content_type: str) -> None:
    told = "Мост закрыт на год" if encoding == "cp1251" else "Brücke für ein Jahr geschlossen, 3 €"
    report = f"{told}, wie der Rat am Montag nach langer Sitzung beschlossen hat, heißt es."
    report = report.replace("ß", "ss")
    markup = article_page(TITLE, report).replace('charset="utf-8"', f'charset="{encoding}"')
    assert read(markup.encode(encoding), content_type).text == report


@pytest.mark.parametrize(
    ("head", "address"),
    [
        ('<link rel="canonical" href="/news/bridge">', "https://www.example.org/news/bridge"),
        ('<link rel="CANONICAL" href="//other.example/b">', "https://other.example/b"),
        ('<meta property="og:url" content="https://o.example/b">', "https://o.example/b"),
        ('<link rel="canonical" href="javascript:alert(1)">', ""),
        ('<link rel="canonical" href="https://user:secret@o.example/b">', ""),
        ('<link rel="alternate" href="/feed">', ""),
    ],
)
def test_the_canonical_address_is_absolute_and_safe(head: str, address: str) -> None:
    assert with_head(head).canonical_url == address


@pytest.mark.parametrize(
    ("head", "published"),
    [
        (
            '<meta property="article:published_time" content="2026-03-01T09:30:00+01:00">',
            datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
        ),
        (
            '<meta itemprop="datePublished" content="2026-03-01T08:30Z">',
            datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
        ),
        (
            described(datePublished="2026-03-01 08:30:00"),
            datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
        ),
        ('<meta property="article:published_time" content="2026-03-01">', None),
        ('<meta property="article:published_time" content="2026-13-41T25:99">', None),
        ('<meta property="article:published_time" content="0001-01-01T00:00:00+10:00">', None),
        ('<meta property="article:published_time" content="yesterday">', None),
        ('<script type="application/ld+json">{"@type": "NewsArticle", </script>', None),
        (f'<script type="application/ld+json">{"[" * 100_000}</script>', None),
        ("", None),
    ],
)
def test_the_time_of_publication_is_a_moment_or_nothing(
    head: str, published: datetime | None
) -> None:
    assert with_head(head).published == published


@pytest.mark.parametrize(
    ("head", "image"),
    [
        ('<meta property="og:image" content="/i/b.jpg">', "https://www.example.org/i/b.jpg"),
        ('<meta name="twitter:image" content="https://i.example/b">', "https://i.example/b"),
        ('<meta property="og:image" content="data:image/png;base64,AAAA">', ""),
        (
            described(image=["https://i.example/pixel.gif", "https://i.example/b.jpg"]),
            "https://i.example/b.jpg",
        ),
        (
            described(image=[{"@type": "ImageObject", "url": "https://i.example/b.jpg"}]),
            "https://i.example/b.jpg",
        ),
    ],
)
def test_the_image_is_absolute_and_no_tracker(head: str, image: str) -> None:
    assert with_head(head).image_url == image


@pytest.mark.parametrize(
    ("head", "authors"),
    [
        ('<meta name="author" content="Ines &lt;b&gt;Amsel&lt;/b&gt;">', ("Ines Amsel",)),
        ('<meta property="article:author" content="https://social.example/ines">', ()),
        (
            described(author=[{"@type": "Person", "name": "Ines Amsel"}, "Jo Fink", 7, None]),
            ("Ines Amsel", "Jo Fink"),
        ),
    ],
)
def test_authors_are_names_in_plain_text(head: str, authors: tuple[str, ...]) -> None:
    assert with_head(head).authors == authors


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (b"%PDF-1.7", "application/pdf", "no web page but to application/pdf"),
        (b"", "text/html", "empty, or no HTML"),
        (b"   \n", "", "empty, or no HTML"),
        (b"<p>Watch the video.</p>", "text/html", "no text of a report"),
        (article_page(TITLE).encode(), "text/html", "no text of a report"),
        (b"<p>word</p>" * (MAX_ELEMENTS + 1), "text/html", "elements"),
        (b"\x00\x01\x02" * 500, "text/html", "empty, or no HTML"),
    ],
)
def test_what_holds_no_report_is_refused_in_words(
    body: bytes, content_type: str, words: str
) -> None:
    with pytest.raises(PageError, match=words):
        read(body, content_type)


def test_a_page_nested_without_end_is_refused_or_read() -> None:
    deep = "<div>" * 15_000 + "".join(f"<p>{paragraph}</p>" for paragraph in REPORT)
    try:
        text = read(deep).text
    except PageError:
        return
    assert REPORT[0] in text


_PIECES = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<div>",
            "</div>",
            "<script>",
            "</script>",
            "<article>",
            "<!--",
            "<table>",
        ),
        *("&lt;b&gt;", "&#0;", "\x00", "<meta charset=x>", "<svg>", "]]>", "<a href='"),
        *("The council voted on Monday to close the bridge for a year. ", json.dumps({"a": 1})),
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(_PIECES, st.text(max_size=8)), max_size=40))
def test_whatever_comes_there_is_plain_text_or_words_why_not(pieces: list[str]) -> None:
    try:
        text = read("".join(pieces).encode(errors="replace")).text
    except PageError:
        return
    assert not any(tag in text.lower() for tag in ("<p", "<div", "<script", "</", "\x00"))
