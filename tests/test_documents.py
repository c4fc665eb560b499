"""The documents name only what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    str(path.relative_to(ROOT)) for folder in (ROOT, ROOT / "docs") for path in folder.glob("*.md")
)
FOLDERS = ("articles", "newsreader", "benchmarks", "tests", "templates", "static", "docs")
NAMES = {path.name for folder in FOLDERS for path in (ROOT / folder).rglob("*.*")}
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FILE = re.compile(r"\w[\w/-]*\.(?:py|md|html|css|toml|yml|svg)")
FOLDER = re.compile(rf"(?:{'|'.join(FOLDERS)})/[\w/]*")
each_document = pytest.mark.parametrize("name", DOCUMENTS)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def anchors(path: Path) -> set[str]:
    """The names that headings can be linked by, as forges make them."""
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(read(path)))
    return {heading.replace(" ", "-") for heading in kept}


@each_document
def test_every_link_leads_somewhere(name):
    document = ROOT / name
    links = [link for link in LINK.findall(read(document)) if not link.startswith("https://")]
    for link in links:
        place, _, anchor = link.partition("#")
        target = document.parent / place if place else document
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target), link


@each_document
def test_every_file_and_folder_that_is_named_is_there(name):
    for words in re.findall(r"`([^`\n]+)`", read(ROOT / name)):
        for path in (word for word in words.split() if FILE.fullmatch(word)):
            bases = (ROOT, ROOT / "articles", (ROOT / name).parent)
            assert path in NAMES or any((base / path).is_file() for base in bases), path
        if FOLDER.fullmatch(words):
            assert (ROOT / words).is_dir(), words


@each_document
def test_every_command_that_is_named_is_there(name):
    text = read(ROOT / name)
    assert set(re.findall(r"manage\.py (\w+)", text)) <= set(get_commands())
    targets = set(re.findall(r"^(\w+):", read(ROOT / "Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^    )make (\w+)", text, re.MULTILINE)) <= targets
    for script in re.findall(r"python (benchmarks/\w+\.py)", text):
        assert (ROOT / script).is_file(), script


def test_every_document_is_reachable_from_the_first():
    found, left = set(), {"README.md"}
    while left:
        name = left.pop()
        found.add(name)
        paths = {link.partition("#")[0] for link in LINK.findall(read(ROOT / name))}
        files = {((ROOT / name).parent / path).resolve() for path in paths if path.endswith(".md")}
        left |= {str(file.relative_to(ROOT)) for file in files if file.is_file()} - found
    assert found == set(DOCUMENTS)


def test_every_picture_is_shown_somewhere():
    shown = "".join(map(read, (ROOT / name for name in DOCUMENTS)))
    for picture in (ROOT / "docs/images").iterdir():
        assert picture.name in shown
