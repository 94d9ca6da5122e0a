"""Emails of reminders that are owed: rows written with the reminders, handed to the outbox once."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from post_office.models import Email

from schoolimprove.lib import clock


class MailingState(models.TextChoices):
    WAITING = "waiting", "Waiting to be sent"
    HANDED_OVER = "handed over", "In the outbox"
    NOTHING = "nothing", "Nothing left to send"
    MUTED = "muted", "Muted"


class MailingQuerySet(models.QuerySet["Mailing"]):
    def waiting(self) -> Self:
        return self.filter(state=MailingState.WAITING)

    def ready(self, at: datetime) -> Self:
        return self.waiting().filter(send_at__lte=at)


class Mailing(models.Model):
    """One email to one person. `key` says which, so that it is owed once: a person's digest of a day, or one date."""

    key = models.CharField(max_length=330, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="mailings")
    address = models.EmailField(blank=True, default="")
    at_once = models.BooleanField(default=False)
    send_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=MailingState, default=MailingState.WAITING)
    handed_at = models.DateTimeField(null=True)
    email = models.OneToOneField(Email, models.PROTECT, null=True, related_name="mailing")
    created_at = models.DateTimeField(default=clock.now)

    objects = MailingQuerySet.as_manager()

    class Meta:
        ordering = ["send_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, address="") | (Q(user__isnull=True) & ~Q(address="")),
                name="mailing_to_user_or_address",
            ),
            models.CheckConstraint(
                condition=Q(state=MailingState.HANDED_OVER, email__isnull=False)
                | (~Q(state=MailingState.HANDED_OVER) & Q(email__isnull=True)),
                name="mailing_handed_over_with_its_email",
            ),
        ]
        indexes = [
            models.Index(fields=["send_at"], condition=Q(state=MailingState.WAITING), name="mailing_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.key}, {self.get_state_display().lower()}"
