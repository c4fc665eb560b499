"""Sources on trial: what was found at an address, before anything of it is kept."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from articles.fetch.pace import host_of
from articles.models.articles import Article, Story
from articles.models.sources import Feed, Source


class Trial(models.Model):
    """An address that a curator pasted: searched for feeds, then compared with what is here."""

    class State(models.TextChoices):
        SEARCHING = "searching", "is searched for feeds"
        COMPARING = "comparing", "is compared with what is here"
        READY = "ready", "waits for a decision"
        FAILED = "failed", "came to nothing"
        KEPT = "kept", "kept"

    address = models.CharField(max_length=2000)
    """As it was pasted."""
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    made_at = models.DateTimeField("asked for", db_default=Now(), editable=False)
    state = models.CharField(max_length=9, choices=State, default=State.SEARCHING)
    error = models.TextField(blank=True)
    """Why it came to nothing, in words."""
    source = models.ForeignKey(
        Source, on_delete=models.SET_NULL, null=True, blank=True, related_name="trials"
    )
    """The source that its feeds join; None for a new one, until that is kept."""
    kept_at = models.DateTimeField("kept since", null=True, editable=False)

    asked = ArrayField(models.TextField(), default=list, editable=False)
    """The addresses that the search has asked so far, in order."""
    refused = models.JSONField(default=list, editable=False)
    """Pairs of an address that looked like a feed's and the reason why it is none."""

    # Who works on it now. A claim is known by its number: whoever lost it writes no more.
    claimed_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "source on trial"
        verbose_name_plural = "sources on trial"
        ordering = ["-made_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["-made_at", "-id"], name="trial_by_time"),
            models.Index(
                fields=["state", "made_at"],
                condition=models.Q(state__in=("searching", "comparing")),
                name="trial_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.address

    def proposed_name(self) -> str:
        """What a new source of it would be called: as its best feed is, or as its host."""
        feed = self.feeds.filter(chosen=True).first()
        return (feed.title or host_of(feed.url).removeprefix("www."))[:200] if feed else ""

    @property
    def working(self) -> bool:
        """Whether it waits for a worker, or one is at it."""
        return self.state in {self.State.SEARCHING, self.State.COMPARING}


class TrialFeed(models.Model):
    """A feed that was found and read."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="feeds", db_index=False)
    position = models.PositiveSmallIntegerField()
    """The best first."""
    chosen = models.BooleanField(default=False)
    """Whether it is compared, and would be kept."""
    url = models.CharField(max_length=2000)
    title = models.CharField(max_length=500, blank=True)
    home_url = models.CharField(max_length=2000, blank=True)
    language = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=2, blank=True)
    """The country in its language tag, ISO 3166."""
    of_comments = models.BooleanField(default=False)
    also_at = ArrayField(models.TextField(), default=list)
    entry_count = models.PositiveIntegerField(default=0)
    entry_gap = models.DurationField(null=True)
    """Between two entries, on average of late."""
    newest_at = models.DateTimeField(null=True)
    known = models.ForeignKey(Feed, on_delete=models.SET_NULL, null=True, related_name="+")
    """The feed that it is already, or has become."""

    class Meta:
        ordering = ["position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["trial", "position"], name="trial_feed_in_order")
        ]

    def __str__(self) -> str:
        return self.title or self.url


class TrialEntry(models.Model):
    """An entry of a feed on trial, and what would become of it."""

    feed = models.ForeignKey(
        TrialFeed, on_delete=models.CASCADE, related_name="entries", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    """The newest first."""
    guid = models.TextField()
    url = models.TextField(blank=True)
    canonical_url = models.TextField(blank=True)
    title = models.CharField(max_length=500)
    excerpt = models.TextField(blank=True)
    authors = ArrayField(models.TextField(), default=list)
    categories = ArrayField(models.TextField(), default=list)
    language = models.CharField(max_length=2, blank=True)
    published_at = models.DateTimeField()
    published_claim = models.DateTimeField(null=True)

    # What the comparison found; all empty for news that begins a story of its own.
    article = models.ForeignKey(Article, on_delete=models.SET_NULL, null=True, related_name="+")
    """The article that it is already."""
    repeats = models.BooleanField(default=False)
    """Whether it is the article of another entry here."""
    copy_of = models.ForeignKey(Article, on_delete=models.SET_NULL, null=True, related_name="+")
    story = models.ForeignKey(Story, on_delete=models.SET_NULL, null=True, related_name="+")
    """The story that it would join."""

    class Meta:
        ordering = ["feed", "position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["feed", "position"], name="trial_entry_in_order")
        ]

    def __str__(self) -> str:
        return self.title
