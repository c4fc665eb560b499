"""What still has to follow from a curator's decision about a source."""

from __future__ import annotations

from django.db import models

from articles.models.sources import Source


class FollowUp(models.Model):
    """A source whose articles and stories do not yet follow what was decided about it.

    They are gone through once, the newest first. The row says how far that has come, and goes when
    it is done; another decision begins anew.
    """

    source = models.OneToOneField(
        Source, on_delete=models.CASCADE, primary_key=True, related_name="follow_up"
    )
    asked_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    """Of the last article that was looked at; None before the first."""
    article = models.BigIntegerField(null=True)
    """Its id."""

    class Meta:
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return f"what follows for {self.source_id}"
