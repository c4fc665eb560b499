"""Marks of what is new since the reader's last visit; on a story's page, the last to that story.

Rendered for everybody: `articles.web.delivery` keeps of them what is for the one who reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from articles.web.marks import piece

register = template.Library()

FIRST = 1
"""Before any visit, and after the 0 of readers who were never here."""


@register.simple_tag
def fresh(moment: datetime | None) -> SafeString:
    """A small “New” for readers whose last visit was before `moment`."""
    return _fresh(_seconds(moment), get_language()) if moment else _NOTHING


@lru_cache(maxsize=20_000)
def _fresh(end: int, language: str | None) -> SafeString:
    """Remembered in each language: pages are made again and again while their times stay."""
    return _piece(_mark("fresh", gettext("New")), FIRST, end)


@register.simple_tag
def fresh_count(moments: Iterable[datetime | None]) -> SafeString:
    """ "3 new since you were here", as many as `moments` are; nothing where none is."""
    newest = sorted((_seconds(moment) for moment in moments if moment), reverse=True)
    lines = [
        _piece(_mark("fresh-count", _count(count)), start, end)
        for count, (end, start) in enumerate(pairwise([*newest, FIRST]), 1)
        if start < end
    ]
    return mark_safe("".join(lines))  # noqa: S308 - each is safe


def _count(count: int) -> str:
    words = ngettext(
        "%(count)d new since you were here", "%(count)d new since you were here", count
    )
    return words % {"count": count}


def _mark(kind: str, words: str) -> SafeString:
    return format_html('<span class="{}">{}</span>', kind, words)


def _piece(html: SafeString, start: int, end: int) -> SafeString:
    return mark_safe(piece(html, start, end))  # noqa: S308 - only comments are added


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


_NOTHING = SafeString()
