"""A feed's health in one word, to be shown and to filter by."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from articles.models import Feed, Subscription, feed_states
from articles.models.feed_states import FAILING, WORKING
from articles.pipeline import push

CLEAN = Q(notice="", problems="")

FILTERS = {
    "failing": (_("Failing"), FAILING),
    "notice": (_("Read, with something wrong in it"), WORKING & Q(failures=0) & ~CLEAN),
    "never": (_("Never fetched"), Q(last_fetch_at=None)),
    "paused": (_("Paused"), Q(retired_at=None) & (Q(active=False) | Q(source__active=False))),
    "retired": (_("Retired"), Q(retired_at__isnull=False)),
    "well": (_("Well"), WORKING & CLEAN & Q(failures=0, last_fetch_at__isnull=False)),
}

TIMES = {
    "due": (_("Due"), feed_states.DUE),
    "late": (_("Late"), feed_states.LATE),
    "silent": (_("Silent against their own rhythm"), feed_states.SILENT),
    "failing-lately": (_("Failing since yesterday"), feed_states.FAILING_LATELY),
    "retired-lately": (_("Retired since yesterday"), feed_states.RETIRED_LATELY),
}
"""States in time, of which a feed can be in several."""

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
    """What is wrong, as HTML; a dash where nothing is."""
    found = feed.last_error or "\n".join(filter(None, (feed.problems, feed.notice)))
    return recorded(found) or "–"


def recorded(words: str) -> str:
    """What a fetch recorded, as HTML: it is in English, as a log is, whatever the page speaks."""
    told = linebreaksbr(words, autoescape=True)
    return format_html('<span lang="en">{}</span>', told) if words else ""


def pushing(feed: Feed) -> str:
    """In words, as HTML, whether a hub pushes the feed to us, and what is in the way."""
    if not push.is_on():
        return gettext("Off: this site has no PUBLIC_URL that a hub could push to.")
    known = push.subscription(feed)
    if known is None:
        return gettext("It names no hub.")
    if known.state in {known.State.ENDING, known.State.ENDED}:
        return gettext("No longer asked of %(hub)s.") % {"hub": known.hub}
    if known.state == known.State.ACTIVE and known.lease_until:
        facts = {"hub": known.hub, "date": date_format(known.lease_until)}
        agreed = gettext("%(hub)s agreed until %(date)s.") % facts
        return format_html("{} {} {}", agreed, _pushed(known), recorded(known.error))
    return format_html("{}: {}", known.hub, recorded(known.error)) if known.error else known.hub


def _pushed(known: Subscription) -> str:
    if known.last_push_at is None:
        return gettext("It has not pushed anything yet, so the feed is asked as often as any.")
    if known.is_live(timezone.now()):
        words = gettext("It pushed %(ago)s. The feed is asked once a day.")
    else:
        words = gettext(
            "It pushed %(ago)s, but not all there was, so the feed is asked as often as any."
        )
    return words % {"ago": naturaltime(known.last_push_at)}


class HealthFilter(SimpleListFilter):
    title = _("health")
    parameter_name = "health"
    states = FILTERS

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(key, str(words)) for key, (words, _) in self.states.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Feed]) -> QuerySet[Feed]:
        chosen = self.states.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


class TimesFilter(HealthFilter):
    title = _("schedule")
    parameter_name = "schedule"
    states = TIMES
