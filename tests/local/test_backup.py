"""What docs/operating.md says of backups."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from newsreader.local.binaries import postgres_folder
from tests import factories

COPY = "newsreader_restored"


def address(database: str) -> str:
    """The address of another database of the same server."""
    before, _, options = settings.DATABASE_URL.partition("?")
    return f"{before.rpartition('/')[0]}/{database}?{options}"


@pytest.mark.django_db(transaction=True)
def test_a_dump_can_be_restored_and_searched(tmp_path: Path) -> None:
    article = factories.make_article("Ferries return to the harbour")
    dump = tmp_path / "news.dump"
    test_database = str(connection.settings_dict["NAME"])
    subprocess.run(
        [postgres_folder() / "pg_dump", "-Fc", "-f", dump, address(test_database)], check=True
    )
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {COPY}")
    try:
        subprocess.run(
            [postgres_folder() / "pg_restore", "--clean", "--if-exists", "-d", address(COPY), dump],
            check=True,
        )
        with psycopg.connect(address(COPY)) as restored:
            found = "SELECT title FROM articles_article WHERE search @@ to_tsquery('english', %s)"
            assert restored.execute(found, ["ferry"]).fetchall() == [(article.title,)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {COPY} WITH (FORCE)")
