"""The desk's first page: how the whole is doing, and where a curator is needed.

Each panel is for those who may see the lists that it leads to; for others its query is not made.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.admin import panels
from articles.admin.panels import Change, Figure, Graph, Line
from articles.selectors import dashboard as selectors
from articles.selectors.dashboard import Feeds, Hours, Queue, Totals


class Desk:
    """The panels for one person. What is not theirs to see is None, or not in a list."""

    def __init__(self, request: HttpRequest, now: datetime) -> None:
        self._user, self.now = request.user, now

    def _may(self, *models: str, to: str = "view") -> bool:
        return self._user.has_perms([f"articles.{to}_{model}" for model in models])

    @cached_property
    def _totals(self) -> Totals:
        return selectors.totals(self.now)

    @cached_property
    def _feeds(self) -> Feeds | None:
        return selectors.feeds() if self._may("feed") else None

    @cached_property
    def _hours(self) -> Hours | None:
        seen = self._may("article") or self._may("story")
        return selectors.hours(self.now) if seen else None

    @cached_property
    def _queues(self) -> list[Queue] | None:
        return selectors.queues() if self._may("article") else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is read yet."""
        return not self._totals.sources

    def steps(self) -> Iterator[Line]:
        """What to do first where nothing is read yet."""
        if self._may("edition", "topic", "source", "feed", to="add"):
            words = _("Publishers and editions to begin with, to be changed as you like.")
            address = reverse("admin:articles_edition_load_defaults")
            yield Line(_("Load the default sources"), address, words)
        if self._may("source", "feed", to="add"):
            words = _("A publisher that you know: its home page, a feed or an article will do.")
            yield Line(_("Add a source"), reverse("admin:articles_trial_add"), words)
        if self._may("source", "feed", "topic", to="add"):
            words = _("The feeds that you follow elsewhere, from an OPML file.")
            address = reverse("admin:articles_source_import_opml")
            yield Line(_("Import a list"), address, words)

    def figures(self) -> Iterator[Figure]:
        if self._feeds:
            yield from panels.feed_figures(self._feeds)
        if self._queues is not None:
            yield from panels.grouping_figures(self._queues, self.now)
        if self._may("page"):
            yield panels.page_figure(self._totals, self.now)
        if self._may("problem"):
            yield panels.problem_figure(self._totals)

    def graphs(self) -> Iterator[Graph]:
        if self._hours and self._may("article"):
            name, counts = _("Articles an hour"), self._hours.articles
            yield panels.graph(name, counts, "fetched_at", "article", self.now)
        if self._hours and self._may("story"):
            name, counts = _("Stories begun an hour"), self._hours.stories
            yield panels.graph(name, counts, "first_at", "story", self.now)

    def changes(self) -> Iterator[Change]:
        """Since yesterday at this time."""
        if self._hours and self._may("article"):
            yield panels.article_change(self._hours, self.now)
        if self._hours and self._may("story"):
            yield panels.story_change(self._hours, self.now)
        if self._may("source"):
            yield panels.source_change(self._totals, self.now)
        if self._feeds:
            yield from panels.feed_changes(self._feeds)
        if self._may("correction"):
            yield panels.correction_change(self._totals, self.now)

    def queues(self) -> list[Line] | None:
        if self._queues is None:
            return None
        return [panels.queue_line(queue, self.now) for queue in self._queues]

    def copying(self) -> list[Line] | None:
        if not self._may("source", "article"):
            return None
        found = selectors.copying(self.now)
        return [panels.copying_line(source, self.now) for source in found]

    def thin(self) -> list[Line] | None:
        if not self._may("edition", "source"):
            return None
        return panels.thin_lines(selectors.coverage(self.now))

    def corrections(self) -> list[Line] | None:
        if not self._may("correction"):
            return None
        return [panels.correction_line(made) for made in selectors.latest_corrections()]

    def problems(self) -> list[Line] | None:
        if not self._may("problem"):
            return None
        return [panels.problem_line(problem) for problem in selectors.open_problems()]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the panels to the context of the desk's first page."""
    desk = Desk(request, timezone.now())
    if desk.is_empty:
        return {**context, "title": _("Welcome"), "first_steps": list(desk.steps())}
    return {
        **context,
        "title": _("Overview"),
        "told_at": desk.now,
        "figures": list(desk.figures()),
        "graphs": list(desk.graphs()),
        "changes": list(desk.changes()),
        "lists": [(title, lines, none) for title, lines, none in _lists(desk) if lines is not None],
    }


def _lists(desk: Desk) -> Iterator[tuple[str, list[Line] | None, str]]:
    """Titles and lines of the lists, and what is said of an empty one."""
    yield _("Thin editions"), desk.thin(), _("No edition lacks anything.")
    yield _("Mostly copies"), desk.copying(), _("No source brought mostly copies in the last week.")
    yield _("Grouping, by language"), desk.queues(), _("Nothing waits to be grouped.")
    yield _("Latest reports"), desk.problems(), _("Nothing that readers reported is open.")
    yield _("Latest corrections"), desk.corrections(), _("Nothing was corrected yet.")
