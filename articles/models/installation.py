"""What tells this installation from all others, wherever it is moved."""

from __future__ import annotations

from uuid import UUID, uuid4, uuid5

from django.db import models
from django.utils import timezone


class Installation(models.Model):
    """One row, made when it is first asked for; it moves with the data."""

    ONLY = 1

    key = models.UUIDField(default=uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="installation_once")]

    def __str__(self) -> str:
        return str(self.key)

    @classmethod
    def this(cls) -> Installation:
        """The row. One query once it is there."""
        return cls.objects.get_or_create(pk=cls.ONLY)[0]

    def urn(self, name: str) -> str:
        """The permanent IRI of what is called `name` here: a UUID by RFC 9562, section 5.5."""
        key: UUID = uuid5(self.key, name)
        return key.urn
