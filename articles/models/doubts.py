"""Groupings that a curator should look at: found ahead, settled by a person or by themselves."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from articles.models.articles import Story


class Doubt(models.Model):
    """One reason to look at a story, or at two stories that may be one."""

    class Kind(models.TextChoices):
        WEAK = "weak", "barely belongs"
        CHAIN = "chain", "two parts, weakly linked"
        NEAR = "near", "nearly one story"
        OUTLET = "outlet", "one outlet only"
        LARGE = "large", "very large"
        MIXED = "mixed", "mixed topics"
        LONG = "long", "over many days"
        HIDDEN = "hidden", "hidden, and growing"

    kind = models.CharField(max_length=6, choices=Kind)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="doubts")
    other = models.ForeignKey(Story, on_delete=models.CASCADE, null=True, related_name="+")
    """Of two that may be one: the second."""
    strength = models.FloatField()
    """How doubtful, 0 to 1."""
    urgency = models.FloatField()
    """Strength times audience: what is doubtful, large and fresh comes first."""
    part = ArrayField(models.BigIntegerField(), default=list, editable=False)
    """The articles that may not belong, by id."""
    measured = models.PositiveIntegerField(default=0)
    """What the kind counts: articles, topics or days; of a likeness, percent."""
    articles = models.PositiveIntegerField(editable=False)
    """Of the story and the other, as they are."""
    noticed_at = models.DateTimeField("noticed")
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    settled_at = models.DateTimeField("settled", null=True)
    settled_articles = models.PositiveIntegerField(default=0, editable=False)
    """How many articles there were then."""

    class Meta:
        ordering = ["-urgency", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "story", "other"], name="doubt_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(
                fields=["-urgency", "-id"],
                condition=models.Q(settled_at=None),
                name="doubt_by_urgency",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.story}"
