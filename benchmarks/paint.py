"""How soon a reader sees something: first contentful paint of a front page.

    python manage.py up --demo                      # in another window, until it has stories
    python benchmarks/paint.py http://127.0.0.1:8000 [--rounds 15] [--path /uk/]

Beside it, as a reference, the plainest page that the same server has: a few lines of text, without
stylesheet or script. A browser shows it as soon as an HTML page of one line. Both are asked in
turns, so that what else the machine does falls on both alike; each time by a browser that knows
nothing yet, its process new, and from the server's memory, where pages are kept for all readers.
Times are milliseconds from the start of the navigation (W3C, Paint Timing).
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from statistics import median, quantiles

from playwright.sync_api import CDPSession, Page, sync_playwright

REFERENCE = "/robots.txt"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PAINT = """
new Promise((resolve) => new PerformanceObserver((list) => {
  const [paint] = list.getEntriesByName("first-contentful-paint");
  if (paint) resolve(paint.startTime);
}).observe({ type: "paint", buffered: true }))
"""
# Both askings are for the same kept page.
HEADERS = {"Accept-Language": "en"}
WARM_UP = 4
MOST = 1.5


def paint(page: Page, session: CDPSession, url: str) -> float:
    """First contentful paint of one visit with an empty cache, of a page that the server keeps."""
    page.goto("about:blank")
    page.context.request.get(url)
    session.send("Network.clearBrowserCache")
    page.context.clear_cookies()
    page.goto(url)
    return float(page.evaluate(PAINT))


def measure(origin: str, paths: Sequence[str], rounds: int) -> dict[str, list[float]]:
    """The times of each path, in turns; the first visits, to a new window, are not counted."""
    times: dict[str, list[float]] = {path: [] for path in paths}
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900}, extra_http_headers=HEADERS)
        session = page.context.new_cdp_session(page)
        for number in range(WARM_UP + rounds):
            for path, found in times.items():
                taken = paint(page, session, origin + path)
                if number >= WARM_UP:
                    found.append(taken)
        browser.close()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("origin", help="where the newsreader runs")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--path", default="/", help="the page to measure")
    options = parser.parse_args()
    times = measure(options.origin.rstrip("/"), (REFERENCE, options.path), options.rounds)
    print(f"{'page':16} {'median':>8} {'p95':>8}   ms, {options.rounds} visits each")
    for path, found in times.items():
        print(f"{path:16} {median(found):8.0f} {quantiles(found, n=20)[-1]:8.0f}")
    ratio = median(times[options.path]) / median(times[REFERENCE])
    print(f"\n{options.path} takes {ratio:.2f} times as long (to reach: {MOST} at most)")


if __name__ == "__main__":
    main()
