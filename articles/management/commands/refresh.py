"""`manage.py refresh`: fetch feeds by hand."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from articles.models import Feed
from articles.pipeline import digests, fronts
from articles.pipeline.grouping import Grouper, languages_waiting
from articles.pipeline.refresh import Summary, refresh_due, refresh_named
from articles.pipeline.settle import Refreshed


class Command(BaseCommand):
    help = "Fetch the feeds that are due, or the named ones, then group what is new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("feeds", nargs="*", metavar="FEED", help="a feed's id or address")
        parser.add_argument("--all", action="store_true", help="every working feed, due or not")

    def handle(self, *, feeds: list[str], **options: Any) -> None:
        if feeds and options["all"]:
            raise CommandError("Name feeds or say --all, not both.")
        if feeds:
            ids = [self._find(name) for name in feeds]
        else:
            chosen = Feed.objects.working() if options["all"] else Feed.objects.due()
            ids = list(chosen.values_list("pk", flat=True))
        named = bool(feeds) or options["all"]
        summary = self._drive(refresh_named(ids) if named else refresh_due(), len(ids))
        self._report(summary, len(ids))
        self._group()

    def _find(self, name: str) -> int:
        which = {"pk": int(name)} if name.isdecimal() else {"url": name}
        feed = Feed.objects.filter(**which).first()
        if feed is None:
            raise CommandError(f"There is no feed {name!r}.")
        return feed.pk

    def _drive(self, refreshing: Iterable[Refreshed], total: int) -> Summary:
        summary = Summary()
        with tqdm(refreshing, total=total, unit="feed", disable=None) as bar:
            for refreshed in bar:
                summary.add(refreshed)
                bar.set_postfix(new=summary.new_articles, failed=summary.failed, refresh=False)
        return summary

    def _report(self, summary: Summary, wanted: int) -> None:
        self.stdout.write(
            f"{summary.feeds} feeds fetched: {summary.unchanged} unchanged, "
            f"{summary.failed} failed; {summary.new_articles} new articles, "
            f"{summary.edited_articles} edited."
        )
        if summary.feeds < wanted:
            self.stdout.write(
                f"{wanted - summary.feeds} feeds are left to the workers: one has them now, or"
                " their host is not to be asked yet."
            )

    def _group(self) -> None:
        grouper = Grouper()
        for language in languages_waiting():
            self.stdout.write(f"{grouper.group(language)} articles grouped in {language}.")
        fronts.arrange_fronts()
        digests.digest_waiting()
