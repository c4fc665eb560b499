"""The places that every page names: editions, and the topics of each.

They change a few times a year, by hand, or as a topic's first story comes. So each process asks for
them once in some seconds; for so long a new one may not be seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.conf import settings
from django.db.models import OuterRef, Subquery

from articles.models import Edition, StoryEdition, Topic

K = TypeVar("K")
V = TypeVar("V")


@dataclass
class Remembered(Generic[K, V]):
    """What `ask` answers, kept for so many seconds as the settings say.

    Threads may ask twice at once; what either is told is as good.
    """

    ask: Callable[[K], V]
    clock: Callable[[], float] = time.monotonic
    known: dict[K, tuple[float, V]] = field(default_factory=dict)

    def __call__(self, key: K) -> V:
        found, now = self.known.get(key), self.clock()
        if found and now < found[0] + settings.PLACES_CACHE_SECONDS:
            return found[1]
        answer = self.ask(key)
        self.known[key] = now, answer
        return answer


def _ask_editions(_all: None) -> tuple[Edition, ...]:
    return tuple(Edition.objects.all())


def _ask_topics(edition: int) -> tuple[Topic, ...]:
    placed = StoryEdition.objects.filter(edition=edition, topic=OuterRef("pk"))
    # Asking for the best one, not for any one, walks the index that begins with the edition: the
    # topic may have many stories, all in other editions.
    best = Subquery(placed.order_by("-rank", "-story_id").values("rank")[:1])
    return tuple(Topic.objects.alias(best=best).filter(best__isnull=False))


_editions = Remembered(_ask_editions)
_topics = Remembered(_ask_topics)


def editions() -> tuple[Edition, ...]:
    """All editions in the order of the menu. One query at most."""
    return _editions(None)


def edition(slug: str) -> Edition | None:
    """The edition that is so called in addresses. One query at most."""
    return next((each for each in editions() if each.slug == slug), None)


def topics(edition: Edition) -> tuple[Topic, ...]:
    """The topics that have stories in an edition. One query at most."""
    return _topics(edition.pk)
