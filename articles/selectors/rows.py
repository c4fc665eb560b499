"""Rows of plain SQL, typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")


def rows(kind: type[T], sql: str, values: Mapping[str, Any] | None = None) -> list[T]:
    """What a statement finds, as dataclasses that have a field for each of its columns."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description or ()]
        return [kind(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
