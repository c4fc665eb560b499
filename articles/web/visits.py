"""When a reader was here before: kept by the reader, in two cookies, and nowhere else.

`visit` tells of the site, `stories` of the stories that were opened. A visit ends with half an hour
of silence; what came after the one before is new to this one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.http import base36_to_int, int_to_base36

COOKIE = "visit"
STORIES_COOKIE = "stories"
STORIES_PATH = "/story/"
"""It goes along with these pages alone."""
COOKIE_SECONDS = 90 * 24 * 3600
SILENCE_SECONDS = 30 * 60
WRITE_SECONDS = 5 * 60
"""A visit that goes on is written down so often, not with every page."""
MOST_STORIES = 40

_VISIT = re.compile(r"[0-9a-z]{1,7}\.[0-9a-z]{1,7}", re.ASCII)
_STORY = re.compile(r"([0-9a-z]{1,12})\.([0-9a-z]{1,7}\.[0-9a-z]{1,7})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that goes on. Times are whole seconds since 1970."""

    since: int
    """The end of the visit before; 0 where this is the first."""
    seen: int
    """The last page of this one, about."""

    @classmethod
    def read(cls, text: str, now: int) -> Visit | None:
        """Undo `write`; None for what none of ours can be."""
        if not _VISIT.fullmatch(text):
            return None
        since, seen = map(base36_to_int, text.split("."))
        return cls(since, seen) if since <= seen <= now else None

    def write(self) -> str:
        return f"{int_to_base36(self.since)}.{int_to_base36(self.seen)}"

    def at(self, now: int) -> Visit:
        """The visit that a page read `now` belongs to; the same where nothing need be written."""
        if now - self.seen > SILENCE_SECONDS:
            return Visit(self.seen, now)
        return Visit(self.since, now) if now - self.seen > WRITE_SECONDS else self


def visit_at(visit: Visit | None, now: int) -> Visit:
    """`visit` as it goes on, or a first one."""
    return visit.at(now) if visit else Visit(0, now)


def read_stories(text: str, now: int) -> dict[int, Visit]:
    """The visits to stories by their ids; what is none of ours is left out."""
    found = {}
    for entry in text.split("_")[:MOST_STORIES]:
        if match := _STORY.fullmatch(entry):
            visit = Visit.read(match[2], now)
            if visit:
                found[base36_to_int(match[1])] = visit
    return found


def write_stories(stories: Mapping[int, Visit]) -> str:
    """Undone by `read_stories`; of more than `MOST_STORIES` those seen last are kept."""
    last = sorted(stories.items(), key=lambda item: -item[1].seen)[:MOST_STORIES]
    return "_".join(f"{int_to_base36(pk)}.{visit.write()}" for pk, visit in last)


@dataclass(frozen=True, slots=True)
class Note:
    """A cookie to write."""

    name: str
    value: str
    path: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One page read: what counts as new on it, and what to write down."""

    since: int
    """The last visit to the site, or to the story whose page it is; 0 where there was none."""
    notes: tuple[Note, ...] = ()


def reading(cookies: Mapping[str, str], now: int, *, story: int | None, counts: bool) -> Reading:
    """What the reader of a page brings. One that does not count leaves the visit as it is."""
    before = Visit.read(cookies.get(COOKIE, ""), now)
    after = visit_at(before, now)
    if not counts:
        return Reading(before.since if before else 0)
    notes = (Note(COOKIE, after.write(), "/"),) if after != before else ()
    return _story(cookies, now, story, notes) if story else Reading(after.since, notes)


def _story(cookies: Mapping[str, str], now: int, story: int, notes: tuple[Note, ...]) -> Reading:
    stories = read_stories(cookies.get(STORIES_COOKIE, ""), now)
    before = stories.get(story)
    after = visit_at(before, now)
    if after != before:
        text = write_stories(stories | {story: after})
        notes = (*notes, Note(STORIES_COOKIE, text, STORIES_PATH))
    return Reading(after.since, notes)
