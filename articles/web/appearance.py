"""How pages look to a reader: light or dark, comfortable or compact.

Two cookies remember it, so that a page is drawn right from its first byte. A reader who chose
nothing has the theme of the system, and room.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from articles.web.choices import remember
from articles.web.interface import wordless

THEME = "theme"
DENSITY = "density"

# What a reader may ask for, and the cookie's value that means it: none for what is so by itself.
CHOICES = {
    THEME: {"system": "", "light": "light", "dark": "dark"},
    DENSITY: {"comfortable": "", "compact": "compact"},
}

PAPER = {"light": "#fbf9f4", "dark": "#161512"}
"""The colour of the paper in each theme (--paper of tokens.css), for what no stylesheet colours."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """What a reader chose; empty where nothing."""

    theme: str = ""
    density: str = ""

    @property
    def papers(self) -> list[tuple[str, str, str]]:
        """For each theme its name, its paper, and the media query under which that is shown."""
        return [(theme, paper, self._media(theme)) for theme, paper in PAPER.items()]

    def _media(self, theme: str) -> str:
        if not self.theme:
            return f"(prefers-color-scheme: {theme})"
        return "all" if theme == self.theme else "not all"


def appearance(request: HttpRequest) -> Appearance:
    """What the request's cookies say; nothing where they hold anything else."""
    return Appearance(_chosen(request, THEME), _chosen(request, DENSITY))


def _chosen(request: HttpRequest, name: str) -> str:
    value = request.COOKIES.get(name, "")
    return value if value in CHOICES[name].values() else ""


@wordless
def switch(request: HttpRequest) -> HttpResponse:
    """Remember `theme` or `density` or both, and go to the own path in `next`, else to `/`."""
    chosen = {name: request.GET[name] for name in CHOICES if name in request.GET}
    if not chosen or any(value not in CHOICES[name] for name, value in chosen.items()):
        raise Http404(_("Pages cannot look like that."))
    cookies = {name: CHOICES[name][value] for name, value in chosen.items()}
    return remember(request, cookies, "/")
