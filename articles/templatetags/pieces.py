"""Tags for the pieces of `articles.web.pieces`: HTML that pages repeat dozens of times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django import template
from django.utils.safestring import SafeString

from articles.models import Edition, Story, Topic
from articles.selectors.briefs import Brief
from articles.selectors.teasers import Teaser
from articles.web import front_pieces
from articles.web import pieces as written
from articles.web.pieces import Report, Setting, joined

register = template.Library()


@register.simple_tag
def briefs(stories: Iterable[Brief], level: int) -> SafeString:
    """Stories in few lines each; `level` is that of their headlines."""
    setting = Setting.now()
    return joined(front_pieces.brief(brief, level, setting) for brief in stories)


@register.simple_tag
def teaser(teaser: Teaser, kind: str, level: int, topic: Topic | str | None = None) -> SafeString:
    """A story shown large: kind is lead, second or head; topic that of the whole page."""
    return front_pieces.teaser(teaser, kind, level, Setting.now(), within_topic=bool(topic))


@register.simple_tag
def item(
    article: Report,
    level: int,
    copies: Sequence[Report] = (),
    *,
    pictures: bool = False,
    asked: Story | None = None,
) -> SafeString:
    """One article of a list: see `articles.web.pieces.item`."""
    setting = Setting.now()
    return written.item(article, level, setting, copies=copies, pictures=pictures, asked=asked)


@register.simple_tag
def edition_choices(editions: Iterable[Edition], chosen: Edition) -> SafeString:
    """A link to each edition, under the name that its own readers give it."""
    return joined(front_pieces.edition_choice(edition, edition == chosen) for edition in editions)


@register.simple_tag
def byline(article: Report) -> SafeString:
    """Who published an article, and when."""
    told = (written.outlet(article), written.moment(article.published_at, Setting.now()))
    return written.byline(told)


@register.simple_tag
def picture(article: Report) -> SafeString:
    """An article's picture, which leads to its page."""
    return written.picture(article, article.get_absolute_url())


@register.simple_tag
def read_more(article: Report) -> SafeString:
    """The link to an article's publisher."""
    return written.read_more(article, Setting.now())


@register.simple_tag
def also_in(copies: Sequence[Report]) -> SafeString:
    """The copies of an article, folded."""
    return written.also_in(copies, Setting.now())
