"""A feed's health in one word, to be shown and to filter by."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from articles.models import Feed, Subscription
from articles.pipeline import push

WORKING = Q(active=True, source__active=True, retired_at=None)
CLEAN = Q(notice="", problems="")

FILTERS = {
    "failing": ("Failing", WORKING & Q(failures__gt=0)),
    "notice": ("Read, with something wrong in it", WORKING & Q(failures=0) & ~CLEAN),
    "never": ("Never fetched", Q(last_fetch_at=None)),
    "paused": ("Paused", Q(retired_at=None) & (Q(active=False) | Q(source__active=False))),
    "retired": ("Retired", Q(retired_at__isnull=False)),
    "well": ("Well", WORKING & CLEAN & Q(failures=0, last_fetch_at__isnull=False)),
}

COLOURS = {"failing": "danger", "well": "success", "notice": "warning", "retired": "danger"}


def health(feed: Feed) -> str:
    """The key of the filter that finds the feed. Reads `feed.source`."""
    if feed.retired_at:
        return "retired"
    if feed.paused:
        return "paused"
    if feed.last_fetch_at is None:
        return "never"
    if feed.failures:
        return "failing"
    return "notice" if feed.problems or feed.notice else "well"


def trouble(feed: Feed) -> str:
    """What is wrong, in words; empty where nothing is."""
    return feed.last_error or "\n".join(filter(None, (feed.problems, feed.notice)))


def pushing(feed: Feed) -> str:
    """In words, whether a hub pushes the feed to us, and what is in the way."""
    if not push.is_on():
        return "Off: this site has no PUBLIC_URL that a hub could push to."
    known = push.subscription(feed)
    if known is None:
        return "It names no hub."
    if known.state in {known.State.ENDING, known.State.ENDED}:
        return f"No longer asked of {known.hub}."
    if known.state == known.State.ACTIVE and known.lease_until:
        agreed = f"{known.hub} agreed until {date_format(known.lease_until)}."
        return " ".join(filter(None, (agreed, _pushed(known), known.error)))
    return ": ".join(filter(None, (known.hub, known.error)))


def _pushed(known: Subscription) -> str:
    if known.last_push_at is None:
        return "It has not pushed anything yet, so the feed is asked as often as any."
    last = f"It pushed {naturaltime(known.last_push_at)}"
    if known.is_live(timezone.now()):
        return f"{last}. The feed is asked once a day."
    return f"{last}, but not all there was, so the feed is asked as often as any."


class HealthFilter(SimpleListFilter):
    title = "health"
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(key, words) for key, (words, _) in FILTERS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Feed]) -> QuerySet[Feed]:
        chosen = FILTERS.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset
