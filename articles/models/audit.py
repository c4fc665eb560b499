"""Who changed what at the desk: written once, and never changed or removed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class AuditEntry(models.Model):
    """One change by one person; a trigger of the database refuses to update or delete it.

    It refers to nothing that could be deleted from under it: names are kept beside the keys.
    """

    at = models.DateTimeField("time", default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    by_name = models.CharField("person", max_length=150)
    """The name as it was; empty for what the application did by itself."""
    action = models.CharField(max_length=50)
    """`add`, `change`, `delete`, or the name of what was done: `merge`, `take_down`."""
    kind = models.CharField(max_length=100)
    """The model, as `articles.source`."""
    object_id = models.CharField("number", max_length=64)
    """Its primary key; empty where the change was of a model as a whole, such as an import."""
    object_text = models.CharField("object", max_length=300)
    """What it was called."""
    changes = models.JSONField(default=dict)
    """Field → `[before, after]`; anything else that is worth keeping by its own name."""
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        default_permissions = ("view",)
        ordering = ["-at", "-pk"]
        verbose_name_plural = "audit log"
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_by_time"),
            models.Index(fields=["by", "-at", "-id"], name="audit_by_person"),
            models.Index(fields=["kind", "object_id", "-at", "-id"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.by_name} {self.action} {self.object_text}"
