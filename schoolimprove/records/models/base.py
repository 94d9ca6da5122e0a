"""The base of everything kept: who made it, who touched it last, and the version a form was opened on."""

from datetime import datetime

from django.conf import settings
from django.db import models

from schoolimprove.lib import clock


class BaseRecord(models.Model):
    """Times are aware; `version` counts explicit saves and guards against two people saving at once."""

    created_at = models.DateTimeField("created", default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    updated_at = models.DateTimeField("last changed", default=clock.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    @property
    def _history_date(self) -> datetime:
        """What simple-history dates an entry with, where a model keeps its history."""
        return clock.now()
