"""Publishers and their feeds, with all that a schedule and a check of health need."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

from articles.models.places import Edition, Topic, country_code, language_code

FIRST_INTERVAL = timedelta(minutes=30)


class Source(models.Model):
    """A publisher."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    home_url = models.URLField(max_length=2000, blank=True)
    owner = models.CharField(
        max_length=200,
        blank=True,
        help_text="Outlets of one owner count as one where independent reports are counted.",
    )
    country = models.CharField(max_length=2, blank=True, validators=[country_code])
    language = models.CharField(max_length=2, blank=True, validators=[language_code])
    editions = models.ManyToManyField(Edition, related_name="sources", blank=True)
    active = models.BooleanField(
        default=True, help_text="An inactive source is not fetched; what it published stays."
    )

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["name", "id"], name="source_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("source", args=[self.slug])


class FeedQuerySet(models.QuerySet["Feed"]):
    def working(self) -> FeedQuerySet:
        """Feeds that are fetched at all."""
        return self.filter(active=True, retired_at=None, source__active=True)

    def free(self) -> FeedQuerySet:
        """Feeds that no worker holds."""
        return self.filter(models.Q(claimed_until=None) | models.Q(claimed_until__lt=Now()))

    def due(self) -> FeedQuerySet:
        """Working feeds whose time has come and that no worker holds."""
        return self.working().free().filter(next_fetch_at__lte=Now())


class Feed(models.Model):
    """One address of a source, with its schedule, its lease and its health."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="feeds")
    url = models.URLField("address", max_length=2000, unique=True)
    title = models.CharField(max_length=500, blank=True)
    topic = models.ForeignKey(Topic, on_delete=models.SET_NULL, null=True, blank=True)
    active = models.BooleanField(default=True)

    # What makes the next request conditional.
    etag = models.CharField(max_length=1000, blank=True, editable=False)
    last_modified = models.CharField(max_length=200, blank=True, editable=False)
    body_hash = models.BinaryField(max_length=32, default=b"", editable=False)

    # When it is next asked, and who is asking now.
    next_fetch_at = models.DateTimeField("next fetch", db_default=Now(), db_index=True)
    interval = models.DurationField(default=FIRST_INTERVAL, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)

    # Health.
    outcome = models.CharField("last outcome", max_length=20, blank=True, editable=False)
    last_fetch_at = models.DateTimeField("last fetch", null=True, editable=False)
    last_success_at = models.DateTimeField("last success", null=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    notice = models.TextField(
        blank=True, editable=False, help_text="What was wrong in a feed that could be read."
    )
    failures = models.PositiveIntegerField("failures in a row", default=0, editable=False)
    permanent_url = models.URLField("has moved to", max_length=2000, blank=True, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["url"]

    def __str__(self) -> str:
        return self.title or self.url
