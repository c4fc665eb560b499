"""What readers report as wrong, for curators to see to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from articles.models.articles import Article, Story


class Problem(models.Model):
    """One report of a problem with an article or a story; open until a curator closes it."""

    class Kind(models.TextChoices):
        STORY = "story", "It is in the wrong story, or reports are missing"
        WORDS = "words", "The headline or the summary is wrong"
        COPY = "copy", "It is a copy of another report"
        LEGAL = "legal", "It should not be shown, for legal reasons"
        OTHER = "other", "Something else"

    kind = models.CharField(max_length=5, choices=Kind)
    text = models.TextField("what is wrong", max_length=2000)
    contact = models.CharField("how to reach them", max_length=200, blank=True)
    article = models.ForeignKey(
        Article, on_delete=models.SET_NULL, null=True, related_name="problems"
    )
    story = models.ForeignKey(Story, on_delete=models.SET_NULL, null=True, related_name="+")
    """The story that was reported, or that the article was in."""
    made_at = models.DateTimeField("reported", db_default=Now())
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"is_staff": True},
    )
    answer = models.TextField("what came of it", max_length=1000, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    closed_at = models.DateTimeField("closed", null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["-id"], condition=models.Q(closed_at=None), name="problem_open"),
            models.Index(
                fields=["closed_at"],
                condition=models.Q(closed_at__isnull=False),
                name="problem_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"Problem {self.pk}"
