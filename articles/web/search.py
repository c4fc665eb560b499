"""The search page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from articles.entries import query as queries
from articles.selectors import search as selector
from articles.selectors import spelling
from articles.selectors import suggestions as selectors
from articles.selectors.criteria import EVERY, Criteria, criteria
from articles.selectors.keyset import CursorError
from articles.web import names
from articles.web import question as questions
from articles.web.addresses import no_page, number
from articles.web.editions import Reader, reader, varies
from articles.web.question import Question


@varies
def search(request: HttpRequest) -> HttpResponse:
    """Articles, or their stories, that match `q`: the best first, or the newest."""
    asked, who, page = questions.question(request), reader(request), number(request)
    if questions.is_from_form(request):
        return redirect(asked.address())
    if page > selector.LAST_PAGE:
        raise no_page()
    meant = criteria_of(asked, who)
    hits = _hits(request, asked, meant, page)
    context = {
        "question": asked,
        "form": questions.form(asked, who.editions, meant.usual),
        "chips": questions.chips(asked, who.editions),
        "notes": tuple(questions.notes(asked.query, meant.unknown)),
        "hits": hits,
        "until": request.GET.get("until", ""),
    }
    if not hits or not hits.items:
        context |= _ways_on(asked, meant, who)
    return render(request, "search/page.html", context)


@varies
def suggest(request: HttpRequest) -> HttpResponse:
    """A list of what the beginning of a question, `q`, may lead to; empty where nothing does."""
    query, who = queries.read(request.GET.get("q", "")), reader(request)
    found = selectors.suggestions(query, who.edition)
    begun = str(query).casefold()
    topics = [
        topic for topic in who.topics if begun and names.name(topic).casefold().startswith(begun)
    ]
    context = {"sources": found.sources, "topics": topics, "stories": found.stories}
    return render(request, "search/_suggestions.html", context)


def criteria_of(asked: Question, who: Reader) -> Criteria:
    """What a question means to a reader."""
    return criteria(asked.query, who.editions, who.edition, timezone.now().date())


def _hits(
    request: HttpRequest, asked: Question, meant: Criteria, page: int
) -> selector.Hits | None:
    """One page of hits; None for a question that names nothing to be found."""
    if not asked.query.names_something:
        return None
    try:
        return selector.search(
            meant,
            page,
            until=request.GET.get("until", ""),
            by_time=asked.by_time,
            as_stories=asked.as_stories,
        )
    except CursorError as error:
        raise no_page() from error


def _ways_on(asked: Question, meant: Criteria, who: Reader) -> dict[str, Any]:
    """What to try where nothing was found."""
    query = asked.query
    words = query.without(*query.filters)
    corrected = spelling.corrected(query, meant.reading) if query.words else None
    return {
        "unfiltered": asked.address(words) if query.filters and words.names_something else "",
        "every_language": "" if asked.everywhere else asked.only("language", EVERY),
        "corrected": corrected,
        "corrected_address": asked.address(corrected) if corrected else "",
        "elsewhere": [
            (edition, asked.only("edition", edition.slug))
            for edition in who.editions
            if edition != who.edition and edition.slug not in query.values("edition")
        ],
    }
