"""What a person chose about the e-mail they get."""

from django.conf import settings
from django.db import models


class ReminderChoices(models.Model):
    """No row, no choice: the policy's hour, and everything is mailed. Statutory dates cannot be muted."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reminder_choices")
    digest_at = models.TimeField("time of the daily e-mail", null=True)
    muted = models.BooleanField("only statutory dates by e-mail", default=False)

    class Meta:
        verbose_name_plural = "reminder choices"

    def __str__(self) -> str:
        return f"{self.user}, {'muted' if self.muted else 'mailed'}"
