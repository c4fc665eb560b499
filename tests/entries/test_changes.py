"""The words that differ between two headlines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.entries.changes import Kind, changes

HEADLINES = st.text(max_size=60) | st.lists(
    st.sampled_from(["bridge", "closed", "Bridge,", "may", "‘shut’", "–", "桥", "关"]), max_size=12
).map(" ".join)


def told(before: str, after: str) -> list[tuple[str, str]]:
    return [(change.kind.value, change.words) for change in changes(before, after)]


def words(before: str, after: str, *kinds: Kind) -> str:
    """All words of these kinds, without the spaces between them."""
    found = "".join(change.words for change in changes(before, after) if change.kind in kinds)
    return "".join(found.split())


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "Bridge may close on Friday",
            "Bridge to close on Friday",
            [
                ("same", "Bridge"),
                ("removed", "may"),
                ("added", "to"),
                ("same", "close on Friday"),
            ],
        ),
        ("Bridge closed", "Bridge closed again", [("same", "Bridge closed"), ("added", "again")]),
        ("Bridge closed", "Bridge closed.", [("same", "Bridge closed"), ("added", ".")]),
        ("Up 1,200 in mid-May", "Up 1,300 in mid-May",
         [("same", "Up"), ("removed", "1,200"), ("added", "1,300"), ("same", "in mid-May")]),
        ("大桥关闭", "大桥重开", [("same", "大桥"), ("removed", "关闭"), ("added", "重开")]),
        ("", "New", [("added", "New")]),
        ("Old", "", [("removed", "Old")]),
        ("", "", []),
    ],
)  # fmt: skip
def test_words_that_went_and_came_are_told_from_those_that_stayed(before, after, expected):
    assert told(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("A b", "A “c”d", "A b “c”d"),
        ("Old bridge", "New bridge", "Old New bridge"),
        ("Bridge: cracks, found", "Bridge cracks found,", "Bridge: cracks found, found"),
        ("大桥关", "大桥开", "大桥关开"),
    ],
)
def test_words_are_parted_as_the_lines_part_them(before, after, line):
    told = "".join(change.space + change.words for change in changes(before, after))
    assert told.strip() == line


def test_of_hundreds_of_words_that_only_repeat_no_pairs_are_sought():
    before, after = "桥" * 300, "关桥" * 150
    assert told(before, after) == [("removed", before), ("added", after)]


@given(HEADLINES, HEADLINES)
def test_no_word_is_lost_and_none_is_added(before, after):
    assert words(before, after, Kind.SAME, Kind.REMOVED) == "".join(before.split())
    assert words(before, after, Kind.SAME, Kind.ADDED) == "".join(after.split())


@given(HEADLINES)
def test_a_line_that_did_not_change_is_all_the_same(line):
    assert {change.kind for change in changes(line, line)} <= {Kind.SAME}
