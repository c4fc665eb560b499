"""What axe-core says of every kind of page: nothing."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from playwright.sync_api import Page

from tests.browser.conftest import missing, patient

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RUN = """
async (rules) => {
  await document.fonts.ready;
  // Sections of a front page are laid out as one comes near: before that they have no true place.
  for (let top = 0; top < document.documentElement.scrollHeight; top += innerHeight / 2) {
    scrollTo({ top, behavior: "instant" });
    await new Promise(requestAnimationFrame);
  }
  const options = rules
    ? { runOnly: { type: "rule", values: rules } }
    : { rules: { "target-size": { enabled: true } } };
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any.map((a) => a.message)}`));
}
"""


@pytest.fixture(scope="module")
def axe() -> str:
    """The checker's source. `make axe` brings it."""
    found = re.search(r"^AXE := (.+)$", (settings.BASE_DIR / "Makefile").read_text(), re.MULTILINE)
    assert found
    file = settings.BASE_DIR / ".venv" / f"{found[1]}.min.js"
    if not file.exists():
        missing("No axe-core: it comes with `make axe`, which needs npm.")
    return str(file.read_text(encoding="utf-8"))


def complaints(page: Page, axe: str) -> list[str]:
    """All rules in the light theme, with that of WCAG 2.2; of the dark one what colours decide."""
    page.emulate_media(color_scheme="light")
    page.evaluate(axe)
    found = page.evaluate(RUN, None)
    page.emulate_media(color_scheme="dark")
    return [*found, *page.evaluate(RUN, ["color-contrast", "link-in-text-block"])]


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_on_any_page_in_either_theme(news, live_server, chromium, axe, width):
    found = {}
    with chromium.new_context(viewport={"width": width, "height": 900}) as context:
        page = patient(context.new_page())
        for name, address in news.addresses.items():
            page.goto(live_server.url + address)
            found[name] = complaints(page, axe)
    assert {name: words for name, words in found.items() if words} == {}


def test_axe_finds_nothing_in_the_dialog_of_keys(news, live_server, visit, axe):
    page = visit().page
    page.goto(live_server.url)
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    assert complaints(page, axe) == []
