"""The pieces that front pages are made of: stories in few lines, and stories shown large."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from articles.models import Edition
from articles.models.addresses import address_by_slug
from articles.selectors.briefs import Brief
from articles.selectors.teasers import Line, Teaser, Told
from articles.web import names, wording
from articles.web.pieces import (
    NOTHING,
    Piece,
    Setting,
    also_in,
    byline,
    excerpt,
    fresh,
    headline,
    joined,
    moment,
    outlet,
    picture,
    read_more,
)

_BRIEF = Piece(
    '<li class="brief" dir="{direction}">'
    '<h{level} class="headline" lang="{language}" dir="auto">'
    '<a href="{headline_address}">{title}</a></h{level}>'
    '<p class="byline"><a class="outlet" href="{outlet_address}" dir="auto">{outlet}</a>'
    " {moment} {fresh} {coverage}</p>{notes}</li>"
)
_COVERAGE = Piece(
    '<a class="coverage-link" href="{address}">'
    '<span class="hidden">{full_coverage}: </span>{counts}</a>'
)
_NOTE = Piece('<p class="aside-note">{words}</p>')
_LINK = Piece('<a href="{address}">{words}</a>')

_EDITION = Piece(
    '<li><a href="{address}" rel="nofollow" lang="{language}" hreflang="{language}"{current}>'
    "{name}</a></li>"
)
_CURRENT = SafeString(' aria-current="true"')

_TEASER = Piece(
    '<article class="teaser {kind}{pictured}" dir="{direction}">'
    '{kicker}{headline}{byline}{picture}{excerpt}<p class="actions">{read_more}</p>'
    "{also_in}{others}{coverage}</article>"
)
_KICKER = Piece('<p class="kicker">{topic}</p>')
_OTHERS = Piece('<ul class="others">{others}</ul>')
_OTHER = Piece(
    '<li><a href="{address}" lang="{language}" dir="auto">{title}</a>'
    ' <span class="byline"><span class="outlet" dir="auto">{outlet}</span> {moment}</span></li>'
)
_FULL_COVERAGE = Piece(
    '<p class="actions all"><a class="full-coverage" href="{address}">{full_coverage}'
    '<span class="hidden"> {of_title}</span></a> <span class="counts">{counts}</span></p>'
)


def brief(brief: Brief, level: int, setting: Setting) -> SafeString:
    """A story in few lines; `level` is that of its headline."""
    return _brief(brief, level, setting, joined(_notes(brief)))


@lru_cache(maxsize=5000)
def _brief(brief: Brief, level: int, setting: Setting, notes: SafeString) -> SafeString:
    """Remembered: most stories of a front stay as they are from one making of it to the next."""
    return _BRIEF(
        direction=wording.direction(brief.language),
        level=level,
        language=brief.language,
        headline_address=brief.address if brief.edited else brief.lead_address,
        title=brief.title,
        outlet_address=brief.outlet_address,
        outlet=brief.outlet,
        moment=moment(brief.published_at, setting),
        fresh=fresh(brief.first_at, setting),
        coverage=_coverage(brief, setting) if brief.articles > 1 else NOTHING,
        notes=notes,
    )


def _coverage(brief: Brief, setting: Setting) -> SafeString:
    counts = _counts(brief.articles, brief.sources, brief.independent, setting.language)
    full_coverage = setting.full_coverage
    return _COVERAGE(address=brief.address, full_coverage=full_coverage, counts=counts)


@lru_cache(maxsize=10_000)
def _counts(articles: int, sources: int, independent: int, language: str) -> str:
    """Remembered in each language: most stories are of few articles."""
    return wording.coverage(articles, sources, independent)


def _notes(brief: Brief) -> Iterable[SafeString]:
    if brief.edited:
        yield _edited()
    if brief.gained:
        yield _NOTE(words=wording.gained(brief.gained))
    if brief.elsewhere:
        yield _NOTE(words=_big_in(brief.elsewhere))


def _big_in(edition: Edition) -> SafeString:
    return _LINK(address=address_by_slug("front", edition.slug), words=wording.big_in(edition))


def edition_choice(edition: Edition, is_chosen: bool) -> SafeString:
    """A link that makes an edition the reader's own."""
    return _EDITION(
        address=address_by_slug("edition", edition.slug),
        language=edition.language,
        current=_CURRENT if is_chosen else NOTHING,
        name=names.own_name(edition),
    )


def teaser(
    teaser: Teaser, kind: str, level: int, setting: Setting, *, within_topic: bool
) -> SafeString:
    """A story shown large: as lead or second of a page, or as head of a topic on it.

    `level` is that of its headline; `within_topic` that all of the page is of one topic.
    """
    topic = None if within_topic or kind == "head" else teaser.topic
    kicker = _KICKER(topic=names.name(topic)) if topic else NOTHING
    return _teaser(teaser, kind, level, setting, kicker)


@lru_cache(maxsize=1000)
def _teaser(
    teaser: Teaser, kind: str, level: int, setting: Setting, kicker: SafeString
) -> SafeString:
    """Remembered, as what stands in few lines is."""
    article, story = teaser.lead, teaser.story
    address = article.get_absolute_url()
    told = (outlet(article), moment(article.published_at, setting), fresh(story.first_at, setting))
    return _TEASER(
        kind=kind,
        pictured=" has-picture" if article.image_url else "",
        direction=wording.direction(article.language),
        kicker=kicker,
        headline=_headline(story, article, level, address),
        byline=byline(told),
        picture=picture(article, address),
        excerpt=excerpt(article),
        read_more=read_more(article, setting),
        also_in=also_in(teaser.copies, setting),
        others=_others(teaser, setting) if teaser.others and kind != "head" else NOTHING,
        coverage=_full_coverage(story, article, setting) if story.article_count > 1 else NOTHING,
    )


def _headline(story: Told, lead: Line, level: int, address: str) -> SafeString:
    """That of the lead, or the one that curators gave the story, which leads to it."""
    if not story.edited_title:
        return headline(lead, level, address)
    given = headline(story, level, story.get_absolute_url())
    return joined((given, _edited()))


def _edited() -> SafeString:
    return _NOTE(words=gettext("Headline by our editors"))


def _others(teaser: Teaser, setting: Setting) -> SafeString:
    return _OTHERS(others=joined(_other(other, setting) for other in teaser.others))


def _other(other: Line, setting: Setting) -> SafeString:
    return _OTHER(
        address=other.get_absolute_url(),
        language=other.language,
        title=other.title,
        outlet=other.source.name,
        moment=moment(other.published_at, setting),
    )


def _full_coverage(story: Told, lead: Line, setting: Setting) -> SafeString:
    counts = (story.article_count, story.source_count, story.independent_count)
    return _FULL_COVERAGE(
        address=story.get_absolute_url(),
        full_coverage=setting.full_coverage,
        of_title=gettext("of %(title)s") % {"title": lead.title},
        counts=_counts(*counts, setting.language),
    )
