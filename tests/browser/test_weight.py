"""What a front page costs: bytes, requests, and that nothing jumps while pictures arrive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import django_htmx
import pytest
from django.core.management import call_command
from django.test.testcases import LiveServerThread
from playwright.sync_api import Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_BYTES = 60 * 1024
MOST_REQUESTS = 8
MOST_SHIFT = 0.02

# Page, stylesheets and scripts: as many bytes as came, after compression.
TRANSFERS = """
[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .map(({ name, encodedBodySize }) => [name, encodedBodySize])
"""
SHIFTS = """
new Promise((resolve) => {
  const shifts = [];
  const observer = new PerformanceObserver((list) => shifts.push(...list.getEntries()));
  observer.observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => {
    shifts.push(...observer.takeRecords());
    resolve(shifts.reduce((sum, { value }) => sum + value, 0));
  }));
})
"""
# As one reads: by half a window, with time for what comes into sight to be laid out.
READ = """
async () => {
  for (let top = 0; top < document.documentElement.scrollHeight; top += innerHeight / 2) {
    scrollTo({ top, behavior: "instant" });
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }
}
"""
PAINTED = """
new Promise((resolve) => {
  new PerformanceObserver((list) => {
    if (list.getEntriesByName("first-contentful-paint").length) resolve(true);
  }).observe({ type: "paint", buffered: true });
  setTimeout(resolve, 60_000, false);
})
"""
DRAWN = """
() => [
  getComputedStyle(document.documentElement).backgroundColor,
  getComputedStyle(document.querySelector(".seconds")).gridTemplateColumns.split(" ").length,
]
"""
# What stands below the first screen is laid out a moment later. Of pictures those that are far down
# wait until one scrolls there.
WHOLE = """
Promise.all(document.getAnimations()
  .filter(({ animationName }) => animationName === "below")
  .map(({ finished }) => finished))
"""
PICTURES = """
Promise.all([...document.images]
  .filter((image) => image.getBoundingClientRect().top < innerHeight)
  .map((image) => image.decode()))
"""


@pytest.fixture
def served(settings, tmp_path: Path) -> Iterator[str]:
    """The address of a server that sends what a deployment does: bundled, compressed files."""
    htmx = Path(django_htmx.__file__).parent / "static"
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [*settings.STATICFILES_DIRS, htmx]
    bundling = {"BACKEND": "newsreader.bundles.BundlingStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": bundling}
    call_command("collectstatic", interactive=False, verbosity=0)
    with ExitStack() as stack:
        # Django's own would look static files up where they are written, not where collected.
        server = LiveServerThread("localhost", lambda application: application)  # type: ignore[arg-type]
        stack.callback(server.terminate)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        assert server.error is None
        yield f"http://localhost:{server.port}"


def test_a_full_front_page_is_light(news, served, publisher, visit):
    page = visit().page
    page.goto(served)
    page.wait_for_load_state("networkidle")
    own = {url: size for url, size in page.evaluate(TRANSFERS) if url.startswith(served)}
    assert page.locator("main .headline").count() >= 30
    assert all(own.values()), own
    assert sum(own.values()) <= MOST_BYTES, own
    assert len(own) <= MOST_REQUESTS, own


@pytest.mark.parametrize(
    ("theme", "paper"), [("light", "rgb(251, 249, 244)"), ("dark", "rgb(22, 21, 18)")]
)
def test_the_first_thing_seen_is_the_page_as_it_stays(news, served, visit, theme, paper):
    page: Page = visit().page
    page.context.add_cookies([{"name": "theme", "value": theme, "url": served}])
    # Nothing but the page itself ever arrives.
    page.route(lambda url: url.rstrip("/") != served, lambda _: None)
    page.goto(served, wait_until="commit")
    assert page.evaluate(PAINTED)
    page.locator(".seconds").wait_for()
    assert page.evaluate(DRAWN) == [paper, 3]


class Pictures:
    """Those that a page asks for, which come when they are released."""

    def __init__(self) -> None:
        self.held: list[Route] | None = None

    def hold(self) -> None:
        self.held = []

    def ask(self, route: Route) -> None:
        if self.held is None:
            route.continue_()
        else:
            self.held.append(route)

    def release(self) -> None:
        """Those that wait, and from now on each that is asked for: of some it is known late."""
        held, self.held = self.held or [], None
        for route in held:
            route.continue_()


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_jumps_while_pictures_arrive_and_one_reads_on(news, live_server, visit, width):
    page: Page = visit(width).page
    pictures = Pictures()
    page.route("**/bridge.svg", pictures.ask)
    shifts = {}
    for name in ("front", "topic", "story", "article", "latest", "search"):
        pictures.hold()
        page.goto(live_server.url + news.found[name], wait_until="domcontentloaded")
        page.evaluate(SHIFTS)
        page.evaluate(WHOLE)
        pictures.release()
        page.evaluate(PICTURES)
        pictures.hold()
        page.evaluate(READ)
        pictures.release()
        shifts[name] = page.evaluate(SHIFTS)
    assert {name: shift for name, shift in shifts.items() if shift > MOST_SHIFT} == {}
