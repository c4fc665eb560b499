"""Add the feeds of an OPML list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from articles.management.words import counted
from articles.pipeline import catalogue
from articles.pipeline.catalogue import CatalogueError
from articles.pipeline.opml import Summary, fetch_opml, import_opml
from articles.pipeline.outlines import OpmlError, Outline


class Command(BaseCommand):
    help = "Add the feeds of an OPML subscription list, from a file or from an address."

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
            summary = import_opml(_body(list), catalogue.edition(edition), self._bar)
        except OpmlError as error:
            raise CommandError(f"{list}: {error}") from error
        except CatalogueError as error:
            raise CommandError(str(error)) from error
        self._report(summary)

    def _bar(self, outlines: Sequence[Outline]) -> Iterable[Outline]:
        return tqdm(outlines, desc="Reading", unit=" feeds", disable=None)

    def _report(self, summary: Summary) -> None:
        for refused in summary.refused:
            named = refused.url or refused.title or "an entry without a name"
            self.stdout.write(f"Refused: {named}: {refused.reason}")
        self.stdout.write(
            f"Added {counted(summary.added, 'feed')} of {counted(summary.sources, 'new source')} "
            f"(edition: {summary.edition.name}), with {counted(summary.topics, 'new topic')}; "
            f"{counted(summary.present, 'feed')} already there; {len(summary.refused)} refused."
        )


def _body(list_: str) -> bytes:
    if list_.lower().startswith(("http://", "https://")):
        return fetch_opml(list_)
    most = settings.FETCH.limits.body_bytes
    try:
        with Path(list_).open("rb") as file:
            body = file.read(most + 1)
    except OSError as error:
        raise CommandError(f"{list_} cannot be read: {error.strerror}.") from error
    if len(body) > most:
        raise CommandError(f"{list_} is larger than {most // 2**20} MiB.")
    return body
