"""Marks of what is new since the reader's last visit; on a story's page, the last to that story.

Rendered for everybody: `articles.web.delivery` keeps of them what is for the one who reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from heapq import nlargest
from itertools import pairwise

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from articles.web import pieces
from articles.web.marks import FIRST, piece

register = template.Library()

MOST_COUNTED = 40
"""Of more it is said that they are more: each number is a piece of the page."""


@register.simple_tag
def fresh(moment: datetime | None) -> SafeString:
    """A small “New” for readers whose last visit was before `moment`."""
    return pieces.fresh(moment, pieces.Setting.now())


@register.simple_tag
def fresh_count(moments: Iterable[datetime | None]) -> SafeString:
    """ "3 new since you were here", as many as `moments` are; nothing where none is."""
    newest = nlargest(MOST_COUNTED + 1, (_seconds(moment) for moment in moments if moment))
    lines = [
        piece(_count(count), start, end)
        for count, (end, start) in enumerate(pairwise([*newest, FIRST]), 1)
        if start < end
    ]
    return mark_safe("".join(lines))  # noqa: S308 - each is safe


def _count(count: int) -> SafeString:
    words = ngettext(
        "%(count)d new since you were here", "%(count)d new since you were here", count
    )
    if count > MOST_COUNTED:
        count, words = MOST_COUNTED, gettext("More than %(count)d new since you were here")
    return format_html('<span class="fresh-count">{}</span>', words % {"count": count})


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
