"""A feed that wants to do harm, all the way from the publisher to the reader's pages."""

from __future__ import annotations

import re
from html import escape

import pytest

from articles.models import Article, Feed
from articles.pipeline.grouping import Grouper
from articles.pipeline.refresh import refresh_named
from tests.factories import make_edition, make_feed, make_source

pytestmark = pytest.mark.django_db

SCRIPT = (
    "Bridge <script>alert(1)</script><img src=x onerror=alert(2)>"
    '<a href="javascript:alert(3)">reopens</a><svg/onload=alert(4)>'
    '<iframe srcdoc="<script>alert(5)</script>"></iframe><style>*{display:none}</style>'
)
LINKS = ("https://a.example/1", "javascript:alert(6)", "data:text/html,<script>alert(7)</script>")


@pytest.fixture
def hostile(publisher) -> Feed:
    """A feed whose every field carries script, read and grouped."""
    said = escape(SCRIPT)
    items = "".join(
        f"<item><title>{n} {said}</title><link>{escape(link)}</link><author>{said}</author>"
        f"<category>{said}</category><description>{said}</description>"
        f'<enclosure url="{escape(link)}" type="{said}" length="1"/></item>'
        for n, link in enumerate(LINKS)
    )
    publisher.expect_request("/feed").respond_with_data(
        f'<rss version="2.0"><channel><title>{said}</title><link>javascript:alert(8)</link>'
        f"<language>en</language>{items}</channel></rss>"
    )
    source = make_source("The Example", editions=(make_edition("uk"),))
    feed = make_feed(source, url=publisher.url_for("/feed"))
    list(refresh_named([feed.pk]))
    Grouper().group("en")
    return feed


def test_no_script_survives_on_any_page(hostile, client):
    articles = list(Article.objects.all())
    stories = [article.story for article in articles if article.story]
    pages = ["/uk/", "/latest/", "/sources/", "/search/?q=bridge", "/source/the-example/"]
    pages += [article.get_absolute_url() for article in articles]
    pages += [story.get_absolute_url() for story in stories]
    assert len(articles) == len(LINKS)

    for address in pages:
        page = client.get(address, follow=True).content.decode()
        assert "alert(" not in page, address
        assert not re.search(r"<(?:iframe|style|svg/)|javascript:|\son\w+=", page), address


def test_only_the_link_that_can_be_followed_leads_to_the_publisher(hostile):
    assert sorted(Article.objects.values_list("url", flat=True)) == ["", "", LINKS[0]]


def test_its_health_says_what_is_wrong(hostile):
    hostile.refresh_from_db()

    assert "script inside" in hostile.notice
    assert "no date" in hostile.notice
