"""Feeds that are pushed to us (WebSub): what was agreed with a hub, and what it brought."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

from articles.models.sources import Feed


def new_secret() -> str:
    """43 characters for an address or a form that nobody can guess: 256 bits."""
    return secrets.token_urlsafe(32)


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def wanted(self) -> SubscriptionQuerySet:
        """Those of feeds that are fetched, and that name their hub."""
        return self.filter(_WANTED)

    def unwanted(self) -> SubscriptionQuerySet:
        return self.exclude(_WANTED)

    def due(self) -> SubscriptionQuerySet:
        """Those whose hub is to be asked for something now."""
        return self.filter(next_request_at__lte=Now()).exclude(state=Subscription.State.ENDED)


_WANTED = models.Q(
    offered=True, feed__active=True, feed__retired_at=None, feed__source__active=True
)


class Subscription(models.Model):
    """One feed's agreement with its hub, as far as it has come."""

    class State(models.TextChoices):
        ASKING = "asking", "asked for"
        ACTIVE = "active", "confirmed"
        DENIED = "denied", "denied by the hub"
        ENDING = "ending", "to be ended"
        ENDED = "ended", "ended"

    feed = models.OneToOneField(Feed, on_delete=models.CASCADE, related_name="subscription")
    hub = models.CharField(max_length=2000)
    topic = models.CharField(max_length=2000)
    """The feed's address as the hub knows it."""
    offered = models.BooleanField(default=True)
    """Whether the feed, as last read, names this hub and topic."""
    token = models.CharField(max_length=43, unique=True, default=new_secret, editable=False)
    """Names this subscription in the address that the hub calls back at."""
    secret = models.CharField(max_length=43, default=new_secret, editable=False)

    state = models.CharField(max_length=6, choices=State, default=State.ASKING)
    next_request_at = models.DateTimeField(db_default=Now())
    failures = models.PositiveIntegerField("failures in a row", default=0)
    """Requests since the hub last confirmed: every one counts until it does."""
    error = models.TextField(blank=True)

    verified_at = models.DateTimeField("confirmed", null=True)
    lease_until = models.DateTimeField("agreed until", null=True)
    last_push_at = models.DateTimeField("last push", null=True)
    missed_at = models.DateTimeField(null=True)
    """When asking last found news that had not been pushed."""

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["next_request_at"],
                condition=~models.Q(state="ended"),
                name="subscription_by_request",
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic} by {self.hub}"

    @property
    def callback(self) -> str:
        """The path that the hub calls back at."""
        return reverse("websub", args=[self.token])

    def is_live(self, now: datetime) -> bool:
        """Whether the hub can be relied on: it is bound to push, it did, and missed nothing since.

        A hub that was named but never pushed is no reason to ask a feed less often.
        """
        return (
            self.state == self.State.ACTIVE
            and self.lease_until is not None
            and self.lease_until > now
            and self.last_push_at is not None
            and (self.missed_at is None or self.missed_at < self.last_push_at)
        )


class Pushed(models.Model):
    """What a hub brought: a genuine body that waits to be stored, or the trace of one that was.

    The trace keeps a repeated body from being taken for a new one.
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="pushed")
    digest = models.BinaryField(max_length=16)
    content_type = models.CharField(max_length=200, blank=True)
    body = models.BinaryField()
    """Emptied once it is handled."""
    received_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "digest"], name="pushed_once")
        ]
        indexes = [
            models.Index(
                fields=["subscription", "id"],
                condition=models.Q(handled_at=None),
                name="pushed_waiting",
            ),
            models.Index(fields=["subscription", "received_at"], name="pushed_by_subscription"),
            models.Index(fields=["received_at"], name="pushed_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} at {self.received_at}"
