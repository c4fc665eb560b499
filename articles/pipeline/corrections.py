"""Curators' corrections of stories: written down, obeyed at once and by all later grouping.

Each is one transaction that holds the language as a batch of grouping does. It moves the articles
itself, and it leaves a `Decision` that every window obeys from then on. Decisions are on originals,
for a copy goes where its original goes.

What holds two stories apart is the lead of each against every original of the other: neither can
take in any of the other's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import combinations
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext

from articles.clustering.bonds import Decision
from articles.models import Article, Correction, Doubt, Held, Moved, Story
from articles.pipeline import audit, fronts
from articles.pipeline import stories as storing
from articles.pipeline.audit import Change
from articles.pipeline.lock import BUSY, BusyError, wait_for

MOST_STORIES = 20
"""Stories that one correction can name."""

Coverage = dict[int, list[int]]
"""The articles of a story by original, each with its copies; the lead's original comes first."""


class CorrectionError(Exception):
    """Why a correction is not made, in words for the curator."""


@dataclass
class Draft:
    """What a correction will write."""

    kind: Correction.Kind
    story: Story
    summary: str
    details: dict[str, Any] = field(default_factory=dict)
    about: Collection[Story] = ()
    """Other stories that it is about, although nothing moves."""
    moves: list[Moved] = field(default_factory=list)
    held: dict[tuple[int, int], bool] = field(default_factory=dict)

    def together(self, originals: Iterable[int]) -> None:
        """One story: a star around the first."""
        centre, *others = originals
        self.held |= {(centre, other): True for other in others}

    def apart(self, ones: Collection[int], others: Collection[int]) -> None:
        """Two stories: the first of each against all of the other."""
        one, other = next(iter(ones), None), next(iter(others), None)
        if one is not None and other is not None:
            self.held |= {(one, each): False for each in others}
            self.held |= {(other, each): False for each in ones if each != one}

    def stories(self) -> list[Story]:
        """The stories that it is about, the oldest first."""
        about = {self.story, *self.about, *(moved.before for moved in self.moves)}
        return sorted(about, key=lambda story: story.pk)

    def move(self, articles: Iterable[int], before: Story, after: Story) -> None:
        """Take articles of one story into another."""
        self.moves += [
            Moved(article_id=article, before=before, after=after) for article in articles
        ]


def merge(stories: Sequence[Story], by: AbstractBaseUser, note: str = "") -> Correction:
    """Make one story of several: the largest, of equals the oldest, takes in the others.

    Raises `CorrectionError`.
    """
    check(stories)
    with holding(stories[0].language) as now:
        covered = _covered(stories)
        order = sorted(covered, key=lambda story: (-_size(covered[story]), story.pk))
        survivor, *others = order
        names = ", ".join(named(story) for story in others)
        draft = Draft(Correction.Kind.MERGE, survivor, f"Merged {names} into {named(survivor)}")
        draft.together(original for story in order for original in covered[story])
        for story in others:
            draft.move(_articles(covered[story]), story, survivor)
        return make(draft, by, note, now)


def keep_apart(stories: Sequence[Story], by: AbstractBaseUser, note: str = "") -> Correction:
    """Never let any of these stories become one.

    Raises `CorrectionError`.
    """
    check(stories)
    with holding(stories[0].language) as now:
        covered = _covered(stories)
        names = " and ".join(named(story) for story in covered)
        draft = Draft(Correction.Kind.APART, stories[0], f"Kept {names} apart", about=stories)
        for one, other in combinations(covered.values(), 2):
            draft.apart(one, other)
        return make(draft, by, note, now)


def split(
    story: Story, articles: Collection[int], by: AbstractBaseUser, note: str = ""
) -> Correction:
    """Make a story of its own of some articles of a story, by id, with their copies.

    Raises `CorrectionError`.
    """
    with holding(story.language) as now:
        leaving, staying = parted(story, articles)
        part = Story.objects.create(language=story.language)
        summary = f"Split {_reports(leaving)} from {named(story)}"
        draft = Draft(Correction.Kind.SPLIT, part, summary)
        draft.together(leaving)
        draft.together(staying)
        draft.apart(leaving, staying)
        draft.move(_articles(leaving), story, part)
        return make(draft, by, note, now)


def move(
    story: Story, articles: Collection[int], target: Story, by: AbstractBaseUser, note: str = ""
) -> Correction:
    """Move some articles of a story, by id, with their copies into another story.

    Raises `CorrectionError`.
    """
    check([story, target])
    with holding(story.language) as now:
        leaving, staying = parted(story, articles, target)
        covered = _covered([story, target])
        summary = f"Moved {_reports(leaving)} from {named(story)} to {named(target)}"
        draft = Draft(Correction.Kind.MOVE, target, summary)
        draft.together([next(iter(covered[target])), *leaving])
        draft.apart(leaving, staying)
        draft.move(_articles(leaving), story, target)
        return make(draft, by, note, now)


def undo(correction: Correction, by: AbstractBaseUser) -> int:
    """Lift a correction; its articles go back unless they have gone elsewhere since: how many.

    Raises `CorrectionError`, also where a newer correction stands on this one.
    """
    with holding(correction.language) as now:
        correction.refresh_from_db()
        if correction.undone_at:
            raise CorrectionError(gettext("This correction has been undone already."))
        if newer := _built_on(correction):
            words = gettext("Undo the newer correction of these articles first: %(newer)s.")
            raise CorrectionError(words % {"newer": newer})
        correction.undone_by_id, correction.undone_at = by.pk, now
        correction.save(update_fields=["undone_by", "undone_at"])
        audit.record(by, "undo", correction, {"undone_at": [None, now]})
        return _restore(correction)


def check(stories: Collection[Story]) -> None:
    """Raise `CorrectionError` where one correction cannot be about these stories."""
    if not 2 <= len(set(stories)) <= MOST_STORIES:
        words = gettext("Choose from two to %(most)d different stories.")
        raise CorrectionError(words % {"most": MOST_STORIES})
    if len({story.language for story in stories}) > 1:
        raise CorrectionError(gettext("Stories in different languages cannot be one story."))


def parted(
    story: Story, articles: Collection[int], target: Story | None = None
) -> tuple[Coverage, Coverage]:
    """What leaves a story with these articles, for another or for one of its own; what stays.

    A copy goes with its original, and an original with its copies. Raises `CorrectionError` where
    none is chosen or one is not, or no longer, in the story, or where nothing would be parted.
    """
    covered, wanted = coverage(story), set(articles)
    if not wanted:
        raise CorrectionError(gettext("Choose at least one article."))
    if missing := wanted.difference(_articles(covered)):
        words = ngettext(
            "The story has changed: %(count)d of the chosen is no longer in it.",
            "The story has changed: %(count)d of the chosen are no longer in it.",
            len(missing),
        )
        raise CorrectionError(words % {"count": len(missing)})
    leaving = {key: unit for key, unit in covered.items() if wanted.intersection(unit)}
    staying = {key: unit for key, unit in covered.items() if key not in leaving}
    if target is None and not staying:
        raise CorrectionError(gettext("At least one report must stay in the story."))
    return leaving, staying


def coverage(story: Story) -> Coverage:
    """A story's articles. One query."""
    rows = list(
        Article.objects.filter(story=story)
        .order_by("published_at", "pk")
        .values_list("pk", "copy_of_id")
    )
    here = {article for article, _ in rows}
    units: Coverage = {}
    for article, copied in sorted(rows, key=lambda row: row[0] != story.lead_id):
        units.setdefault(copied if copied in here else article, []).append(article)
    return units


# -- what grouping reads


def decisions(language: str, since: datetime, until: datetime) -> list[Decision]:
    """The decisions on articles of these days, newest first. One query."""
    days = (since, until)
    touching = Held.objects.filter(
        Q(one__published_at__range=days) | Q(other__published_at__range=days),
        correction__language=language,
        correction__undone_at=None,
    )
    rows = (
        Held.objects.filter(correction__in=touching.values("correction"))
        .order_by("-correction_id", "pk")
        .values_list("correction_id", "one_id", "other_id", "together")
    )
    stars: dict[int, dict[int, list[int]]] = {}
    apart: dict[int, list[tuple[int, int]]] = {}
    for correction, one, other, together in rows:
        of_one = stars.setdefault(correction, {})
        if together:
            of_one.setdefault(one, [one]).append(other)
        else:
            apart.setdefault(correction, []).append((one, other))
    return [
        Decision(tuple(map(tuple, of_one.values())), tuple(apart.get(correction, ())))
        for correction, of_one in stars.items()
    ]


def latest_change(language: str) -> datetime | None:
    """When a correction was last made or undone."""
    made = Correction.objects.filter(language=language).aggregate(
        made=Max("made_at"), undone=Max("undone_at")
    )
    return max((time for time in made.values() if time), default=None)


# -- making one


@contextmanager
def holding(language: str) -> Iterator[datetime]:
    """A transaction in which nobody else changes the language's stories; the time it began.

    Fronts are arranged once it is committed.
    """
    with transaction.atomic():
        transaction.on_commit(partial(fronts.arrange_fronts, patient=True))
        try:
            now = wait_for(language)
        except BusyError as error:
            raise CorrectionError(BUSY) from error
        yield now


def _covered(stories: Iterable[Story]) -> dict[Story, Coverage]:
    """The coverage of several stories. A query for each, and there are few."""
    covered = {story: coverage(story) for story in stories}
    for story, found in covered.items():
        if not found:
            raise CorrectionError(without_articles(story))
    return covered


def without_articles(story: Story) -> str:
    return gettext("%(story)s has no articles any more.") % {"story": named(story)}


def make(draft: Draft, by: AbstractBaseUser, note: str, now: datetime) -> Correction:
    correction = Correction.objects.create(
        kind=draft.kind,
        language=draft.story.language,
        story=draft.story,
        summary=Truncator(draft.summary).chars(1000),
        note=note,
        details=draft.details | _leading(draft.moves),
        made_by_id=by.pk,
        made_at=now,
    )
    Held.objects.bulk_create(
        Held(correction=correction, one_id=one, other_id=other, together=together)
        for (one, other), together in draft.held.items()
    )
    for moved in draft.moves:
        moved.correction = correction
    Moved.objects.bulk_create(draft.moves)
    moving = [moved.article_id for moved in draft.moves]
    Article.objects.filter(pk__in=moving).update(story=draft.story)
    storing.follow({moved.article_id: moved.before_id for moved in draft.moves}, [draft.story.pk])
    if draft.kind not in Correction.SHOWING:
        _drop_doubts(draft)
    _record(draft, by, note)
    return correction


def _leading(moves: Iterable[Moved]) -> dict[str, Any]:
    """The stories whose addresses lead to those that articles leave; empty where none does."""
    left = {moved.before_id for moved in moves}
    led: dict[str, list[int]] = {}
    for target, story in Story.objects.filter(merged_into__in=left).values_list(
        "merged_into", "pk"
    ):
        led.setdefault(str(target), []).append(story)
    return {"led": led} if led else {}


def _drop_doubts(draft: Draft) -> None:
    """The stories are not what was doubted any more; what still is will be noticed again."""
    stories = draft.stories()
    Doubt.objects.filter(Q(story__in=stories) | Q(other__in=stories), settled_at=None).delete()


def _record(draft: Draft, by: AbstractBaseUser, note: str) -> None:
    """Have the audit log tell of it, for every story that it changed."""
    before, after = draft.details.get("before", {}), draft.details.get("after", {})
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    changes = changes or {"decision": [None, draft.summary]}
    told = [Change(story, changes) for story in draft.stories()]
    audit.record_all(by, draft.kind, told, note)


def _size(covered: Coverage) -> int:
    return len(_articles(covered))


def _articles(covered: Coverage) -> list[int]:
    return [article for unit in covered.values() for article in unit]


def _reports(covered: Coverage) -> str:
    copies = _size(covered) - len(covered)
    reports = "1 report" if len(covered) == 1 else f"{len(covered)} reports"
    if not copies:
        return reports
    return f"{reports} with {'its copy' if copies == 1 else f'{copies} copies'}"


def named(story: Story) -> str:
    return f"“{Truncator(story).chars(80)}”"


# -- undoing one


def _built_on(correction: Correction) -> Correction | None:
    """The newest correction in force that decides on an article which this one moved."""
    moved = correction.moved.values("article")
    newer = Held.objects.filter(
        Q(one__in=moved) | Q(other__in=moved),
        correction__pk__gt=correction.pk,
        correction__undone_at=None,
    )
    return Correction.objects.filter(pk__in=newer.values("correction")).first()


def _restore(correction: Correction) -> int:
    """Give back what is still where the correction put it, with what a split drew since."""
    moved = list(correction.moved.select_related("before"))
    homes = _shown_by(correction)
    back: dict[Story, list[int]] = {}
    for each in moved:
        back.setdefault(each.before, []).append(each.article_id)
    before: dict[int, int] = {}
    for former, articles in back.items():
        after = next(each.after_id for each in moved if each.before_id == former.pk)
        still = Article.objects.filter(story=after)
        if correction.kind != Correction.Kind.SPLIT:
            still = still.filter(pk__in=articles)
        # A story that has gone into another since lives there; into this one, it lives again.
        lives_in = former.merged_into_id
        home = former.pk if lives_in in (None, after) else lives_in
        going = list(still.values_list("pk", flat=True))
        Article.objects.filter(pk__in=going).update(story=home)
        if going and home == former.pk:
            led = correction.details.get("led", {}).get(str(home), [])
            Story.objects.filter(pk__in=led, merged_into=after).update(merged_into=home)
        before |= dict.fromkeys(going, after)
        homes.add(home)
    storing.follow(before, homes)
    _group_again(before)
    return len(before)


def _shown_by(correction: Correction) -> set[int]:
    """The story that a decision on how a story is shown is about; where it is now."""
    story = correction.story
    if story is None or correction.kind not in Correction.SHOWING:
        return set()
    return {story.merged_into_id or story.pk}


def _group_again(articles: Collection[int]) -> None:
    """Have those grouped anew that older decisions hold to others, which may have moved on."""
    in_force = Held.objects.filter(
        Q(one=OuterRef("pk")) | Q(other=OuterRef("pk")), correction__undone_at=None
    )
    Article.objects.filter(Exists(in_force), pk__in=articles).update(clustered_at=None)
