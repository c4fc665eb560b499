"""Pieces of HTML that are written by functions: what they are handed stays text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString

from articles.models import Edition
from articles.selectors.briefs import Brief
from articles.selectors.teasers import Line, Outlet, Teaser, Told
from articles.templatetags.addresses import path
from articles.web import front_pieces
from articles.web.pieces import Piece, Setting, item, joined
from tests.web.pages import Page

EVIL = "\"><script>alert('x')</script>&"
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


def line(pk: int = 1) -> Line:
    """A report that says nothing but markup, wherever it may."""
    return Line(pk, EVIL, EVIL, NOON, EVIL, Outlet(EVIL, "paper"), EVIL, EVIL)


def written(html: str) -> Page:
    return Page(html)


def test_what_fills_a_gap_is_escaped_unless_it_is_html_already():
    shown = Piece('<b title="{title}">', "{inner}</b>")
    filled = shown(title='"', inner=joined([SafeString("<i>"), SafeString("</i>")], " "))
    assert filled == '<b title="&quot;"><i> </i></b>'
    assert shown(title="'", inner="<i>") == '<b title="&#x27;">&lt;i&gt;</b>'


def test_braces_in_what_fills_a_gap_are_only_text():
    assert Piece("<p>{words}</p>")(words="{title} {0.__class__}") == (
        "<p>{title} {0.__class__}</p>"
    )


def test_an_article_of_a_list_keeps_markup_as_text():
    shown = written(item(line(), 3, Setting.now(), copies=(line(2), line(3)), pictures=True))
    assert not shown.all("script")
    assert EVIL in shown.text
    assert shown.all("img") == [
        {
            "src": EVIL,
            "alt": "",
            "width": "640",
            "height": "360",
            "loading": "lazy",
            "decoding": "async",
            "referrerpolicy": "no-referrer",
        }
    ]


@pytest.mark.parametrize("kind", ["lead", "second", "head"])
def test_a_story_shown_large_keeps_markup_as_text(kind):
    story = Told(1, EVIL, EVIL, NOON, NOON, 3, 3, 2)
    teaser = Teaser(story, line(), None, (line(2),), (line(3),))
    shown = written(front_pieces.teaser(teaser, kind, 2, Setting.now(), within_topic=False))
    assert not shown.all("script")
    assert EVIL in shown.text


def brief_of(words: str, elsewhere: Edition) -> Brief:
    return Brief(
        story=1,
        address=words,
        articles=3,
        sources=2,
        independent=2,
        first_at=NOON,
        lead_address=words,
        title=words,
        edited=False,
        language=words,
        published_at=NOON,
        outlet=words,
        outlet_address=words,
        gained=2,
        elsewhere=elsewhere,
    )


def test_a_story_in_few_lines_keeps_markup_as_text():
    edition = Edition(pk=1, slug="ie", name=EVIL, country="", language="en")
    shown = written(front_pieces.brief(brief_of(EVIL, edition), 3, Setting.now()))
    assert not shown.all("script")
    assert shown.text.count(EVIL) == 3


def test_a_story_that_is_remembered_is_told_anew_when_anything_of_it_has_changed():
    edition = Edition(pk=1, slug="ie", name="Munster", country="", language="en")
    before = front_pieces.brief(brief_of("Tunnel opens", edition), 3, Setting.now())
    edition.name = "Leinster"
    renamed = front_pieces.brief(brief_of("Tunnel opens", edition), 3, Setting.now())
    closed = front_pieces.brief(brief_of("Tunnel closes", edition), 3, Setting.now())
    assert "Munster" in before
    assert "Leinster" in renamed
    assert "Munster" not in renamed
    assert "Tunnel closes" in closed
    assert "Tunnel opens" not in closed


def test_words_that_are_remembered_are_those_of_the_language_that_is_spoken():
    said = {}
    for language in ("en", "de", "en"):
        with translation.override(language):
            said[language] = item(line(), 3, Setting.now())
    assert "Read more »" in said["en"]
    assert "Weiterlesen »" in said["de"]


def test_an_address_that_is_remembered_is_the_one_that_is_written_out():
    for _ in range(2):
        assert path("topic", "uk", "world") == reverse("topic", args=["uk", "world"])
        assert path("topic", "uk", "sport") == reverse("topic", args=["uk", "sport"])
