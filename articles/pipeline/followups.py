"""Having stories follow what a curator decided about a source: its weight, its muting, its words.

What is decided holds at once where articles are read one by one (`articles.models.visibility`).
What stories derive from their articles follows here, in batches, the newest first. How far that has
come is a row, so that it goes on after a crash; going twice over a batch changes nothing.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from articles.models import Article, FollowUp, Source
from articles.pipeline import stories
from articles.pipeline.blocking import REASON, withheld
from articles.pipeline.lock import BusyError, wait_for

logger = logging.getLogger(__name__)

FOLLOWED = frozenset({"owner", "country", "editions", "weight", "muted_until", "blocked_words"})
"""Of a source: what its stories derive from."""

BATCH = 500
"""Articles that one transaction goes through."""

REACH = timedelta(days=14)
"""New blocked words withhold what was published within so long."""


def ask(sources: Collection[int]) -> None:
    """Have stories follow from now on; call it in the transaction that changes the sources."""
    FollowUp.objects.bulk_create(
        [FollowUp(source_id=source, asked_at=timezone.now()) for source in sorted(sources)],
        update_conflicts=True,
        unique_fields=["source"],
        update_fields=["asked_at", "published_at", "article"],
    )


def mute(sources: Collection[int], span: timedelta | None) -> int:
    """Show nothing of these sources for so long, or everything again (None): how many changed."""
    with transaction.atomic():
        found = Source.objects.select_for_update().filter(pk__in=sources).order_by("pk")
        if span is None:
            found = found.filter(muted_until__isnull=False)
        changed = list(found.values_list("pk", flat=True))
        until = None if span is None else timezone.now() + span
        Source.objects.filter(pk__in=changed).update(muted_until=until)
        ask(changed)
    return len(changed)


def end_mutes() -> int:
    """Bring back the sources whose muting is over: how many."""
    with transaction.atomic():
        over = Source.objects.select_for_update().filter(muted_until__lte=Now()).order_by("pk")
        sources = list(over.values_list("pk", flat=True))
        Source.objects.filter(pk__in=sources).update(muted_until=None)
        ask(sources)
    return len(sources)


def follow(over: Callable[[], bool] = lambda: False) -> int:
    """Go through what waits, batch by batch, until nothing does: how many articles.

    A language whose stories another process holds too long leaves its source to the next time.
    """
    total = 0
    while not over():
        try:
            with transaction.atomic():
                done = _batch()
        except BusyError as error:
            logger.warning("stories in %s are busy; what follows there is left for later", error)
            break
        if done is None:
            break
        total += done
    return total


def _batch() -> int | None:
    """Go through the next articles of a source that waits; None where none does."""
    waiting = FollowUp.objects.select_for_update(skip_locked=True, of=("self",))
    # The newest of all sources first: what was published long ago by one keeps no other waiting.
    newest = F("published_at").desc(nulls_first=True)
    row = waiting.select_related("source").order_by(newest, "asked_at").first()
    if row is None:
        return None
    articles = _next(row)
    _hold(articles)
    withhold(row.source, articles)
    touched = {article.story_id for article in articles if article.story_id}
    stories.derive(touched, retold=False)
    if len(articles) < BATCH:
        logger.info("%s: its stories follow what was decided", row.source.name)
        row.delete()
    else:
        row.published_at, row.article = articles[-1].published_at, articles[-1].pk
        row.save(update_fields=["published_at", "article"])
    return len(articles)


def _next(row: FollowUp) -> list[Article]:
    """The source's newest articles that were not looked at."""
    articles = Article.objects.filter(source=row.source_id)
    if row.published_at is not None:
        articles = articles.filter(
            Q(published_at__lt=row.published_at) | Q(pk__lt=row.article),
            published_at__lte=row.published_at,
        )
    columns = ("title", "excerpt", "withheld", "published_at", "language", "story__language")
    found = articles.select_related("story").only(*columns)
    return list(found.order_by("-published_at", "-pk")[:BATCH])


def _hold(articles: Sequence[Article]) -> None:
    """Hold their languages before anything is written that a batch of grouping may write too."""
    languages = {article.language for article in articles}
    languages |= {article.story.language for article in articles if article.story}
    for language in sorted(languages):
        wait_for(language)


def withhold(source: Source, articles: Iterable[Article]) -> None:
    """Of a source's articles withhold what has blocked words by now; show again what has none."""
    since = timezone.now() - REACH
    changed: dict[str, list[int]] = defaultdict(list)
    for article in articles:
        if article.published_at < since and not article.withheld.startswith(REASON):
            continue
        told = (article.title, article.excerpt)
        reason = withheld(source.blocked_words, article.withheld, *told)
        if reason != article.withheld:
            changed[reason].append(article.pk)
    for reason, ids in changed.items():
        # Not what somebody has taken down in the meantime.
        ours = Q(withheld="") | Q(withheld__startswith=REASON)
        Article.objects.filter(ours, pk__in=ids).update(withheld=reason)
