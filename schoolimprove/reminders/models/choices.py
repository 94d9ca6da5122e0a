"""What a person chose about the email they get."""

from django.conf import settings
from django.db import models


class ReminderChoices(models.Model):
    """No row, no choice: the policy's hour, and everything is mailed in the daily email.

    Statutory dates cannot be muted.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reminder_choices")
    digest_at = models.TimeField("time of the daily email", null=True)
    muted = models.BooleanField("only statutory dates by email", default=False)

    handed_at_once = models.BooleanField("work handed over by email at once", default=False)

    class Meta:
        verbose_name_plural = "reminder choices"

    def __str__(self) -> str:
        return f"{self.user}, {'muted' if self.muted else 'mailed'}"
