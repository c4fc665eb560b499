"""The style guide, and what its numbers say of the colours."""

from __future__ import annotations

import pytest

from articles.web.styleguide import WAYS, colours, contrast

# What words are written in, and on what else than paper they stand.
WORDS = ("ink", "ink-soft", "accent", "good")
MARKS = ("field", "focus")


def test_the_guide_shows_every_colour_and_the_components_in_every_way(uk, read, settings):
    settings.DEBUG = True
    page = read("/styleguide/")
    assert all(f"--{colour.name}" in page.text for colour in colours())
    drawn = [
        (tag["data-theme"], tag["data-density"], tag["dir"])
        for tag in page.all("div")
        if "data-density" in tag
    ]
    assert drawn == list(WAYS)
    assert page.text.count("Harbour bridge closed") >= 3 * (len(WAYS) - 1)


def test_no_reader_sees_the_guide(uk, client):
    assert client.get("/styleguide/").status_code == 404


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#000000", 21.0),
        ("#777777", "#777777", 1.0),
        ("#777777", "#ffffff", 4.48),
    ],
)
def test_contrast_is_that_of_the_guidelines(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_can_be_read_on_paper_and_on_surfaces(theme):
    values = {colour.name: getattr(colour, theme) for colour in colours()}
    for ground in ("paper", "surface"):
        for name in WORDS:
            assert contrast(values[name], values[ground]) >= 4.5, (name, ground)
        for name in MARKS:
            assert contrast(values[name], values[ground]) >= 3, (name, ground)
    assert contrast(values["ink"], values["highlight"]) >= 4.5
