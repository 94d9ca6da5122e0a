"""What a line manager says of a record they return, item by item. The school never sees it."""

from django.conf import settings
from django.db import models

from schoolimprove.lib import clock


class AssuranceComment(models.Model):
    """`part` is a text's name or the key of an agenda item, `heading` what it was called then. Never changed.

    `record_version` is the version of the draft that was read, so that the comments of one return stand together.
    """

    record = models.ForeignKey("schools.RecordOfVisit", models.PROTECT, related_name="assurance_comments")
    part = models.CharField(max_length=40)
    heading = models.CharField(max_length=200)
    text = models.TextField()
    record_version = models.PositiveIntegerField()
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-record_version", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["record", "record_version", "part"], name="assurancecomment_one_per_part")
        ]

    def __str__(self) -> str:
        return f"{self.heading}: {self.text[:60]}"
