"""Styles in the page itself and all scripts as one file, wherever static files are collected."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from hashlib import sha256
from itertools import chain
from pathlib import Path

import brotli
import django_htmx
import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template import Context, Template

from newsreader.bundles import SCRIPTS, STYLES
from tests.web.pages import Page

STYLED = Template("{% load bundles %}{% stylesheet name %}")
SCRIPTED = Template("{% load bundles %}{% scripts %}")

every_kind = pytest.mark.parametrize("name", STYLES)


def styled(name: str) -> str:
    return STYLED.render(Context({"name": name}))


def scripts() -> list[str]:
    """The addresses that the line in a page asks for."""
    line = SCRIPTED.render(Context())
    urls: list[str] = json.loads(re.findall(r"for \(const src of (\[.*?\])\)", line)[0])
    return urls


def contents(name: str) -> str:
    found = finders.find(name)
    assert isinstance(found, str), name
    return Path(found).read_text(encoding="utf-8")


@pytest.fixture
def collected(settings, tmp_path: Path) -> Path:
    """What collecting leaves of our own files and htmx's: the desk's are many and not ours."""
    htmx = Path(django_htmx.__file__).parent / "static"
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [*settings.STATICFILES_DIRS, htmx]
    bundling = {"BACKEND": "newsreader.bundles.BundlingStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": bundling}
    # The second time finds what the first has made, as after an update.
    for _ in range(2):
        call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def bare(css: str) -> str:
    """Its words alone: no comments, no room between them."""
    return re.sub(r"\s", "", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))


@every_kind
def test_without_collected_files_each_is_linked_by_itself(name):
    links = [link["href"] for link in Page(styled(name)).all("link")]
    assert links == [f"/static/{part}" for part in STYLES[name]]
    assert scripts() == [f"/static/{part}" for part in SCRIPTS]


@every_kind
def test_collected_a_page_holds_all_its_styles_itself(collected, name):
    found = bare(styled(name))
    assert found.startswith("<style>@layertokens,")
    assert found == "<style>" + "".join(bare(contents(part)) for part in STYLES[name]) + "</style>"


@every_kind
def test_nothing_in_the_styles_ends_them_early_or_leads_elsewhere(name):
    for part in STYLES[name]:
        assert "<" not in bare(contents(part)).replace("(width<", "")
        assert "url(" not in contents(part)


@pytest.mark.parametrize(
    ("element", "directive"), [("style", "style-src"), ("script", "script-src")]
)
def test_of_styles_and_scripts_in_a_page_ours_alone_are_allowed(
    collected, client, db, element, directive
):
    answer = client.get("/about/")
    whole = rf"<{element}>(.*?)</{element}>"
    (text,) = re.findall(whole, answer.content.decode(), flags=re.DOTALL)
    digest = b64encode(sha256(text.encode()).digest()).decode()
    policy = dict(part.split(maxsplit=1) for part in answer["Content-Security-Policy"].split(";"))
    assert f"'sha256-{digest}'" in policy[directive].split()
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_collected_the_scripts_are_one_file_named_by_its_content(collected):
    (url,) = scripts()
    file = collected / url.removeprefix("/static/")
    joined = file.read_text(encoding="utf-8")
    places = [joined.find(contents(part).strip()) for part in SCRIPTS]
    assert file.stem.count(".") == 1
    assert -1 not in places
    assert places == sorted(places)


def test_the_scripts_are_compressed_beforehand(collected):
    (url,) = scripts()
    file = collected / url.removeprefix("/static/")
    plain = file.read_bytes()
    assert brotli.decompress(Path(f"{file}.br").read_bytes()) == plain
    assert gzip.decompress(Path(f"{file}.gz").read_bytes()) == plain


def test_every_stylesheet_and_script_of_ours_is_in_a_bundle(settings):
    static = settings.BASE_DIR / "static"
    guide = static / "css" / "styleguide.css"  # only where DEBUG is on
    files = {*static.rglob("*.css"), *static.rglob("*.js")} - {guide}
    # Those of the desk are linked by its own pages.
    files = {file for file in files if file.parent.name != "desk"}
    assert {str(file.relative_to(static)) for file in files} <= {*chain(*STYLES.values()), *SCRIPTS}
