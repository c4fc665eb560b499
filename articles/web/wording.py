"""Facts put into words: counts, times, health. Pure but for the language of the interface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from babel.numbers import format_decimal, format_percent
from django.template.defaultfilters import filesizeformat
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.models import Article, Edition, Feed, Story
from articles.pipeline.fronts import DEVELOPING_SPAN
from articles.selectors.teasers import Told
from articles.web import dates, names

CLOCK_SKEW = timedelta(minutes=10)
"""A publisher's clock may be so far ahead of ours before we call its date a future one."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Where a span of time begins that is told without its dates."""

HOUR = timedelta(hours=1)

LONG_HEADLINE = 120
"""From so many characters on a headline is long."""

RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def direction(language: str) -> str:
    """The `dir` of a text in a language."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def is_long(title: str) -> bool:
    """Whether a headline would fill a screen at the size of the largest ones."""
    return len(title) >= LONG_HEADLINE


def number(count: int) -> str:
    """ "1,234,567", parted as the interface's language does."""
    return str(format_decimal(count, locale=names.here()))


def percent(share: float) -> str:
    """ "85%"; some languages put a space before the sign."""
    return format_percent(share, locale=names.here())


def duration(seconds: int) -> str:
    """ "45 s", "12 min", "1 h 5 min", in symbols of all languages (SI brochure, table 8)."""
    hours, minutes = divmod(round(seconds / 60), 60)
    told = [(hours, "h"), (minutes, "min")] if seconds >= 60 else [(seconds, "s")]
    return " ".join(f"{count}\xa0{unit}" for count, unit in told if count)


def counts(story: Story | Told) -> str:
    """ "14 outlets, 5 independent reports"; empty for a story of one article."""
    return coverage(story.article_count, story.source_count, story.independent_count)


def coverage(articles: int, sources: int, independent: int) -> str:
    """How widely a story is told, in words; see `counts`."""
    if sources > 1:
        words = ngettext(
            "%(count)d independent report", "%(count)d independent reports", independent
        )
        return f"{outlets(sources)}, {words % {'count': independent}}"
    if articles > 1:
        words = ngettext("%(count)d article", "%(count)d articles", articles)
        return f"{outlets(sources)}, {words % {'count': articles}}"
    return ""


def outlets(count: int) -> str:
    return ngettext("%(count)d outlet", "%(count)d outlets", count) % {"count": count}


def gained(count: int) -> str:
    """ "4 independent reports in the last 3 hours"."""
    words = ngettext(
        "%(count)d independent report in the last %(hours)d hours",
        "%(count)d independent reports in the last %(hours)d hours",
        count,
    )
    return words % {"count": count, "hours": DEVELOPING_SPAN // HOUR}


def big_in(edition: Edition) -> str:
    """ "Big in Ireland"."""
    return _("Big in %(edition)s") % {"edition": names.name(edition)}


def headline_changes(count: int) -> str:
    """ "Headline changed twice"; empty where it never was."""
    few = {0: "", 1: _("Headline changed once"), 2: _("Headline changed twice")}
    many = ngettext("Headline changed %(count)d time", "Headline changed %(count)d times", count)
    return few.get(count, many % {"count": count})


def gap(moment: datetime, other: datetime) -> str:
    """How long before or after `other` something was: "3 hours earlier", "at the same time"."""
    if abs(moment - other) < timedelta(minutes=1):
        return _("at the same time")
    time = timesince(min(moment, other), max(moment, other), depth=1)
    words = _("%(time)s earlier") if moment < other else _("%(time)s later")
    return words % {"time": time}


def date_note(article: Article) -> str:
    """What a reader should know about an article's time; empty where it is as claimed."""
    claim = article.published_claim
    if claim is None:
        return _("The publisher gave no date: this is when the article was first seen.")
    if claim > article.published_at + CLOCK_SKEW:
        claimed = dates.long_time(claim)
        return _(
            "The publisher dated it in the future (%(time)s): this is when it was first seen."
        ) % {"time": claimed}
    return ""


def address(url: str) -> str:
    """An address without what every address begins with."""
    return url.partition("://")[2].removeprefix("www.").rstrip("/")


def host(url: str) -> str:
    """The host of an address as a reader knows it."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


@dataclass(frozen=True, slots=True)
class Health:
    """How a feed does: `state` is good, waiting, troubled or resting; `words` say it."""

    state: str
    words: str
    report: str = ""
    """What was recorded when it was fetched: in English, as logs are, a line for each finding."""


def health(feed: Feed) -> Health:
    """A feed's health from what its last fetches left."""
    if feed.retired_at:
        gone = "" if feed.last_error else _("Gone for good; no longer fetched.")
        return Health("resting", gone, feed.last_error)
    if feed.paused:
        return Health("resting", _("Paused."))
    if feed.failures:
        return Health("troubled", "", feed.last_error)
    if feed.last_fetch_at is None:
        return Health("waiting", _("Waiting for its first fetch."))
    report = "\n".join(filter(None, (feed.problems, feed.notice)))
    if feed.problems:
        return Health("troubled", _said(_moved(feed), _("Works in part:")), report)
    return Health("good", _said(_("Works."), _moved(feed)), report)


def _said(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _moved(feed: Feed) -> str:
    if not feed.permanent_url:
        return ""
    words = _("It has moved to %(url)s, which is asked directly if that lasts for a day.")
    return words % {"url": feed.permanent_url}


def rhythm(interval: timedelta) -> str:
    """ "checked about every 20 minutes"."""
    every = timesince(EPOCH, EPOCH + interval, depth=1)
    return _("checked about every %(time)s") % {"time": every}


def unchanged(feeds: Sequence[Feed]) -> str:
    """ "unchanged at 85% of 40 checks"; empty while each was checked once at most."""
    checks = sum(feed.fetches for feed in feeds)
    if checks <= len(feeds):
        return ""
    counted = ngettext("%(count)d check", "%(count)d checks", checks) % {"count": checks}
    share = percent(sum(feed.not_modified for feed in feeds) / checks)
    return _("unchanged at %(share)s of %(checks)s") % {"share": share, "checks": counted}


def saved(size: int) -> str:
    """ "3.4 MB saved": what did not have to be sent again; empty where nothing was."""
    return _("%(size)s saved") % {"size": filesizeformat(size)} if size else ""


def next_check(feed: Feed, now: datetime) -> str:
    """ "next check in 20 minutes"; empty for a feed that is not checked."""
    if feed.paused:
        return ""
    when = feed.next_check_at
    if when <= now + timedelta(minutes=1):
        return _("next check in a moment")
    return _("next check in %(time)s") % {"time": timesince(now, when, depth=1)}


@dataclass(frozen=True, slots=True)
class Check:
    """The feeds of a source in short: how many work, and how; which need words of their own."""

    working: int
    last_read: datetime | None
    facts: str
    """How the working ones are asked."""
    others: tuple[Feed, ...]


def check(feeds: Sequence[Feed], now: datetime) -> Check:
    """Tell the feeds that simply work from those with something to say."""
    working = [feed for feed in feeds if health(feed).state == "good"]
    times = [feed.last_success_at for feed in working if feed.last_success_at]
    plain = {feed for feed in working if not (feed.notice or feed.permanent_url)}
    others = tuple(feed for feed in feeds if feed not in plain)
    return Check(len(working), max(times, default=None), _facts(working, now), others)


def _facts(feeds: Sequence[Feed], now: datetime) -> str:
    """Rhythm, share of checks without news and next check of feeds taken together."""
    if not feeds:
        return ""
    soonest = min(feeds, key=lambda feed: feed.next_check_at)
    return _line(
        rhythm(min(feed.interval for feed in feeds)),
        unchanged(feeds),
        saved(sum(feed.bytes_saved for feed in feeds)),
        next_check(soonest, now),
    )


def facts(feed: Feed, now: datetime) -> str:
    """How a feed is asked, in words: its rhythm, what that saves, and when it is asked next."""
    if feed.last_fetch_at is None:
        return ""
    return _line(
        rhythm(feed.interval) if not (feed.failures or feed.retired_at or feed.paused) else "",
        unchanged([feed]),
        saved(feed.bytes_saved),
        next_check(feed, now),
    )


def _line(*words: str) -> str:
    """What there is to say, beginning with a capital."""
    line = " · ".join(filter(None, words))
    return line[:1].upper() + line[1:]
