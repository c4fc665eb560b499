"""Tables of feeds as CSV (RFC 4180): read whatever a spreadsheet writes, written for any. Pure.

A spreadsheet runs a cell that begins like a formula. Such cells are written with an apostrophe in
front, and read without it (OWASP, CSV Injection).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from articles.pipeline.outlines import ListError, decoded

MEDIA_TYPE = "text/csv; charset=utf-8"
COLUMNS = (
    *("feed", "title", "topic", "active"),
    *("source", "slug", "home_page", "owner", "country", "language", "kind", "editions"),
    *("weight", "notes"),
)
"""One row a feed; the columns from `source` on are about its publisher."""
MOST_ROWS = 50_000

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_QUOTED_FORMULA = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table."""

    number: int
    """Of the line that it begins on; from 1, the header's."""
    values: Mapping[str, str]
    """By column, stripped. Columns that the table does not have are missing."""


@dataclass(frozen=True, slots=True)
class Table:
    lines: tuple[Line, ...]
    unknown: tuple[str, ...]
    """Columns that mean nothing here."""


def read_table(body: bytes) -> Table:
    """The rows of a table, separated by commas, semicolons or tabs. Raises ListError."""
    text = decoded(body).removeprefix(_MARK)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        header = [_column(cell) for cell in next(reader, [])]
        _check_header(header)
        lines = tuple(_lines(reader, header))
    except csv.Error as error:
        raise ListError(f"Line {reader.line_num + 1} is no CSV: {error}.") from error
    return Table(lines, tuple(name for name in header if name and name not in COLUMNS))


def write_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """A table in UTF-8 with the byte-order mark that spreadsheets look for, in pieces."""
    yield _MARK.encode() + _row(header)
    for row in rows:
        yield _row([guarded(cell) for cell in row])


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """What `guarded` was given."""
    return cell[1:] if _QUOTED_FORMULA.match(cell) else cell


def _lines(reader: Any, header: Sequence[str]) -> Iterator[Line]:
    """The rows that `csv.reader` gives, without those that are empty."""
    begins = 2
    for count, row in enumerate(reader):
        if count == MOST_ROWS:
            raise ListError(f"It has more than {MOST_ROWS} rows.")
        values = {
            name: unguarded(cell).strip()
            for name, cell in zip(header, row, strict=False)
            if name in COLUMNS
        }
        if any(values.values()):
            yield Line(begins, values)
        begins = reader.line_num + 1


def _check_header(header: Sequence[str]) -> None:
    if not {"feed", "source", "slug"} & set(header):
        raise ListError(
            "The first line must name the columns, of which “feed” or “source” must be one."
        )
    for name in header:
        if name and header.count(name) > 1:
            raise ListError(f"The column “{name}” is there twice.")


def _column(cell: str) -> str:
    return "_".join(cell.strip().lower().split())[:60]


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _row(cells: Sequence[str]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue().encode()
