"""What editions, topics, languages and countries are called in the interface's language.

Country and language names are those of the Unicode CLDR, through Babel. Names that a curator has
made up are nobody's but theirs, and stay as they are.
"""

from __future__ import annotations

from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language, gettext, gettext_noop

from articles.models import Edition, Topic

SHIPPED = frozenset(
    {
        gettext_noop("International"),
        gettext_noop("World"),
        gettext_noop("Politics"),
        gettext_noop("Business"),
        gettext_noop("Technology"),
        gettext_noop("Science"),
        gettext_noop("Environment"),
        gettext_noop("Health"),
        gettext_noop("Sport"),
        gettext_noop("Culture"),
    }
)
"""Names that the default editions and topics come with, besides those of countries."""

_KINDS = {"en": "en_GB"}


@cache
def locale(language: str) -> Locale:
    """What CLDR knows of a language; English, of the British kind, where it does not know it."""
    try:
        return Locale.parse(_KINDS.get(language, language))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_KINDS["en"])


def spoken() -> str:
    """The language of the interface."""
    return get_language() or "en"


def here() -> Locale:
    """The locale of the interface."""
    return locale(spoken())


def language_name(code: str) -> str:
    """A language within a sentence; its code where it is not known."""
    return str(here().languages.get(code, code))


def country_name(code: str) -> str:
    """A country; its code where it is not known."""
    return _territory(spoken(), code) or code


@lru_cache(maxsize=10_000)
def _territory(language: str, code: str) -> str:
    """A country in a language, remembered; empty where it is not known."""
    return str(locale(language).territories.get(code, ""))


def name(place: Edition | Topic) -> str:
    """The name of an edition or a topic."""
    if isinstance(place, Edition) and _is_country(place):
        return country_name(place.country)
    return gettext(place.name) if place.name in SHIPPED else place.name


def own_name(edition: Edition) -> str:
    """The name of an edition as its own readers say it."""
    if _is_country(edition):
        # CLDR knows few countries in a small language.
        return _territory(edition.language, edition.country) or edition.name
    return edition.name


def _is_country(edition: Edition) -> bool:
    """Whether an edition is called by its country, in English, as the default ones are."""
    return _territory("en", edition.country) == edition.name
