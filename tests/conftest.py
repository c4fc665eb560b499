"""Fixtures of all tests."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: None) -> None:
    """pytest-django asks for this before it makes the test database: the servers run by then."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The ids of every table begin elsewhere, so that no test counts on one or swaps two.

    And no table is vacuumed behind a test's back: one that holds nothing but what tests rolled back
    is then known as empty, and a statement over the next test's thousand rows planned for none.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            cursor.execute(f"ALTER TABLE {name} SET (autovacuum_enabled = off)")
        cursor.execute(
            "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass,"
            " row_number() OVER (ORDER BY sequencename) * 100000)"
            " FROM pg_sequences WHERE schemaname = current_schema AND data_type = 'bigint'::regtype"
        )
