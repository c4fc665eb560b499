"""Articles' own pages, where a curator has them fetched: the queue, and whom to ask first."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from articles.models.articles import Article


class Site(models.Model):
    """One scheme and host with what its robots.txt asks of us."""

    origin = models.CharField(max_length=300, unique=True)
    """Scheme and authority: `https://paper.example`."""

    # Where its robots.txt is asked for next, which redirects may lead elsewhere.
    robots_url = models.TextField()
    robots_host = models.CharField(max_length=255)
    """As in `Host.name`."""
    redirects = models.PositiveSmallIntegerField(default=0)

    rules = models.JSONField(null=True)
    """Pairs of whether to allow, and a pattern. None where nothing may be fetched for now."""
    delay = models.FloatField(null=True)
    """Seconds between requests that it asks for."""
    fresh_until = models.DateTimeField(db_default=Now())
    failures = models.PositiveSmallIntegerField(default=0)
    """In a row."""
    error = models.CharField(max_length=1000, blank=True)
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["robots_host"], name="site_by_host")]

    def __str__(self) -> str:
        return self.origin


class Page(models.Model):
    """An article's own page: whether it was read, or when it will be tried."""

    class State(models.TextChoices):
        WAITING = "waiting", "waits to be fetched"
        READ = "read", "read"
        REFUSED = "refused", "not ours to fetch"
        FAILED = "failed", "given up"

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="page")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    error = models.CharField(max_length=1000, blank=True)
    """Why it was not read, in words."""

    # What is asked next: its address at first, then where redirects led.
    url = models.TextField()
    host = models.CharField(max_length=255)
    """As in `Host.name`."""
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="pages")
    redirects = models.PositiveSmallIntegerField(default=0)

    next_try_at = models.DateTimeField("next try", db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField("wanted since", db_default=Now())
    fetched_at = models.DateTimeField("fetched", null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["host", "next_try_at"],
                condition=models.Q(state="waiting"),
                name="page_waiting",
            ),
            models.Index(
                fields=["made_at"], condition=models.Q(state="waiting"), name="page_waiting_since"
            ),
        ]

    def __str__(self) -> str:
        return self.url


class Folded(models.Model):
    """An article that turned out to be another one: its address leads there."""

    former = models.BigIntegerField(primary_key=True)
    """The id that it had."""
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.former} → {self.article_id}"
