"""Add the feeds of an OPML list, or of a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.management.words import counted
from articles.models import Import, ImportRow
from articles.pipeline import catalogue, imports
from articles.pipeline.catalogue import CatalogueError

Outcome = ImportRow.Outcome


class Command(BaseCommand):
    help = "Add the feeds of an OPML subscription list or a CSV table, from a file or an address."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("list", metavar="FILE-or-URL")
        parser.add_argument(
            "--edition",
            metavar="SLUG",
            default=settings.DEFAULT_EDITION,
            help="the edition that new sources join (default: %(default)s)",
        )

    def handle(self, *, list: str, edition: str, **options: Any) -> None:  # noqa: A002
        try:
            work = imports.run(None, catalogue.edition(edition), list, _body(list))
        except CatalogueError as error:
            raise CommandError(str(error)) from error
        if work.state != Import.State.DONE:
            raise CommandError(f"{list}: {work.error or 'Another process works on it.'}")
        self._report(work)

    def _report(self, work: Import) -> None:
        for refused in work.rows.filter(outcome=Outcome.REFUSED).iterator():
            named = refused.url or refused.title or "an entry without a name"
            self.stdout.write(f"Refused: {named}: {refused.reason}")
        tally = imports.tally(work)
        changed = f"{counted(tally[Outcome.CHANGED], 'row')} changed; " * bool(
            tally[Outcome.CHANGED]
        )
        self.stdout.write(
            f"Added {counted(tally[Outcome.NEW], 'feed')} of "
            f"{counted(work.new_sources, 'new source')} (edition: {work.edition}), with "
            f"{counted(work.new_topics, 'new topic')}; {changed}"
            f"{counted(tally[Outcome.KNOWN] + tally[Outcome.AGAIN], 'feed')} already there; "
            f"{tally[Outcome.REFUSED]} refused."
        )


def _body(list_: str) -> bytes | None:
    if list_.lower().startswith(("http://", "https://")):
        return None
    most = settings.FETCH.limits.body_bytes
    try:
        with Path(list_).open("rb") as file:
            body = file.read(most + 1)
    except OSError as error:
        raise CommandError(f"{list_} cannot be read: {error.strerror}.") from error
    if len(body) > most:
        raise CommandError(f"{list_} is larger than {most // 2**20} MiB.")
    return body
