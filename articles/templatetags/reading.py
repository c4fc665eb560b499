"""Tags and filters of the reading pages; the words themselves come from `articles.web.wording`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from articles.clustering import agencies
from articles.models import Article, Edition, Feed, Story, Topic
from articles.pipeline.push import is_live
from articles.selectors.search import MARK, UNMARK
from articles.web import dates, names, pieces, wording

register = template.Library()

HIT = re.compile(f"{MARK}([^{MARK}{UNMARK}]*){UNMARK}")
LEFT_OVER = re.compile(f"[{MARK}{UNMARK}]")


@register.filter
def agency(article: Article) -> str:
    """The news agency that an article is signed with, unless its outlet is that agency."""
    named = agencies.signed(article.authors, article.excerpt)
    return "" if agencies.agency(article.source.name) == named else named


@register.simple_tag
def moment(time: datetime) -> SafeString:
    """A time in few words, with the exact one for machines and for whoever points at it."""
    return pieces.moment(time, pieces.Setting.now())


@register.simple_tag
def exact(time: datetime) -> SafeString:
    """A time in full."""
    return format_html(
        '<time datetime="{}" data-moment data-exact>{}</time>',
        time.isoformat(timespec="seconds"),
        dates.long_time(time),
    )


@register.simple_tag
def today() -> SafeString:
    """The date of now: that of UTC, until a script says what it is where the reader is."""
    now = timezone.now()
    return format_html(
        '<time datetime="{}" data-today>{}</time>', now.date().isoformat(), dates.day(now)
    )


@register.filter
def direction(language: str) -> str:
    return wording.direction(language)


@register.filter
def is_long(title: str) -> bool:
    return wording.is_long(title)


@register.filter
def hour(time: datetime) -> datetime:
    """The hour that a time is in."""
    return time.replace(minute=0, second=0, microsecond=0)


@register.filter
def language_name(code: str) -> str:
    return names.language_name(code)


@register.filter
def country_name(code: str) -> str:
    return names.country_name(code)


@register.filter
def name(place: Edition | Topic) -> str:
    return names.name(place)


@register.filter
def own_name(edition: Edition) -> str:
    return names.own_name(edition)


@register.filter
def day(time: datetime) -> str:
    return dates.day(time)


@register.filter
def short_day(day: date) -> str:
    return dates.short_day(day)


@register.filter
def gap(time: datetime, other: datetime) -> str:
    return wording.gap(time, other)


@register.filter
def number(count: int) -> str:
    return wording.number(count)


@register.filter
def percent(share: float) -> str:
    return wording.percent(share)


@register.filter
def counts(story: Story) -> str:
    return wording.counts(story)


@register.filter
def headline_changes(count: int) -> str:
    return wording.headline_changes(count)


@register.filter
def date_note(article: Article) -> str:
    return wording.date_note(article)


@register.filter
def address(url: str) -> str:
    return wording.address(url)


@register.filter
def host(url: str) -> str:
    return wording.host(url)


@register.filter
def health(feed: Feed) -> wording.Health:
    return wording.health(feed)


@register.filter
def facts(feed: Feed) -> str:
    return wording.facts(feed, timezone.now())


@register.filter
def pushes(feed: Feed) -> bool:
    """Whether the feed's news comes to us without being asked for."""
    return is_live(feed)


@register.filter
def check(feeds: Sequence[Feed]) -> wording.Check:
    return wording.check(feeds, timezone.now())


@register.filter
def marked(text: str) -> SafeString:
    """What matched in a hit, marked. The text is escaped first; only whole pairs become marks."""
    found = HIT.sub(r"<mark>\1</mark>", escape(text))
    return mark_safe(LEFT_OVER.sub("", found))  # noqa: S308
