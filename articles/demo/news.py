"""The invented news, told as if it happened around the moment the demonstration starts."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
WEEKDAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "de": ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
}


@dataclass(frozen=True, slots=True)
class Outlet:
    slug: str
    name: str
    language: str
    feeds: tuple[str, ...]
    """Paths: `/feeds/<outlet>/<topic>.<form>`."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A new headline, from a moment on."""

    at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class Report:
    """One outlet's article."""

    key: str
    """Its name in addresses."""
    outlet: str
    topic: str
    title: str
    paragraphs: tuple[str, ...]
    published: datetime
    scene: str = ""
    """What its picture shows: a scene of `pictures`; empty for none."""
    edit: Edit | None = None
    updated: datetime | None = None

    def as_of(self, now: datetime) -> Report:
        """The report as it reads at `now`."""
        if self.edit and self.edit.at <= now:
            return replace(self, title=self.edit.title, updated=self.edit.at)
        return self


class Newswire:
    """All outlets and all reports; the order is newest first."""

    def __init__(self, start: datetime, folder: Path = FOLDER) -> None:
        """`start` is the moment that the ages of events count from."""
        self.outlets = {outlet.slug: outlet for outlet in _outlets(folder / "sources.toml")}
        found = (report for event in _events(folder) for report in self._reports(event, start))
        ordered = sorted(found, key=lambda report: report.published, reverse=True)
        self.reports = {report.key: report for report in ordered}

    def latest(self, now: datetime, outlet: str, topic: str = "") -> list[Report]:
        """What the outlet has published until `now`, under one topic or under all."""
        return [
            report.as_of(now)
            for report in self.reports.values()
            if report.outlet == outlet and report.published <= now and topic in ("", report.topic)
        ]

    def _reports(self, event: Mapping[str, Any], start: datetime) -> Iterator[Report]:
        begun = start - timedelta(hours=event["age"])
        keys = (f"{event['slug']}-{number}" for number in count(1))
        for row in event["reports"]:
            first = self._report(next(keys), event["topic"], row, begun)
            yield first
            for copy in row.get("also", ()):
                yield replace(
                    first,
                    key=next(keys),
                    outlet=copy["outlet"],
                    title=copy.get("title", first.title),
                    published=begun + timedelta(minutes=copy["after"]),
                    edit=None,
                )

    def _report(self, key: str, topic: str, row: Mapping[str, Any], begun: datetime) -> Report:
        published = begun + timedelta(minutes=row["after"])
        text = _dated(row["text"], published, self.outlets[row["outlet"]].language)
        later = row.get("later")
        return Report(
            key=key,
            outlet=row["outlet"],
            topic=topic,
            title=row["title"],
            paragraphs=tuple(text.strip().split("\n\n")),
            published=published,
            scene=row.get("scene", ""),
            edit=Edit(begun + timedelta(minutes=later["after"]), later["title"]) if later else None,
        )


def _dated(text: str, moment: datetime, language: str) -> str:
    """`text` with the weekdays it speaks of: {day}, and {eve} for the day before."""
    names = WEEKDAYS[language]
    day = moment.weekday()
    return text.replace("{day}", names[day]).replace("{eve}", names[day - 1])


def _outlets(file: Path) -> Iterable[Outlet]:
    for row in _table(file)["sources"]:
        feeds = tuple(feed["url"] for feed in row["feeds"])
        yield Outlet(row["slug"], row["name"], row["language"], feeds)


def _events(folder: Path) -> Iterator[Mapping[str, Any]]:
    for file in sorted(folder.glob("news-*.toml")):
        yield from _table(file)["events"]


def _table(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
