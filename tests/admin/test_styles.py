"""Every class in our templates of the desk has a style: the theme brings only those it uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import unfold
from django.conf import settings

OURS = [settings.BASE_DIR / "templates" / name for name in ("admin", "unfold")]
TAGS = re.compile(r"{[%{#].*?[#}%]}", re.DOTALL)


def known() -> set[str]:
    """The classes that the desk's stylesheets name."""
    theme = Path(unfold.__file__).parent / "static"
    sheets = [*theme.rglob("*.css"), *(settings.BASE_DIR / "static" / "css" / "desk").glob("*.css")]
    named = (
        name for sheet in sheets for name in re.findall(r"\.((?:\\.|[\w-])+)", sheet.read_text())
    )
    return {re.sub(r"\\(.)", r"\1", name) for name in named}


def used() -> Iterator[tuple[str, str]]:
    """Each class of our own templates, and which of them has it."""
    for folder in OURS:
        for template in folder.rglob("*.html"):
            for marks in re.findall(r'class="([^"]*)"', TAGS.sub(" ", template.read_text())):
                yield from ((name, template.name) for name in marks.split())


def test_no_page_of_the_desk_is_marked_with_a_class_that_nothing_styles():
    styled = known()
    assert {"flex", "desk-skip"} <= styled
    assert [mark for mark in used() if mark[0] not in styled] == []
