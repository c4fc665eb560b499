"""Each kind of page holds the styles that it needs, and these are what was written."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from newsreader.bundles import STYLES, short

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LINKED = """
() => [...document.querySelectorAll("link[rel=stylesheet]")]
  .map(({ href }) => new URL(href).pathname)
"""
# The rules of a stylesheet that the page does not have and that something on it would follow,
# whatever state it is in: a pseudo-class or pseudo-element stands for none.
MISSED = """
(css) => {
  const state = /::?(?!not|is|where|has|nth|first-child|last-child|only|dir|empty)[-\\w]+/g;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const rules = (group) => [...group].flatMap((rule) => [rule, ...rules(rule.cssRules ?? [])]);
  return rules(sheet.cssRules)
    .map((rule) => rule.selectorText)
    .filter((selector) => selector && document.querySelector(selector.replace(state, "")));
}
"""
RULES = """
(css) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return [...sheet.cssRules].map((rule) => rule.cssText.replace(/\\s+/g, " "));
}
"""


def written(name: str) -> str:
    found = finders.find(name)
    assert isinstance(found, str), name
    return Path(found).read_text(encoding="utf-8")


def test_no_page_lacks_a_style_that_it_would_follow(news, live_server, visit):
    every = {part for parts in STYLES.values() for part in parts}
    page = visit().page
    for name, address in news.found.items():
        page.goto(live_server.url + address)
        linked = {path.removeprefix("/static/") for path in page.evaluate(LINKED)}
        assert linked in [set(parts) for parts in STYLES.values()], name
        for part in every - linked:
            assert page.evaluate(MISSED, written(part)) == [], (name, part)


@pytest.mark.parametrize("name", STYLES)
def test_shortened_they_are_the_same_styles(visit, name):
    page = visit().page
    for part in STYLES[name]:
        rules = page.evaluate(RULES, written(part))
        assert rules, part
        assert page.evaluate(RULES, short(written(part))) == rules
