"""Text from the right: style sheets know no left and no right, only starts and ends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

SHEETS = sorted(Path(settings.BASE_DIR, "static", "css").rglob("*.css"))
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SIDE = re.compile(
    r"""
    (?:^|[;{\s]) (?:(?:scroll-)?(?:margin|padding)|border)-(?:left|right) \b   # a side by name
    | (?:^|[;{\s]) (?:left|right) \s* :
    | border-(?:top|bottom)-(?:left|right)-radius
    | (?:text-align|float|clear|caption-side) \s* : [^;}]* \b(?:left|right)\b
    | (?:^|[;{\s]) (?:margin|padding|inset|border-width) \s* :           # four lengths in turn
        \s* \S+ \s+ (?P<right>[^\s;]+) \s+ \S+ \s+ (?!(?P=right)\s*[;}])[^\s;]+ \s* [;}]
    | translateX
    """,
    re.VERBOSE,
)


def sides(sheet: str) -> list[str]:
    """The declarations that name a side of the page, on which only some languages begin."""
    return [found[0].strip() for found in SIDE.finditer(COMMENT.sub("", sheet))]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_style_sheet_names_no_side_of_the_page(sheet):
    assert sides(sheet.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "sheet",
    [
        "a { margin-left: 1em }",
        "a{left:0}",
        "a { text-align: right; }",
        "a { float:left }",
        "a { padding: 0 1em 2em 0; }",
        "a { border-top-right-radius: 2px }",
        "a { transform: translateX(1em) }",
    ],
)
def test_a_side_that_is_named_is_found(sheet):
    assert sides(sheet)


@pytest.mark.parametrize(
    "sheet",
    [
        "a { margin-inline-start: 1em; inset-inline: 0 auto }",
        "a { padding: 0 1em 2em 1em; }",
        "a { margin: 1em 2em; text-align: match-parent; float: inline-end }",
        "/* left: 0 */ a { grid-area: left }",
    ],
)
def test_starts_and_ends_are_no_sides(sheet):
    assert sides(sheet) == []
