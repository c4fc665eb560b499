"""A real Chromium, and a publisher for it to visit, both on this machine alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Browser, Page, Response, expect, sync_playwright
from pytest_httpserver import HTTPServer

from tests.browser.pages import News, make_news

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENT = 60_000
"""How long to wait for what comes by itself, in milliseconds: longer than a busy machine takes."""

RAN = """
window.ran = new Set();
document.addEventListener("load", ({ target }) => window.ran.add(target.src), true);
"""
"""Notes in every page which scripts have run: only then their `load` comes."""
SETTLED = """
() => {
  const asked = [...document.querySelectorAll("head > script[src]")].map(({ src }) => src);
  const none = !document.querySelector("meta[name=htmx-config]");
  const all = asked.length > 0 && asked.every((src) => window.ran.has(src));
  const whole = document.getAnimations().every(({ animationName }) => animationName !== "below");
  return document.readyState === "complete" && (none || all) && whole;
}
"""


LOOKED = "Rendering was performed in a subtree hidden by content-visibility."
"""What Chromium says when Playwright looks at something that is not laid out yet."""


def executable() -> str:
    """Where Chromium is.

    Without one, these tests are passed over and the summary says so; on CI, where a test that did
    not run would prove nothing, they fail.
    """
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        missing(f"No Chromium: install one of {', '.join(NAMES)}, or name it in CHROMIUM.")
    return found


def missing(words: str) -> NoReturn:
    """Pass a test over, saying why; on CI fail it."""
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of this folder.

    Playwright keeps an event loop in this thread, beside which Django refuses its database unless
    told that nothing here is asynchronous. Both end with the folder: later tests are not affected.
    """
    expect.set_options(timeout=PATIENT)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page and everything that its console said."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def note(self, words: str) -> None:
        if words != LOOKED:
            self.complaints.append(words)


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a window: `visit(width=390, javascript=False)`. No complaint may be left.

    Other options are those of Playwright's `new_context`.
    """
    visits: list[Visit] = []

    def opening(width: int = 1280, *, javascript: bool = True, **options: Any) -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            **{"locale": "en-GB"} | options,
        )
        context.set_default_timeout(PATIENT)
        opened = Visit(patient(context.new_page()) if javascript else context.new_page())
        opened.page.on("console", lambda message: opened.note(message.text))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        visits.append(opened)
        return opened

    yield opening
    for opened in visits:
        opened.page.context.close()
        assert opened.complaints == []


def settle(page: Page) -> None:
    """Wait until a page's scripts have run and all of it is laid out: both follow its paint."""
    page.wait_for_function(SETTLED)


def patient(page: Page) -> Page:
    """Have a page that is opened by its address be settled."""
    page.add_init_script(RAN)
    goto = page.goto

    def opening(url: str, **options: Any) -> Response | None:
        answer = goto(url, **options)
        if "wait_until" not in options:
            settle(page)
        return answer

    page.goto = opening  # type: ignore[method-assign]
    return page


@pytest.fixture
def publisher(httpserver: HTTPServer) -> HTTPServer:
    """A newspaper's own site."""
    article = "<!doctype html><title>The Lantern</title><h1>Bridge closed, in full</h1>"
    httpserver.expect_request("/bridge").respond_with_data(article, content_type="text/html")
    picture = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9"/>'
    httpserver.expect_request("/bridge.svg").respond_with_data(
        picture, content_type="image/svg+xml"
    )
    httpserver.expect_request("/favicon.ico").respond_with_data("", content_type="image/x-icon")
    return httpserver


@pytest.fixture
def news(publisher: HTTPServer) -> News:
    """Something on every page."""
    return make_news(publisher)
