"""Settings: read in one place, documented in one table, loud on nonsense."""

from __future__ import annotations

import ast
import re
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.conf import settings

from newsreader.environment import Environment, SettingError

ROOT = Path(settings.BASE_DIR)
READS = r"""os\.getenv|environ\.get\((?!"PATH")|environ\[[^]]*\](?! =)|Environment\(os"""
"""Asking for a value. To set one, or to hand all of them to a child, is no reading, and where
programs are found is the machine's business, no setting of ours."""


def names_read() -> set[str]:
    """The names that settings.py asks the environment for."""
    tree = ast.parse((ROOT / "newsreader/settings.py").read_text(encoding="utf-8"))
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_every_setting_is_in_the_table_and_nothing_else_is():
    table = (ROOT / "docs/settings.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE)) == names_read()


def test_only_settings_reads_the_environment():
    readers = {
        str(path.relative_to(ROOT))
        for folder in ("newsreader", "articles")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(READS, path.read_text("utf-8"))
    }

    assert readers == {"newsreader/settings.py"}


@pytest.mark.parametrize(
    ("read", "value", "words"),
    [
        (lambda env: env.flag("X"), "maybe", "say 1 or 0"),
        (lambda env: env.number("X", 5, least=1, most=9), "ten", "whole number"),
        (lambda env: env.number("X", 5, least=1, most=9), "10", "from 1 to 9"),
        (lambda env: env.networks("X"), "10.0.0.1/8", "networks such as"),
        (lambda env: env.choice("X", ("INFO", "DEBUG")), "LOUD", "INFO, DEBUG"),
        (lambda env: env.url("X", ("redis",)), "http://secret@host", "redis://"),
        (lambda env: env.origin("X"), "news.example.org", "https://news.example.org"),
        (lambda env: env.origin("X"), "https://news.example.org/reader", "such as https"),
        (lambda env: env.origin("X"), "https://me:x@news.example.org", "such as https"),
    ],
)
def test_nonsense_is_refused_in_words_that_name_the_setting(read, value, words):
    with pytest.raises(SettingError) as raised:
        read(Environment({"X": value}))

    assert words in str(raised.value)
    assert str(raised.value).startswith("X=")
    assert "secret" not in str(raised.value)


def test_an_empty_variable_counts_as_unset():
    env = Environment({"X": " "})

    assert env.text("X", "d") == "d"
    assert env.flag("X", default=True) is True
    assert env.number("X", 5, least=1, most=9) == 5
    assert env.items("X", ("a",)) == ["a"]
    assert env.networks("X") == ()


@pytest.mark.parametrize(
    ("value", "origin"),
    [
        ("https://news.example.org", "https://news.example.org"),
        ("https://news.example.org:8443/", "https://news.example.org:8443"),
        ("http://[2001:db8::1]", "http://[2001:db8::1]"),
        ("", ""),
    ],
)
def test_an_origin_is_a_scheme_and_a_host(value, origin):
    assert Environment({"X": value}).origin("X") == origin


def test_lists_and_networks_are_parted_by_commas():
    env = Environment({"X": "a, b,,c", "N": "10.0.0.0/8, ::1/128"})

    assert env.items("X") == ["a", "b", "c"]
    assert env.networks("N") == (ip_network("10.0.0.0/8"), ip_network("::1/128"))
