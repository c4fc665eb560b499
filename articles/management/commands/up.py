"""`manage.py up`: the whole application on this machine."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from articles.clustering.embedding import ModelError
from articles.models import Source
from articles.pipeline import demonstration, embeddings
from articles.selectors import status
from newsreader.local.application import News, Options, run
from newsreader.local.display import Display
from newsreader.local.errors import LocalError


class Command(BaseCommand):
    help = (
        "Run everything: private PostgreSQL and Valkey (unless DATABASE_URL and REDIS_URL are"
        " set), web, workers and schedule. --data-dir FOLDER keeps the data there, not in var/."
    )
    needs_servers = False  # it starts them itself
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="where to listen")
        parser.add_argument("--port", type=int, default=8000, help="where to listen")
        parser.add_argument("--demo", action="store_true", help="invented news, no network")
        parser.add_argument(
            "--no-default-sources",
            action="store_true",
            help="leave an empty database empty",
        )

    def handle(self, *, no_default_sources: bool, **options: Any) -> None:
        def load(wire: str | None) -> None:
            if wire is not None:
                call_command("load_sources", demo=wire, verbosity=0)
                return
            demonstration.remove()
            if not no_default_sources and not Source.objects.exists():
                call_command("load_sources", verbosity=0)

        chosen = Options(options["host"], options["port"], options["demo"])
        try:
            embeddings.require()
            run(chosen, News(load, status), Display(sys.stdout))
        except (LocalError, ModelError) as error:
            raise CommandError(str(error)) from error
