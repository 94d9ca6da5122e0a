"""A version of a record as it was shared."""

from django.conf import settings
from django.db import models

from schoolimprove.lib import clock


class RecordVersion(models.Model):
    """What was shared, frozen: `texts` is the document of `schools.records.content`, in the oldest rows `{name: text}`.

    `cover` is what its PDF says besides (`schools.records.pdf.cover_of`), empty in the oldest. `reason` is why a later
    version was issued. A trigger refuses update and delete.
    """

    record = models.ForeignKey("schools.RecordOfVisit", models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    texts = models.JSONField()
    cover = models.JSONField(default=dict, db_default={}, editable=False)
    reason = models.TextField(blank=True, default="", db_default="")
    issued_at = models.DateTimeField(default=clock.now)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["record", "number"], name="record_version_numbered_once")]

    def __str__(self) -> str:
        return f"{self.record.reference}, version {self.number}"
