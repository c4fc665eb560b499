"""Publishers and their feeds, with all that a schedule and a check of health need."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Coalesce, Left, Lower, Now, Upper
from django.utils import timezone

from articles.models import feed_states
from articles.models.addresses import address_by_slug
from articles.models.places import Edition, Topic, country_code, language_code

FIRST_INTERVAL = timedelta(minutes=30)

# Its twin in Python is `articles.fetch.pace.host_of`.
_AUTHORITY = models.Func(
    Lower("url"), models.Value(r"^\s*https?://([^/?#]*?)(?::80|:443)?(?:[/?#]|$)"),
    function="substring", arg_joiner=" FROM ", output_field=models.TextField(),
)  # fmt: skip


class Source(models.Model):
    """A publisher."""

    class Kind(models.TextChoices):
        AGENCY = "agency", "news agency"
        NEWSPAPER = "newspaper", "newspaper"
        BROADCASTER = "broadcaster", "broadcaster"
        MAGAZINE = "magazine", "magazine"
        BLOG = "blog", "blog"
        OFFICIAL = "official", "official body"

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
    kind = models.CharField(max_length=12, blank=True, db_default="", choices=Kind)
    editions = models.ManyToManyField(Edition, related_name="sources", blank=True)
    notes = models.TextField(
        blank=True, db_default="", help_text="For curators; readers do not see them."
    )
    weight = models.FloatField(
        default=1.0,
        db_default=1.0,
        validators=[MinValueValidator(0.0), MaxValueValidator(4.0)],
        help_text=(
            "How many independent reports one of this source counts as where stories are ranked:"
            " 1 is usual, 0 counts as none. What readers are told of a story does not change."
        ),
    )
    muted_until = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Until then nothing of it is shown; it is fetched all the same.",
    )
    blocked_words = ArrayField(
        models.CharField(max_length=100),
        default=list,
        db_default=[],
        blank=True,
        help_text="What has one of these in its headline or summary is kept, but shown nowhere.",
    )
    active = models.BooleanField(
        default=True, help_text="An inactive source is not fetched; what it published stays."
    )
    fetch_pages = models.BooleanField(
        "fetch article pages",
        default=False,
        help_text=(
            "Each new article's own page is fetched once, if the site's robots.txt allows it. Its"
            " text serves grouping, search and key points; readers see no more of it than quoted"
            " sentences. For feeds that give headlines only."
        ),
    )

    added_at = models.DateTimeField("added", null=True, db_default=Now(), editable=False)
    """None for those that were there before this was kept."""

    class Meta:
        ordering = ["name"]
        permissions = [("weigh_source", "Can weigh sources in ranking")]
        indexes = [
            models.Index(fields=["name", "id"], name="source_by_name"),
            # As Django asks for a name without regard to case, and for how it begins.
            models.Index(
                OpClass(Upper("name"), name="text_pattern_ops"), name="source_by_name_begun"
            ),
            models.Index(
                fields=["muted_until"],
                condition=models.Q(muted_until__isnull=False),
                name="source_muted",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_by_slug("source", self.slug)


class FeedQuerySet(models.QuerySet["Feed"]):
    def working(self) -> FeedQuerySet:
        """Feeds that are fetched at all."""
        return self.filter(feed_states.WORKING)

    def free(self) -> FeedQuerySet:
        """Feeds that no worker holds."""
        return self.filter(feed_states.FREE)

    def due(self) -> FeedQuerySet:
        """Feeds whose time has come and that no worker holds; retired ones are asked monthly."""
        return self.filter(feed_states.DUE)

    def with_turns(self) -> FeedQuerySet:
        """Feeds with `turn_at`, from when on their host may be asked; None for one never asked."""
        host = Host.objects.filter(name=models.OuterRef("host"))
        return self.annotate(turn_at=models.Subquery(host.values("next_request_at")))


class Feed(models.Model):
    """One address of a source, with its schedule, its lease and its health."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="feeds")
    url = models.URLField("address", max_length=2000, unique=True)
    title = models.CharField(max_length=500, blank=True)
    topic = models.ForeignKey(Topic, on_delete=models.SET_NULL, null=True, blank=True)
    active = models.BooleanField(default=True)

    host = models.GeneratedField(
        expression=Left(Coalesce(_AUTHORITY, models.Value("")), 255),
        output_field=models.TextField(),
        db_persist=True,
    )
    """Who is asked for it: by this name requests are paced."""

    # What makes the next request conditional.
    etag = models.CharField(max_length=1000, blank=True, editable=False)
    last_modified = models.CharField(max_length=200, blank=True, editable=False)
    body_hash = models.BinaryField(max_length=32, default=b"", editable=False)

    # When it is next asked, and who is asking now.
    next_fetch_at = models.DateTimeField("next fetch", db_default=Now(), db_index=True)
    interval = models.DurationField(default=FIRST_INTERVAL, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="Claims since the last that came to an end."
    )

    # Its rhythm: what it asks for, and how its entries come.
    ttl = models.DurationField(null=True, editable=False)
    update_base = models.DateTimeField(null=True, editable=False)
    skip_hours = ArrayField(models.SmallIntegerField(), default=list, editable=False)
    skip_days = ArrayField(models.SmallIntegerField(), default=list, editable=False)
    entry_gap = models.DurationField(null=True, editable=False)
    newest_entry_at = models.DateTimeField(null=True, editable=False)

    # Health.
    outcome = models.CharField("last outcome", max_length=20, blank=True, editable=False)
    last_fetch_at = models.DateTimeField("last fetch", null=True, editable=False)
    last_success_at = models.DateTimeField("last success", null=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    notice = models.TextField(
        blank=True, editable=False, help_text="What was odd in a feed that could be read whole."
    )
    problems = models.TextField(
        blank=True, editable=False, help_text="What of a feed that was read had to be left out."
    )
    failures = models.PositiveIntegerField("failures in a row", default=0, editable=False)
    missing_since = models.DateTimeField(null=True, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Where it seems to have moved for good, how often it was read there and since when.
    permanent_url = models.URLField("has moved to", max_length=2000, blank=True, editable=False)
    moved_count = models.PositiveSmallIntegerField(default=0, editable=False)
    moved_since = models.DateTimeField(null=True, editable=False)

    # Statistics since it was added.
    fetches = models.PositiveIntegerField(default=0, editable=False)
    not_modified = models.PositiveIntegerField("of them unchanged", default=0, editable=False)
    bytes_received = models.PositiveBigIntegerField(default=0, editable=False)
    bytes_saved = models.PositiveBigIntegerField(default=0, editable=False)
    last_size = models.PositiveIntegerField(default=0, editable=False)

    objects = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["url"]
        indexes = [
            models.Index(fields=["host"], name="feed_by_host"),
            models.Index(
                fields=["next_fetch_at"], condition=models.Q(attempts__gt=0), name="feed_attempted"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.url

    def start_over(self) -> None:
        """Forget what was learnt at another address, and be due; not saved.

        What was kept to ask only for changes would have a new address answer that there are none.
        """
        self.etag, self.last_modified, self.body_hash = "", "", b""
        self.next_fetch_at, self.last_fetch_at, self.attempts = timezone.now(), None, 0
        self.outcome, self.last_error, self.notice, self.problems = "", "", "", ""
        self.failures, self.missing_since, self.retired_at = 0, None, None
        self.permanent_url, self.moved_count, self.moved_since = "", 0, None

    @property
    def paused(self) -> bool:
        """Whether it rests because a curator wants that, alone or with its source."""
        return not (self.active and self.source.active)

    @property
    def next_check_at(self) -> datetime:
        """When it is asked next: its own time, or its host's where that is known and later."""
        turn_at: datetime | None = vars(self).get("turn_at")
        return max(self.next_fetch_at, turn_at or self.next_fetch_at)


class Host(models.Model):
    """A server that is asked at a measured pace; rows are made when it is first asked."""

    name = models.TextField(primary_key=True)
    """As in `Feed.host`: with the port where that is not the usual one."""
    next_request_at = models.DateTimeField(db_default=Now())
    """Not before. While a worker asks it, the end of that worker's lease."""
    allowed = models.BooleanField(default=False)
    """Whether it answered from inside FETCH_ALLOW_NETWORKS."""
    throttled = models.PositiveSmallIntegerField(default=0)
    """How often in a row it asked us to slow down."""

    def __str__(self) -> str:
        return self.name
