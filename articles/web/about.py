"""What this site is, how it works, and what it keeps of its readers."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from articles.selectors.status import extent
from articles.web import appearance, editions, language, visits
from articles.web.choices import COOKIE_SECONDS
from articles.web.editions import varies

DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie that a reader may get: what it says, and how long it stays after it was set."""

    name: str
    purpose: str
    days: int


def cookies() -> tuple[Cookie, ...]:
    """All that readers may get; staff who sign in get a session's as well."""
    year, season = COOKIE_SECONDS // DAY_SECONDS, visits.COOKIE_SECONDS // DAY_SECONDS
    return (
        Cookie(editions.COOKIE, _("the edition that you chose"), year),
        Cookie(language.COOKIE, _("the language that you chose"), year),
        Cookie(appearance.THEME, _("light or dark, where you chose one"), year),
        Cookie(appearance.DENSITY, _("compact pages, where you chose them"), year),
        Cookie(visits.COOKIE, _("when you were last here, to mark what is new since"), season),
        Cookie(visits.STORIES_COOKIE, _("the same of the stories that you opened last"), season),
    )


@varies
def about(request: HttpRequest) -> HttpResponse:
    """The page for whoever asks who is talking."""
    address = settings.CONTACT_ADDRESS
    context = {
        "extent": extent(),
        "cookies": cookies(),
        "contact": address.removeprefix("mailto:"),
        "contact_link": address if address.startswith(("https:", "http:", "mailto:")) else "",
        "user_agent": settings.FETCH.user_agent,
        "robot": settings.FETCH.user_agent.partition("/")[0],
    }
    return render(request, "about/page.html", context)
