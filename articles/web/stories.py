"""The page of a story, and why an article is in it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from articles.models import Article, Story
from articles.pipeline import reasons
from articles.selectors import articles, stories
from articles.selectors.keyset import CursorError
from articles.web.addresses import moved, no_page
from articles.web.editions import varies


@varies
def story(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """A story: its lead, its coverage in order of time, the stories next to it."""
    try:
        found = stories.story(pk)
    except Story.DoesNotExist as error:
        raise Http404(_("There is no such story.")) from error
    if found.merged_into:
        return moved(request, found.merged_into.get_absolute_url())
    if slug != found.slug:
        return moved(request, found.get_absolute_url())
    after = request.GET.get("after", "")
    try:
        coverage = stories.coverage(found, after)
    except CursorError as error:
        raise no_page() from error
    context = {
        "story": found,
        "coverage": coverage,
        "first": not after,
        "similar": stories.similar_stories(found),
    }
    return render(request, "story/page.html", context)


@varies
def why(request: HttpRequest, pk: int, slug: str, article: int) -> HttpResponse:
    """Why an article is in a story; where it is in another one by now, the page is that one's."""
    if not Story.objects.filter(pk=pk).exists():
        raise Http404(_("There is no such story."))
    try:
        found = articles.article(article)
    except Article.DoesNotExist as error:
        raise Http404(_("There is no such article.")) from error
    story = found.story
    if story is None:
        raise Http404(_("This article is in no story at present."))
    address = reverse("why", args=[story.pk, story.slug, found.pk])
    if story.pk != pk:
        return redirect(address)  # not for good: it may come back
    if slug != story.slug:
        return moved(request, address)
    context = {
        "story": story,
        "article": found,
        "reason": reasons.reason(found),
        "decided_at": articles.decided_at(found),
    }
    return render(request, "story/why.html", context)
