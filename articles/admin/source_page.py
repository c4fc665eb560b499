"""What the page of a source tells beside its form: health, output, corrections, weight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.humanize.templatetags.humanize import ordinal
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from articles.admin.base import DeskAdmin, desk_link
from articles.models import AuditEntry, Correction, FollowUp, Moved, Source
from articles.pipeline import weighing
from articles.pipeline.source_days import DAYS
from articles.selectors import days

CORRECTIONS = 5
CORRECTIONS_READ = 500
"""The newest corrections, among which those of a source are looked for."""
STEP, WIDTH, HEIGHT = 4, 3, 40
"""Units of the drawing: from one day to the next, of a bar, and of the highest."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A day: how high its bar is, and how much of that, from the top, are failures."""

    day: date
    fetches: int
    failures: int
    x: int
    height: int
    failed: int

    @property
    def y(self) -> int:
        return HEIGHT - self.height


def bars(known: Mapping[date, tuple[int, int]], today: date) -> list[Bar]:
    """The last `DAYS` days, today last, of fetches and failures by day; days without are left out.

    The highest day fills the height; whatever is not nothing is seen.
    """
    most = max((fetches for fetches, _ in known.values()), default=0)
    drawn = []
    for place in range(DAYS):
        day = today - timedelta(days=DAYS - 1 - place)
        fetches, failures = known.get(day, (0, 0))
        if fetches:
            height = max(1, round(HEIGHT * fetches / most))
            failed = min(height, max(1, round(height * failures / fetches))) if failures else 0
            drawn.append(Bar(day, fetches, failures, place * STEP, height, failed))
    return drawn


def once(told: Callable[[Any, Source], str]) -> Callable[[Any, Source], str]:
    """Ask the database once for a row: the theme asks for a field's words several times."""

    @wraps(told)
    def remembered(page: Any, source: Source) -> str:
        kept: dict[str, str] = vars(source).setdefault("_told", {})
        if told.__name__ not in kept:
            kept[told.__name__] = told(page, source)
        return kept[told.__name__]

    return remembered


class SourcePage(DeskAdmin):
    """Adds what is known of a source to its page; each part takes a query or a few."""

    @admin.display(description=_("fetches and failures, day by day"))
    @once
    def history(self, source: Source) -> str:
        if not source.pk:
            return "–"
        today = timezone.now().astimezone(UTC).date()
        since = today - timedelta(days=DAYS - 1)
        found = source.health.filter(day__gte=since).values_list("day", "fetches", "failures")
        known = {day: (fetches, failures) for day, fetches, failures in found}
        context = {
            "bars": bars(known, today),
            "width": DAYS * STEP,
            "bar": WIDTH,
            "height": HEIGHT,
            "days": DAYS,
            "fetches": sum(fetches for fetches, _ in known.values()),
            "failures": sum(failures for _, failures in known.values()),
        }
        return render_to_string("admin/source_history.html", context)

    @admin.display(description=_("what it publishes"))
    @once
    def output(self, source: Source) -> str:
        """Articles a day, and the share of copies, of the last days."""
        found = days.output(source.pk, timezone.now()) if source.pk else None
        if found is None or not found.articles:
            return gettext("Nothing in the last %(days)d days.") % {"days": days.DAYS}
        words = gettext(
            "%(a_day)s articles a day in the last %(days)d days; %(share)s of them copies of other"
            " sources."
        )
        share = f"{found.copies / found.articles:.0%}"
        return words % {
            "a_day": number_format(found.a_day, 1),
            "days": days.DAYS,
            "share": share,
        }

    @admin.display(description=_("last corrections of its articles"))
    @once
    def corrections(self, source: Source) -> str:
        if not source.pk:
            return "–"
        newest = Correction.objects.order_by("-pk").values("pk")[:CORRECTIONS_READ]
        moved = Moved.objects.filter(correction=OuterRef("pk"), article__source=source)
        found = Correction.objects.filter(Exists(moved), pk__in=newest).select_related("made_by")
        rows = [
            (desk_link(each), date_format(each.made_at, "SHORT_DATETIME_FORMAT"))
            for each in found[:CORRECTIONS]
        ]
        return format_html_join(SafeString("<br>"), "{} · {}", rows) or "–"

    @admin.display(description=_("notes last changed"))
    @once
    def notes_changed(self, source: Source) -> str:
        changed = AuditEntry.objects.filter(
            kind=Source._meta.label_lower, object_id=str(source.pk), changes__has_key="notes"
        ).first()
        if not source.pk or changed is None:
            return "–"
        words = gettext("by %(person)s, %(time)s")
        time = date_format(changed.at, "SHORT_DATETIME_FORMAT")
        return words % {"person": changed.by_name, "time": time}

    @admin.display(description=_("what weights do"))
    @once
    def weight_example(self, source: Source) -> str:
        """Where its best placed story stands, and would stand."""
        found = weighing.example(source) if source.pk else None
        if found is None:
            return gettext("None of its own reports is on a front page now.")
        others = [
            gettext("%(place)s with %(weight)s")
            % {"place": ordinal(place), "weight": number_format(weight, use_l10n=True)}
            for weight, place in found.places.items()
            if weight != found.weight
        ]
        return format_html(
            gettext("{} stands {} in {} with weight {}. It would stand {}."),
            desk_link(found.story),
            ordinal(found.places[found.weight]),
            found.edition,
            number_format(found.weight),
            ", ".join(others),
        )

    @admin.display(description=_("stories follow this"))
    def followed(self, source: Source) -> str:
        """How far its articles were gone through since the last decision on what is shown."""
        if not source.pk:
            return "–"
        waiting: FollowUp | None = getattr(source, "follow_up", None)
        if waiting is None:
            return gettext("All of them do.")
        if waiting.published_at is None:
            return gettext("In a moment: the newest first.")
        reached = date_format(waiting.published_at, "SHORT_DATETIME_FORMAT")
        return gettext("Those since %(time)s do; the others come next.") % {"time": reached}
