"""What was taken down: shown nowhere, with who asked for it and why."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from articles.models.articles import Article, Story

TAKEN_DOWN = "taken down"
"""What `Article.withheld` says of them."""


class TakeDown(models.Model):
    """One decision to show articles no more. Its words do not repeat theirs."""

    summary = models.CharField("what was taken down", max_length=500)
    reason = models.CharField(max_length=500)
    requester = models.CharField("who asked", max_length=200)
    contact = models.CharField("how to reach them", max_length=200, blank=True)
    copies = models.BooleanField("copies too, in every source", default=False)
    """Those to come included; else only what the same source publishes again."""
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField("made", db_default=Now())
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    undone_at = models.DateTimeField("undone", null=True)
    purged_at = models.DateTimeField("deleted for good", null=True)
    """When what the articles said was deleted; it cannot be undone since."""

    class Meta:
        ordering = ["-pk"]
        verbose_name = "take-down"
        permissions = [("take_down", "Can take articles down, and undo it")]
        indexes = [
            models.Index(
                fields=["made_at"],
                condition=models.Q(undone_at=None, purged_at=None),
                name="take_down_to_purge",
            ),
            models.Index(
                fields=["-made_at"],
                condition=models.Q(undone_at=None),
                name="take_down_in_force",
            ),
        ]

    def __str__(self) -> str:
        return self.summary


class Taken(models.Model):
    """An article that was taken down, how to bring it back, and how to know it when it returns."""

    take_down = models.ForeignKey(TakeDown, on_delete=models.CASCADE, related_name="taken")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    story = models.ForeignKey(Story, on_delete=models.SET_NULL, null=True, related_name="+")
    """Where it was."""
    withheld = models.CharField(max_length=200, blank=True)
    """What the article's `withheld` said before."""
    shingles = ArrayField(models.BigIntegerField(), default=list)
    """The smallest hashes of its lead, as of `clustering.copies.Sketch`: they give no word away."""
    whole = models.BooleanField(default=True)
    """Whether these are all."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["take_down", "article"], name="taken_once"),
        ]

    def __str__(self) -> str:
        return f"article {self.article_id}"
