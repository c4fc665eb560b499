"""Serve the demonstration's invented news on this machine."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from articles.demo.news import Newswire
from articles.demo.server import Server


class Command(BaseCommand):
    help = "Serve feeds, pages and pictures of invented outlets on 127.0.0.1, until interrupted."
    needs_servers = False
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8900)

    def handle(self, *, port: int, **options: Any) -> None:
        try:
            server = Server(port, Newswire(timezone.now()))
        except OSError as error:
            raise CommandError(f"Port {port} cannot be used: {error.strerror}.") from error
        self.stdout.write(f"Invented news at {server.base}/")
        with server:
            server.serve_forever()
