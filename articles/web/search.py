"""The search page."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.models import Edition
from articles.selectors import search as selector
from articles.web.addresses import every_language, no_page, number
from articles.web.editions import reader, varies

LONGEST = 200
"""Characters of a question that are read."""
LAST_PAGE = selector.CANDIDATES // selector.HITS_A_PAGE
# Index words of articles in languages without grammar rules of their own.
NO_LANGUAGE = ""

CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\ue000\ue001\ufffd]+")
EXCLUDED = re.compile(r'(?<!\S)-(?:"[^"]*"?|\S+)')


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader asks for."""

    words: str
    everywhere: bool

    @property
    def names_something(self) -> bool:
        """Whether it says what to find, not only what to leave out."""
        return re.search(r"\w", EXCLUDED.sub(" ", self.words)) is not None

    def languages(self, edition: Edition | None, editions: tuple[Edition, ...]) -> list[str]:
        """The languages to read the words in."""
        if not self.everywhere and edition:
            return [edition.language]
        return [*sorted({known.language for known in editions}), NO_LANGUAGE]


def question(request: HttpRequest) -> Question:
    """What `q` and `language` ask; characters that no text contains are dropped."""
    words = CONTROL.sub(" ", request.GET.get("q", "")[:LONGEST]).strip()
    return Question(words, every_language(request))


@varies
def search(request: HttpRequest) -> HttpResponse:
    """Articles that match `q`, the best first."""
    asked, who, page = question(request), reader(request), number(request)
    if page > LAST_PAGE:
        raise no_page()
    everywhere = asked.everywhere or who.edition is None
    hits = None
    if asked.names_something:
        languages = asked.languages(who.edition, who.editions)
        hits = selector.search(asked.words, languages, page, elsewhere=everywhere)
    context = {"question": asked, "everywhere": everywhere, "hits": hits}
    return render(request, "search/page.html", context)
