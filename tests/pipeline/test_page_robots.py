"""Where robots.txt and redirects let a page be fetched."""

from __future__ import annotations

import pytest
from django.utils import timezone

from articles.models import Page, Site
from tests.article_pages import article_page
from tests.fetch.publisher import Request, serving
from tests.pipeline.page_sites import REPORT, TITLE, answering, asked, page_of, read, site, wanted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("loopback_allowed")]


def test_a_page_that_robots_forbid_is_never_asked_for() -> None:
    robots = answering(body="User-agent: newsreader\nDisallow: /bridge", Content_Type="text/plain")
    with site(robots, bridge=answering(body=article_page(TITLE, *REPORT))) as server:
        article = wanted(server)
        assert read() == set()
        assert asked(server) == ["/robots.txt"]
    page = page_of(article)
    assert page.state == Page.State.REFUSED
    assert page.error == f"The robots.txt of {page.host} forbids it."


def test_a_site_whose_robots_fail_is_left_alone_for_now() -> None:
    with site(answering(500), bridge=answering(body=article_page(TITLE, *REPORT))) as server:
        article = wanted(server)
        read()
        read()
        assert asked(server) == ["/robots.txt"]
    page = page_of(article)
    assert page.state == Page.State.WAITING
    assert page.site.error == (
        "The site's robots.txt cannot be read: The server answered with status 500."
    )
    assert page.site.fresh_until > timezone.now()


def test_robots_behind_a_redirect_are_obeyed() -> None:
    robots = answering(body="User-agent: *\nDisallow: /", Content_Type="text/plain")
    with serving({"/robots.txt": robots}) as other:
        moved = answering(302, Location=other.url("/robots.txt"))
        with site(moved, bridge=answering()) as server:
            article = wanted(server)
            read()
            assert asked(server) == ["/robots.txt"]
            assert asked(other) == ["/robots.txt"]
    assert page_of(article).state == Page.State.REFUSED


def test_robots_behind_endless_redirects_are_none() -> None:
    def onward(request: Request) -> None:
        count = int(request.path.partition("?")[2] or 0)
        request.answer(302, Location=f"/robots.txt?{count + 1}")

    with site(onward, bridge=answering(body=article_page(TITLE, *REPORT))) as server:
        article = wanted(server)
        read()
    assert page_of(article).state == Page.State.READ


def test_a_redirect_is_followed_when_its_own_site_allows_it() -> None:
    page = answering(body=article_page(TITLE, *REPORT))
    with site(here=page) as target:
        with site(bridge=answering(301, Location=target.url("/here"))) as server:
            article = wanted(server)
            assert read() == {"en"}
        assert asked(target) == ["/robots.txt", "/here"]
    assert page_of(article).state == Page.State.READ


def test_a_redirect_to_where_robots_forbid_is_not_followed() -> None:
    robots = answering(body="User-agent: *\nDisallow: /here", Content_Type="text/plain")
    with site(robots, here=answering()) as target:
        with site(bridge=answering(302, Location=target.url("/here"))) as server:
            article = wanted(server)
            read()
        assert asked(target) == ["/robots.txt"]
    assert page_of(article).state == Page.State.REFUSED


def test_redirects_end() -> None:
    def onward(request: Request) -> None:
        count = int(request.path.partition("?")[2] or 0)
        request.answer(302, Location=f"/bridge?{count + 1}")

    with site(bridge=onward) as server:
        article = wanted(server)
        read()
        assert asked(server).count("/robots.txt") == 1
    page = page_of(article)
    assert page.state == Page.State.FAILED
    assert "redirects more than 5 times" in page.error


def test_a_redirect_into_a_private_network_is_refused() -> None:
    with site(bridge=answering(302, Location="http://169.254.169.254/latest")) as server:
        article = wanted(server)
        read()
    site_of = Site.objects.get(origin="http://169.254.169.254")
    assert "link-local" in site_of.error
    assert page_of(article).state == Page.State.WAITING  # until its patience ends
