"""Articles, the stories they form, and the similar news of each."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Now

from articles.clustering.parameters import DEFAULT
from articles.models.addresses import address, slug_of
from articles.models.places import Edition, Topic
from articles.models.sources import Feed, Source

SIMILAR_LIMIT = DEFAULT.similar_limit
"""Entries in an article's similar news."""


class SearchVector(models.Func):
    """`article_search(language, title, excerpt, text)`: defined in a migration, immutable.

    The text counts least, and only where it says more than the excerpt.
    """

    function = "article_search"
    output_field = SearchVectorField()


class SearchMarks(models.Func):
    """`article_search_marked(search, source, topic, published)`: the words, and marks beside them.

    The marks say whose and of which day an article is: `source 7`, `topic 3`, `day 20778`, and
    `span 649` for 32 days. They hold a blank, which no word does. One index answers for words in
    a source and a stretch of time, and its size does not matter then.
    """

    function = "article_search_marked"
    output_field = SearchVectorField()


class Article(models.Model):
    """An entry that we keep."""

    # Indexes below begin with source, feed and story: they need none of their own.
    source = models.ForeignKey(
        Source, on_delete=models.CASCADE, related_name="articles", db_index=False
    )
    feed = models.ForeignKey(
        Feed, on_delete=models.SET_NULL, null=True, related_name="articles", db_index=False
    )
    topic = models.ForeignKey(Topic, on_delete=models.SET_NULL, null=True, blank=True)

    # What the entry says.
    guid = models.TextField(editable=False)
    guid_hash = models.BinaryField(max_length=16, editable=False)
    url = models.URLField("address", max_length=2000, blank=True)
    url_hash = models.BinaryField(max_length=16, null=True, editable=False)
    title = models.CharField(max_length=500)
    title_key = models.BinaryField(max_length=16, editable=False)
    excerpt = models.TextField(blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True, editable=False)
    authors = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    categories = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    enclosures = models.JSONField(default=list, blank=True, editable=False)
    image_url = models.URLField(max_length=2000, blank=True)
    language = models.CharField(max_length=2)
    content_hash = models.BinaryField(max_length=16, editable=False)

    # Times: what we go by, what the feed claimed, what we saw ourselves.
    published_at = models.DateTimeField("published")
    published_claim = models.DateTimeField("published, as claimed", null=True, editable=False)
    updated_at = models.DateTimeField("updated", null=True, blank=True)
    fetched_at = models.DateTimeField("first seen", db_default=Now(), editable=False)

    withheld = models.CharField(max_length=200, blank=True, db_default="", editable=False)
    """Why it is shown nowhere; empty for nearly all."""

    # What grouping found.
    story = models.ForeignKey(
        "Story",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="articles",
        db_index=False,
    )
    copy_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="copies"
    )
    clustered_at = models.DateTimeField("grouped", null=True, editable=False)
    grouping_error = models.TextField(blank=True, db_default="", editable=False)
    """Why it is kept out of grouping, in a story of its own; empty for nearly all."""
    archive_searched_at = models.DateTimeField(null=True, editable=False)
    """When the whole archive was searched for similar news; None until the page is first read."""

    search = models.GeneratedField(
        expression=SearchVector("language", "title", "excerpt", "text"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["-published_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["feed", "guid_hash"], name="article_once_per_guid"),
            models.UniqueConstraint(fields=["url_hash"], name="article_once_per_address"),
        ]
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="article_by_time"),
            models.Index(fields=["fetched_at"], name="article_by_arrival"),
            # With what it copies: a busy source's month is counted from the index alone.
            models.Index(
                fields=["source", "-published_at", "-id"],
                include=["copy_of"],
                name="article_of_source",
            ),
            # The few that a source's numbers leave out.
            models.Index(
                fields=["source", "id"],
                condition=~models.Q(withheld=""),
                name="article_withheld",
            ),
            models.Index(fields=["source", "title_key"], name="article_by_source_title"),
            models.Index(fields=["story", "published_at"], name="article_by_story_time"),
            models.Index(fields=["language", "published_at"], name="article_by_language_time"),
            models.Index(fields=["language", "clustered_at"], name="article_by_language_grouped"),
            models.Index(
                fields=["language", "id"],
                condition=models.Q(clustered_at=None),
                name="article_to_group",
            ),
            models.Index(
                fields=["language"],
                condition=models.Q(grouping_error__gt=""),
                name="article_set_apart",
            ),
            GinIndex(
                SearchMarks("search", "source", "topic", "published_at"),
                name="article_search_marked",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"Article {self.pk}"

    def get_absolute_url(self) -> str:
        return address("article", self.pk, self.slug)

    @property
    def slug(self) -> str:
        return slug_of(self.title)


class GroupingAttempt(models.Model):
    """How grouping fares in a language: one row each."""

    language = models.CharField(max_length=2, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    """In a row; an attempt that is under way counts as one."""
    first = models.BigIntegerField()
    """The article that the last attempt began with."""

    def __str__(self) -> str:
        return self.language


class Headline(models.Model):
    """A former headline of an article; one that comes and goes is kept once, as it first went."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="former_headlines")
    title = models.CharField("former headline", max_length=500)
    title_key = models.BinaryField(max_length=16, editable=False)
    replaced_at = models.DateTimeField("seen replaced")

    class Meta:
        ordering = ["-replaced_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["article", "title_key"], name="headline_once")
        ]
        indexes = [models.Index(fields=["article", "replaced_at"], name="headline_by_time")]

    def __str__(self) -> str:
        return self.title


class Embedding(models.Model):
    """The sentence vector of an article, where there is a model."""

    article = models.OneToOneField(
        Article, on_delete=models.CASCADE, primary_key=True, related_name="embedding"
    )
    digest = models.BinaryField(max_length=16)
    """Of the model and the text: another model or an edit computes it again."""
    vector = models.BinaryField()
    """float16, lowest byte first."""

    def __str__(self) -> str:
        return f"vector of {self.article_id}"


class Sighting(models.Model):
    """An article met again as another entry: in a second feed, or under a second GUID.

    Kept so that the entry is recognised for good, whatever becomes of its dates and links.
    """

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="sightings")
    guid_hash = models.BinaryField(max_length=16)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="sightings")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "guid_hash"], name="sighting_once_per_guid")
        ]

    def __str__(self) -> str:
        return f"{self.article_id} in {self.feed_id}"


TO_DIGEST = models.Q(source_count__gte=2) & ~models.Q(digested_at=models.F("changed_at"))
"""The stories whose digest is missing, or tells what they were before they changed."""


class Story(models.Model):
    """The articles on one event: derived from them by grouping, but for what curators decided."""

    language = models.CharField(max_length=2)
    title = models.CharField(max_length=500, blank=True)
    lead = models.ForeignKey(Article, on_delete=models.SET_NULL, null=True, related_name="+")
    topic = models.ForeignKey(Topic, on_delete=models.SET_NULL, null=True, blank=True)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)
    """When its articles last came, went or were edited: its digest is worked out again."""
    digested_at = models.DateTimeField(null=True, editable=False)
    """The `changed_at` that its digest was worked out at; see `TO_DIGEST`."""
    article_count = models.PositiveIntegerField(default=0)
    source_count = models.PositiveIntegerField(default=0)
    independent_count = models.PositiveIntegerField(default=0)
    rank = models.FloatField(default=0.0)
    editions = models.ManyToManyField(Edition, through="StoryEdition", related_name="stories")
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, editable=False)

    # What curators decided.
    edited_title = models.CharField(max_length=500, blank=True, db_default="")
    """Stands in `title` instead of the lead's headline."""
    pinned_until = models.DateTimeField(null=True, blank=True)
    pinned_in = ArrayField(models.BigIntegerField(), default=list, db_default=[], editable=False)
    """Editions where it is pinned, by id; empty for all of its language."""
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_reason = models.CharField(max_length=500, blank=True, db_default="")

    class Meta:
        verbose_name_plural = "stories"
        ordering = ["-rank", "-id"]
        indexes = [
            models.Index(fields=["-rank", "-id"], name="story_by_rank"),
            models.Index(fields=["language", "last_at"], name="story_by_language_time"),
            models.Index(fields=["first_at"], name="story_by_begin"),
            models.Index(
                fields=["id"],
                include=["last_at"],
                condition=models.Q(source_count__gte=2),
                name="story_of_several",
            ),
            models.Index(
                fields=["pinned_until"],
                condition=models.Q(pinned_until__isnull=False),
                name="story_pinned",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(hidden_at__isnull=False),
                name="story_hidden",
            ),
            models.Index(fields=["-rank"], condition=TO_DIGEST, name="story_to_digest"),
        ]

    def __str__(self) -> str:
        return self.title or f"Story {self.pk}"

    def get_absolute_url(self) -> str:
        return address("story", self.pk, self.slug)

    @property
    def slug(self) -> str:
        return slug_of(self.title)


class Digest(models.Model):
    """What the page of a story of several outlets tells in short, worked out after each change."""

    story = models.OneToOneField(
        Story, on_delete=models.CASCADE, primary_key=True, related_name="digest"
    )
    points = models.JSONField(default=list)
    """Key points in order of time: pairs of an article's id and a sentence of it."""
    headlines = ArrayField(models.BigIntegerField(), default=list)
    """The articles whose headlines tell the story apart, in order of time."""

    def __str__(self) -> str:
        return f"digest of {self.story_id}"


class StoryEdition(models.Model):
    """A story on the front page of one edition, ranked by that edition's own sources."""

    # Indexes and a constraint below begin with edition and story: they need none of their own.
    story = models.ForeignKey(
        Story, on_delete=models.CASCADE, related_name="placements", db_index=False
    )
    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="placements", db_index=False
    )
    topic = models.ForeignKey(Topic, on_delete=models.SET_NULL, null=True)
    rank = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["story", "edition"], name="story_once_per_edition")
        ]
        indexes = [
            models.Index(fields=["edition", "-rank", "-story"], name="front_by_rank"),
            models.Index(fields=["edition", "topic", "-rank", "-story"], name="topic_by_rank"),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id}: {self.story_id}"


class FrontSlot(models.Model):
    """A story's place on the first page of an edition's front, arranged ahead.

    Where there are no slots yet, and on all later pages, stories stand by rank alone.
    """

    class Section(models.TextChoices):
        TOP = "top"
        DEVELOPING = "developing"
        TOPIC = "topic"
        ELSEWHERE = "elsewhere"

    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="slots", db_index=False
    )
    section = models.CharField(max_length=10, choices=Section)
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, null=True)
    position = models.PositiveSmallIntegerField()
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="slots")
    gained = models.PositiveSmallIntegerField(default=0)
    """Of what is developing: the independent reports of the last hours."""
    elsewhere = models.ForeignKey(Edition, on_delete=models.CASCADE, null=True, related_name="+")
    """Of a story that is not reported here: the edition where it is big."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "story"], name="slot_once_per_story"),
            models.UniqueConstraint(
                fields=["edition", "section", "topic", "position"],
                name="slot_holds_one_story",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id}: {self.story_id}, {self.section} {self.position}"


class SimilarLink(models.Model):
    """One entry of an article's similar news."""

    # Its list begins with it: it needs no index of its own.
    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, related_name="similar_links", db_index=False
    )
    similar = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()
    position = models.PositiveSmallIntegerField()
    from_archive = models.BooleanField(default=False)
    """Found by the search of the whole archive, not in the window."""

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["article", "similar"], name="similar_once"),
            models.CheckConstraint(
                condition=~models.Q(article=models.F("similar")), name="similar_to_another"
            ),
        ]
        indexes = [models.Index(fields=["article", "position"], name="similar_by_position")]

    def __str__(self) -> str:
        return f"{self.article_id} ~ {self.similar_id}"
