"""Tables of feeds: how they are read, and how they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.pipeline.outlines import ListError
from articles.pipeline.tables import guarded, read_table, unguarded, write_table

cells = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("'=+-@\t\"\n;,")))


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_is_read_as_any_spreadsheet_writes_it(mark, encoding):
    text = f"Feed{mark}Home page{mark}\r\nhttps://a.example{mark}Müller{mark}\r\n{mark}{mark}\r\n"
    (line,) = read_table(text.encode(encoding)).lines
    assert (line.number, line.values) == (
        2,
        {"feed": "https://a.example", "home_page": "Müller"},
    )


def test_lines_are_counted_as_an_editor_counts_them():
    table = read_table(b'feed,notes\na,"one\ntwo"\n\nb,\n')
    assert [line.number for line in table.lines] == [2, 5]


def test_columns_that_mean_nothing_are_named():
    assert read_table(b"feed,colour\na,red\n").unknown == ("colour",)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "must name the columns"),
        (b"one,two\n1,2\n", "must name the columns"),
        (b"feed,Feed\n1,2\n", "there twice"),
        (b'feed\n"' + b"x" * 200_000, "is no CSV"),
    ],
)
def test_what_is_no_table_is_refused_in_words(body, reason):
    with pytest.raises(ListError, match=reason):
        read_table(body)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "''=1", "＝1"])
def test_no_cell_is_written_as_a_formula(cell):
    assert guarded(cell).startswith("'")
    assert unguarded(guarded(cell)) == cell


def test_an_apostrophe_of_the_text_itself_stays():
    assert guarded("'tis") == unguarded("'tis") == "'tis"


@given(cells)
def test_every_cell_is_read_as_it_was_meant(cell):
    assert unguarded(guarded(cell)) == cell


@given(st.lists(cells, min_size=1, max_size=4))
def test_a_table_is_read_back_as_it_was_written(notes):
    body = b"".join(write_table(("feed", "notes"), [("f", note) for note in notes]))
    read = [line.values["notes"] for line in read_table(body).lines]
    kept = ["".join(c for c in note if c not in "\ufffe\uffff" and (c >= " " or c in "\t\n\r"))
            for note in notes]  # fmt: skip
    assert [each.strip() for each in read] == [each.strip() for each in kept]
