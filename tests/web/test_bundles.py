"""All stylesheets as one file, all scripts as another, wherever static files are collected."""

from __future__ import annotations

import gzip
from pathlib import Path

import brotli
import django_htmx
import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template import Context, Template

from newsreader.bundles import SCRIPTS, STYLES
from tests.web.pages import Page

LINKS = Template("{% load bundles %}{% stylesheets %}{% scripts %}")


def linked() -> tuple[list[str], list[str]]:
    page = Page(LINKS.render(Context()))
    return (
        [link["href"] for link in page.all("link")],
        [script["src"] for script in page.all("script")],
    )


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


def test_without_collected_files_each_is_linked_by_itself():
    styles, scripts = linked()
    assert styles == [f"/static/{name}" for name in STYLES]
    assert scripts == [f"/static/{name}" for name in SCRIPTS]


def test_collected_they_are_one_file_of_each_named_by_its_content(collected):
    (style,), (script,) = linked()
    for url, parts in ((style, STYLES), (script, SCRIPTS)):
        file = collected / url.removeprefix("/static/")
        joined = file.read_text(encoding="utf-8")
        places = [joined.find(contents(part).strip()) for part in parts]
        assert file.stem.count(".") == 1
        assert -1 not in places
        assert places == sorted(places)


def test_bundles_are_compressed_beforehand(collected):
    for (url,) in linked():
        file = collected / url.removeprefix("/static/")
        plain = file.read_bytes()
        assert brotli.decompress(Path(f"{file}.br").read_bytes()) == plain
        assert gzip.decompress(Path(f"{file}.gz").read_bytes()) == plain


def test_every_stylesheet_and_script_of_ours_is_in_a_bundle(settings):
    static = settings.BASE_DIR / "static"
    guide = static / "css" / "styleguide.css"  # only where DEBUG is on
    files = {*static.rglob("*.css"), *static.rglob("*.js")} - {guide}
    files -= set((static / "css" / "desk").iterdir())  # linked by the pages of the desk themselves
    assert {str(file.relative_to(static)) for file in files} <= {*STYLES, *SCRIPTS}
