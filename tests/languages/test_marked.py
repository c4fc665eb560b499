"""No word of a template escapes translation, and no message escapes being found."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

from newsreader.messages import KEYWORDS

TEMPLATES = Path(settings.BASE_DIR, "templates")
CODE = Path(settings.BASE_DIR, "articles")
NOT_WORDS = re.compile(
    r"<!--.*?-->|<(script|style|kbd|code|svg)\b.*?</\1>|</?[\w!][^>]*>|&\w+;", re.DOTALL
)
SAID = re.compile(r"""\b(?:alt|title|placeholder|aria-label|aria-description)=["']([^"']*)["']""")
WORD = re.compile(r"[^\W\d_]{2,}")
ZONE = "UTC"


def untranslated(source: str) -> list[str]:
    """The words of a template that no tag translates, in text and in attributes that are read."""
    kept, inside = [], False
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            if token.contents.startswith(("blocktranslate", "comment")):
                inside = True
            elif token.contents in {"endblocktranslate", "endcomment"}:
                inside = False
        elif token.token_type == TokenType.TEXT and not inside:
            kept.append(token.contents)
    text = "".join(kept)
    said = [*SAID.findall(text), NOT_WORDS.sub(" ", text)]
    return [word for words in said for word in WORD.findall(words) if word != ZONE]


def for_readers() -> list[Path]:
    """All templates but those of the style guide, which only whoever develops the site sees."""
    found = sorted(TEMPLATES.rglob("*.html"))
    return [path for path in found if path.parent.name != "styleguide"]


@pytest.mark.parametrize("path", for_readers(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_word_of_a_template_is_translated(path):
    assert untranslated(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Hello {{ name }}</p>", ["Hello"]),
        ('<p title="Hello">{% translate "Hello" %}</p>', ["Hello"]),
        ('<p class="hello">{% blocktranslate %}Hello{% endblocktranslate %} · 5</p>', []),
        ("<script>let word;</script>", []),
    ],
)
def test_words_that_escape_are_found(source, words):
    assert untranslated(source) == words


def test_no_message_is_inside_a_formatted_string():
    # There, whether it is found depends on the version of Python.
    inside = [
        f"{path.name}: {ast.unparse(call)}"
        for path in CODE.rglob("*.py")
        for formatted in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(formatted, ast.JoinedStr)
        for call in ast.walk(formatted)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in KEYWORDS
    ]
    assert inside == []
