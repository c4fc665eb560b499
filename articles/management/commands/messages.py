"""`manage.py messages`: bring the catalogues of the interface's words up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from newsreader import messages


class Command(BaseCommand):
    help = (
        "Write the messages of the sources into newsreader/locale/, keep what is translated, and"
        " compile. Run it again after translating. Fails while anything is untranslated."
    )
    needs_servers = False
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        left = messages.update(*messages.languages())
        for language, words in left.items():
            for message in words:
                self.stderr.write(f"{language}: {message}")
        if any(left.values()):
            raise CommandError("Not all is translated.")
        self.stdout.write(f"All is translated into {', '.join(left)}.")
