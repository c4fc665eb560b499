"""Guesses about a publisher that a curator confirms: its country, and what a feed is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

_ELSEWHERE = frozenset({
    "ac", "ag", "ai", "am", "cc", "co", "eu", "fm", "gg", "gl", "io", "ly", "me", "nu", "pm", "sc",
    "sh", "so", "su", "tk", "to", "tv", "vc", "ws",
})  # fmt: skip
"""Domains of countries, and of none, that are taken by publishers of all countries."""
_OTHER_CODES = {"UK": "GB"}
"""Domains that are not the code in ISO 3166 of their country."""

_WORDS = {
    "world": "world international global welt ausland monde mundo internacional",
    "politics": "politics politik politique politica",
    "business": "business economy economics finance markets money wirtschaft economie economia",
    "technology": "technology tech digital technologie technik tecnologia netzwelt",
    "science": "science wissenschaft wissen sciences ciencia",
    "environment": "environment climate umwelt klima environnement climat clima planet",
    "health": "health gesundheit sante salud medizin medicine",
    "sport": "sport sports football deportes fussball",
    "culture": "culture arts entertainment kultur cultura books film music",
}
"""How publishers name the sections that are usual, by the slugs of the default topics."""
_TOPIC_OF = {word: slug for slug, words in _WORDS.items() for word in words.split()}
_WORD = re.compile(r"[^\W\d_]+")


def country(urls: Iterable[str], region: str, sole: str = "") -> str:
    """ISO 3166 of the country where a publisher may be; empty where nothing speaks for one.

    The domain of a country tells, else the `region` of its language tag, else the `sole` country
    that its language is read in here.
    """
    domains = ((urlsplit(url).hostname or "").rpartition(".")[2] for url in urls)
    named = (each for each in domains if len(each) == 2 and each.isalpha())
    told = next((each.upper() for each in named if each not in _ELSEWHERE), "")
    return _OTHER_CODES.get(told, told) or region or sole


def topic(url: str, title: str, topics: Mapping[str, str]) -> str:
    """The slug of the topic that a feed is about, by its address and its title; empty for none.

    `topics` gives the names of those there are, by slug. Where words speak for several, it is none.
    """
    own = {word: slug for slug, name in topics.items() for word in _words(f"{slug} {name}")}
    said = _words(f"{unquote(urlsplit(url).path)} {title}")
    found = Counter(slug for word in said if (slug := own.get(word) or _TOPIC_OF.get(word, "")))
    known = {slug for slug in found if slug in topics}
    return known.pop() if len(known) == 1 else ""


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
