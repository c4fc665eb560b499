"""Lists of feeds that were imported: the work itself, what became of each row, and what stays."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from articles.models.places import Edition, Topic
from articles.models.sources import Feed


class Listing(models.Model):
    """How and where an imported list has a feed, to write the list again as it was.

    A feed that a list has in several folders has several.
    """

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="listings")
    folders = ArrayField(models.TextField(), default=list)
    """The folders it lies in, outermost first."""
    attributes = models.JSONField(default=dict)
    """What the list says of it, by the names of OPML, as plain text."""
    topic = models.ForeignKey(Topic, on_delete=models.SET_NULL, null=True, related_name="+")
    """What the folders were taken for: once a curator chose another topic, that one counts."""

    def __str__(self) -> str:
        return " / ".join(self.folders)


class Import(models.Model):
    """A list that is read, checked, and stored if a curator wants it so; in the background."""

    class State(models.TextChoices):
        READING = "reading", "being read"
        CHECKED = "checked", "waits for you"
        STORING = "storing", "being stored"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        DROPPED = "dropped", "dropped"

    class Format(models.TextChoices):
        OPML = "opml", "OPML"
        CSV = "csv", "CSV"

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    name = models.CharField(max_length=2000)
    """Of the file, or the address that the list is fetched from."""
    fetched = models.BooleanField(default=False)
    """Whether `name` is an address."""
    body = models.BinaryField(default=b"")
    """The list, until it is read."""
    format = models.CharField(max_length=4, choices=Format, blank=True)
    edition = models.ForeignKey(Edition, on_delete=models.SET_NULL, null=True, related_name="+")
    """What new sources join of which the list says no edition; None once that was deleted."""
    at_once = models.BooleanField(default=False)
    """Whether it is stored without asking."""

    state = models.CharField(max_length=8, choices=State, default=State.READING)
    error = models.TextField(blank=True)
    notice = models.TextField(blank=True)
    """What of a list that could be read is ignored."""
    new_sources = models.PositiveIntegerField(default=0)
    new_topics = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    """Claims since it last came on."""

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=["reading", "storing"]),
                name="import_unfinished",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ImportRow(models.Model):
    """One row of a list, and what becomes of it."""

    class Outcome(models.TextChoices):
        NEW = "new", "new"
        CHANGED = "changed", "changed"
        KNOWN = "known", "known already"
        AGAIN = "again", "twice in the list"
        REFUSED = "refused", "refused"

    list = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    """The order in which rows are stored."""
    number = models.PositiveIntegerField()
    """The line of a table, or which outline of a list it is; from 1."""
    url = models.TextField(blank=True)
    title = models.TextField(blank=True)
    given = models.JSONField()
    """All that the list says."""
    outcome = models.CharField(max_length=7, choices=Outcome)
    """What is going to happen; once it is stored, what did."""
    reason = models.TextField(blank=True)
    first = models.PositiveIntegerField(null=True)
    """The position of the row that one which is twice in the list repeats."""
    stored = models.BooleanField(default=False)
    feed = models.ForeignKey(Feed, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["list", "position"], name="import_row_position")
        ]
        indexes = [
            models.Index(fields=["list", "outcome", "number"], name="import_row_by_outcome"),
            models.Index(
                fields=["list", "position"],
                condition=models.Q(stored=False),
                name="import_row_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.url

    @property
    def folders(self) -> str:
        """The folders that an outline lies in; empty for the line of a table."""
        return " / ".join(self.given.get("folders", ()))
