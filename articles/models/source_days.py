"""How a source could be fetched, day by day."""

from __future__ import annotations

from django.db import models

from articles.models.sources import Source


class SourceDay(models.Model):
    """The fetches of a source's feeds on one day (UTC); kept for some weeks."""

    source = models.ForeignKey(
        Source, on_delete=models.CASCADE, related_name="health", db_index=False
    )
    day = models.DateField()
    fetches = models.PositiveIntegerField()
    failures = models.PositiveIntegerField()
    """Of them."""

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["source", "day"], name="source_once_a_day")]
        indexes = [models.Index(fields=["day"], name="source_day")]

    def __str__(self) -> str:
        return f"{self.source_id} on {self.day}"
