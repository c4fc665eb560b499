"""Favicon, icons and manifest: what browsers and telephones ask for by themselves."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from articles.web.appearance import PAPER


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height as the header of a PNG file says (RFC 2083, 4.1.1)."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def ico_images(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Width and content of each image of an ICO file."""
    _reserved, kind, count = struct.unpack("<HHH", data[:6])
    assert kind == 1
    for number in range(count):
        entry = struct.unpack("<BBBBHHII", data[6 + 16 * number : 22 + 16 * number])
        width, length, offset = entry[0], entry[6], entry[7]
        yield width, data[offset : offset + length]


def test_the_favicon_is_at_the_root_in_three_sizes(client):
    answer = client.get("/favicon.ico")
    assert answer.status_code == 200
    images = dict(ico_images(b"".join(answer)))
    assert {width: png_size(image) for width, image in images.items()} == {
        16: (16, 16),
        32: (32, 32),
        48: (48, 48),
    }


def test_the_icon_for_home_screens_is_at_the_root(client):
    answer = client.get("/apple-touch-icon.png")
    assert png_size(b"".join(answer)) == (180, 180)


@pytest.mark.parametrize("address", ["/", "/no/such/page/", "/admin/login/"])
def test_pages_name_an_icon_that_is_there(uk, client, address):
    text = client.get(address).content.decode()
    assert 'href="/static/icons/favicon.svg"' in text
    assert finders.find("icons/favicon.svg")


def test_the_manifest_names_the_site_and_icons_of_the_sizes_told(uk, client, settings):
    settings.SITE_NAME = "The Morning"
    answer = client.get("/manifest.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["name"] == "The Morning"
    assert client.get(manifest["start_url"]).status_code == 200
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        found = finders.find(icon["src"].removeprefix("/static/"))
        assert isinstance(found, str)
        width, height = png_size(Path(found).read_bytes())
        assert icon["sizes"] == f"{width}x{height}"


def test_the_manifest_leads_to_pages_that_are_there(uk, client):
    for shortcut in client.get("/manifest.webmanifest").json()["shortcuts"]:
        assert client.get(shortcut["url"]).status_code == 200


def test_the_manifest_speaks_the_readers_language(uk, client):
    client.cookies["language"] = "de"
    assert client.get("/manifest.webmanifest").json()["lang"] == "de"


def test_every_page_names_the_manifest(uk, read):
    assert {"rel": "manifest", "href": "/manifest.webmanifest"} in read("/latest/").all("link")


def test_the_paper_of_the_stylesheet_is_that_of_the_browsers_own_parts(settings):
    tokens = (settings.BASE_DIR / "static/css/tokens.css").read_text(encoding="utf-8")
    assert f"--paper: light-dark({PAPER['light']}, {PAPER['dark']});" in tokens
