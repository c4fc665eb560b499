"""What the panels of the desk's first page show: numbers put into words, with where they lead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.timesince import timesince
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.admin import thin
from articles.charts import Chart, chart
from articles.models import Correction, Problem
from articles.models.feed_states import LATENESS
from articles.selectors.dashboard import (
    COPIES_SPAN,
    DAY_HOURS,
    HOURS,
    Copying,
    Coverage,
    Feeds,
    Hours,
    Queue,
    Totals,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LONG = timedelta(hours=1)
"""What waits for longer to be grouped does not only wait for its turn."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that leads to the list behind it; `tone`, where it is not nought, says how bad."""

    name: str
    value: int
    address: str
    note: str
    tone: str = ""
    """"warning" or "danger"."""

    @property
    def shown(self) -> str:
        return number(self.value)


@dataclass(frozen=True, slots=True)
class Graph:
    """Counts by the hour: drawn, in a sentence, and as a table with the newest hour first."""

    name: str
    summary: str
    address: str
    chart: Chart
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Change:
    """What came in the last day, and in the day before; "–" where that is not known."""

    name: str
    address: str
    last: str
    before: str = "–"


@dataclass(frozen=True, slots=True)
class Line:
    """Something to look at, and what is to say about it."""

    name: str
    address: str
    remark: str


def number(count: int) -> str:
    """ "1,234,567", parted as the interface's language does."""
    return str(number_format(count, use_l10n=True, force_grouping=True))


def listed(model: str, **filters: str | int) -> str:
    """The address of a model's list at the desk, filtered."""
    address = reverse(f"admin:articles_{model}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address


def feed_figures(feeds: Feeds) -> list[Figure]:
    """Feeds by what they need."""
    working = _("of %(count)s that are read") % {"count": number(feeds.working)}
    late = _("due for more than %(minutes)d minutes") % {"minutes": LATENESS.seconds // 60}
    failing = _("could not be read the last time")
    silent = _("nothing new for long, by their own rhythm")
    return [
        Figure(_("Feeds due"), feeds.due, listed("feed", schedule="due"), working),
        Figure(_("Late"), feeds.late, listed("feed", schedule="late"), late, "warning"),
        Figure(_("Failing"), feeds.failing, listed("feed", health="failing"), failing, "danger"),
        Figure(_("Silent"), feeds.silent, listed("feed", schedule="silent"), silent, "warning"),
    ]


def grouping_figures(queues: Sequence[Queue], now: datetime) -> list[Figure]:
    """What waits to be grouped, and what could not be."""
    waiting = sum(queue.waiting for queue in queues)
    oldest = min((queue.oldest for queue in queues if queue.oldest), default=None)
    apart = sum(queue.set_apart for queue in queues)
    return [
        Figure(
            *(_("Waiting to be grouped"), waiting, listed("article", clustered_at__isnull=1)),
            *(_since(oldest, now), "warning" if oldest and now - oldest > LONG else ""),
        ),
        Figure(
            *(_("Could not be grouped"), apart, listed("article", grouping_error__gt="")),
            *(_("articles in stories of their own"), "danger"),
        ),
    ]


def page_figure(totals: Totals, now: datetime) -> Figure:
    address = listed("page", state__exact="waiting")
    since = _since(totals.oldest_page, now)
    return Figure(_("Article pages to read"), totals.pages, address, since)


def _since(oldest: datetime | None, now: datetime) -> str:
    if oldest is None:
        return _("nothing new waits")
    return _("the oldest for %(time)s") % {"time": timesince(oldest, now, depth=1)}


def problem_figure(totals: Totals) -> Figure:
    address, note = listed("problem", state="open"), _("reported by readers, and not closed")
    return Figure(_("Open reports"), totals.problems, address, note, "warning")


def queue_line(queue: Queue, now: datetime) -> Line:
    """What is to say about a language's queue."""
    address = listed("article", language__exact=queue.language, clustered_at__isnull=1)
    remarks = []
    if queue.waiting:
        words = ngettext("%(count)s article waits", "%(count)s articles wait", queue.waiting)
        remarks.append(words % {"count": number(queue.waiting)})
    if queue.oldest:
        remarks.append(_since(queue.oldest, now))
    if queue.failures > 1:
        words = _("%(count)d attempts in a row came to nothing")
        remarks.append(words % {"count": queue.failures})
    if queue.set_apart:
        words = ngettext(
            "%(count)d article could not be grouped",
            "%(count)d articles could not be grouped",
            queue.set_apart,
        )
        remarks.append(words % {"count": queue.set_apart})
    return Line(queue.language, address, ", ".join(remarks))


def graph(name: str, counts: Sequence[int], field: str, model: str, now: datetime) -> Graph:
    """Of counts by the hour; `field` is the time of the `model` that was counted."""
    busiest = max(range(HOURS), key=lambda hour: counts[hour])
    began = [now - (HOURS - hour) * HOUR for hour in range(HOURS)]
    summary = _("%(total)s in %(hours)d hours; the most in one hour: %(most)s.") % {
        "total": number(sum(counts)),
        "hours": HOURS,
        "most": number(counts[busiest]),
    }
    rows = [(_span(start), number(count)) for start, count in zip(began, counts, strict=True)]
    address = listed(model, **{f"{field}__gte": began[0].isoformat()})
    return Graph(name, summary, address, chart(counts, HOURS), rows[::-1])


def _span(start: datetime) -> str:
    """ "Sat 14:10–15:10"."""
    begin, end = localtime(start), localtime(start + HOUR)
    return f"{date_format(begin, 'D H:i')}–{date_format(end, 'H:i')}"


def article_change(hours: Hours, now: datetime) -> Change:
    address = listed("article", fetched_at__gte=(now - DAY).isoformat())
    return Change(_("Articles"), address, *_days(hours.articles))


def story_change(hours: Hours, now: datetime) -> Change:
    address = listed("story", first_at__gte=(now - DAY).isoformat())
    return Change(_("Stories begun"), address, *_days(hours.stories))


def _days(counts: Sequence[int]) -> tuple[str, str]:
    """The sums of the last day and of the day before."""
    return number(sum(counts[-DAY_HOURS:])), number(sum(counts[-2 * DAY_HOURS : -DAY_HOURS]))


def source_change(totals: Totals, now: datetime) -> Change:
    address = listed("source", added_at__gte=(now - DAY).isoformat())
    return Change(_("Sources added"), address, number(totals.added), number(totals.added_before))


def feed_changes(feeds: Feeds) -> Iterator[Change]:
    failing, retired = _("Feeds that began to fail"), _("Feeds retired")
    lately = listed("feed", schedule="failing-lately")
    yield Change(failing, lately, number(feeds.failing_lately))
    yield Change(retired, listed("feed", schedule="retired-lately"), number(feeds.retired_lately))


def correction_change(totals: Totals, now: datetime) -> Change:
    address = listed("correction", made_at__gte=(now - DAY).isoformat())
    return Change(_("Corrections"), address, number(totals.made), number(totals.made_before))


def copying_line(source: Copying, now: datetime) -> Line:
    filters: dict[str, str | int] = {"source__id__exact": source.pk, "kind": "copies"}
    words = _("%(share)d %% copies: %(copies)s of %(articles)s articles")
    facts = {
        "share": round(100 * source.copies / source.articles),
        "copies": number(source.copies),
        "articles": number(source.articles),
    }
    since = (now - COPIES_SPAN).isoformat()
    address = listed("article", **filters, published_at__gte=since)
    return Line(source.name, address, words % facts)


def thin_lines(editions: Sequence[Coverage]) -> list[Line]:
    """The editions that lack something, with what that is."""
    return [
        Line(edition.name, listed("source", editions__id__exact=edition.pk), " ".join(reasons))
        for edition in editions
        if (reasons := thin.reasons(edition))
    ]


def correction_line(correction: Correction) -> Line:
    who = str(correction.made_by) if correction.made_by else _("somebody who is gone")
    remarks = [who, date_format(localtime(correction.made_at), "SHORT_DATETIME_FORMAT")]
    if correction.undone_at:
        remarks.append(_("undone"))
    address = reverse("admin:articles_correction_change", args=[correction.pk])
    return Line(correction.summary, address, ", ".join(remarks))


def problem_line(problem: Problem) -> Line:
    remarks = (
        Truncator(problem.text).chars(80),
        date_format(localtime(problem.made_at), "SHORT_DATETIME_FORMAT"),
    )
    address = reverse("admin:articles_problem_change", args=[problem.pk])
    return Line(problem.get_kind_display(), address, ", ".join(filter(None, remarks)))
