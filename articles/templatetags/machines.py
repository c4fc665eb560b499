"""Tags of what pages say to machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice

from django import template
from django.conf import settings
from django.template.context import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from articles.models import Article, Edition, Source, Story, Topic
from articles.selectors.fronts import Front
from articles.selectors.latest import Choice
from articles.selectors.teasers import Report
from articles.web import names
from articles.web.addresses import site
from articles.web.question import Question
from articles.web.structured import Crumb, Describer, said, script

register = template.Library()

MOST = 40
"""Stories of a front that its description lists."""


@register.simple_tag(takes_context=True)
def absolute(context: Context, path: str) -> str:
    """The whole address of a path of ours."""
    return site(context["request"]) + path


@register.simple_tag(takes_context=True)
def share_picture(context: Context, url: str = "") -> str:
    """The picture to show where a page is shared: its own, else the site's."""
    return url or site(context["request"]) + static("icons/icon-512.png")


@register.simple_tag(takes_context=True)
def front_data(context: Context, edition: Edition, topic: Topic | None, front: Front) -> SafeString:
    """A front page: a list of stories."""
    about, place = _describer(context), names.name(edition)
    path = reverse("front", args=[edition.slug])
    if topic is None:
        page = about.page("CollectionPage", place, path, edition.language)
    else:
        section = names.name(topic)
        above = [Crumb(place, path)]
        path = reverse("topic", args=[edition.slug, topic.slug])
        page = about.page("CollectionPage", section, path, edition.language, above)
    return script({**page, "mainEntity": about.stories(islice(_stories(front), MOST))})


@register.simple_tag(takes_context=True)
def story_data(context: Context, story: Story, reports: Iterable[Report]) -> SafeString:
    """A story: a list of articles by others."""
    about = _describer(context)
    page = about.page("CollectionPage", story.title, story.get_absolute_url(), story.language)
    times = {"datePublished": _written(story.first_at), "dateModified": _written(story.last_at)}
    listed = about.reports(report.article for report in reports)
    return script(said({**page, **times, "mainEntity": listed}))


@register.simple_tag(takes_context=True)
def article_data(context: Context, article: Article) -> SafeString:
    """An article: a page about another's article."""
    about, source = _describer(context), article.source
    above = [_sources(), Crumb(source.name, source.get_absolute_url())]
    path = article.get_absolute_url()
    page = about.page("WebPage", article.title, path, article.language, above)
    return script(said({**page, "isBasedOn": article.url, "mainEntity": about.article(article)}))


@register.simple_tag(takes_context=True)
def source_data(context: Context, source: Source, articles: Iterable[Article]) -> SafeString:
    """A source: who it is, and a list of its articles."""
    about = _describer(context)
    path = source.get_absolute_url()
    page = about.page("CollectionPage", source.name, path, source.language, [_sources()])
    outlet = said({**about.outlet(source), "sameAs": source.home_url})
    return script({**page, "about": outlet, "mainEntity": about.reports(articles)})


@register.simple_tag(takes_context=True)
def latest_data(context: Context, articles: Iterable[Article]) -> SafeString:
    """The newest articles."""
    about = _describer(context)
    page = about.page("CollectionPage", _("Latest"), reverse("latest"), get_language() or "")
    return script({**page, "mainEntity": about.reports(articles)})


@register.filter
def latest_query(choice: Choice) -> str:
    """What of the address of a feed says which of the newest articles it has."""
    if choice.edition:
        return f"edition={choice.edition.slug}"
    return f"language={choice.language}" if choice.language else ""


@register.filter
def search_query(question: Question) -> str:
    """What of the address of a feed says what is searched for."""
    return urlencode({"q": question.text})


def _describer(context: Context) -> Describer:
    return Describer(site(context["request"]), settings.SITE_NAME)


def _sources() -> Crumb:
    return Crumb(_("Sources"), reverse("sources"))


def _stories(front: Front) -> Iterator[tuple[str, str]]:
    """Titles and paths in the order of the page, but for what is not of this front."""
    for teaser in (*front.top, *(section.head for section in front.sections)):
        yield teaser.story.title, teaser.story.get_absolute_url()
    briefs = chain.from_iterable(section.briefs for section in front.sections)
    for brief in (*front.developing, *briefs, *front.rest):
        yield brief.title, brief.address


def _written(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
