"""Taking articles down: shown nowhere from then on, never fetched again, recognised if they return.

One transaction under the locks of the languages takes the articles out of their stories, of their
place among copies and of every list of similar news, and brings the stories up to date. Nothing
that is derived from articles can show them then; `Article.withheld` keeps them out of the lists of
articles themselves. Their texts stay for a time, so that it can be undone, and are deleted then.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from articles.clustering.copies import Sketch, near_duplicate, sketch
from articles.clustering.text import words
from articles.models import (
    TAKEN_DOWN,
    Article,
    Digest,
    Embedding,
    FrontSlot,
    Headline,
    Page,
    SimilarLink,
    Source,
    Story,
    TakeDown,
    Taken,
)
from articles.pipeline import audit, followups
from articles.pipeline import stories as storing
from articles.pipeline.lock import BUSY, BusyError, wait_for

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

logger = logging.getLogger(__name__)

MOST = 500
"""Articles that one decision takes down, copies included."""
KEPT = timedelta(days=30)
"""So long it can be undone; then what the articles said is deleted."""
WATCHED = timedelta(days=90)
"""So long the same text is recognised under another headline, address and GUID."""
MOST_WATCHED = 2000
"""Articles compared with what is new, those taken down last."""

# The earliest copy stands for those that copied an article which is there no more.
_PROMOTE = """
WITH heir AS (
    SELECT DISTINCT ON (copy_of_id) copy_of_id AS gone, id FROM articles_article
    WHERE copy_of_id = ANY(%(gone)s) AND NOT id = ANY(%(gone)s)
    ORDER BY copy_of_id, published_at, id
)
UPDATE articles_article AS article SET copy_of_id = nullif(heir.id, article.id)
FROM heir WHERE article.copy_of_id = heir.gone
"""

# To where they were, or where that story has gone since; grouping looks at them again.
_RESTORE = """
UPDATE articles_article AS article
SET withheld = taken.withheld, story_id = coalesce(story.merged_into_id, story.id),
    clustered_at = NULL
FROM articles_taken AS taken
LEFT JOIN articles_story AS story ON story.id = taken.story_id
WHERE taken.take_down_id = %s AND article.id = taken.article_id
RETURNING article.id, article.story_id
"""


class TakeDownError(Exception):
    """Why nothing is taken down, or brought back, in words for the editor."""


@dataclass(frozen=True, slots=True)
class Request:
    """Who asked for what reason."""

    reason: str
    requester: str
    contact: str = ""
    copies: bool = False
    """Whether to take down the copies in other sources, those to come included."""


def reach(articles: Collection[int], *, copies: bool) -> list[int]:
    """The ids of what goes with these articles, themselves included, the earliest first.

    With `copies` all that have the same text: what they copy, and all copies of that. Raises
    `TakeDownError` where nothing is left to take down, or too much.
    """
    shown = _meant(articles, copies=copies).order_by("published_at", "pk")
    found = list(shown.values_list("pk", flat=True)[: MOST + 1])
    if not found:
        raise TakeDownError(gettext("There is nothing to take down."))
    if len(found) > MOST:
        told = gettext("These are more than %(most)d articles: take down fewer at a time.")
        raise TakeDownError(told % {"most": MOST})
    return found


def copies_of(articles: Collection[int]) -> int:
    """How many have the same text as these articles, besides themselves."""
    return _meant(articles, copies=True).exclude(pk__in=articles).count()


def _meant(articles: Collection[int], *, copies: bool) -> QuerySet[Article]:
    wanted = Q(pk__in=articles)
    if copies:
        originals = Article.objects.filter(pk__in=articles, copy_of__isnull=False)
        roots = {*articles, *originals.values_list("copy_of", flat=True)}
        wanted |= Q(pk__in=roots) | Q(copy_of__in=roots)
    return Article.objects.filter(wanted).exclude(withheld=TAKEN_DOWN)


def take_down(articles: Collection[int], request: Request, by: AbstractBaseUser) -> TakeDown:
    """Show these articles, by id, nowhere any more. Raises `TakeDownError`."""
    with _holding(articles):
        gone = reach(articles, copies=request.copies)
        rows = list(Article.objects.select_for_update().filter(pk__in=gone).defer("html", "search"))
        made = TakeDown.objects.create(
            summary=_summary(rows),
            reason=request.reason,
            requester=request.requester,
            contact=request.contact,
            copies=request.copies,
            made_by_id=by.pk,
        )
        Taken.objects.bulk_create(_taken(made, row) for row in rows)
        _withdraw(rows)
        audit.record(by, "take_down", made, {"articles": [None, gone]}, request.reason)
    logger.info("take-down %d: %s", made.pk, made.summary)
    return made


def undo(made: TakeDown, by: AbstractBaseUser) -> int:
    """Show again what a decision took down; how many articles. Raises `TakeDownError`."""
    with _holding(made.taken.values_list("article", flat=True)) as now:
        made = TakeDown.objects.select_for_update().get(pk=made.pk)
        if made.undone_at:
            raise TakeDownError(gettext("This has been undone already."))
        if made.purged_at:
            raise TakeDownError(
                gettext("What these articles said has been deleted: it cannot come back.")
            )
        made.undone_by_id, made.undone_at = by.pk, now
        made.save(update_fields=["undone_by", "undone_at"])
        with connection.cursor() as cursor:
            cursor.execute(_RESTORE, [made.pk])
            homes = dict(cursor.fetchall())
        Page.objects.filter(article__in=homes).delete()
        _withhold(homes)
        storing.derive({story for story in homes.values() if story})
        audit.record(by, "undo", made, {"articles": [None, sorted(homes)]})
    logger.info("take-down %d was undone", made.pk)
    return len(homes)


def _withhold(articles: Iterable[int]) -> None:
    """Withhold for their sources' blocked words, as these are by now."""
    rows = Article.objects.filter(pk__in=articles).select_related("source")
    columns = ("title", "excerpt", "withheld", "published_at", "source__blocked_words")
    by_source: dict[Source, list[Article]] = defaultdict(list)
    for row in rows.only(*columns):
        by_source[row.source].append(row)
    for source, own in by_source.items():
        followups.withhold(source, own)


def empty(stories: Iterable[int]) -> None:
    """Leave nothing to be told of those of these stories that have no article to show any more."""
    bare = Q(articles=None) | Q(article_count=0)
    emptied = Story.objects.filter(bare, pk__in=list(stories), merged_into=None)
    pks = list(emptied.values_list("pk", flat=True))
    Story.objects.filter(pk__in=pks).update(
        title="", lead=None, article_count=0, source_count=0, independent_count=0
    )
    FrontSlot.objects.filter(story__in=pks).delete()


def is_down(article: int) -> bool:
    """Whether an article is taken down. One query."""
    return Article.objects.filter(pk=article, withheld=TAKEN_DOWN).exists()


# -- what comes back


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article that is new or edited, as it is compared with what was taken down."""

    pk: int
    source: int
    title: str
    title_key: bytes
    lead: str


def hold_back(arrivals: Sequence[Arrival]) -> set[int]:
    """Withhold those articles that were taken down before; return their ids.

    They are so where source and headline are the same, or nearly all of the text; the text in any
    source where copies were taken down too. In the transaction that stores them. One query where
    nothing was taken down lately. One that an edit made so waits to be grouped: its story, then,
    is derived without it.
    """
    watched = _watched({arrival.source for arrival in arrivals}) if arrivals else []
    if not watched:
        return set()
    causes = {}
    for arrival in arrivals:
        mine = _sketch(arrival.title, arrival.lead)
        before = next((each for each in watched if _returns(arrival, mine, each)), None)
        if before is not None:
            causes[arrival.pk] = before.take_down
            logger.info("article %d is held back by take-down %d", arrival.pk, before.take_down_id)
    held = Article.objects.filter(pk__in=causes)
    rows = held.only("title", "excerpt", "story_id", "withheld")
    Taken.objects.bulk_create(_taken(causes[row.pk], row) for row in rows)
    held.filter(story=None).update(clustered_at=timezone.now())
    held.update(withheld=TAKEN_DOWN)
    _delete([pk for pk, cause in causes.items() if cause.purged_at])
    return set(causes)


def _watched(sources: Collection[int]) -> list[Taken]:
    """What new articles of these sources are compared with, the last first."""
    since = timezone.now() - WATCHED
    in_force = Taken.objects.filter(
        Q(article__source__in=sources) | Q(take_down__copies=True),
        take_down__undone_at=None,
        take_down__made_at__gte=since,
    )
    related = in_force.select_related("take_down", "article").only(
        *("take_down__copies", "take_down__purged_at", "shingles", "whole"),
        *("article__source_id", "article__title_key"),
    )
    return list(related.order_by("-take_down__made_at", "-pk")[:MOST_WATCHED])


def _returns(arrival: Arrival, mine: Sketch, before: Taken) -> bool:
    same_source = before.article.source_id == arrival.source
    if same_source and bytes(before.article.title_key) == arrival.title_key:
        return True
    theirs = Sketch("", frozenset(before.shingles), before.whole)
    return (same_source or before.take_down.copies) and near_duplicate(mine, theirs)


def _sketch(title: str, lead: str) -> Sketch:
    """Of the lead alone: the words of a headline are not kept."""
    found = sketch(words(title), words(lead))
    return Sketch("", found.lead, found.whole)


# -- deleting for good


def purge() -> int:
    """Delete what articles said that were taken down long enough ago; return how many decisions."""
    with transaction.atomic():
        due = TakeDown.objects.select_for_update(skip_locked=True).filter(
            undone_at=None, purged_at=None, made_at__lt=timezone.now() - KEPT
        )
        ripe = list(due.order_by("made_at")[:100])
        gone = list(Taken.objects.filter(take_down__in=ripe).values_list("article", flat=True))
        _delete(gone)
        TakeDown.objects.filter(pk__in=[each.pk for each in ripe]).update(purged_at=timezone.now())
        audit.record_all(None, "purge", [audit.Change(each, {}) for each in ripe])
    return len(ripe)


def _delete(articles: Sequence[int]) -> None:
    """Delete what these articles said, inside a transaction.

    What recognises the entry stays: the hashes of GUID, address and headline.
    """
    Headline.objects.filter(article__in=articles).delete()
    Embedding.objects.filter(article__in=articles).delete()
    Page.objects.filter(article__in=articles).delete()
    Article.objects.filter(pk__in=articles).update(
        **dict.fromkeys(("guid", "url", "title", "excerpt", "text", "html", "image_url"), ""),
        authors=[],
        categories=[],
        enclosures=[],
    )


# -- taking down


@contextmanager
def _holding(articles: Iterable[int]) -> Iterator[datetime]:
    """A transaction in which nobody else changes the stories of these articles' languages."""
    spoken = Article.objects.filter(pk__in=list(articles)).order_by().values_list("language")
    with transaction.atomic():
        now = timezone.now()
        try:
            for (language,) in sorted(set(spoken)):
                now = wait_for(language)
        except BusyError as error:
            raise TakeDownError(BUSY) from error
        yield now


def _taken(made: TakeDown, row: Article) -> Taken:
    mine = _sketch(row.title, row.excerpt)
    return Taken(
        take_down=made,
        article=row,
        story_id=row.story_id,
        withheld=row.withheld,
        shingles=sorted(mine.lead),
        whole=mine.whole,
    )


def _withdraw(rows: Sequence[Article]) -> None:
    """Take articles out of all that shows them."""
    gone = [row.pk for row in rows]
    touched = set(
        Article.objects.filter(Q(pk__in=gone) | Q(copy_of__in=gone), story__isnull=False)
        .order_by()
        .values_list("story", flat=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(_PROMOTE, {"gone": gone})
    # The time tells the windows of grouping that something changed.
    Article.objects.filter(pk__in=gone).update(
        withheld=TAKEN_DOWN, story=None, copy_of=None, clustered_at=timezone.now()
    )
    SimilarLink.objects.filter(Q(article__in=gone) | Q(similar__in=gone)).delete()
    Page.objects.filter(article__in=gone).update(
        state=Page.State.REFUSED, error="The article was taken down.", claimed_until=None
    )
    storing.derive(touched)
    Digest.objects.filter(story__in=touched).delete()  # after: one being stored waits for derive
    empty(touched)


def _summary(rows: Sequence[Article]) -> str:
    """How many articles of how many sources: the log keeps no headline that was to go."""
    sources = len({row.source_id for row in rows})
    count = "1 article" if len(rows) == 1 else f"{len(rows)} articles"
    named = ", ".join(str(row.pk) for row in rows[:20])
    more = ", …" if len(rows) > 20 else ""
    return f"{count} of {sources} source{'s' * (sources > 1)}: {named}{more}"
