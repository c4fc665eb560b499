"""What curators decided about stories: kept for good, obeyed until it is undone."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from articles.models.articles import Article, Story


class Correction(models.Model):
    """One decision of a curator, with what it says in words as it was made."""

    class Kind(models.TextChoices):
        MERGE = "merge", "merge stories"
        SPLIT = "split", "split a story"
        MOVE = "move", "move articles"
        APART = "apart", "keep stories apart"
        PIN = "pin", "pin a story"
        HIDE = "hide", "hide a story"
        TITLE = "title", "edit a title"

    SHOWING = (Kind.PIN, Kind.HIDE, Kind.TITLE)
    """Kinds that are no matter of articles but of how a story is shown."""

    kind = models.CharField(max_length=5, choices=Kind)
    language = models.CharField(max_length=2)
    story = models.ForeignKey(Story, on_delete=models.SET_NULL, null=True, related_name="+")
    """The story that the decision made or left larger; of two kept apart, the first."""
    summary = models.CharField("decision", max_length=1000)
    note = models.CharField(max_length=500, blank=True)
    details = models.JSONField(default=dict, db_default={})
    """What it replaced and by what, where it is no matter of articles: `before` and `after`. Where
    it is one: `led`, by the id of a story that articles left, those whose addresses led to it."""
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField("made")
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    undone_at = models.DateTimeField("undone", null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["language", "made_at"], name="correction_by_made"),
            models.Index(fields=["made_at"], name="correction_by_time"),
            models.Index(
                fields=["language", "undone_at"],
                condition=models.Q(undone_at__isnull=False),
                name="correction_by_undone",
            ),
        ]

    def __str__(self) -> str:
        return self.summary


class Held(models.Model):
    """Two originals that a correction holds together, or apart.

    Those that are together are a star around one article: the rows of one `one`.
    """

    correction = models.ForeignKey(Correction, on_delete=models.CASCADE, related_name="held")
    one = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    together = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["correction", "one", "other"], name="held_once"),
            models.CheckConstraint(
                condition=~models.Q(one=models.F("other")), name="held_to_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} {'with' if self.together else 'without'} {self.other_id}"


class Moved(models.Model):
    """An article that a correction took from one story into another."""

    correction = models.ForeignKey(Correction, on_delete=models.CASCADE, related_name="moved")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    before = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    after = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["correction", "article"], name="moved_once")]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.before_id} → {self.after_id}"
