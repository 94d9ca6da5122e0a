"""Forms that were sent and saved, so that the same form sent twice is saved once."""

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models

from schoolimprove.lib import clock

KEPT_FOR = timedelta(days=2)
"""Longer than a form can be sent: its token is good for a day."""


class SentFormQuerySet(models.QuerySet["SentForm"]):
    def stale(self, *, at: Any) -> Self:
        """Those whose form can no longer be sent."""
        return self.filter(at__lt=at - KEPT_FOR)


class SentForm(models.Model):
    """One opening of a form that was saved with one content: the nonce of its token and a keyed hash of what was typed.

    `led_to` is the address that the user was sent on to. No history, no audit.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    opening = models.CharField(max_length=32)
    content = models.CharField(max_length=64)
    led_to = models.TextField(blank=True, default="")
    at = models.DateTimeField(default=clock.now)

    objects = SentFormQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "opening", "content"], name="sentform_saved_once")]
        indexes = [models.Index(fields=["at"], name="sentform_at")]

    def __str__(self) -> str:
        return self.opening
