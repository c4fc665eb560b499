"""Link headers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.fetch.links import MOST, Link, read

FEED = Link("/feed", ("alternate",), "application/rss+xml", "News")


@pytest.mark.parametrize(
    "header",
    [
        '</feed>; rel="alternate"; type="application/rss+xml"; title="News"',
        "</feed>;rel=alternate;type=application/rss+xml;title=News",
        '</feed> ; REL = "Alternate" ; Type="application/rss+xml" ; title="News"',
        '</feed>; title="N\\ews"; type="application/rss+xml"; rel="alternate"',
        '</feed>; rel=alternate; rel=hub; type="application/rss+xml"; title=News; title="Old"',
        "</feed>; rel=alternate; type=application/rss+xml; title=News; title*=UTF-8''Nouvelles",
        'nonsense; </feed>; rel=alternate; type="application/rss+xml"; title=News; crossorigin',
    ],
)
def test_a_link_is_read_however_it_is_written(header):
    assert list(read(header)) == [FEED]


def test_links_of_several_headers_come_in_their_order():
    header = '<a>; rel="hub"; title="one, <two>; rel=x", <b>;rel="self Alternate",, <c>'
    assert list(read(header)) == [
        Link("a", ("hub",), title="one, <two>; rel=x"),
        Link("b", ("self", "alternate")),
        Link("c", ()),
    ]


def test_a_link_from_something_else_is_left_out():
    assert list(read('<a>; rel=hub; anchor="#part", <b>; rel=hub')) == [Link("b", ("hub",))]


@given(st.text(st.sampled_from('<>;,="\\ \trel*hub:/'), max_size=200))
def test_any_header_can_be_read(header):
    assert all("<" not in link.target for link in read(header))


def test_no_more_of_a_header_is_read_than_may_be():
    assert len(list(read("<a>," * MOST))) == MOST / 4
