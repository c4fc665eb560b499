"""`/styleguide/`: the design at one look, for those who work on it. Only where DEBUG is on.

Colours are read from the stylesheet that has them, components are the pages' own; the news shown is
invented and stored nowhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from articles.models import Topic
from articles.selectors.teasers import Line, Outlet, Teaser, Told

COLOUR = re.compile(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);")
SIZES = range(7, 0, -1)
SPACES = range(1, 8)

# Each way of drawing pages: theme, density, direction.
WAYS = (
    ("light", "comfortable", "ltr"),
    ("dark", "comfortable", "ltr"),
    ("light", "compact", "ltr"),
    ("dark", "compact", "rtl"),
)


@dataclass(frozen=True, slots=True)
class Colour:
    """A token: its value in each theme, and its contrast with the paper of that theme."""

    name: str
    light: str
    dark: str
    on_light: float
    on_dark: float


def styleguide(request: HttpRequest) -> HttpResponse:
    """Raises Http404 where DEBUG is off."""
    if not settings.DEBUG:
        raise Http404
    context = {
        "colours": colours(),
        "sizes": SIZES,
        "spaces": SPACES,
        "ways": WAYS,
        "samples": {"ltr": _english(), "rtl": _arabic()},
    }
    return render(request, "styleguide/page.html", context)


def colours() -> list[Colour]:
    """The colours of tokens.css, in its order."""
    file = settings.BASE_DIR / "static" / "css" / "tokens.css"
    found = COLOUR.findall(file.read_text(encoding="utf-8"))
    papers = {name: (light, dark) for name, light, dark in found}["paper"]
    return [
        Colour(name, light, dark, contrast(light, papers[0]), contrast(dark, papers[1]))
        for name, light, dark in found
    ]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours written as #rrggbb, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _english() -> Teaser:
    titles = (
        "Harbour bridge closed after divers find cracks",
        "Commuters queue for the first ferries",
        "What is known about the bridge",
    )
    excerpt = "Divers found cracks in two piers; engineers expect repairs to take until spring."
    return _teaser("en", titles, excerpt, ("The Lantern", "Ledger", "Gazette"))


def _arabic() -> Teaser:
    titles = ("إغلاق جسر الميناء", "العبارات تعود إلى العمل", "ما نعرفه عن الجسر")
    excerpt = "عثر الغواصون على تشققات في دعامتين."
    return _teaser("ar", titles, excerpt, ("الفانوس", "السجل", "البريد"))


def _teaser(
    language: str, titles: tuple[str, ...], excerpt: str, outlets: tuple[str, ...]
) -> Teaser:
    lead, other, copy = (
        _article(number, language, title, excerpt, outlet)
        for number, (title, outlet) in enumerate(zip(titles, outlets, strict=True), 1)
    )
    story = Told(
        pk=1,
        language=language,
        title=lead.title,
        first_at=other.published_at,
        last_at=lead.published_at,
        article_count=3,
        source_count=3,
        independent_count=2,
    )
    return Teaser(story, lead, Topic(pk=1, name="World", slug="world"), (other,), (copy,))


def _article(number: int, language: str, title: str, excerpt: str, outlet: str) -> Line:
    return Line(
        pk=number,
        source=Outlet(outlet, f"sample-{number}"),
        language=language,
        title=title,
        excerpt=excerpt,
        url="https://paper.example/",
        published_at=timezone.now() - timedelta(hours=number),
    )
