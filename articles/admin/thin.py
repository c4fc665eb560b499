"""Why an edition is thin, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.selectors.dashboard import Coverage

ENOUGH_SOURCES = 8
ENOUGH_STORIES = 10
"""A day's stories of several independent reports: about what fills the front page."""
MANY = 1 / 3
"""The share of an edition's sources from which on it is worth a word what is wrong with them."""


def reasons(edition: Coverage) -> list[str]:
    """What an edition lacks; empty for one that is well."""
    if not edition.sources:
        return [_("No source takes part in it that is active and not muted.")]
    found = (_few_sources(edition), _silent(edition), _failing(edition), _few_stories(edition))
    return [words for words in found if words]


def _few_sources(edition: Coverage) -> str:
    if edition.sources >= ENOUGH_SOURCES:
        return ""
    words = ngettext(
        "Only %(count)d source takes part in it.",
        "Only %(count)d sources take part in it.",
        edition.sources,
    )
    return words % {"count": edition.sources}


def _silent(edition: Coverage) -> str:
    silent = edition.sources - edition.publishing
    if silent < edition.sources * MANY:
        return ""
    words = ngettext(
        "%(count)d of its %(sources)d sources published nothing in the last day.",
        "%(count)d of its %(sources)d sources published nothing in the last day.",
        silent,
    )
    return words % {"count": silent, "sources": edition.sources}


def _failing(edition: Coverage) -> str:
    if edition.failing < max(1, edition.sources * MANY):
        return ""
    words = ngettext(
        "The feeds of %(count)d of its sources cannot be read.",
        "The feeds of %(count)d of its sources cannot be read.",
        edition.failing,
    )
    return words % {"count": edition.failing}


def _few_stories(edition: Coverage) -> str:
    if edition.stories >= ENOUGH_STORIES:
        return ""
    if not edition.stories:
        return _("No story of the last day was reported by two of the outlets independently.")
    words = ngettext(
        "Only %(count)d story of the last day has more than one independent report.",
        "Only %(count)d stories of the last day have more than one independent report.",
        edition.stories,
    )
    return words % {"count": edition.stories}
