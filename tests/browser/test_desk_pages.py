"""Every page of the desk, found and not listed: what axe-core says of it, and whether it fits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from django.contrib.auth.models import Group, User
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page, expect

from articles.models import Source
from articles.permissions import EDITOR
from tests.admin.test_matrix import ACTIONS, E, make_rows
from tests.browser.desk import make_desk
from tests.browser.test_accessibility import axe
from tests.browser.test_desk import shown_by
from tests.factories import make_source

__all__ = ["axe"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECRET = "a long secret"
LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1280), ("dark", 390))

# What Django's scripts and the theme draw by themselves, and axe-core finds wrong with it.
NOT_OURS = {
    # The box of chosen names has a button among the names.
    ".select2-container": ["list"],
    # The picture that explains a field of two boxes has a name, as only parts with a role may.
    ".selector .help-tooltip": ["aria-prohibited-attr"],
    # The head of the column of buttons that remove a row of a table.
    ".formset thead th": ["empty-table-header"],
    # The head of a filter.
    "#changelist-filter h3": ["heading-order"],
}
RUN = """
async ([theme, notOurs]) => {
  // What waits for the page, as the names of boxes with suggestions do, comes before this.
  if (window.django?.jQuery) await new Promise((resolve) => window.django.jQuery(resolve));
  document.documentElement.classList.toggle("dark", theme === "dark");
  await document.fonts.ready;
  for (const part of document.getAnimations()) part.finish();
  const options = { resultTypes: ["violations"], preload: false };
  if (theme === "dark") options.runOnly = ["color-contrast", "link-in-text-block"];
  const { violations } = await axe.run(options);
  const ours = (rule, node) => !Object.entries(notOurs).some(([part, rules]) =>
    rules.includes(rule) && document.querySelector(node.target[0])?.closest(part));
  return violations.flatMap(({ id, nodes }) => nodes.filter((node) => ours(id, node)).map(
    ({ html, any }) => `${theme} ${id}: ${html.slice(0, 160)} ${any.map((a) => a.message)}`));
}
"""
# What looks as if it could be clicked, but cannot be reached by keyboard. In Django's boxes with
# suggestions the backspace key does what their crosses do.
MOUSE_ONLY = """
() => {
  const reached = "a[href], button, input, select, textarea, summary, label, [tabindex='0']";
  return [...document.querySelectorAll("body *")].filter((part) =>
      part.checkVisibility() && getComputedStyle(part).cursor === "pointer" &&
      !part.closest(`${reached}, .select2-container`) && !part.querySelector(reached))
    .map((part) => `mouse only: ${part.outerHTML.slice(0, 160)}`);
}
"""


# The part that the keyboard is at, and whether that is to be seen.
FOCUSED = """
() => {
  const part = document.activeElement;
  if (part === document.body) return null;
  const shown = (style) => style.outlineStyle !== "none" || style.boxShadow !== "none";
  return [part.outerHTML.slice(0, 160), shown(getComputedStyle(part))];
}
"""


@pytest.fixture
def anyone(live_server, chromium) -> Iterator[Page]:
    """A browser at the desk's door."""
    person = User.objects.create_user("editor", password=SECRET, is_staff=True)
    person.groups.set(Group.objects.filter(name=EDITOR))
    with chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB") as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/admin/")
        yield page


@pytest.fixture
def editor(anyone: Page) -> Page:
    """A browser in which an editor is signed in."""
    sign_in(anyone)
    anyone.locator(".dashboard").wait_for()
    return anyone


def sign_in(page: Page, password: str = SECRET) -> None:
    page.fill("[name=username]", "editor")
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")


def complaints(page: Page, axe: str) -> list[str]:
    """Of the page that is open: light on a wide screen, and what colours decide dark on a phone."""
    page.wait_for_load_state()
    page.evaluate(axe)
    found: list[str] = []
    for theme, width in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        found += page.evaluate(RUN, [theme, NOT_OURS])
        found += page.evaluate(MOUSE_ONLY)
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"{wide} pixels wide where there are {width}")
    return found


def test_every_page_is_accessible_and_fits_a_phone(live_server, editor, axe):
    found = {}
    for name, address in make_desk(User.objects.get(username="editor")).items():
        answer = editor.goto(live_server.url + address)
        assert answer
        assert answer.ok, name
        found[name] = complaints(editor, axe)
    assert {name: words for name, words in found.items() if words} == {}


SHOWN = sorted(
    name for name, least in ACTIONS.items() if least <= E and not re.search("export|reopen", name)
)
"""Actions that a page follows: a question, or the list with what was done. What is to be reopened
is in no list that is open."""


def test_every_question_that_an_action_asks_is_too(live_server, editor, axe):
    make_rows()
    found = {}
    for name in SHOWN:
        model, action = name.split(".")
        editor.goto(f"{live_server.url}/admin/{model.replace('_', '/')}/")
        editor.locator("#result_list .action-select").first.check()
        editor.locator("select[name=action]").select_option(action)
        with editor.expect_navigation():
            editor.get_by_role("button", name="Run").click()
        found[name] = complaints(editor, axe)
    assert {name: words for name, words in found.items() if words} == {}


FORMS = (
    *("articles/source/add/", "articles/feed/add/", "articles/trial/add/"),
    *("articles/source/import-opml/", "articles/takedown/take/"),
    *("auth/user/add/", "account/second-factor/"),
)
"""Some that find a mistake when they are sent empty."""


def test_every_page_that_finds_a_mistake_is_too(live_server, editor, axe):
    found = {}
    for address in FORMS:
        editor.goto(f"{live_server.url}/admin/{address}")
        editor.evaluate("document.querySelector('main form').noValidate = true")
        editor.locator("main form [type=submit], main [type=submit][form]").last.click()
        expect(editor.locator(".errornote, .text-red-600 li").first).to_be_visible()
        found[address] = complaints(editor, axe)
    assert {name: words for name, words in found.items() if words} == {}


def test_the_way_in_is_too(live_server, anyone, axe):
    found = {"sign-in": complaints(anyone, axe)}
    sign_in(anyone, "wrong")
    anyone.locator(".errornote").first.wait_for()
    found["failed"] = complaints(anyone, axe)
    sign_in(anyone)
    anyone.locator(".dashboard").wait_for()
    anyone.goto(f"{live_server.url}/admin/account/second-factor/")
    anyone.fill("[name=password]", SECRET)
    anyone.get_by_role("button", name="Continue").click()
    anyone.get_by_role("img", name="QR code").wait_for()
    found["set up"] = complaints(anyone, axe)
    anyone.fill("[name=code]", shown_by(TOTPDevice.objects.get()))
    anyone.keyboard.press("Enter")
    anyone.get_by_role("heading", name="Your recovery codes").wait_for()
    found["codes"] = complaints(anyone, axe)
    anyone.set_viewport_size({"width": 1280, "height": 900})
    anyone.goto(f"{live_server.url}/admin/account/")
    found["account"] = complaints(anyone, axe)
    anyone.set_viewport_size({"width": 1280, "height": 900})
    anyone.get_by_role("button", name="editor").press("Enter")
    anyone.get_by_role("button", name="Log out").click()
    anyone.get_by_role("heading", name="You are signed out.").wait_for()
    found["signed out"] = complaints(anyone, axe)
    anyone.get_by_role("link", name="Sign in again").click()
    sign_in(anyone)
    anyone.get_by_label("Code").wait_for()
    found["second factor"] = complaints(anyone, axe)
    assert {name: words for name, words in found.items() if words} == {}


def test_the_page_for_who_failed_too_often_is_too(anyone, axe, settings):
    settings.AXES_FAILURE_LIMIT = 1
    sign_in(anyone, "wrong")
    anyone.get_by_role("link", name="Back to the sign-in").wait_for()
    assert complaints(anyone, axe) == []


def test_what_opens_on_a_page_is_too(live_server, editor, axe):
    make_source("The Lantern")
    editor.goto(f"{live_server.url}/admin/articles/source/")
    editor.get_by_role("button", name="Filters").press("Enter")
    editor.get_by_role("link", name="Mostly copies").wait_for()
    found = complaints(editor, axe)
    editor.keyboard.press("Escape")
    editor.locator("#result_list .action-select").check()
    editor.get_by_role("button", name="Menu").press("Enter")
    editor.get_by_role("link", name="Sources on trial").wait_for()
    found += complaints(editor, axe)
    assert found == []


@pytest.mark.parametrize(("address", "status"), [("auth/group/add/", 403), ("nowhere/", 404)])
def test_pages_that_are_none_are_too(live_server, editor, axe, address, status):
    answer = editor.goto(f"{live_server.url}/admin/{address}")
    assert answer
    assert answer.status == status
    assert complaints(editor, axe) == []


def test_the_keyboard_comes_past_the_menu_and_through_the_page(live_server, editor):
    make_source("The Lantern")
    editor.goto(f"{live_server.url}/admin/articles/source/")
    editor.keyboard.press("Tab")
    expect(editor.get_by_role("link", name="Skip the menu")).to_be_focused()
    editor.keyboard.press("Enter")
    expect(editor.locator("#content")).to_be_focused()
    editor.keyboard.press("Tab")
    seen: list[tuple[str, bool]] = []
    while (here := editor.evaluate(FOCUSED)) and len(seen) < 50:
        seen.append(here)
        editor.keyboard.press("Tab")
    assert not editor.evaluate(FOCUSED), "the keyboard is held"
    assert any("The Lantern" in words for words, _ in seen)
    assert [words for words, outline in seen if not outline] == []


def test_a_source_is_muted_on_a_phone_without_a_script(live_server, chromium):
    make_source("The Lantern")
    User.objects.create_superuser("editor", password=SECRET)
    phone = {"width": 390, "height": 900}
    with chromium.new_context(viewport=phone, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/admin/")
        sign_in(page)
        page.locator("#content").get_by_role("link", name="Sources", exact=True).click()
        page.locator("#result_list .action-select").check()
        page.locator("select[name=action]").select_option("mute_for_a_day")
        page.get_by_role("button", name="Run").click()
        page.get_by_role("button", name="Mute for a day").click()
        expect(page.get_by_text("1 source changed")).to_be_visible()
    assert Source.objects.get().muted_until
