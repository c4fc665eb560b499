"""Many rows in one statement, as one JSON parameter: the ORM writes a placeholder a value."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model

Row = Mapping[str, Any]
"""Values by column, of the types that JSON has, besides bytes, times and durations."""


def insert(model: type[Model], rows: Sequence[Row], returning: Sequence[str]) -> list[Any]:
    """Add rows that all have the same columns; those that conflict with others are left out.

    Gives the columns `returning` of the rows that were added.
    """
    columns = ", ".join(rows[0])
    statement = (
        f"INSERT INTO {model._meta.db_table} ({columns})"  # noqa: S608 - names of ours
        f" SELECT {columns} FROM {_given(model, rows[0])}"
        f" ON CONFLICT DO NOTHING RETURNING {', '.join(returning)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [_json(rows)])
        return list(cursor.fetchall())


def update(model: type[Model], rows: Sequence[Row]) -> None:
    """Change rows by their `id`; all name the same columns."""
    changes = ", ".join(f"{column} = given.{column}" for column in rows[0] if column != "id")
    statement = (
        f"UPDATE {model._meta.db_table} AS kept SET {changes}"  # noqa: S608 - names of ours
        f" FROM {_given(model, rows[0])} WHERE kept.id = given.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [_json(rows)])


def _given(model: type[Model], row: Row) -> str:
    """The parameter as a table, with the types that the model's own table has."""
    types = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
    columns = ", ".join(f"{column} {types[column]}" for column in row)
    return f"json_to_recordset(%s) AS given ({columns})"


def _json(rows: Sequence[Row]) -> str:
    return json.dumps(rows, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value.total_seconds()} seconds"
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"{type(value)} has no form in JSON")
