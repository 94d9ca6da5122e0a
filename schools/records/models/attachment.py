"""Files that belong to a record: those attached by its author, and what was frozen of it as PDF."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from schoolimprove.documents.models import Blob
from schoolimprove.lib import clock


class RecordAttachment(models.Model):
    """A file its author attached. What a version shared names stays, though it be taken away later."""

    record = models.ForeignKey("schools.RecordOfVisit", models.PROTECT, related_name="attachments")
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    added_at = models.DateTimeField(default=clock.now)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    taken_away_at = models.DateTimeField(null=True, blank=True)
    taken_away_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_away_at__isnull=True, taken_away_by__isnull=True)
                | Q(taken_away_at__isnull=False, taken_away_by__isnull=False),
                name="recordattachment_taken_away_at_and_by",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def as_line(self) -> dict[str, Any]:
        """As a version names it."""
        return {"attachment": self.pk, "name": self.name, "sha256": self.blob_id, "size": self.blob.size}


class RecordDocument(models.Model):
    """A version as PDF, frozen with its hash. `occasion` is "shared", "response-<id>", "presented" or "closed".

    Each occasion freezes what had been answered by then; the newest is offered first. `frozen_at` is the moment of the
    occasion, as the PDF itself says it, however late the worker came to it. A trigger refuses changes.
    """

    version = models.ForeignKey("schools.RecordVersion", models.PROTECT, related_name="documents")
    occasion = models.CharField(max_length=40)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    pages = models.PositiveSmallIntegerField(default=0, db_default=0)
    frozen_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-frozen_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["version", "occasion"], name="recorddocument_once_per_occasion")]

    def __str__(self) -> str:
        return f"{self.version}, {self.occasion}"
