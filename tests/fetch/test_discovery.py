"""Where a page's feeds may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.fetch.addresses import check_url
from articles.fetch.discovery import MAX_CANDIDATES, Candidate, Clue, candidates, common

PAGE = "https://news.example/world/story.html"


def found(html: str, url: str = PAGE) -> list[str]:
    return [candidate.url for candidate in candidates(html.encode(), url)]


def link(href: str = "/feed", kind: str = "application/rss+xml", more: str = "") -> str:
    return f'<link rel="alternate" type="{kind}" href="{href}" {more}>'


@pytest.mark.parametrize(
    "kind",
    [
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
        "Application/RSS+XML",
        "application/rss+xml; charset=utf-8",
    ],
)
def test_link_elements_of_every_kind_of_feed_are_found(kind):
    assert found(link(kind=kind)) == ["https://news.example/feed"]


@pytest.mark.parametrize(
    "html",
    [
        '<LINK REL="Alternate" TYPE="application/rss+xml" HREF="/feed">',
        "<link href=/feed type=application/rss+xml rel=alternate>",
        "<link rel='alternate home' type='application/rss+xml' href='/feed'/>",
        '<link\nrel = "alternate"\ntype\n=\n"application/rss+xml" href="/feed"\n/>',
        '<link rel="feed" href="/feed">',
        '<link rel="alternate" type="text/xml" title="RSS" href="/feed">',
        '<link rel="alternate" type="application/xml" href="/feed">',
        '<link rel="alternate" type="application/rss+xml" href="feed:https://news.example/feed">',
        '<link rel="alternate" type="application/rss+xml" href="feed://news.example/feed">',
        '<link rel="alternate" type="application/rss+xml" href="&#x2F;feed">',
        '<link rel="alternate" type="application/rss+xml" title="a > b" href="/feed">',
        '<link rel="alternate" type="application/rss+xml" href="/feed" href="/other">',
        '<head></head><body><p>late<link rel="alternate" type="application/rss+xml" href="/feed">',
        "<p title='><link rel=alternate type=application/rss+xml href=/feed>",
    ],
)
def test_link_elements_are_read_however_they_are_written(html):
    assert [check_url(url).path for url in found(html)] == ["/feed"]


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="alternate" hreflang="de" href="/de/">',
        '<link rel="stylesheet" type="text/css" href="/feed.css">',
        '<link rel="alternate stylesheet" type="application/rss+xml" href="/feed">',
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">',
        '<link rel="alternate" type="application/json+oembed" href="/oembed?url=feed">',
        '<link rel="alternate" type="text/xml+oembed" href="/feed">',
        '<link rel="alternate" type="application/rss+xml">',
        '<link rel="alternate" type="application/rss+xml" href="">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:feed()">',
        '<link rel="alternate" type="application/rss+xml" href="ftp://news.example/feed">',
        '<link rel="alternate" type="application/rss+xml" href="http://user:pw@news.example/feed">',
        '<link rel="alternate" type="application/rss+xml" href="http://[::1/feed">',
        '<!-- <link rel="alternate" type="application/rss+xml" href="/feed"> -->',
        '<script>\'<link rel="alternate" type="application/rss+xml" href="/feed">\'</script>',
        "<template><link rel=alternate type=application/rss+xml href=/feed></template>",
        "<textarea><link rel=alternate type=application/rss+xml href=/feed></textarea>",
        "<linker rel=alternate type=application/rss+xml href=/feed>",
        '<a href="/sport">Sport</a> <a href="/feedback">Feedback</a>',
        '<a href="/rss.png">RSS</a>',
        '<a href="/atomic-clock">Atomic clock</a> <a href="/news/rss-explained.html">RSS</a>',
        '<a href="https://feedly.com/i/subscription/feed">Feed</a>',
        '<a href="mailto:feed@news.example">RSS by mail</a>',
        "",
    ],
)
def test_what_is_no_feed_is_not_taken_for_one(html):
    assert found(html) == []


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (link("feed.xml"), "https://news.example/world/feed.xml"),
        (link("../feed.xml"), "https://news.example/feed.xml"),
        (link("?format=rss"), "https://news.example/world/story.html?format=rss"),
        (link("//feeds.example/a"), "https://feeds.example/a"),
        (link("http://other.example/a?b=1&amp;c=2#d"), "http://other.example/a?b=1&c=2"),
        ('<base href="/blog/">' + link("feed"), "https://news.example/blog/feed"),
        ('<base href="//www.example/b/"><base href="/c/">' + link("feed"),
         "https://www.example/b/feed"),
        ('<base href="javascript:alert(1)">' + link("feed"), "https://news.example/world/feed"),
        (link("/f\u00e9ed"), "https://news.example/f%C3%A9ed"),
        (link(" /feed\n"), "https://news.example/feed"),
    ],
)  # fmt: skip
def test_addresses_are_resolved_as_browsers_do(html, expected):
    assert found(html) == [expected]


@pytest.mark.parametrize(
    "html",
    [
        '<a href="/rss">Subscribe</a>',
        '<a href="/world/rss.xml">World</a>',
        '<a href="/index.rdf">News</a>',
        '<a href="/?feed=rss2">News</a>',
        '<a href="/news/feed/">News</a>',
        '<a href="https://feeds.news.example/top">Top</a>',
        '<a href="https://www.youtube.com/feeds/videos.xml?channel_id=1">Videos</a>',
        '<a href="/subscribe">RSS</a>',
        '<a href="/subscribe"><span class="icon"></span> Our <b>RSS</b> feeds</a>',
        '<a href="/subscribe" title="RSS"><img src="/i.png"></a>',
        '<a class=icon href="/subscribe" aria-label="RSS feed"></a>',
        '<a href="/subscribe" type="application/atom+xml">Updates</a>',
    ],
)
def test_ordinary_links_that_look_like_feeds_are_found(html):
    (candidate,) = candidates(html.encode(), PAGE)
    assert candidate.clue is Clue.ANCHOR


def test_a_link_is_judged_by_its_own_text_only():
    assert found('<a href="/about">About</a> <a href="/x">RSS</a>') == ["https://news.example/x"]


def test_the_best_clues_come_first_and_comments_last():
    html = (
        '<a href="/rss">RSS</a>'
        + link("/story/feed", more='title="Comments on: A story"')
        + link("/comments/feed")
        + link("/feed")
        + link("/atom", "application/atom+xml")
        + link("/feed/", more='title="again"')
    )
    assert candidates(html.encode(), PAGE) == (
        Candidate("https://news.example/feed", Clue.LINK),
        Candidate("https://news.example/atom", Clue.LINK),
        Candidate("https://news.example/story/feed", Clue.LINK, "Comments on: A story"),
        Candidate("https://news.example/comments/feed", Clue.LINK),
        Candidate("https://news.example/rss", Clue.ANCHOR, "RSS"),
    )


def test_the_page_itself_is_not_asked_again():
    assert found(link(PAGE) + link("http://news.example/world/story.html#x")) == []


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            '<feed>; rel="alternate"; type="application/rss+xml"',
            ["https://news.example/world/feed"],
        ),
        ('</feed>; rel="alternate"; type="text/xml"; title="RSS"', ["https://news.example/feed"]),
        ('</a>; rel="alternate"; type="application/json", </b>; rel="next"', []),
        ('</wp-json/1>; rel="alternate"; type="application/json"; title="JSON"', []),
        ('<javascript:feed()>; rel="alternate"; type="application/rss+xml"', []),
        ('<https://[feed>; rel="alternate"; type="application/rss+xml"', []),
        ('</feed>; rel="alternate"; type="application/rss+xml"; anchor="/other"', []),
    ],
)
def test_what_a_header_names_counts_as_what_the_page_names(header, expected):
    assert [each.url for each in candidates(b"", PAGE, header)] == expected
    both = candidates(b"<base href='https://other.example/'>" + link("/b").encode(), PAGE, header)
    assert [each.url for each in both] == [*expected, "https://other.example/b"]


def test_a_page_in_utf16_is_read():
    html = link().encode("utf-16")
    assert [each.url for each in candidates(html, PAGE)] == ["https://news.example/feed"]


def test_a_page_of_nothing_but_feeds_gives_a_bounded_number():
    assert len(found("".join(link(f"/{n}/feed") for n in range(500)))) == MAX_CANDIDATES


def test_the_usual_places_are_those_of_the_folder_and_of_the_site():
    urls = [each.url for each in common("https://a.example/blog/")]
    assert urls[:4] == [
        "https://a.example/blog/feed",
        "https://a.example/feed",
        "https://a.example/blog/rss",
        "https://a.example/rss",
    ]
    assert "https://a.example/?feed=rss2" in urls
    assert len(urls) == len(set(urls))


@pytest.mark.parametrize("url", ["https://a.example", "https://a.example/2026/post.html"])
def test_the_usual_places_of_a_page_are_those_of_its_site(url):
    urls = [each.url for each in common(url)]
    assert urls[:2] == ["https://a.example/feed", "https://a.example/rss"]


BITS = st.sampled_from(
    ["<", ">", "<link ", "<a ", "</a>", "<base ", "<!--", "-->", "<script>", "</script>", '"', "'",
     "=", " rel=alternate", " type=application/rss+xml", " href=", "/feed", "&amp;", "#", "//", ":"]
)  # fmt: skip


@given(st.lists(BITS | st.text(max_size=4), max_size=30).map("".join))
def test_any_page_gives_addresses_that_may_be_asked(html):
    for candidate in candidates(html.encode("utf-8", "replace"), PAGE):
        assert check_url(candidate.url).url == candidate.url


@pytest.mark.parametrize(
    "bit",
    ["<a ", "<a href='", '<a href="x', "<link '\"", "<!--", "<script>", "<a href=/rss>", "'\"<a \"",
     "<a = = ", "<a " + "a=" * 9],
)  # fmt: skip
def test_the_time_for_a_page_grows_with_its_length_only(bit):
    """Ten times this length would take minutes if any of it were read again and again."""
    page = bit.encode() * (1_000_000 // len(bit))
    assert len(candidates(page, PAGE)) <= MAX_CANDIDATES
