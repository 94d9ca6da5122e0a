"""The secret address of somebody's own calendar."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from schoolimprove.accounts.models.secret_link import TOKEN_BYTES, hash_of
from schoolimprove.lib import clock

MOST_IN_AN_HOUR = 60
"""Times one address is read. Calendars ask every few minutes at most, and a person may keep several."""
HOUR = timedelta(hours=1)


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def standing(self) -> Self:
        return self.filter(revoked_at__isnull=True)

    def known_by(self, token: str) -> Self:
        return self.filter(token_hash=hash_of(token))

    def revoke(self, user: Any, *, at: datetime) -> bool:
        """Whether there was an address to stop."""
        return bool(self.standing().filter(user=user).update(revoked_at=at))

    def issue(self, user: Any, *, at: datetime) -> str:
        """A new address's token, which is nowhere stored; the one before stops working."""
        self.revoke(user, at=at)
        token = secrets.token_hex(TOKEN_BYTES)
        self.create(user=user, token_hash=hash_of(token), created_at=at)
        return token

    def note_read(self, feed: "CalendarFeed", *, at: datetime) -> bool:
        """Count a reading, whichever process answers it; false when it is one too many for the hour."""
        row = self.filter(pk=feed.pk)
        row.filter(Q(hour_began_at__isnull=True) | Q(hour_began_at__lte=at - HOUR)).update(hour_began_at=at, reads=0)
        return bool(row.filter(reads__lt=MOST_IN_AN_HOUR).update(reads=F("reads") + 1, last_read_at=at))


class CalendarFeed(models.Model):
    """One address: made, read, stopped. `reads` counts within the hour since `hour_began_at`.

    Whoever has the address reads without signing in, for as long as its owner holds an appointment.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="calendar_feeds")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    revoked_at = models.DateTimeField(null=True)
    last_read_at = models.DateTimeField(null=True)
    hour_began_at = models.DateTimeField(null=True)
    reads = models.PositiveIntegerField(default=0)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at__isnull=True), name="calendar_feed_one_a_person"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=F("created_at")),
                name="calendar_feed_stopped_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return f"Calendar of {self.user}, {'stopped' if self.revoked_at else 'read at its address'}"
