"""Add the default sources, or those of another catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.pipeline import catalogue, demonstration
from articles.pipeline.catalogue import Added, CatalogueError


class Command(BaseCommand):
    help = (
        "Add editions, topics, sources and feeds from a catalogue: the default one, or FILE in the "
        "same form. What is there already stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a TOML catalogue")
        parser.add_argument(
            "--demo",
            metavar="ADDRESS",
            help="the demonstration's sources, as demo_wire serves them",
        )

    def handle(self, *, file: Path | None, demo: str | None, **options: Any) -> None:
        if file and demo:
            raise CommandError("Say either FILE or --demo.")
        try:
            added = demonstration.load(demo) if demo else catalogue.load(file or catalogue.DEFAULT)
        except CatalogueError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            self.stdout.write(_words(added))


def _words(added: Added) -> str:
    return (
        f"Added {added.editions} editions, {added.topics} topics, {added.sources} sources and "
        f"{added.feeds} feeds; {added.feeds_present} already there."
    )
