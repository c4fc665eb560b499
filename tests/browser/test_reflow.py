"""Pages with little room, and with words that have none: nothing scrolls sideways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from articles.models import Article, Edition, Source, Story
from tests.browser.conftest import patient

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE_AT_ITS_SMALLEST = 320
"""CSS pixels: 1280 at 400 % (WCAG 2.2, 1.4.10)."""

SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important;"
    " word-spacing: 0.16em !important } p { margin-block-end: 2em !important }"
)
"""What a reader may ask of any page (WCAG 2.2, 1.4.12)."""

WORD = "Hafenbrückenpfeilerrissuntersuchungskommissionsvorsitzendenstellvertreterin" * 2


@pytest.fixture
def long_words(news):
    """The same pages, of whose names and headlines each is one long word."""
    latin = Article.objects.exclude(language="ar")
    latin.update(title=WORD, excerpt=WORD, authors=[WORD], categories=[WORD])
    Story.objects.exclude(language="ar").update(title=WORD)
    Source.objects.update(name=WORD[:75], owner=WORD[:75])
    Edition.objects.update(name="Inselgebiete und vorgelagerte Außenposten")
    return news


def wider_than_the_window(
    page: Page, live_server: LiveServer, addresses: dict[str, str], style: str = ""
) -> dict[str, int]:
    """By how many pixels, of the pages that are."""
    found = {}
    for name, address in addresses.items():
        page.goto(live_server.url + address)
        if style:
            page.add_style_tag(content=style)
        excess = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        found[name] = page.evaluate(excess)
    return {name: excess for name, excess in found.items() if excess > 0}


@pytest.mark.parametrize("width", [PHONE_AT_ITS_SMALLEST, 800, 1280])
def test_no_page_scrolls_sideways_however_long_its_words(long_words, live_server, chromium, width):
    with chromium.new_context(viewport={"width": width, "height": 900}) as context:
        page = patient(context.new_page())
        assert wider_than_the_window(page, live_server, long_words.addresses) == {}


def test_no_page_scrolls_sideways_where_a_reader_spaces_its_text(news, live_server, chromium):
    size = {"width": PHONE_AT_ITS_SMALLEST, "height": 900}
    with chromium.new_context(viewport=size, bypass_csp=True) as context:
        page = patient(context.new_page())
        assert wider_than_the_window(page, live_server, news.addresses, SPACING) == {}


def test_a_very_long_headline_is_set_smaller_wherever_headlines_are_largest(
    news, live_server, visit
):
    headlines = {
        "/": ".teaser.lead .headline",
        news.story.get_absolute_url(): "h1",
        news.article.get_absolute_url(): "h1",
    }
    page = visit().page

    def sizes() -> Iterator[float]:
        for address, headline in headlines.items():
            page.goto(live_server.url + address)
            size = "(element) => parseFloat(getComputedStyle(element).fontSize)"
            yield page.locator(headline).first.evaluate(size)

    usual = list(sizes())
    Article.objects.filter(pk=news.article.pk).update(title="Bridge closed, " * 13)
    Story.objects.filter(pk=news.story.pk).update(title="Bridge closed, " * 13)
    assert all(long < short for long, short in zip(sizes(), usual, strict=True))
