"""Theme and density: chosen without a script, remembered by cookies, drawn by the server."""

from __future__ import annotations

import pytest

from articles.web.appearance import PAPER


def looks(page) -> dict[str, str]:
    attributes = page.all("html")[0]
    return {name: attributes.get(f"data-{name}", "") for name in ("theme", "density")}


def papers(page) -> dict[str, str]:
    """The media query under which each colour of paper is shown."""
    metas = [meta for meta in page.all("meta") if meta.get("name") == "theme-color"]
    return {meta["content"]: meta["media"] for meta in metas}


def test_who_chose_nothing_has_the_theme_of_the_system(uk, read):
    page = read("/")
    assert looks(page) == {"theme": "", "density": ""}
    assert papers(page) == {
        PAPER["light"]: "(prefers-color-scheme: light)",
        PAPER["dark"]: "(prefers-color-scheme: dark)",
    }


def test_a_choice_holds_on_every_later_page(uk, client, read):
    answer = client.get("/appearance/?theme=dark&density=compact&next=/latest/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/latest/"
    assert answer.headers["Cache-Control"] == "no-store"
    for address in ("/", "/latest/", "/sources/"):
        page = read(address)
        assert looks(page) == {"theme": "dark", "density": "compact"}
        assert papers(page) == {PAPER["light"]: "not all", PAPER["dark"]: "all"}


def test_each_is_chosen_by_itself(uk, client, read):
    client.get("/appearance/?theme=light")
    client.get("/appearance/?density=compact")
    client.get("/appearance/?theme=system")
    assert looks(read("/")) == {"theme": "", "density": "compact"}


def test_a_choice_can_be_taken_back(uk, client, read):
    client.get("/appearance/?theme=dark&density=compact")
    client.get("/appearance/?theme=system&density=comfortable")
    assert looks(read("/")) == {"theme": "", "density": ""}


def test_cookies_are_kept_from_scripts_and_other_sites(uk, client):
    client.get("/appearance/?theme=dark")
    cookie = client.cookies["theme"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.mark.parametrize("query", ["", "theme=purple", "density=dense&theme=dark", "theme="])
def test_what_cannot_be_chosen_is_not_found(uk, client, query):
    answer = client.get(f"/appearance/?{query}")
    assert answer.status_code == 404
    assert not client.cookies


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "latest/"])
def test_a_choice_never_leads_to_another_site(uk, client, target):
    answer = client.get("/appearance/", {"theme": "dark", "next": target})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("value", ["DARK", "<script>", "", "dark;"])
def test_what_no_choice_left_in_a_cookie_is_passed_over(uk, client, read, value):
    client.cookies["theme"] = client.cookies["density"] = value
    assert looks(read("/")) == {"theme": "", "density": ""}


def test_the_choices_stand_in_the_footer_and_lead_back(uk, client, read):
    client.get("/appearance/?theme=dark")
    page = read("/latest/?language=all")
    pressed = {
        (button["name"], button["value"]): button["aria-pressed"]
        for button in page.all("button")
        if "aria-pressed" in button
    }
    assert pressed == {
        ("theme", "system"): "false",
        ("theme", "light"): "false",
        ("theme", "dark"): "true",
        ("density", "comfortable"): "true",
        ("density", "compact"): "false",
    }
    back = {"type": "hidden", "name": "next", "value": "/latest/?language=all"}
    assert back in page.all("input")
