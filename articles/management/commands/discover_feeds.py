"""`manage.py discover_feeds`: find the feeds of sites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from articles.management.words import counted
from articles.pipeline.discovery import Found, FoundFeed, discover


class Command(BaseCommand):
    help = "Find the feeds of a site from the address of its home page, an article or a feed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("urls", nargs="+", metavar="URL")

    def handle(self, *, urls: list[str], **options: Any) -> None:
        for url in urls:
            with tqdm(desc=url, unit=" requests", disable=None, leave=False) as bar:
                found = discover(url, progress=_counting(bar))
            self._report(url, found)

    def _report(self, url: str, found: Found) -> None:
        self.stdout.write(f"{url}: {found.error or counted(len(found.feeds), 'feed')}")
        for feed in found.feeds:
            self.stdout.write(f"  {feed.url}\n    {_described(feed)}")
        if not found.feeds:
            for address, reason in found.refused:
                self.stdout.write(f"  not {address}: {reason}")


def _counting(bar: tqdm[Any]) -> Callable[[str], None]:
    def count(_: str) -> None:
        bar.update()

    return count


def _described(feed: FoundFeed) -> str:
    newest = f"newest of {feed.newest:%-d %B %Y %H:%M} UTC" if feed.newest else "without dates"
    parts = [
        f"“{feed.title}”" if feed.title else "without a title",
        f"{counted(feed.entries, 'article')}, {newest}" if feed.entries else "no articles now",
        *(["readers' comments"] if feed.of_comments else []),
        *(f"also at {other}" for other in feed.also_at),
    ]
    return "; ".join(parts)
