"""A small page to report a problem with an article or a story: it works without any script."""

from __future__ import annotations

import logging
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from articles.models import Article, Problem, Story
from articles.pipeline import problems
from articles.pipeline.problems import TooManyError
from articles.selectors import articles, stories
from articles.web.addresses import Gone, no_article, no_story
from newsreader.throttle import client_address

logger = logging.getLogger(__name__)

# The desk names them in these words too, and marks them for translation.
KINDS = [(kind, gettext_lazy(words)) for kind, words in Problem.Kind.choices]


class ProblemForm(forms.Form):
    """What a reader says."""

    kind = forms.ChoiceField(label=gettext_lazy("What is wrong?"), choices=KINDS)
    text = forms.CharField(
        label=gettext_lazy("In your own words"),
        max_length=2000,
        widget=forms.Textarea({"rows": 6}),
    )
    contact = forms.CharField(
        label=gettext_lazy("How we can reach you, if you like"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("An e-mail address or a telephone number; for our answer only."),
        widget=forms.TextInput({"autocomplete": "email"}),
    )
    website = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"}),
    )
    """Nobody sees it; programs that fill in every field do."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """A problem with an article."""
    try:
        found = articles.article(pk)
    except Article.DoesNotExist as error:
        raise no_article(pk) from error
    return _page(request, found, {"article": found, "story": found.story})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def story(request: HttpRequest, pk: int) -> HttpResponse:
    """A problem with a story."""
    try:
        found = stories.story(pk)
    except Story.DoesNotExist as error:
        raise no_story(pk) from error
    found = found.merged_into or found
    if found.hidden_at:
        raise Gone(_("This story is not shown any more."))
    return _page(request, found, {"story": found})


def thanks(request: HttpRequest) -> HttpResponse:
    """What a reader sees who has sent a report."""
    return render(request, "problem/thanks.html")


def _page(request: HttpRequest, about: Article | Story, fields: dict[str, Any]) -> HttpResponse:
    form = ProblemForm(request.POST or None)
    status = 200
    if form.is_valid():
        try:
            _take(request, form, fields)
        except TooManyError:
            form.add_error(None, _("Many reports came from you just now. Please try again later."))
            status = 429
        else:
            return redirect("problem-thanks")
    context = {"form": form, "about": about}
    return render(request, "problem/page.html", context, status=status)


def _take(request: HttpRequest, form: ProblemForm, fields: dict[str, Any]) -> None:
    """Store what was sent, unless a program sent it. Raises `TooManyError`."""
    said = dict(form.cleaned_data)
    if said.pop("website"):
        logger.info("a report at %s was filled in by a program and is not kept", request.path)
        return
    problems.take(Problem(**said, **fields), client_address(request))
