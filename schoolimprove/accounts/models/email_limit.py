"""How many emails about signing in one address gets in an hour, from all who ask, with an account or without."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models, transaction

from schoolimprove.lib import clock

HOUR = timedelta(hours=1)
KEPT_FOR = timedelta(days=1)
MOST_IN_AN_HOUR = 3
"""To one address: links to set a password, which anyone can ask for; and as many of what only people who have signed in
can cause, which are invitations and both emails about a change of address. Neither uses up the other's."""
NOT_AGAIN_WITHIN = timedelta(minutes=2)
"""How long after a link to set a password another request for one sends nothing."""
LONGEST_ADDRESS = 254


class EmailLimitQuerySet(models.QuerySet["EmailLimit"]):
    def asked(self, address: str, *, by_anyone: bool, at: datetime) -> "EmailLimit":
        """Return the address's row, by the same two queries whether there was one or not."""
        key = {"address": address[:LONGEST_ADDRESS], "by_anyone": by_anyone}
        row = self.model(**key, asked_at=at)
        self.bulk_create([row], update_conflicts=True, unique_fields=list(key), update_fields=["asked_at"])
        return self.get(**key)

    def stale(self, *, at: datetime) -> Self:
        """Return the rows that limit nothing any more."""
        return self.filter(asked_at__lte=at - KEPT_FOR)


class EmailLimit(models.Model):
    """One address, when it was last asked about, and the times of the emails of the last hour."""

    address = models.CharField(max_length=LONGEST_ADDRESS)
    by_anyone = models.BooleanField(help_text="Whether one may ask without signing in.")
    asked_at = models.DateTimeField()
    sent_at = models.JSONField(default=list)

    objects = EmailLimitQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address", "by_anyone"], name="email_limit_one_of_each_kind")]

    def __str__(self) -> str:
        return f"Emails to one address: {len(self.sent_at)}"

    def take(self, *, apart: timedelta = timedelta(0)) -> bool:
        """Count an email, whichever process sends it; false when it is one too many, and must not be sent.

        `apart` is the time there must be since the last one.
        """
        at = clock.now()
        with transaction.atomic():
            row = EmailLimit.objects.select_for_update().get(pk=self.pk)
            lately = [sent for each in row.sent_at if (sent := datetime.fromisoformat(each)) > at - HOUR]
            if len(lately) >= MOST_IN_AN_HOUR or (lately and lately[-1] > at - apart):
                return False
            row.sent_at = [sent.isoformat() for sent in [*lately, at]]
            row.save(update_fields=["sent_at"])
        return True
