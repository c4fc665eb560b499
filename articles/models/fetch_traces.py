"""What happened at the last fetch of a feed that a curator asked for."""

from __future__ import annotations

from django.db import models

from articles.models.sources import Feed


class FetchTrace(models.Model):
    """One a feed: the next one that is asked for replaces it."""

    feed = models.OneToOneField(
        Feed, on_delete=models.CASCADE, primary_key=True, related_name="trace"
    )
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    exchanges = models.JSONField(default=list)
    """Each request in its order, as `articles.pipeline.traces` writes it."""
    outcome = models.JSONField(default=dict)
    """What became of the feed; empty where its turn did not come."""

    def __str__(self) -> str:
        return f"fetch of {self.feed_id}"
